//! Goods as staff keep them: products with options and variants, what they stand in, and how they come, change, go and return.

use serde_json::{Value, json};

use crate::support::{Shop, fingerprint, two_shops, word};

fn shirt(sku: &str) -> Value {
    let variant = |size: &str, price: i64| json!({ "sku": format!("{sku}-{size}"), "options": { "Cỡ": size }, "price": price });
    json!({
        "name": "Áo sơ mi lụa", "description": "Lụa tơ tằm.\n\nGiặt tay.", "status": "active",
        "options": [{ "name": "Cỡ", "values": ["M", "L"] }],
        "variants": [variant("M", 450_000), variant("L", 470_000)],
    })
}

async fn make(shop: &Shop, kind: &str, body: Value) -> Value {
    shop.owner.post(&format!("/{kind}")).json(body).await.expect(201)
}

fn id(thing: &Value) -> &str {
    thing["id"].as_str().unwrap()
}

/// The texts of one member of each row of a list.
fn column(list: &Value, member: &str) -> Vec<String> {
    list["data"].as_array().unwrap().iter().map(|row| row[member].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_product_has_all_that_was_said_about_it() {
    let (shop, other) = two_shops().await;
    let before = fingerprint(&other).await;
    let category = make(&shop, "categories", json!({ "name": "Áo" })).await;
    let brand = make(&shop, "brands", json!({ "name": "Mây" })).await;
    let supplier = make(&shop, "suppliers", json!({ "name": "Dệt Nam Định", "phone": "0228 3 849 586" })).await;
    let mut body = shirt("SM");
    body["category_id"] = category["id"].clone();
    body["brand_id"] = brand["id"].clone();
    body["supplier_id"] = supplier["id"].clone();
    body["variants"][0]["compare_at_price"] = json!(500_000);
    body["variants"][0]["cost"] = json!(210_000);
    body["variants"][0]["barcode"] = json!("8938505974194");
    body["variants"][0]["weight_g"] = json!(180);
    let reply = shop.owner.post("/products").json(body).await;
    let made = reply.expect(201);
    assert_eq!((&made["name"], &made["slug"]), (&json!("Áo sơ mi lụa"), &json!("ao-so-mi-lua")));
    assert_eq!((&made["description"], &made["status"]), (&json!("Lụa tơ tằm.\n\nGiặt tay."), &json!("active")));
    assert_eq!(made["currency"], json!("VND"));
    for (member, thing) in [("category_id", &category), ("brand_id", &brand), ("supplier_id", &supplier)] {
        assert_eq!(made[member], thing["id"], "{member}");
    }
    let mut first = made["variants"][0].clone();
    assert!(first["id"].is_string());
    first.as_object_mut().unwrap().remove("id");
    let expected = json!({
        "sku": "SM-M", "options": { "Cỡ": "M" }, "price": 450_000, "compare_at_price": 500_000, "cost": 210_000,
        "barcode": "8938505974194", "weight_g": 180, "on_hand": 0, "reserved": 0, "available": 0,
    });
    assert_eq!(first, expected);
    assert_eq!(made["variants"].as_array().unwrap().len(), 2);

    let read = shop.owner.get(&format!("/products/{}", id(&made))).await;
    assert_eq!(read.expect(200), made);
    assert!(read.header("etag").is_some());
    assert_eq!(fingerprint(&other).await, before);
}

#[tokio::test]
async fn the_list_has_pages_with_links_to_their_neighbours() {
    let (shop, other) = two_shops().await;
    other.product().await;
    for n in 1..=5 {
        shop.product_with(json!({ "name": format!("Áo số {n}") })).await;
    }
    let page = shop.owner.get("/products?per_page=2&page=2&sort=name&q=ao").await;
    let list = page.expect(200);
    assert_eq!(column(&list, "name"), ["Áo số 3", "Áo số 4"]);
    let numbers = ["page", "per_page", "total", "total_pages"].map(|member| list[member].as_i64().unwrap());
    assert_eq!(numbers, [2, 2, 5, 3]);
    let link = |page: i64, rel: &str| format!("<?per_page=2&sort=name&q=ao&page={page}>; rel=\"{rel}\"");
    let links = [link(1, "first"), link(3, "last"), link(1, "prev"), link(3, "next")].join(", ");
    assert_eq!(page.header("link"), Some(&*links));
    assert_eq!(column(&shop.owner.get("/products?sort=-name&per_page=1").await.expect(200), "name"), ["Áo số 5"]);
    assert_eq!(column(&shop.owner.get("/products?per_page=1").await.expect(200), "name"), ["Áo số 5"]);
    assert_eq!(column(&shop.owner.get("/products?sort=created_at&per_page=1").await.expect(200), "name"), ["Áo số 1"]);
    // Behind the last page there is nothing, and that is no error.
    let beyond = shop.owner.get("/products?per_page=2&page=4").await.expect(200);
    assert_eq!((beyond["data"].as_array().unwrap().len(), &beyond["total"]), (0, &json!(5)));
}

#[tokio::test]
async fn a_page_has_one_to_a_hundred_rows() {
    let (shop, _) = two_shops().await;
    for path in ["/products", "/categories", "/brands", "/suppliers", "/customers", "/orders", "/receipts", "/stock"] {
        for (query, pointer, code) in [
            ("per_page=0", "/per_page", "too_small"),
            ("per_page=101", "/per_page", "too_large"),
            ("page=0", "/page", "too_small"),
            ("page=1000001", "/page", "too_large"),
        ] {
            let reply = shop.owner.get(&format!("{path}?{query}")).await;
            reply.expect_problem(422, "invalid");
            assert_eq!(reply.flaws(), [(pointer.to_owned(), code.to_owned())], "{path}?{query}");
        }
        shop.owner.get(&format!("{path}?per_page=100&page=1000000")).await.expect(200);
    }
}

#[tokio::test]
async fn a_change_changes_what_it_names_and_an_outdated_one_nothing() {
    let (shop, _) = two_shops().await;
    let product = shop.product_with(shirt("SM")).await;
    let path = format!("/products/{}", product.id);
    let seen = shop.owner.get(&path).await.header("etag").unwrap().to_owned();
    let changed = shop.owner.patch(&path).header("if-match", &seen).json(json!({ "name": "Áo lụa", "status": "hidden" })).await;
    let view = changed.expect(200);
    let mut expected = product.view.clone();
    expected["name"] = json!("Áo lụa");
    expected["status"] = json!("hidden");
    expected["updated_at"] = view["updated_at"].clone();
    assert_eq!(view, expected);
    assert_ne!(changed.header("etag"), Some(&*seen));

    let before = fingerprint(&shop).await;
    let outdated = shop.owner.patch(&path).header("if-match", &seen).json(json!({ "name": "Áo khác" })).await;
    outdated.expect_problem(412, "precondition-failed");
    assert_eq!(fingerprint(&shop).await, before);
    let now = changed.header("etag").unwrap();
    shop.owner.patch(&path).header("if-match", now).json(json!({ "slug": null })).await.expect(200);
    assert_eq!(shop.owner.get(&path).await.expect(200)["slug"], json!("ao-lua"));
}

#[tokio::test]
async fn variants_come_and_go_one_by_one_and_one_always_stays() {
    let (shop, _) = two_shops().await;
    let product = shop.product_with(shirt("SM")).await;
    let path = format!("/products/{}/variants", product.id);
    // A value that is not on offer yet, then one that is.
    let extra = json!({ "sku": "SM-XL", "options": { "Cỡ": "XL" }, "price": 490_000 });
    let before = fingerprint(&shop).await;
    let reply = shop.owner.post(&path).json(&extra).await;
    reply.expect_problem(422, "invalid");
    assert_eq!(reply.flaws(), [("/options/Cỡ".to_owned(), "not_allowed".to_owned())]);
    assert_eq!(fingerprint(&shop).await, before);
    let options = json!({ "options": [{ "name": "Cỡ", "values": ["M", "L", "XL"] }] });
    shop.owner.patch(&format!("/products/{}", product.id)).json(options).await.expect(200);
    let made = shop.owner.post(&path).json(extra).await.expect(201);
    assert_eq!((&made["price"], &made["available"]), (&json!(490_000), &json!(0)));

    let one = format!("{path}/{}", id(&made));
    let changed = shop.owner.patch(&one).json(json!({ "price": 480_000, "barcode": null })).await.expect(200);
    assert_eq!((&changed["price"], &changed["sku"], &changed["id"]), (&json!(480_000), &json!("SM-XL"), &made["id"]));
    for variant in [id(&made), &product.variants[0]] {
        shop.owner.delete(&format!("{path}/{variant}")).await.expect(204);
    }
    let before = fingerprint(&shop).await;
    shop.owner.delete(&format!("{path}/{}", product.variants[1])).await.expect_problem(409, "last-variant");
    shop.owner.delete(&one).await.expect_problem(404, "not-found");
    assert_eq!(fingerprint(&shop).await, before);
    let view = shop.owner.get(&format!("/products/{}", product.id)).await.expect(200);
    assert_eq!((view["variants"].as_array().unwrap().len(), &view["variants"][0]["sku"]), (1, &json!("SM-L")));
}

#[tokio::test]
async fn the_whole_list_of_variants_is_replaced_and_those_that_stay_keep_their_stock() {
    let (shop, _) = two_shops().await;
    let product = shop.product_with(shirt("SM")).await;
    shop.receive(&product.variants[1], 7).await;
    let variants = json!([
        { "sku": "SM-L", "options": { "Cỡ": "L" }, "price": 1 },
        { "sku": "SM-S", "options": { "Cỡ": "S" }, "price": 2 },
    ]);
    let patch = json!({ "options": [{ "name": "Cỡ", "values": ["S", "L"] }], "variants": variants });
    let view = shop.owner.patch(&format!("/products/{}", product.id)).json(patch).await.expect(200);
    assert_eq!((&view["variants"][0]["id"], &view["variants"][0]["on_hand"]), (&json!(product.variants[1]), &json!(7)));
    assert_eq!((&view["variants"][1]["sku"], &view["variants"][1]["on_hand"]), (&json!("SM-S"), &json!(0)));
    assert_eq!(view["variants"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_deleted_product_is_on_its_own_list_until_it_is_restored_as_it_was() {
    let (shop, _) = two_shops().await;
    let (product, kept) = (shop.product_with(shirt("SM")).await, shop.product().await);
    shop.receive(&product.variant, 3).await;
    let path = format!("/products/{}", product.id);
    let before = shop.owner.get(&path).await.expect(200);
    shop.owner.delete(&path).await.expect(204);
    assert_eq!(column(&shop.owner.get("/products").await.expect(200), "id"), [kept.id]);
    let deleted = shop.owner.get("/products?status=deleted").await.expect(200);
    assert_eq!((column(&deleted, "id"), column(&deleted, "status")), (vec![product.id.clone()], vec!["deleted".to_owned()]));
    assert_eq!(shop.owner.get(&path).await.expect(200)["status"], json!("deleted"));
    // What is deleted is not changed and not deleted once more.
    let gone = fingerprint(&shop).await;
    shop.owner.patch(&path).json(json!({ "name": "x" })).await.expect_problem(404, "not-found");
    shop.owner.delete(&path).await.expect_problem(404, "not-found");
    shop.owner.post(&format!("{path}/variants")).json(json!({ "sku": word(9), "price": 1 })).await.expect_problem(404, "not-found");
    assert_eq!(fingerprint(&shop).await, gone);

    let restored = shop.owner.post(&format!("{path}/restore")).await.expect(200);
    let without_time = |mut view: Value| {
        view["updated_at"] = Value::Null;
        view
    };
    assert_eq!(without_time(restored.clone()), without_time(before));
    assert_eq!(restored["variants"][0]["on_hand"], json!(3));
    // Once more is the same.
    let now = fingerprint(&shop).await;
    assert_eq!(shop.owner.post(&format!("{path}/restore")).await.expect(200), restored);
    assert_eq!(fingerprint(&shop).await, now);
}

#[tokio::test]
async fn a_category_stands_below_another_and_never_below_itself() {
    let (shop, other) = two_shops().await;
    let clothes = make(&shop, "categories", json!({ "name": "Quần áo" })).await;
    let shirts = make(&shop, "categories", json!({ "name": "Áo", "parent_id": clothes["id"] })).await;
    let silk = make(&shop, "categories", json!({ "name": "Áo lụa", "parent_id": shirts["id"] })).await;
    let theirs = make(&other, "categories", json!({ "name": "Quần áo" })).await;
    assert_eq!(theirs["slug"], clothes["slug"]);
    shop.product_with(json!({ "category_id": silk["id"] })).await;

    let before = fingerprint(&shop).await;
    for (parent, code) in [(&silk, "cycle"), (&clothes, "cycle"), (&theirs, "not_found")] {
        let path = format!("/categories/{}", id(&clothes));
        let reply = shop.owner.patch(&path).json(json!({ "parent_id": parent["id"] })).await;
        reply.expect_problem(422, "invalid");
        assert_eq!(reply.flaws(), [("/parent_id".to_owned(), code.to_owned())]);
    }
    assert_eq!(fingerprint(&shop).await, before);

    let tree = shop.visitor().get("/categories").await.expect(200);
    let leaf = &tree["data"][0]["children"][0]["children"][0];
    assert_eq!((&tree["data"][0]["slug"], &tree["data"][0]["product_count"]), (&json!("quan-ao"), &json!(1)));
    assert_eq!((&leaf["slug"], &leaf["product_count"]), (&json!("ao-lua"), &json!(1)));
    let page = shop.visitor().get("/categories/ao-lua").await.expect(200);
    let path: Vec<&str> = page["breadcrumbs"].as_array().unwrap().iter().map(|link| link["slug"].as_str().unwrap()).collect();
    assert_eq!(path, ["quan-ao", "ao", "ao-lua"]);

    // What stood below a deleted one moves up; restored, it is empty.
    shop.owner.delete(&format!("/categories/{}", id(&shirts))).await.expect(204);
    let list = shop.owner.get("/categories").await.expect(200);
    assert_eq!(column(&list, "slug"), ["quan-ao", "ao-lua"]);
    assert_eq!(list["data"][1]["parent_id"], clothes["id"]);
    assert_eq!(column(&shop.owner.get("/categories?status=deleted").await.expect(200), "slug"), ["ao"]);
    let restored = shop.owner.post(&format!("/categories/{}/restore", id(&shirts))).await.expect(200);
    assert_eq!((&restored["parent_id"], &restored["product_count"]), (&clothes["id"], &json!(0)));
}

#[tokio::test]
async fn brands_and_suppliers_are_made_listed_changed_deleted_and_restored() {
    let (shop, other) = two_shops().await;
    let before = fingerprint(&other).await;
    for kind in ["brands", "suppliers"] {
        let first = make(&shop, kind, json!({ "name": "Lụa Hà Đông" })).await;
        make(&shop, kind, json!({ "name": "Gốm Bát Tràng" })).await;
        let product = shop.product_with(json!({ format!("{}_id", kind.trim_end_matches('s')): first["id"] })).await;
        let path = format!("/{kind}/{}", id(&first));
        let whole = shop.owner.get(&format!("/{kind}")).await.expect(200);
        assert_eq!(
            (column(&whole, "name"), &whole["total_pages"]),
            (vec!["Gốm Bát Tràng".to_owned(), "Lụa Hà Đông".to_owned()], &json!(1))
        );
        let page = shop.owner.get(&format!("/{kind}?per_page=1&page=2")).await.expect(200);
        assert_eq!((column(&page, "name"), &page["total_pages"]), (vec!["Lụa Hà Đông".to_owned()], &json!(2)));

        let seen = shop.owner.get(&path).await.header("etag").unwrap().to_owned();
        let rename = |name: &str| shop.owner.patch(&path).header("if-match", &seen).json(json!({ "name": name }));
        assert_eq!(rename("Lụa Vạn Phúc").await.expect(200)["name"], json!("Lụa Vạn Phúc"));
        rename("Lụa khác").await.expect_problem(412, "precondition-failed");
        shop.owner.delete(&path).await.expect(204);
        shop.owner.delete(&path).await.expect_problem(404, "not-found");
        assert_eq!(column(&shop.owner.get(&format!("/{kind}")).await.expect(200), "name"), ["Gốm Bát Tràng"]);
        assert_eq!(column(&shop.owner.get(&format!("/{kind}?status=deleted")).await.expect(200), "name"), ["Lụa Vạn Phúc"]);
        let member = format!("{}_id", kind.trim_end_matches('s'));
        assert_eq!(shop.owner.get(&format!("/products/{}", product.id)).await.expect(200)[&member], Value::Null);
        assert_eq!(shop.owner.post(&format!("{path}/restore")).await.expect(200)["status"], json!("active"));
        assert_eq!(shop.owner.get(&format!("/{kind}")).await.expect(200)["total"], json!(2));
    }
    assert_eq!(fingerprint(&other).await, before);
}
