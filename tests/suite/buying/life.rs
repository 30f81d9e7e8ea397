use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{assert_books_agree, counted, tally, text};
use crate::support::{Actor, Customer, Product, Reply, Shop, assert_unchanged, fingerprint, two_shops};

/// A shop with five of a product and an order of two of them.
async fn with_order() -> (Shop, Shop, Product, Customer, String) {
    let (shop, other) = two_shops().await;
    let product = shop.stocked_product(5).await;
    let an = shop.customer().await;
    let order = an.order(&[(&product.variant, 2)]).await.expect(201);
    let id = text(&order["id"]).to_owned();
    (shop, other, product, an, id)
}

async fn become_status(staff: &Actor, order: &str, status: &str) -> Reply {
    staff.post(&format!("/orders/{order}/status")).json(json!({ "status": status })).await
}

async fn cancel(by: &Actor, order: &str, reason: &str) -> Reply {
    by.post(&format!("/orders/{order}/cancel")).json(json!({ "reason": reason })).await
}

/// (kind, on hand, reserved) of a variant's movements, oldest first.
async fn movements(shop: &Shop, variant: &str) -> Vec<(String, i64, i64)> {
    let list = shop.owner.get(&format!("/stock/movements?variant_id={variant}")).await.expect(200);
    let one = |m: &Value| (text(&m["kind"]).to_owned(), m["on_hand_delta"].as_i64().unwrap(), m["reserved_delta"].as_i64().unwrap());
    list["data"].as_array().unwrap().iter().rev().map(one).collect()
}

#[tokio::test]
async fn an_order_goes_its_way_and_takes_its_goods_along() {
    let (shop, other, product, an, id) = with_order().await;
    let others = fingerprint(&other).await;
    let mut moved = vec![("receive".to_owned(), 5, 0), ("place".to_owned(), 0, 2)];
    assert_eq!(movements(&shop, &product.variant).await, moved);
    for (status, movement, stock, next, can_cancel) in [
        ("confirmed", None, (5, 2), json!(["shipping", "cancelled"]), true),
        ("shipping", Some(("ship", -2, -2)), (3, 0), json!(["completed", "returned"]), false),
        ("completed", None, (3, 0), json!(["returned"]), false),
        ("returned", Some(("return", 2, 0)), (5, 0), json!([]), false),
    ] {
        let order = become_status(&shop.owner, &id, status).await.expect(200);
        assert_eq!((&order["status"], &order["next_statuses"], &order["can_cancel"]), (&json!(status), &next, &json!(can_cancel)));
        moved.extend(movement.map(|(kind, on_hand, reserved)| (kind.to_owned(), on_hand, reserved)));
        assert_eq!(movements(&shop, &product.variant).await, moved, "{status}");
        assert_eq!(shop.stock_of(&product.variant).await, stock, "{status}");
        assert_eq!(an.get(&format!("/me/orders/{id}")).await.expect(200)["status"], status);
    }
    assert_unchanged(&other, &others).await;
    assert_books_agree(&shop).await;
}

#[tokio::test]
async fn a_step_that_does_not_follow_is_refused_and_changes_nothing() {
    let (shop, _, _, an, id) = with_order().await;
    for (at, allowed) in [
        ("pending", vec!["confirmed", "cancelled"]),
        ("confirmed", vec!["shipping", "cancelled"]),
        ("shipping", vec!["completed", "returned"]),
        ("completed", vec!["returned"]),
        ("returned", vec![]),
    ] {
        if at != "pending" {
            become_status(&shop.owner, &id, at).await.expect(200);
        }
        let before = fingerprint(&shop).await;
        for to in ["pending", "confirmed", "shipping", "completed", "cancelled", "returned"] {
            if !allowed.contains(&to) {
                become_status(&shop.owner, &id, to).await.expect_problem(409, "status-not-allowed");
            }
        }
        if !allowed.contains(&"cancelled") {
            cancel(&shop.owner, &id, "Muộn rồi").await.expect_problem(409, "order-not-cancellable");
            cancel(&an, &id, "Muộn rồi").await.expect_problem(409, "order-not-cancellable");
        }
        become_status(&shop.owner, &id, "lost").await.expect_problem(422, "invalid");
        assert_unchanged(&shop, &before).await;
    }
    assert_books_agree(&shop).await;
}

#[tokio::test]
async fn a_shopper_cancels_and_the_goods_are_for_sale_again() {
    let (shop, other, product, an, id) = with_order().await;
    let others = fingerprint(&other).await;
    for (reason, code) in [("", "required"), (" ", "required"), ("a\0b", "control_characters"), (&"x".repeat(301), "too_long")] {
        let reply = cancel(&an, &id, reason).await;
        reply.expect_problem(422, "invalid");
        assert_eq!(reply.flaws(), [("/reason".to_owned(), code.to_owned())]);
    }
    assert_eq!(shop.stock_of(&product.variant).await, (5, 2));
    let order = cancel(&an, &id, "Đặt nhầm cỡ").await.expect(200);
    assert_eq!(
        (&order["status"], &order["cancel_reason"], &order["can_cancel"]),
        (&json!("cancelled"), &json!("Đặt nhầm cỡ"), &json!(false))
    );
    assert_eq!(order["cancelled_at"], order["timeline"][1]["at"]);
    assert_eq!(shop.stock_of(&product.variant).await, (5, 0));
    let before = fingerprint(&shop).await;
    cancel(&an, &id, "Lần nữa").await.expect_problem(409, "order-not-cancellable");
    assert_unchanged(&shop, &before).await;
    let moved = movements(&shop, &product.variant).await;
    assert_eq!(moved[2..], [("cancel".to_owned(), 0, -2)]);
    an.order(&[(&product.variant, 5)]).await.expect(201);
    assert_unchanged(&other, &others).await;
    assert_books_agree(&shop).await;
}

#[tokio::test]
async fn a_clerk_cancels_a_confirmed_order_by_either_way_and_only_once() {
    let (shop, _, product, an, first) = with_order().await;
    let clerk = shop.clerk().await;
    let second = text(&an.order(&[(&product.variant, 3)]).await.expect(201)["id"]).to_owned();
    for id in [&first, &second] {
        become_status(&clerk, id, "confirmed").await.expect(200);
    }
    let order = cancel(&clerk, &first, "Hết vải").await.expect(200);
    assert_eq!((&order["status"], &order["next_statuses"], &order["cancel_reason"]), (&json!("cancelled"), &json!([]), &json!("Hết vải")));
    assert_eq!(shop.stock_of(&product.variant).await, (5, 3));
    let body = json!({ "status": "cancelled", "note": "Khách không nghe máy" });
    let order = clerk.post(&format!("/orders/{second}/status")).json(body).await.expect(200);
    assert_eq!((&order["status"], &order["cancel_reason"]), (&json!("cancelled"), &json!("Khách không nghe máy")));
    assert_eq!(shop.stock_of(&product.variant).await, (5, 0));
    let before = fingerprint(&shop).await;
    for id in [&first, &second] {
        cancel(&clerk, id, "Lần nữa").await.expect_problem(409, "order-not-cancellable");
        become_status(&clerk, id, "cancelled").await.expect_problem(409, "status-not-allowed");
    }
    assert_unchanged(&shop, &before).await;
    assert_books_agree(&shop).await;
}

#[tokio::test]
async fn the_timeline_says_who_did_what_and_staff_speak_in_the_shops_name() {
    let (shop, _, _, an, id) = with_order().await;
    let clerk = shop.clerk().await;
    let path = format!("/orders/{id}/status");
    clerk.post(&path).json(json!({ "status": "confirmed", "note": "Giao chiều mai" })).await.expect(200);
    shop.owner.post(&path).json(json!({ "status": "shipping" })).await.expect(200);
    let handle = &shop.handle;
    let entry = |kind: &str, status: &str, who: (&str, String), note: Option<&str>| json!({ "kind": kind, "status": status, "actor": { "kind": who.0, "name": who.1 }, "note": note });
    let timeline = |clerk: String, owner: String| {
        json!([
            entry("placed", "pending", ("customer", format!("Khách {handle}")), None),
            entry("status_changed", "confirmed", ("staff", clerk), Some("Giao chiều mai")),
            entry("status_changed", "shipping", ("staff", owner), None),
        ])
    };
    // Times are in order; what is left is compared whole.
    let untimed = |order: Value| {
        let mut entries = order["timeline"].as_array().unwrap().clone();
        let times: Vec<String> =
            entries.iter_mut().map(|e| text(&e.as_object_mut().unwrap().shift_remove("at").unwrap()).to_owned()).collect();
        assert!(times.is_sorted(), "{times:?}");
        Value::from(entries)
    };
    let staff_see = untimed(clerk.get(&format!("/orders/{id}")).await.expect(200));
    assert_eq!(staff_see, timeline(format!("clerk {handle}"), format!("Owner {handle}")));
    let shopper_sees = untimed(an.get(&format!("/me/orders/{id}")).await.expect(200));
    assert_eq!(shopper_sees, timeline(format!("Shop {handle}"), format!("Shop {handle}")));
}

#[tokio::test]
async fn an_order_is_paid_when_its_total_is_covered_and_never_twice() {
    let (shop, other, _, an, id) = with_order().await;
    let others = fingerprint(&other).await;
    let path = format!("/orders/{id}/payments");
    let pay = async |amount: i64| shop.owner.post(&path).json(json!({ "amount": amount, "note": "Tiền mặt" })).await;
    let before = fingerprint(&shop).await;
    pay(0).await.expect_problem(422, "invalid");
    pay(-1).await.expect_problem(422, "invalid");
    let problem = pay(398_001).await.expect_problem(409, "payment-too-large");
    assert_eq!(problem["errors"][0]["outstanding"], 398_000);
    assert_unchanged(&shop, &before).await;
    let order = pay(100_000).await.expect(201);
    assert_eq!((&order["payment_status"], &order["paid_total"]), (&json!("unpaid"), &json!(100_000)));
    let replies = join_all((0..6).map(|_| pay(298_000))).await;
    assert_eq!(tally(&replies), counted(&[(201, "", 1), (409, "payment-too-large", 5)]));
    let order = shop.owner.get(&format!("/orders/{id}")).await.expect(200);
    assert_eq!((&order["payment_status"], &order["paid_total"]), (&json!("paid"), &json!(398_000)));
    assert_eq!(an.get(&format!("/me/orders/{id}")).await.expect(200)["payment_status"], "paid");
    assert_unchanged(&other, &others).await;

    let cancelled = text(&an.order(&[(text(&order["lines"][0]["variant_id"]), 1)]).await.expect(201)["id"]).to_owned();
    cancel(&an, &cancelled, "Đổi ý").await.expect(200);
    let late = shop.owner.post(&format!("/orders/{cancelled}/payments")).json(json!({ "amount": 1 }));
    late.await.expect_problem(409, "order-closed");
}
