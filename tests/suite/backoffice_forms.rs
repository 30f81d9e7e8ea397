//! What staff write into the back office's forms: done once, or back as typed with a word at each mistake.

use serde_json::{Value, json};

use crate::backoffice::{borrowed, owner_of, t};
use crate::support::{Browser, Reply, Shop, fingerprint, two_shops, word};

type Fields = Vec<(&'static str, String)>;

/// A variant's row: its options, SKU and price.
fn row(id: &str, options: [&str; 2], sku: &str, price: &str) -> Fields {
    let values = [("variant_id", id), ("option1", options[0]), ("option2", options[1]), ("option3", ""), ("sku", sku), ("price", price)];
    let rest = [("barcode", ""), ("compare_at_price", ""), ("cost", ""), ("weight_g", "")];
    values.into_iter().chain(rest).map(|(name, value)| (name, value.to_owned())).collect()
}

/// A product of two colours and two sizes, with these rows.
fn product_form(name: &str, rows: Vec<Fields>, action: &str) -> Fields {
    let head = [("name", name), ("slug", ""), ("description", "Mềm.\r\n\r\nMát."), ("status", "active"), ("action", action)];
    let options = [("option_name", "Màu"), ("option_values", "Đỏ, Xanh"), ("option_name", "Cỡ"), ("option_values", "S, M")];
    let mut fields: Fields = head.into_iter().chain(options).map(|(name, value)| (name, value.to_owned())).collect();
    fields.extend([("option_name", String::new()), ("option_values", String::new())]);
    fields.extend(rows.into_iter().flatten());
    fields
}

/// Every value of the page's fields with this name.
fn values(page: &Reply, name: &str) -> Vec<String> {
    let text = page.text();
    let tags = text.split('<').filter(|tag| tag.contains(&format!(" name=\"{name}\"")));
    tags.map(|tag| tag.split(" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()).collect()
}

async fn products(shop: &Shop) -> Vec<Value> {
    shop.owner.get("/products").await.expect(200)["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_product_with_all_its_variants_is_made_by_form_alone() {
    let (shop, other) = two_shops().await;
    let untouched = fingerprint(&other).await;
    let mut browser = owner_of(&shop).await;
    let name = format!("Áo {}", shop.handle);
    let fields = product_form(&name, vec![row("", ["", ""], "AO", "199.000"), row("", ["", ""], "", "")], "matrix");
    let matrix = browser.post("/admin/products/new", &borrowed(&fields)).await;
    matrix.page(200);
    assert_eq!(values(&matrix, "sku"), ["AO-DO-S", "AO-DO-M", "AO-XANH-S", "AO-XANH-M"]);
    assert_eq!(values(&matrix, "price"), ["199.000"; 4]);
    assert!(products(&shop).await.is_empty());

    let rows = ["S", "M"].into_iter().flat_map(|size| [("Đỏ", "DO"), ("Xanh", "XANH")].map(|(colour, code)| (colour, code, size)));
    let rows = rows.map(|(colour, code, size)| row("", [colour, size], &format!("AO-{code}-{size}"), "199.000")).collect();
    let made = browser.post("/admin/products/new", &borrowed(&product_form(&name, rows, "save"))).await;
    let page = made.leads_to().to_owned();
    assert!(browser.follow(&made).await.page(200).contains(&t("admin.flash.product_created")));
    let found = products(&shop).await;
    assert_eq!((found.len(), page), (1, format!("/admin/products/{}", found[0]["id"].as_str().unwrap())));
    assert_eq!(
        (&found[0]["name"], &found[0]["description"], &found[0]["status"]),
        (&json!(name), &json!("Mềm.\n\nMát."), &json!("active"))
    );
    let variants = found[0]["variants"].as_array().unwrap();
    let skus: Vec<_> = variants.iter().map(|v| (v["sku"].as_str().unwrap(), v["price"].as_i64().unwrap())).collect();
    assert_eq!(skus, [("AO-DO-S", 199_000), ("AO-XANH-S", 199_000), ("AO-DO-M", 199_000), ("AO-XANH-M", 199_000)]);
    assert_eq!(variants[3]["options"], json!({ "Màu": "Xanh", "Cỡ": "M" }));
    assert_eq!(fingerprint(&other).await, untouched);
}

#[tokio::test]
async fn a_refused_product_comes_back_as_typed_with_a_word_at_each_mistake() {
    let (shop, _) = two_shops().await;
    let taken = shop.product().await.view["variants"][0]["sku"].as_str().unwrap().to_owned();
    let mut browser = owner_of(&shop).await;
    let before = fingerprint(&shop).await;
    let rows = vec![
        row("", ["Đỏ", "S"], "A", "mười"),
        row("", ["", ""], "", ""),
        row("", ["Tím", "S"], "B", ""),
        row("", ["Xanh", "M"], "a\0b", "-5"),
    ];
    let page = browser.post("/admin/products/new", &borrowed(&product_form(" ", rows, "save"))).await;
    let html = page.page(422);
    assert_eq!(page.message("name"), Some(t("field.required")));
    for (cell, row, flaw) in [("price", 1, "number"), ("sku", 3, "not_allowed"), ("price", 3, "required"), ("sku", 4, "control_characters")]
    {
        let message = format!("id=\"e-{cell}-{row}\">{}", t(&format!("field.{flaw}")));
        assert!(html.contains(&message), "no {message}: {html}");
    }
    assert_eq!(values(&page, "price"), ["mười", "", "", "-5"]);

    let page = browser.post("/admin/products/new", &borrowed(&product_form("Áo", vec![row("", ["Đỏ", "S"], &taken, "1")], "save"))).await;
    assert!(page.page(409).contains(&format!("id=\"e-sku-1\">{}", t("field.taken"))));
    let nothing = browser.post("/admin/products/new", &[("name", "Áo"), ("action", "save")]).await;
    assert!(nothing.page(422).contains(&t("field.required")));
    assert_eq!(fingerprint(&shop).await, before);
}

#[tokio::test]
async fn saving_a_product_keeps_a_variant_that_somebody_added_meanwhile() {
    let (shop, _) = two_shops().await;
    let options = json!([{ "name": "Màu", "values": ["Đỏ", "Xanh"] }, { "name": "Cỡ", "values": ["S", "M"] }]);
    let variant = |sku: &str, size: &str| json!({ "sku": sku, "price": 1_000, "options": { "Màu": "Đỏ", "Cỡ": size } });
    let product = shop.product_with(json!({ "options": options, "variants": [variant("A", "S"), variant("B", "M")] })).await;
    let mut browser = owner_of(&shop).await;
    let late = json!({ "sku": "C", "price": 3_000, "options": { "Màu": "Xanh", "Cỡ": "S" } });
    shop.owner.post(&format!("/products/{}/variants", product.id)).json(late).await.expect(201);

    let mut fields = product_form(
        "Áo",
        vec![row(&product.variants[0], ["Đỏ", "S"], "A", "2.000"), row(&product.variants[1], ["Đỏ", "M"], "B", "1.000")],
        "save",
    );
    fields.push(("remove", "1".to_owned()));
    browser.post(&format!("/admin/products/{}", product.id), &borrowed(&fields)).await.leads_to();
    let view = shop.owner.get(&format!("/products/{}", product.id)).await.expect(200);
    let left: Vec<_> =
        view["variants"].as_array().unwrap().iter().map(|v| (v["sku"].as_str().unwrap(), v["price"].as_i64().unwrap())).collect();
    assert_eq!(left, [("A", 2_000), ("C", 3_000)]);
    assert_eq!(view["variants"][0]["id"], product.variants[0].as_str());
}

#[tokio::test]
async fn a_deleted_product_asks_once_leaves_and_comes_back() {
    let (shop, _) = two_shops().await;
    let product = shop.stocked_product(2).await;
    let mut browser = owner_of(&shop).await;
    let page = format!("/admin/products/{}", product.id);
    let name = product.view["name"].as_str().unwrap();
    assert!(browser.get(&format!("{page}/delete")).await.page(200).contains(name));
    for _ in 0..2 {
        assert_eq!(browser.post(&format!("{page}/delete"), &[]).await.leads_to(), "/admin/products");
    }
    assert!(!browser.get("/admin/products").await.page(200).contains(name));
    assert!(browser.get("/admin/products?status=deleted").await.page(200).contains(name));
    shop.visitor().get(&format!("/products/{}", product.slug)).await.expect_problem(404, "not-found");

    let sku = product.view["variants"][0]["sku"].clone();
    let rival = shop.product_with(json!({ "variants": [{ "sku": sku, "price": 1 }] })).await;
    let refused = browser.post(&format!("{page}/restore"), &[]).await;
    assert!(browser.follow(&refused).await.page(200).contains(&t("problem.sku-taken.detail")));
    shop.owner.delete(&format!("/products/{}", rival.id)).await.expect(204);
    assert_eq!(browser.post(&format!("{page}/restore"), &[]).await.leads_to(), page);
    assert_eq!(shop.stock_of(&product.variant).await, (2, 0));
}

/// A receipt of one line, with the key its form was given.
async fn receipt_form(browser: &mut Browser, sku: &str, action: &str) -> Fields {
    let page = browser.get(&format!("/admin/receipts/new?sku={sku}")).await;
    assert_eq!(values(&page, "sku"), [sku, "", "", "", ""]);
    let values = [("reference", "HĐ-7"), ("sku", sku), ("quantity", "1.000"), ("unit_cost", "90.000"), ("action", action)];
    let mut fields: Fields = values.into_iter().map(|(name, value)| (name, value.to_owned())).collect();
    fields.push(("idempotency_key", page.field("idempotency_key")));
    fields
}

#[tokio::test]
async fn a_receipt_sent_twice_at_once_is_in_stock_once() {
    let (shop, other) = two_shops().await;
    let untouched = fingerprint(&other).await;
    let product = shop.product().await;
    let sku = product.view["variants"][0]["sku"].as_str().unwrap();
    let mut browser = owner_of(&shop).await;
    let fields = receipt_form(&mut browser, sku, "complete").await;
    let fields = borrowed(&fields);
    let (mut first, mut second) = (browser.clone(), browser.clone());
    let both = tokio::join!(first.post("/admin/receipts/new", &fields), second.post("/admin/receipts/new", &fields));
    assert_eq!(both.0.leads_to(), both.1.leads_to());
    assert_eq!(shop.stock_of(&product.variant).await, (1_000, 0));
    let receipts = shop.owner.get("/receipts").await.expect(200);
    assert_eq!((receipts["total"].as_i64(), receipts["data"][0]["total_cost"].as_i64()), (Some(1), Some(90_000_000)));

    // Gone back, changed and sent anew, the form stands for another receipt and says so.
    let mut changed = fields.clone();
    changed.extend([("sku", sku), ("quantity", "1"), ("unit_cost", "")]);
    let page = browser.post("/admin/receipts/new", &changed).await;
    assert!(page.page(422).contains(&t("admin.form.sent_before")));
    assert_eq!(shop.stock_of(&product.variant).await, (1_000, 0));
    let key = page.field("idempotency_key");
    changed.iter_mut().filter(|(name, _)| *name == "idempotency_key").for_each(|(_, old)| *old = &key);
    browser.post("/admin/receipts/new", &changed).await.leads_to();
    assert_eq!(shop.stock_of(&product.variant).await, (2_001, 0));
    assert_eq!(fingerprint(&other).await, untouched);
}

#[tokio::test]
async fn a_draft_is_put_in_stock_once_however_often_the_button_is_pressed() {
    let (shop, _) = two_shops().await;
    let product = shop.product().await;
    let sku = product.view["variants"][0]["sku"].as_str().unwrap();
    let mut browser = owner_of(&shop).await;
    let before = fingerprint(&shop).await;
    let wrong = [("sku", "không có"), ("quantity", "0"), ("unit_cost", "x"), ("action", "draft")];
    let page = browser.post("/admin/receipts/new", &wrong).await;
    let html = page.page(422);
    for (cell, flaw) in [("sku", "not_found"), ("unit_cost", "number")] {
        assert!(html.contains(&format!("id=\"e-{cell}-1\">{}", t(&format!("field.{flaw}")))), "{html}");
    }
    assert_eq!(fingerprint(&shop).await, before);

    let fields = receipt_form(&mut browser, sku, "draft").await;
    let saved = browser.post("/admin/receipts/new", &borrowed(&fields)).await;
    assert_eq!(shop.stock_of(&product.variant).await, (0, 0));
    let complete = format!("{}/complete", saved.leads_to());
    for _ in 0..2 {
        assert_eq!(browser.post(&complete, &[]).await.leads_to(), saved.leads_to());
        assert_eq!(shop.stock_of(&product.variant).await, (1_000, 0));
    }
}

#[tokio::test]
async fn stock_is_changed_by_hand_once_and_never_below_what_is_promised() {
    let (shop, _) = two_shops().await;
    let product = shop.stocked_product(5).await;
    shop.customer().await.order(&[(&product.variant, 2)]).await.expect(201);
    let mut browser = owner_of(&shop).await;
    let page = browser.get(&format!("/admin/stock?low=&q=&adjust={}", product.variant)).await;
    let key = page.field("idempotency_key");
    let form = |delta: &'static str, reason: &'static str, key: &str| {
        [
            ("variant_id", product.variant.clone()),
            ("delta", delta.to_owned()),
            ("reason", reason.to_owned()),
            ("back", "/admin/stock?q=A".to_owned()),
            ("idempotency_key", key.to_owned()),
        ]
    };
    let once = form("−2", "Hỏng", &key);
    for _ in 0..2 {
        assert_eq!(browser.post("/admin/stock/adjustments", &borrowed(&once)).await.leads_to(), "/admin/stock?q=A");
        assert_eq!(shop.stock_of(&product.variant).await, (3, 2));
    }
    let before = fingerprint(&shop).await;
    for (delta, reason, status, field, message) in [
        ("-2", "Hỏng", 409, "delta", t("problem.stock-reserved.detail")),
        ("hai", "Hỏng", 422, "delta", t("field.number")),
        ("", "Hỏng", 422, "delta", t("field.required")),
        ("1", " ", 422, "reason", t("field.required")),
        ("1", "a\0", 422, "reason", t("field.control_characters")),
    ] {
        let page = browser.post("/admin/stock/adjustments", &borrowed(&form(delta, reason, &word(20)))).await;
        page.page(status);
        assert_eq!(page.message(field), Some(message), "{delta} {reason}");
        assert_eq!(page.field("delta"), delta);
    }
    assert_eq!(fingerprint(&shop).await, before);
}

#[tokio::test]
async fn categories_brands_and_suppliers_are_made_changed_deleted_and_brought_back() {
    let (shop, _) = two_shops().await;
    let mut browser = owner_of(&shop).await;
    for kind in ["categories", "brands", "suppliers"] {
        let (list, name) = (format!("/admin/{kind}"), format!("Sông {kind}"));
        assert_eq!(browser.post(&list, &[("name", &name), ("slug", "")]).await.leads_to(), list);
        let data = shop.owner.get(&format!("/{kind}")).await.expect(200)["data"].clone();
        assert_eq!((data.as_array().unwrap().len(), &data[0]["name"]), (1, &json!(name)));
        let one = format!("{list}/{}", data[0]["id"].as_str().unwrap());
        assert_eq!(browser.get(&one).await.field("name"), name);
        let before = fingerprint(&shop).await;
        let refused = browser.post(&one, &[("name", "")]).await;
        refused.page(422);
        assert_eq!((refused.message("name"), fingerprint(&shop).await), (Some(t("field.required")), before));
        assert_eq!(browser.post(&one, &[("name", "Biển")]).await.leads_to(), list);
        assert!(browser.get(&list).await.page(200).contains("Biển"));
        assert_eq!(browser.post(&format!("{one}/delete"), &[]).await.leads_to(), list);
        assert!(!browser.get(&list).await.page(200).contains("Biển"));
        browser.get(&one).await.page(404);
        assert!(browser.get(&format!("{list}?status=deleted")).await.page(200).contains("Biển"));
        assert_eq!(browser.post(&format!("{one}/restore"), &[]).await.leads_to(), list);
        assert!(browser.get(&list).await.page(200).contains("Biển"));
    }
}
