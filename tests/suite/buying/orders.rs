use serde_json::{Value, json};

use super::{assert_books_agree, order_numbers, text};
use crate::support::{address, assert_unchanged, fingerprint, order_body, two_shops, word};

/// [`order_body`] with some fields laid over.
fn with(lines: &[(&str, i64)], over: &Value) -> Value {
    let mut body = order_body(lines);
    body.as_object_mut().unwrap().extend(over.as_object().unwrap().clone());
    body
}

#[tokio::test]
async fn an_order_of_lines_is_what_was_asked_for_and_leaves_the_cart_alone() {
    let (shop, other) = two_shops().await;
    let (shirt, scarf) = (shop.stocked_product(5).await, shop.stocked_product(5).await);
    let an = shop.customer().await;
    an.put_in_cart(&scarf.variant, 4).await.expect(200);
    let others = fingerprint(&other).await;
    let body = with(&[(&scarf.variant, 1), (&shirt.variant, 2)], &json!({ "note": "Gọi trước khi giao", "expected_total": 597_000 }));
    let order = an.order_with(&word(20), body).await.expect(201);

    let line = |product: &crate::support::Product, quantity: i64| {
        json!({
            "variant_id": product.variant,
            "product": { "name": product.view["name"], "slug": product.slug, "image": null },
            "sku": product.view["variants"][0]["sku"],
            "options": {},
            "quantity": quantity,
            "unit_price": 199_000,
            "line_total": 199_000 * quantity,
        })
    };
    let mut home = address();
    home["phone"] = json!("+84901234567");
    home["district"] = json!("");
    let placed_at = &order["placed_at"];
    let expected = json!({
        "id": order["id"], "number": 1001, "status": "pending", "payment_status": "unpaid", "payment_method": "cod",
        "lines": [line(&scarf, 1), line(&shirt, 2)],
        "subtotal": 597_000, "discount_total": 0, "shipping_total": 0, "tax_total": 0, "total": 597_000, "currency": "VND",
        "shipping_address": home, "note": "Gọi trước khi giao", "placed_at": placed_at, "cancelled_at": null, "cancel_reason": null,
        "payment": { "kind": "none" }, "can_cancel": true,
        "timeline": [{
            "at": placed_at, "kind": "placed", "status": "pending",
            "actor": { "kind": "customer", "name": format!("Khách {}", shop.handle) }, "note": null,
        }],
    });
    assert_eq!(order, expected);
    assert_eq!(an.get(&format!("/me/orders/{}", text(&order["id"]))).await.expect(200), expected);
    assert_eq!(an.get("/me/orders").await.expect(200)["data"], json!([expected]));
    assert_eq!((shop.stock_of(&shirt.variant).await, shop.stock_of(&scarf.variant).await), ((5, 2), (5, 1)));
    assert_eq!(an.get("/cart").await.expect(200)["count"], 4);

    let seen = shop.clerk().await.get(&format!("/orders/{}", text(&order["id"]))).await.expect(200);
    assert_eq!(
        seen["customer"],
        json!({ "id": an.id, "number": 1001, "name": format!("Khách {}", shop.handle), "email": an.email, "phone": null })
    );
    assert_eq!((&seen["item_count"], &seen["next_statuses"]), (&json!(3), &json!(["confirmed", "cancelled"])));
    assert_eq!((&seen["payments"], &seen["paid_total"]), (&json!([]), &json!(0)));
    assert_unchanged(&other, &others).await;
    assert_books_agree(&shop).await;
}

#[tokio::test]
async fn an_order_of_the_cart_buys_its_lines_in_their_order_and_empties_it() {
    let (shop, _) = two_shops().await;
    let (shirt, scarf) = (shop.stocked_product(5).await, shop.stocked_product(5).await);
    let (an, binh) = (shop.customer().await, shop.customer().await);
    an.order_cart().await.expect_problem(409, "cart-empty");
    binh.put_in_cart(&shirt.variant, 1).await.expect(200);
    an.put_in_cart(&scarf.variant, 1).await.expect(200);
    an.put_in_cart(&shirt.variant, 3).await.expect(200);
    let order = an.order_cart().await.expect(201);
    let units: Vec<_> = order["lines"].as_array().unwrap().iter().map(|line| (text(&line["variant_id"]), &line["quantity"])).collect();
    assert_eq!(units, [(scarf.variant.as_str(), &json!(1)), (shirt.variant.as_str(), &json!(3))]);
    assert_eq!(an.get("/cart").await.expect(200)["lines"], json!([]));
    an.order_cart().await.expect_problem(409, "cart-empty");
    assert_eq!(binh.get("/cart").await.expect(200)["count"], 1);
    assert_eq!(order_numbers(&shop).await, [1001]);
    assert_eq!((shop.stock_of(&shirt.variant).await, shop.stock_of(&scarf.variant).await), ((5, 3), (5, 1)));
}

#[tokio::test]
async fn each_shop_numbers_its_orders_from_1001_and_a_refused_one_takes_no_number() {
    let (shop, other) = two_shops().await;
    let (product, theirs) = (shop.stocked_product(5).await, other.stocked_product(5).await);
    let (an, binh) = (shop.customer().await, other.customer().await);
    let mut numbers = Vec::new();
    for _ in 0..3 {
        numbers.push(an.order(&[(&product.variant, 1)]).await.expect(201)["number"].clone());
        an.order(&[(&product.variant, 9)]).await.expect_problem(409, "out-of-stock");
        let body = with(&[(&product.variant, 1)], &json!({ "expected_total": 1 }));
        an.order_with(&word(20), body).await.expect_problem(409, "price-changed");
    }
    assert_eq!(numbers, [1001, 1002, 1003]);
    assert_eq!(binh.order(&[(&theirs.variant, 1)]).await.expect(201)["number"], 1001);
    assert_eq!(an.order(&[(&product.variant, 1)]).await.expect(201)["number"], 1004);
    assert_eq!((order_numbers(&shop).await, order_numbers(&other).await), (vec![1001, 1002, 1003, 1004], vec![1001]));
    assert_books_agree(&shop).await;
}

#[tokio::test]
async fn not_enough_of_some_lines_refuses_the_whole_order_names_them_and_takes_nothing() {
    let (shop, other) = two_shops().await;
    let (plenty, few, none) = (shop.stocked_product(50).await, shop.stocked_product(3).await, shop.product().await);
    let an = shop.customer().await;
    let (before, others) = (fingerprint(&shop).await, fingerprint(&other).await);
    let reply = an.order(&[(&few.variant, 4), (&plenty.variant, 2), (&none.variant, 1)]).await;
    let problem = reply.expect_problem(409, "out-of-stock");
    assert_eq!(reply.flaws(), [("/lines/0".to_owned(), "not_enough".to_owned()), ("/lines/2".to_owned(), "not_enough".to_owned())]);
    let named: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|e| (&e["variant_id"], &e["requested"], &e["available"])).collect();
    assert_eq!(named, [(&json!(few.variant), &json!(4), &json!(3)), (&json!(none.variant), &json!(1), &json!(0))]);
    // Twice the same thing counts together.
    an.order(&[(&few.variant, 2), (&few.variant, 2)]).await.expect_problem(409, "out-of-stock");
    assert_unchanged(&shop, &before).await;
    assert_unchanged(&other, &others).await;

    let order = an.order(&[(&few.variant, 1), (&plenty.variant, 1), (&few.variant, 2)]).await.expect(201);
    let units: Vec<_> = order["lines"].as_array().unwrap().iter().map(|line| (text(&line["variant_id"]), &line["quantity"])).collect();
    assert_eq!(units, [(few.variant.as_str(), &json!(3)), (plenty.variant.as_str(), &json!(1))]);
    assert_eq!((shop.stock_of(&few.variant).await, shop.stock_of(&plenty.variant).await), ((3, 3), (50, 1)));
}

#[tokio::test]
async fn a_cart_that_cannot_be_had_whole_stays_as_it_is() {
    let (shop, _) = two_shops().await;
    let (plenty, few) = (shop.stocked_product(50).await, shop.stocked_product(3).await);
    let an = shop.customer().await;
    an.put_in_cart(&plenty.variant, 2).await.expect(200);
    let cart = an.put_in_cart(&few.variant, 4).await.expect(200);
    let reply = an.order_cart().await;
    reply.expect_problem(409, "out-of-stock");
    assert_eq!(reply.flaws(), [("/lines/1".to_owned(), "not_enough".to_owned())]);
    assert_eq!(an.get("/cart").await.expect(200), cart);
    assert_eq!((shop.stock_of(&plenty.variant).await, shop.stock_of(&few.variant).await), ((50, 0), (3, 0)));
    assert!(order_numbers(&shop).await.is_empty());
    an.put_in_cart(&few.variant, 3).await.expect(200);
    assert_eq!(an.order_cart().await.expect(201)["total"], 995_000);
}

#[tokio::test]
async fn a_price_that_changed_is_told_before_it_is_charged_and_an_order_keeps_the_price_it_had() {
    let (shop, _) = two_shops().await;
    let product = shop.stocked_product(5).await;
    let an = shop.customer().await;
    let first = an.order(&[(&product.variant, 1)]).await.expect(201);
    let path = format!("/products/{}/variants/{}", product.id, product.variant);
    shop.owner.patch(&path).json(json!({ "price": 250_000 })).await.expect(200);
    let before = fingerprint(&shop).await;
    let expecting = |total: i64| with(&[(&product.variant, 2)], &json!({ "expected_total": total }));
    let reply = an.order_with(&word(20), expecting(398_000)).await;
    let problem = reply.expect_problem(409, "price-changed");
    assert_eq!(reply.flaws(), [("/expected_total".to_owned(), "price_changed".to_owned())]);
    assert_eq!(problem["errors"][0]["total"], 500_000);
    assert_unchanged(&shop, &before).await;
    let second = an.order_with(&word(20), expecting(500_000)).await.expect(201);
    assert_eq!((&second["lines"][0]["unit_price"], &second["total"]), (&json!(250_000), &json!(500_000)));
    let kept = an.get(&format!("/me/orders/{}", text(&first["id"]))).await.expect(200);
    assert_eq!(kept, first);
}

#[tokio::test]
async fn an_order_that_is_flawed_is_refused_with_the_place_of_each_flaw() {
    let (shop, other) = two_shops().await;
    let product = shop.stocked_product(5).await;
    let an = shop.customer().await;
    let (before, others) = (fingerprint(&shop).await, fingerprint(&other).await);
    let lines = [(product.variant.as_str(), 1)];
    an.post("/orders").json(order_body(&lines)).await.expect_problem(400, "idempotency-key-missing");
    for (over, pointer, code) in [
        (json!({ "payment_method": "momo" }), "/payment_method", "not_allowed"),
        (json!({ "payment_method": "gold" }), "/payment_method", "not_allowed"),
        (json!({ "shipping_rate_id": "0199aaaa-0000-7000-8000-000000000000" }), "/shipping_rate_id", "not_found"),
        (json!({ "discount_code": "TET" }), "/discount_code", "not_found"),
        (json!({ "lines": [] }), "/lines", "too_few"),
        (json!({ "lines": [{ "variant_id": product.variant, "quantity": 0 }] }), "/lines/0/quantity", "too_small"),
        (json!({ "note": "x".repeat(1_001) }), "/note", "too_long"),
        (json!({ "note": "a\0b" }), "/note", "control_characters"),
        (json!({ "total": 1 }), "/total", "unknown"),
    ] {
        let reply = an.order_with(&word(20), with(&lines, &over)).await;
        reply.expect_problem(422, "invalid");
        assert_eq!(reply.flaws(), [(pointer.to_owned(), code.to_owned())], "{over}");
    }
    let reply = an
        .order_with(
            &word(20),
            with(&lines, &json!({ "shipping_address": { "name": "", "phone": "1", "line1": "", "province": " ", "country": "Việt Nam" } })),
        )
        .await;
    reply.expect_problem(422, "invalid");
    let pointers: Vec<String> = reply.flaws().into_iter().map(|(pointer, _)| pointer).collect();
    let places = ["name", "phone", "line1", "province", "country"].map(|field| format!("/shipping_address/{field}"));
    assert_eq!(pointers, places);
    assert_unchanged(&shop, &before).await;
    assert_unchanged(&other, &others).await;
}

#[tokio::test]
async fn another_customers_order_is_not_here() {
    let (shop, other) = two_shops().await;
    let product = shop.stocked_product(5).await;
    let (an, binh, stranger) = (shop.customer().await, shop.customer().await, other.customer().await);
    let order = an.order(&[(&product.variant, 2)]).await.expect(201);
    let before = fingerprint(&shop).await;
    let (look, cancel) = (format!("/me/orders/{}", text(&order["id"])), format!("/orders/{}/cancel", text(&order["id"])));
    for nosy in [&binh, &stranger] {
        nosy.get(&look).await.expect_problem(404, "not-found");
        nosy.post(&cancel).json(json!({ "reason": "Không phải của tôi" })).await.expect_problem(404, "not-found");
        assert_eq!(nosy.get("/me/orders").await.expect(200)["total"], 0);
    }
    assert_unchanged(&shop, &before).await;
    assert_eq!(an.get("/me/orders").await.expect(200)["data"], json!([order]));
    assert_eq!(an.get(&look).await.expect(200), order);
}
