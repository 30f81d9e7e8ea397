use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{order_numbers, text};
use crate::support::{Customer, PASSWORD, Product, Shop, address, assert_unchanged, fingerprint, order_body, two_shops, word};

/// (variant, units) of each line, in order.
fn lines(cart: &Value) -> Vec<(String, i64)> {
    let line = |line: &Value| (text(&line["variant_id"]).to_owned(), line["quantity"].as_i64().unwrap());
    cart["lines"].as_array().unwrap().iter().map(line).collect()
}

async fn cart_of(customer: &Customer) -> Value {
    customer.get("/cart").await.expect(200)
}

fn line_of(product: &Product, quantity: i64, available: i64) -> Value {
    json!({
        "variant_id": product.variant,
        "product": { "name": product.view["name"], "slug": product.slug, "image": null },
        "sku": product.view["variants"][0]["sku"],
        "options": {},
        "quantity": quantity,
        "unit_price": 199_000,
        "line_total": 199_000 * quantity,
        "available": available,
    })
}

#[tokio::test]
async fn a_cart_and_an_order_need_a_customer_of_this_shop() {
    let (shop, other) = two_shops().await;
    let product = shop.stocked_product(5).await;
    let stranger = other.customer().await;
    let (before, others) = (fingerprint(&shop).await, fingerprint(&other).await);
    let line = format!("/cart/lines/{}", product.variant);
    let theirs = shop.visitor().with_token(stranger.token.clone().unwrap());
    let staffs = shop.visitor().with_token(shop.owner.token.clone().unwrap());
    for (actor, code) in [(shop.visitor(), "unauthenticated"), (theirs, "unauthenticated"), (staffs, "session-expired")] {
        actor.get("/cart").await.expect_problem(401, code);
        actor.put(&line).json(json!({ "quantity": 1 })).await.expect_problem(401, code);
        actor.delete(&line).await.expect_problem(401, code);
        actor.delete("/cart").await.expect_problem(401, code);
        let order = actor.post("/orders").key(&word(20)).json(order_body(&[(&product.variant, 1)]));
        order.await.expect_problem(401, code);
        actor.get("/me/orders").await.expect_problem(401, code);
    }
    assert_unchanged(&shop, &before).await;
    assert_unchanged(&other, &others).await;
}

#[tokio::test]
async fn lines_are_set_and_taken_out_and_each_customer_has_a_cart_of_their_own() {
    let (shop, other) = two_shops().await;
    let (shirt, scarf) = (shop.stocked_product(5).await, shop.stocked_product(2).await);
    let (an, binh) = (shop.customer().await, shop.customer().await);
    let others = fingerprint(&other).await;
    let empty = json!({ "lines": [], "count": 0, "subtotal": 0, "currency": "VND", "version": 0 });
    assert_eq!(cart_of(&an).await, empty);

    an.put_in_cart(&shirt.variant, 1).await.expect(200);
    an.put_in_cart(&scarf.variant, 2).await.expect(200);
    // Set, not added; and it stays where it came in.
    let cart = an.put_in_cart(&shirt.variant, 3).await.expect(200);
    assert_eq!(
        cart,
        json!({
            "lines": [line_of(&shirt, 3, 5), line_of(&scarf, 2, 2)],
            "count": 5, "subtotal": 995_000, "currency": "VND", "version": 3,
        })
    );
    assert_eq!(cart_of(&an).await, cart);
    assert_eq!(cart_of(&binh).await, empty);

    // The same units again are no change; 0 and DELETE take a line out, once.
    assert_eq!(an.put_in_cart(&shirt.variant, 3).await.expect(200), cart);
    assert_eq!(lines(&an.put_in_cart(&shirt.variant, 0).await.expect(200)), [(scarf.variant.clone(), 2)]);
    an.delete(&format!("/cart/lines/{}", shirt.variant)).await.expect_problem(404, "not-found");
    assert_eq!(lines(&an.delete(&format!("/cart/lines/{}", scarf.variant)).await.expect(200)), []);
    an.put_in_cart(&scarf.variant, 1).await.expect(200);
    assert_eq!(lines(&an.delete("/cart").await.expect(200)), []);
    assert_eq!(lines(&cart_of(&an).await), []);
    assert_unchanged(&other, &others).await;
}

#[tokio::test]
async fn a_cart_takes_more_than_there_is_and_says_how_many_there_are() {
    let (shop, _) = two_shops().await;
    let product = shop.stocked_product(5).await;
    let (an, binh) = (shop.customer().await, shop.customer().await);
    let cart = an.put_in_cart(&product.variant, 9).await.expect(200);
    assert_eq!(cart["lines"], json!([line_of(&product, 9, 5)]));
    // Somebody else buys some of them: the cart shows it, and holds none.
    binh.order(&[(&product.variant, 3)]).await.expect(201);
    assert_eq!(cart_of(&an).await["lines"], json!([line_of(&product, 9, 2)]));
    assert_eq!(shop.stock_of(&product.variant).await, (5, 3));
}

#[tokio::test]
async fn units_that_are_none_and_things_of_nobody_or_another_shop_are_refused() {
    let (shop, other) = two_shops().await;
    let (product, theirs) = (shop.stocked_product(5).await, other.stocked_product(5).await);
    let an = shop.customer().await;
    let cart = an.put_in_cart(&product.variant, 2).await.expect(200);
    let line = format!("/cart/lines/{}", product.variant);
    for (quantity, code) in [
        (json!(-1), "too_small"),
        (json!(1_000_001), "too_large"),
        (json!(i64::MAX), "too_large"),
        (json!("2"), "type"),
        (json!(1.5), "type"),
        (json!(null), "type"),
    ] {
        let reply = an.put(&line).json(json!({ "quantity": quantity })).await;
        reply.expect_problem(422, "invalid");
        assert_eq!(reply.flaws(), [("/quantity".to_owned(), code.to_owned())], "{reply}");
    }
    an.put_in_cart(&theirs.variant, 1).await.expect_problem(404, "not-found");
    an.put_in_cart("0199aaaa-0000-7000-8000-000000000000", 1).await.expect_problem(404, "not-found");
    an.put_in_cart("nonsense", 1).await.expect_problem(404, "not-found");
    assert_eq!(cart_of(&an).await, cart);
    let reply = an.order(&[(&product.variant, 1), (&theirs.variant, 1)]).await;
    reply.expect_problem(422, "invalid");
    assert_eq!(reply.flaws(), [("/lines/1/variant_id".to_owned(), "not_found".to_owned())]);
    assert_eq!((shop.stock_of(&product.variant).await, other.stock_of(&theirs.variant).await), ((5, 0), (5, 0)));
}

#[tokio::test]
async fn hidden_and_deleted_products_are_refused_and_leave_the_carts_they_are_in() {
    let (shop, other) = two_shops().await;
    let (kept, hidden, deleted) = (shop.stocked_product(5).await, shop.stocked_product(5).await, shop.stocked_product(5).await);
    let an = shop.customer().await;
    for product in [&hidden, &kept, &deleted] {
        an.put_in_cart(&product.variant, 1).await.expect(200);
    }
    let hide = |status: &'static str| shop.owner.patch(&format!("/products/{}", hidden.id)).json(json!({ "status": status }));
    hide("hidden").await.expect(200);
    shop.owner.delete(&format!("/products/{}", deleted.id)).await.expect(204);
    let others = fingerprint(&other).await;

    // A cart nobody has looked at since is not bought in part.
    let reply = an.order_cart().await;
    let problem = reply.expect_problem(409, "product-unavailable");
    assert_eq!(reply.flaws(), [("/lines/0".to_owned(), "unavailable".to_owned()), ("/lines/2".to_owned(), "unavailable".to_owned())]);
    assert_eq!(
        (&problem["errors"][0]["variant_id"], &problem["errors"][1]["variant_id"]),
        (&json!(hidden.variant), &json!(deleted.variant))
    );
    for product in [&hidden, &deleted] {
        an.order(&[(&kept.variant, 1), (&product.variant, 1)]).await.expect_problem(409, "product-unavailable");
    }
    assert!(order_numbers(&shop).await.is_empty());
    assert_eq!(shop.stock_of(&kept.variant).await, (5, 0));

    assert_eq!(lines(&cart_of(&an).await), [(kept.variant.clone(), 1)]);
    for product in [&hidden, &deleted] {
        an.put_in_cart(&product.variant, 2).await.expect_problem(409, "product-unavailable");
    }
    // On sale again: it does not come back by itself, but may be put in.
    hide("active").await.expect(200);
    assert_eq!(lines(&cart_of(&an).await), [(kept.variant.clone(), 1)]);
    an.put_in_cart(&hidden.variant, 2).await.expect(200);
    let order = an.order_cart().await.expect(201);
    assert_eq!(order["lines"].as_array().unwrap().len(), 2);
    assert_unchanged(&other, &others).await;
}

#[tokio::test]
async fn changes_of_one_cart_at_the_same_time_are_all_in_it() {
    let (shop, _) = two_shops().await;
    let an = shop.customer().await;
    let mut products = Vec::new();
    for _ in 0..8 {
        products.push(shop.product().await);
    }
    join_all(products.iter().map(async |product| an.put_in_cart(&product.variant, 2).await.expect(200))).await;
    let cart = cart_of(&an).await;
    assert_eq!((&cart["count"], &cart["version"]), (&json!(16), &json!(8)));
}

#[tokio::test]
async fn a_cart_has_at_most_a_hundred_lines() {
    let (shop, _) = two_shops().await;
    let an = shop.customer().await;
    let values: Vec<String> = (0..101).map(|n| format!("Số {n}")).collect();
    let variants: Vec<Value> = values.iter().map(|v| json!({ "sku": word(9), "price": 1_000, "options": { "Cỡ": v } })).collect();
    let product = many_sizes(&shop, &values, variants).await;
    for variant in &product[..100] {
        an.put_in_cart(variant, 1).await.expect(200);
    }
    an.put_in_cart(&product[100], 1).await.expect_problem(409, "cart-full");
    let cart = an.put_in_cart(&product[0], 3).await.expect(200);
    assert_eq!(cart["count"], 102);
}

/// Variants of as many products as it takes.
async fn many_sizes(shop: &Shop, values: &[String], variants: Vec<Value>) -> Vec<String> {
    let mut ids = Vec::new();
    for (values, variants) in values.chunks(40).zip(variants.chunks(40)) {
        let options = json!([{ "name": "Cỡ", "values": values }]);
        ids.extend(shop.product_with(json!({ "options": options, "variants": variants })).await.variants);
    }
    ids
}

#[tokio::test]
async fn the_page_adds_to_what_is_in_the_cart_and_the_api_sees_it() {
    let (shop, _) = two_shops().await;
    let product = shop.stocked_product(5).await;
    let an = shop.customer().await;
    let pages = shop.pages();
    let signed_in = pages.post("/sign-in").form(&[("login", &an.email), ("password", PASSWORD)]).await;
    assert_eq!(signed_in.status, 303, "{signed_in}");
    let cookies: Vec<&str> =
        signed_in.headers.get_all("set-cookie").iter().map(|c| c.to_str().unwrap().split(';').next().unwrap()).collect();
    let put = |mode: &'static str, quantity: &'static str| {
        let fields = [("variant_id", product.variant.as_str()), ("quantity", quantity), ("mode", mode)];
        pages.post("/cart/lines").header("cookie", &cookies.join("; ")).form(&fields)
    };
    for (mode, quantity, units) in [("add", "1", 1), ("add", "2", 3), ("set", "2", 2), ("add", "1", 3)] {
        let reply = put(mode, quantity).await;
        assert_eq!((reply.status, reply.header("location")), (303, Some("/cart")), "{reply}");
        assert_eq!(lines(&cart_of(&an).await), [(product.variant.clone(), units)]);
    }
    // And buys it there by the API: one cart.
    let body = json!({ "shipping_address": address(), "payment_method": "cod" });
    let order = an.order_with(&word(20), body).await.expect(201);
    assert_eq!((&order["lines"][0]["quantity"], &order["total"]), (&json!(3), &json!(597_000)));
    assert_eq!(lines(&cart_of(&an).await), []);
}
