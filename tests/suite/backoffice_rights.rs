//! What staff may not do by form, and what is another shop's: refused with a page, and nothing changes.

use serde_json::Value;

use crate::backoffice::{owner_of, sign_in, t};
use crate::support::{Browser, Shop, fingerprint, two_shops};

/// A browser in which a new clerk is signed in.
async fn clerk_of(shop: &Shop) -> Browser {
    let me = shop.clerk().await.get("/me").await.expect(200);
    sign_in(shop, me["email"].as_str().unwrap()).await
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_clerk_finds_no_door_they_may_not_open() {
    let (shop, _) = two_shops().await;
    let product = shop.stocked_product(3).await;
    let mut browser = clerk_of(&shop).await;
    let home = browser.get("/admin").await.page(200);
    for door in ["/admin/suppliers", "/admin/products/new", "/admin/receipts/new"] {
        assert!(!home.contains(door), "{door} is on the page");
    }
    for hidden in ["admin.dashboard.revenue_today", "admin.dashboard.best", "admin.start.title"] {
        assert!(!home.contains(&t(hidden)), "{hidden}");
    }
    let products = browser.get("/admin/products").await.page(200);
    assert!(!products.contains("/admin/products/new"));
    let editor = browser.get(&format!("/admin/products/{}", product.id)).await.page(200);
    assert!(editor.contains("<fieldset class=\"panels\" disabled>"));
    assert!(!editor.contains("/images") && !editor.contains("/delete"));
    let doors =
        [("/admin/suppliers", "suppliers.read"), ("/admin/products/new", "products.write"), ("/admin/receipts/new", "receipts.write")];
    for (door, right) in doors {
        let page = browser.get(door).await.page(403);
        assert!(page.contains(&t("admin.forbidden.title")) && page.contains(right), "{door}: {page}");
    }
}

#[tokio::test]
async fn a_clerks_forms_do_nothing_they_may_not_do() {
    let (shop, _) = two_shops().await;
    let product = shop.stocked_product(3).await;
    let lines = serde_json::json!([{ "variant_id": product.variant, "quantity": 1 }]);
    let draft = text(&shop.owner.post("/receipts").json(serde_json::json!({ "lines": lines })).await.expect(201)["id"]);
    let brand = text(&shop.owner.post("/brands").json(serde_json::json!({ "name": "Lụa" })).await.expect(201)["id"]);
    let mut browser = clerk_of(&shop).await;
    let before = fingerprint(&shop).await;
    let one = format!("/admin/products/{}", product.id);
    for path in [
        "/admin/products/new".to_owned(),
        one.clone(),
        format!("{one}/delete"),
        format!("{one}/restore"),
        format!("{one}/images"),
        format!("{one}/images/{}/move", product.id),
        format!("{one}/images/{}/delete", product.id),
        "/admin/receipts/new".to_owned(),
        format!("/admin/receipts/{draft}/complete"),
        "/admin/stock/adjustments".to_owned(),
        "/admin/categories".to_owned(),
        format!("/admin/brands/{brand}"),
        format!("/admin/brands/{brand}/delete"),
        format!("/admin/brands/{brand}/restore"),
        "/admin/suppliers".to_owned(),
    ] {
        let fields = [("name", "Đổi"), ("sku", "X"), ("price", "1"), ("quantity", "1"), ("delta", "1"), ("reason", "x")];
        let page = browser.post(&path, &fields).await.page(403);
        assert!(page.contains(&t("admin.forbidden.title")), "{path}");
    }
    assert_eq!(fingerprint(&shop).await, before);
}

#[tokio::test]
async fn another_shops_things_are_not_here() {
    let (shop, other) = two_shops().await;
    let product = other.stocked_product(3).await;
    let order = text(&other.customer().await.order(&[(&product.variant, 1)]).await.expect(201)["id"]);
    let receipt = text(&other.receive(&product.variant, 1).await["id"]);
    let make = |kind: &'static str| async {
        text(&other.owner.post(kind).json(serde_json::json!({ "name": "Của người" })).await.expect(201)["id"])
    };
    let (category, brand, supplier) = (make("/categories").await, make("/brands").await, make("/suppliers").await);
    let mut browser = owner_of(&shop).await;
    let before = (fingerprint(&shop).await, fingerprint(&other).await);

    let things = [
        format!("/admin/products/{}", product.id),
        format!("/admin/orders/{order}"),
        format!("/admin/receipts/{receipt}"),
        format!("/admin/categories/{category}"),
        format!("/admin/brands/{brand}"),
        format!("/admin/suppliers/{supplier}"),
    ];
    let acts = ["delete", "restore", "images", "status", "cancel", "complete", "images/019aa4c2-7d10-7b3e-9f00-000000000001/delete"];
    let fields = [("name", "Chiếm"), ("sku", "X"), ("price", "1"), ("status", "confirmed"), ("reason", "x")];
    for thing in &things {
        let page = browser.get(thing).await.page(404);
        assert!(page.contains(&t("admin.not_found.title")) && !page.contains(other.canary()), "{thing}");
        for act in acts {
            let reply = browser.post(&format!("{thing}/{act}"), &fields).await;
            // An upload without a picture may be refused before the product is looked for.
            assert!([404, 405, 415].contains(&reply.status), "{reply}");
        }
    }
    for thing in &things[..1] {
        browser.post(thing, &fields).await.page(404);
    }
    let adjust = [("variant_id", product.variant.as_str()), ("delta", "1"), ("reason", "x")];
    browser.post("/admin/stock/adjustments", &adjust).await.page(404);
    for list in [format!("/admin/stock?adjust={}", product.variant), format!("/admin/stock/movements?variant_id={}", product.variant)] {
        assert!(!browser.get(&list).await.page(200).contains(other.canary()), "{list}");
    }
    let sku = text(&product.view["variants"][0]["sku"]);
    let foreign =
        [("name", "Áo"), ("category_id", &category), ("brand_id", &brand), ("supplier_id", &supplier), ("sku", &sku), ("price", "1")];
    let page = browser.post("/admin/products/new", &foreign).await;
    page.page(422);
    assert_eq!(page.message("category_id"), Some(t("field.not_found")));
    let page = browser.post("/admin/receipts/new", &[("sku", &sku), ("quantity", "1"), ("unit_cost", ""), ("action", "complete")]).await;
    assert!(page.page(422).contains(&t("field.not_found")));
    assert_eq!((fingerprint(&shop).await, fingerprint(&other).await), before);
}
