//! SKUs, slugs and codes: one in a shop, free in the next one, free again once deleted.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Shop, fingerprint, two_shops, word};

fn product(name: &str, slug: Option<&str>, sku: &str) -> Value {
    let mut body = json!({ "name": name, "variants": [{ "sku": sku, "price": 1_000 }] });
    if let Some(slug) = slug {
        body["slug"] = json!(slug);
    }
    body
}

async fn slug_of(shop: &Shop, name: &str) -> String {
    shop.product_with(json!({ "name": name })).await.slug
}

#[tokio::test]
async fn a_slug_is_made_from_a_name_without_its_marks() {
    let (shop, other) = two_shops().await;
    assert_eq!(slug_of(&shop, "Áo dài  Đũi thêu (đỏ đậm)").await, "ao-dai-dui-theu-do-dam");
    assert_eq!(slug_of(&shop, "Áo dài đũi thêu đỏ đậm").await, "ao-dai-dui-theu-do-dam-2");
    assert_eq!(slug_of(&shop, "ÁO DÀI ĐŨI THÊU ĐỎ ĐẬM!").await, "ao-dai-dui-theu-do-dam-3");
    assert_eq!(slug_of(&other, "Áo dài đũi thêu đỏ đậm").await, "ao-dai-dui-theu-do-dam");
    assert_eq!(slug_of(&shop, "!!!").await, "product");
    let long = slug_of(&shop, &"Lụa ".repeat(50)).await;
    assert!(long.len() <= 200 && long.starts_with("lua-lua-"), "{long}");
}

#[tokio::test]
async fn a_sku_and_a_slug_are_one_in_a_shop_and_free_in_another() {
    let (shop, other) = two_shops().await;
    shop.owner.post("/products").json(product("Áo", Some("ao"), "A-1")).await.expect(201);
    other.owner.post("/products").json(product("Áo", Some("ao"), "A-1")).await.expect(201);
    let before = fingerprint(&shop).await;
    let sku = shop.owner.post("/products").json(product("Quần", Some("quan"), "A-1")).await;
    sku.expect_problem(409, "sku-taken");
    assert_eq!(sku.flaws(), [("/variants/0/sku".to_owned(), "taken".to_owned())]);
    let slug = shop.owner.post("/products").json(product("Quần", Some("ao"), "Q-1")).await;
    slug.expect_problem(409, "slug-taken");
    assert_eq!(slug.flaws(), [("/slug".to_owned(), "taken".to_owned())]);
    assert_eq!(fingerprint(&shop).await, before);
    // Case tells SKUs apart.
    shop.owner.post("/products").json(product("Quần", None, "a-1")).await.expect(201);
}

#[tokio::test]
async fn every_double_sku_of_a_list_is_named_at_once() {
    let (shop, _) = two_shops().await;
    for sku in ["A-1", "A-3"] {
        shop.owner.post("/products").json(product("Áo", None, sku)).await.expect(201);
    }
    let before = fingerprint(&shop).await;
    let variant = |sku: &str, size: &str| json!({ "sku": sku, "options": { "Cỡ": size }, "price": 1 });
    let body = json!({
        "name": "Quần", "options": [{ "name": "Cỡ", "values": ["S", "M", "L"] }],
        "variants": [variant("A-1", "S"), variant("A-2", "M"), variant("A-3", "L")],
    });
    let reply = shop.owner.post("/products").json(body).await;
    reply.expect_problem(409, "sku-taken");
    assert_eq!(reply.flaws(), ["/variants/0/sku", "/variants/2/sku"].map(|pointer| (pointer.to_owned(), "taken".to_owned())));
    assert_eq!(fingerprint(&shop).await, before);
}

#[tokio::test]
async fn names_are_free_again_after_deletion_and_who_took_them_keeps_them() {
    let (shop, _) = two_shops().await;
    let first = shop.owner.post("/products").json(product("Áo", Some("ao"), "A-1")).await.expect(201);
    let path = format!("/products/{}", first["id"].as_str().unwrap());
    shop.owner.delete(&path).await.expect(204);
    let second = shop.owner.post("/products").json(product("Áo mới", Some("ao"), "A-2")).await.expect(201);
    let before = fingerprint(&shop).await;
    shop.owner.post(&format!("{path}/restore")).await.expect_problem(409, "slug-taken");
    assert_eq!(fingerprint(&shop).await, before);

    let taker = shop.owner.post("/products").json(product("Quần", Some("quan"), "A-1")).await.expect(201);
    let second = format!("/products/{}", second["id"].as_str().unwrap());
    shop.owner.patch(&second).json(json!({ "slug": "ao-moi" })).await.expect(200);
    let before = fingerprint(&shop).await;
    shop.owner.post(&format!("{path}/restore")).await.expect_problem(409, "sku-taken");
    assert_eq!(fingerprint(&shop).await, before);

    shop.owner.delete(&format!("/products/{}", taker["id"].as_str().unwrap())).await.expect(204);
    let restored = shop.owner.post(&format!("{path}/restore")).await.expect(200);
    assert_eq!((&restored["slug"], &restored["variants"][0]["sku"]), (&json!("ao"), &json!("A-1")));
}

#[tokio::test]
async fn categories_brands_and_suppliers_give_their_names_back_too() {
    let (shop, other) = two_shops().await;
    for (kind, member, code, taken) in [
        ("categories", "slug", "lua-to", "slug-taken"),
        ("brands", "slug", "lua-to", "slug-taken"),
        ("suppliers", "code", "LT", "code-taken"),
    ] {
        let list = format!("/{kind}");
        let body = json!({ "name": "Lụa tơ", member: code });
        let first = shop.owner.post(&list).json(&body).await.expect(201);
        other.owner.post(&list).json(&body).await.expect(201);
        let before = fingerprint(&shop).await;
        let reply = shop.owner.post(&list).json(&body).await;
        reply.expect_problem(409, taken);
        assert_eq!(reply.flaws(), [(format!("/{member}"), "taken".to_owned())]);
        assert_eq!(fingerprint(&shop).await, before);

        let path = format!("{list}/{}", first["id"].as_str().unwrap());
        shop.owner.delete(&path).await.expect(204);
        let second = shop.owner.post(&list).json(&body).await.expect(201);
        let before = fingerprint(&shop).await;
        shop.owner.post(&format!("{path}/restore")).await.expect_problem(409, taken);
        assert_eq!(fingerprint(&shop).await, before);
        shop.owner.delete(&format!("{list}/{}", second["id"].as_str().unwrap())).await.expect(204);
        assert_eq!(shop.owner.post(&format!("{path}/restore")).await.expect(200)[member], json!(code));
    }
}

#[tokio::test]
async fn of_many_products_with_one_sku_at_once_one_is_made() {
    let (shop, _) = two_shops().await;
    let sku = word(8);
    let replies = join_all((0..6).map(|n| {
        let body = product(&format!("Áo {n}"), None, &sku);
        let owner = shop.owner.clone();
        async move { owner.post("/products").json(body).await }
    }))
    .await;
    let (made, refused): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 201);
    assert_eq!(made.len(), 1);
    for reply in refused {
        reply.expect_problem(409, "sku-taken");
    }
    assert_eq!(shop.owner.get("/products").await.expect(200)["total"], json!(1));
}

#[tokio::test]
async fn products_of_one_name_made_at_once_get_slugs_in_a_row() {
    let (shop, _) = two_shops().await;
    let replies = join_all((0..5).map(|_| {
        let (body, owner) = (product("Áo len", None, &word(9)), shop.owner.clone());
        async move { owner.post("/products").json(body).await.expect(201)["slug"].as_str().unwrap().to_owned() }
    }));
    let mut slugs = replies.await;
    slugs.sort();
    assert_eq!(slugs, ["ao-len", "ao-len-2", "ao-len-3", "ao-len-4", "ao-len-5"]);
}

#[tokio::test]
async fn variants_of_one_product_may_trade_their_skus() {
    let (shop, _) = two_shops().await;
    let variant = |sku: &str, size: &str| json!({ "sku": sku, "options": { "Cỡ": size }, "price": 1 });
    let options = json!([{ "name": "Cỡ", "values": ["S", "M"] }]);
    let made = shop.product_with(json!({ "options": options, "variants": [variant("T-1", "S"), variant("T-2", "M")] })).await;
    let mut list = json!([variant("T-2", "S"), variant("T-1", "M")]);
    list[0]["id"] = json!(made.variants[0]);
    list[1]["id"] = json!(made.variants[1]);
    let view = shop.owner.patch(&format!("/products/{}", made.id)).json(json!({ "variants": list })).await.expect(200);
    let pair = |n: usize| (view["variants"][n]["id"].clone(), view["variants"][n]["sku"].clone());
    assert_eq!(pair(0), (json!(made.variants[0]), json!("T-2")));
    assert_eq!(pair(1), (json!(made.variants[1]), json!("T-1")));
}
