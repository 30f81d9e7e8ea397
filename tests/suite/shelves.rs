//! Shelves as shoppers see them: what is on sale and nothing else, found, narrowed and sorted.

use serde_json::{Value, json};

use crate::support::{Product, Shop, two_shops};

async fn names(shop: &Shop, query: &str) -> Vec<String> {
    let list = shop.visitor().get(&format!("/products{query}")).await.expect(200);
    let names: Vec<String> = list["data"].as_array().unwrap().iter().map(|card| card["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(list["total"].as_u64().unwrap(), names.len() as u64, "{query}");
    names
}

/// Everything a visitor can read that could name a product.
async fn everything(shop: &Shop) -> Vec<(String, String)> {
    let visitor = shop.visitor();
    let mut seen = Vec::new();
    for path in ["/products", "/products?q=dong%20ho", "/search/suggest?q=dong", "/categories", "/brands"] {
        seen.push((path.to_owned(), visitor.get(path).await.expect(200).to_string()));
    }
    for path in ["/", "/products"] {
        seen.push((format!("page {path}"), shop.pages().get(path).await.text()));
    }
    seen
}

async fn assert_gone(shop: &Shop, product: &Product) {
    shop.visitor().get(&format!("/products/{}", product.slug)).await.expect_problem(404, "not-found");
    assert_eq!(shop.pages().get(&format!("/products/{}", product.slug)).await.status, 404);
    for (place, text) in everything(shop).await {
        assert!(!text.contains("Đồng hồ quả lắc") && !text.contains(&product.id), "{place} still shows it");
    }
}

#[tokio::test]
async fn a_hidden_or_deleted_product_is_off_the_shelf_at_once_and_back_when_it_returns() {
    let (shop, other) = two_shops().await;
    other.product_with(json!({ "name": "Đồng hồ quả lắc" })).await;
    shop.product().await;
    let product = shop.product_with(json!({ "name": "Đồng hồ quả lắc" })).await;
    let admin = format!("/products/{}", product.id);
    let shown = shop.visitor().get(&format!("/products/{}", product.slug)).await.expect(200);
    assert_eq!(shown["id"], json!(product.id));

    shop.owner.patch(&admin).json(json!({ "status": "hidden" })).await.expect(200);
    assert_gone(&shop, &product).await;
    assert_eq!(shop.owner.get("/products?status=hidden").await.expect(200)["total"], json!(1));
    shop.owner.patch(&admin).json(json!({ "status": "active" })).await.expect(200);
    assert_eq!(names(&shop, "?q=qua%20lac").await, ["Đồng hồ quả lắc"]);

    shop.owner.delete(&admin).await.expect(204);
    assert_gone(&shop, &product).await;
    shop.owner.post(&format!("{admin}/restore")).await.expect(200);
    assert_eq!(names(&shop, "?q=qua%20lac").await, ["Đồng hồ quả lắc"]);
    assert_eq!(names(&other, "").await, ["Đồng hồ quả lắc"]);
}

#[tokio::test]
async fn a_shopper_sees_no_cost_no_supplier_and_nothing_of_the_back_room() {
    let (shop, _) = two_shops().await;
    let supplier = shop.owner.post("/suppliers").json(json!({ "name": "Xưởng Kín Tiếng" })).await.expect(201);
    let variant = json!({ "sku": "KT-1", "price": 199_000, "cost": 54_321, "barcode": "8938505974187" });
    let product = shop.product_with(json!({ "supplier_id": supplier["id"], "variants": [variant] })).await;
    shop.receive(&product.variant, 4).await;
    for path in ["/products".to_owned(), format!("/products/{}", product.slug)] {
        let reply = shop.visitor().get(&path).await;
        reply.expect(200);
        for secret in ["54321", "Kín Tiếng", "8938505974187", "supplier", "on_hand", "reserved"] {
            assert!(!reply.shows(secret), "{path} shows {secret}");
        }
    }
    let seen = shop.visitor().get(&format!("/products/{}", product.slug)).await.expect(200);
    let expected = json!({
        "id": product.variant, "sku": "KT-1", "options": {}, "price": 199_000, "compare_at_price": null,
        "available": 4, "in_stock": true, "image_id": null,
    });
    assert_eq!(seen["variants"], json!([expected]));
}

/// Four products in two brands and three categories, one below another; only the tea is in stock.
async fn stocked_shelf(shop: &Shop) {
    let make = async |kind: &str, body: Value| shop.owner.post(kind).json(body).await.expect(201)["id"].clone();
    let drinks = make("/categories", json!({ "name": "Đồ uống" })).await;
    let tea = make("/categories", json!({ "name": "Trà", "parent_id": drinks })).await;
    let cups = make("/categories", json!({ "name": "Ấm chén" })).await;
    let (moc, gom) = (make("/brands", json!({ "name": "Mộc" })).await, make("/brands", json!({ "name": "Gốm Xưa" })).await);
    let variant = |sku: &str, price: i64, before: Option<i64>| json!([{ "sku": sku, "price": price, "compare_at_price": before }]);
    let goods = [
        ("Cà phê Đắk Lắk", &drinks, &moc, variant("CF-1", 120_000, None)),
        ("Trà sen Tây Hồ", &tea, &moc, variant("TS-1", 350_000, Some(400_000))),
        ("Ấm tử sa", &cups, &gom, variant("AT-1", 890_000, None)),
        ("Chén trà men ngọc", &cups, &gom, variant("CT-1", 60_000, Some(60_000))),
    ];
    for (name, category, brand, variants) in goods {
        let product = shop.product_with(json!({ "name": name, "category_id": category, "brand_id": brand, "variants": variants })).await;
        if name.starts_with("Trà") {
            shop.receive(&product.variant, 5).await;
        }
    }
}

#[tokio::test]
async fn shelves_are_narrowed_and_sorted() {
    let (shop, other) = two_shops().await;
    stocked_shelf(&shop).await;
    stocked_shelf(&other).await;
    let (coffee, tea, pot, cup) = ("Cà phê Đắk Lắk", "Trà sen Tây Hồ", "Ấm tử sa", "Chén trà men ngọc");
    let cases: [(&str, &[&str]); 18] = [
        ("", &[cup, pot, tea, coffee]),
        ("?sort=price", &[cup, coffee, tea, pot]),
        ("?sort=-price", &[pot, tea, coffee, cup]),
        ("?category=do-uong", &[tea, coffee]),
        ("?category=tra", &[tea]),
        ("?category=am-chen&brand=moc", &[]),
        ("?brand=gom-xua", &[cup, pot]),
        ("?brand=nobody", &[]),
        ("?category=nothing", &[]),
        ("?min_price=120000&max_price=350000", &[tea, coffee]),
        ("?max_price=59999", &[]),
        ("?in_stock=true", &[tea]),
        ("?in_stock=false&sort=price", &[cup, coffee, pot]),
        ("?on_sale=true", &[tea]),
        ("?q=tra&sort=price", &[cup, tea]),
        ("?q=DAK%20lak", &[coffee]),
        ("?q=%C4%90%E1%BA%AFk", &[coffee]),
        ("?q=at-1", &[pot]),
    ];
    for (query, expected) in cases {
        assert_eq!(names(&shop, query).await, expected, "{query}");
    }
    for bad in ["?sort=cheapest", "?min_price=-1", "?in_stock=maybe", "?colour=red"] {
        let reply = shop.visitor().get(&format!("/products{bad}")).await;
        assert!(matches!(reply.status, 400 | 422), "{reply}");
        reply.assert_well_formed_problem();
    }
}

#[tokio::test]
async fn facets_say_what_a_list_can_be_narrowed_to() {
    let (shop, other) = two_shops().await;
    stocked_shelf(&shop).await;
    stocked_shelf(&other).await;
    let facets = async |query: &str| shop.visitor().get(&format!("/products{query}")).await.expect(200)["facets"].clone();
    let value = |slug: &str, name: &str, count: i64| json!({ "slug": slug, "name": name, "count": count });
    let all = facets("").await;
    let categories = json!([value("am-chen", "Ấm chén", 2), value("do-uong", "Đồ uống", 2), value("tra", "Trà", 1)]);
    let sorted = |list: &Value| {
        let mut rows = list.as_array().unwrap().clone();
        rows.sort_by_key(|row| row["slug"].to_string());
        json!(rows)
    };
    assert_eq!(sorted(&all["categories"]), categories);
    assert_eq!(sorted(&all["brands"]), json!([value("gom-xua", "Gốm Xưa", 2), value("moc", "Mộc", 2)]));
    assert_eq!(all["price"], json!({ "min": 60_000, "max": 890_000, "currency": "VND" }));

    // Each part counts under the other filters, not under its own: another brand can still be picked.
    let narrowed = facets("?brand=moc&max_price=200000").await;
    assert_eq!(narrowed["categories"], json!([value("do-uong", "Đồ uống", 1)]));
    assert_eq!(sorted(&narrowed["brands"]), json!([value("gom-xua", "Gốm Xưa", 1), value("moc", "Mộc", 1)]));
    assert_eq!(narrowed["price"], json!({ "min": 120_000, "max": 350_000, "currency": "VND" }));
    assert_eq!(facets("?q=nothing-like-it").await, json!({ "categories": [], "brands": [], "price": null }));
}

#[tokio::test]
async fn a_hidden_category_or_brand_is_not_shown_and_its_goods_stay_on_sale() {
    let (shop, _) = two_shops().await;
    stocked_shelf(&shop).await;
    for (kind, slug) in [("categories", "do-uong"), ("brands", "moc")] {
        let list = shop.owner.get(&format!("/{kind}")).await.expect(200);
        let row = list["data"].as_array().unwrap().iter().find(|row| row["slug"] == slug).unwrap();
        let path = format!("/{kind}/{}", row["id"].as_str().unwrap());
        shop.owner.patch(&path).json(json!({ "status": "hidden" })).await.expect(200);
    }
    let tree = shop.visitor().get("/categories").await.expect(200);
    let slugs: Vec<&str> = tree["data"].as_array().unwrap().iter().map(|node| node["slug"].as_str().unwrap()).collect();
    assert_eq!(slugs, ["am-chen"]);
    shop.visitor().get("/categories/do-uong").await.expect_problem(404, "not-found");
    // What stands below a hidden one is hidden with it.
    shop.visitor().get("/categories/tra").await.expect_problem(404, "not-found");
    assert_eq!(shop.visitor().get("/brands").await.expect(200)["data"].as_array().unwrap().len(), 1);
    assert_eq!(names(&shop, "?brand=moc").await, [""; 0]);
    let tea = shop.visitor().get("/products/tra-sen-tay-ho").await.expect(200);
    assert_eq!((&tea["category"], &tea["brand"], &tea["breadcrumbs"]), (&Value::Null, &Value::Null, &json!([])));
}

#[tokio::test]
async fn a_name_that_changes_is_found_under_the_new_one_alone() {
    let (shop, _) = two_shops().await;
    let brand = shop.owner.post("/brands").json(json!({ "name": "Sương Mai" })).await.expect(201);
    let product = shop.product_with(json!({ "name": "Khăn tơ", "brand_id": brand["id"] })).await;
    assert_eq!(names(&shop, "?q=suong%20khan").await, ["Khăn tơ"]);
    let path = format!("/brands/{}", brand["id"].as_str().unwrap());
    shop.owner.patch(&path).json(json!({ "name": "Nắng Chiều" })).await.expect(200);
    shop.owner.patch(&format!("/products/{}", product.id)).json(json!({ "name": "Khăn lụa" })).await.expect(200);
    assert_eq!(names(&shop, "?q=suong").await, [""; 0]);
    assert_eq!(names(&shop, "?q=nang%20chieu%20lua").await, ["Khăn lụa"]);
    let suggested = shop.visitor().get("/search/suggest?q=khan").await.expect(200);
    assert_eq!(suggested["data"], json!([{ "slug": "khan-to", "name": "Khăn lụa" }]));
}
