//! What is asked twice is done once: the same key and body have the first answer again, to the byte, for as long as anybody asks.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::json;
use time::Duration;

use crate::requests::call;
use crate::support::{Operation, OwnServer, Reply, Shop, World, assert_unchanged, fingerprint, operations, order_body, two_shops, word};

/// Operations that create or move money or stock: a repeated request must not do it again.
const MUST: &[&str] = &[
    "admin.cancel_order",
    "admin.change_order_status",
    "admin.complete_receipt",
    "admin.create_order_payment",
    "admin.create_receipt",
    "admin.create_stock_adjustment",
    "store.cancel_order",
    "store.create_order",
];

fn is_replayed(reply: &Reply) -> bool {
    reply.header("idempotency-replayed") == Some("true")
}

async fn orders(shop: &Shop) -> i64 {
    shop.owner.get("/orders").await.expect(200)["total"].as_i64().unwrap()
}

#[tokio::test]
async fn fifty_requests_at_once_under_one_key_are_one_order() {
    let (shop, other) = two_shops().await;
    let others = fingerprint(&other).await;
    let product = shop.stocked_product(100).await;
    let an = shop.customer().await;
    let (key, body) = (word(30), order_body(&[(&product.variant, 2)]));
    let replies = join_all((0..50).map(|_| an.order_with(&key, body.clone()))).await;
    let (placed, waiting): (Vec<&Reply>, Vec<&Reply>) = replies.iter().partition(|reply| reply.status == 201);
    for reply in waiting {
        reply.expect_problem(409, "request-in-progress");
        assert!(reply.header("retry-after").is_some());
    }
    assert_eq!(placed.iter().filter(|reply| !is_replayed(reply)).count(), 1);
    assert_eq!(placed.iter().map(|reply| reply.body.clone()).collect::<BTreeSet<_>>().len(), 1);
    assert_eq!(orders(&shop).await, 1);
    assert_eq!(shop.stock_of(&product.variant).await, (100, 2));
    assert_unchanged(&other, &others).await;
}

#[tokio::test]
async fn an_answer_is_the_same_after_an_hour_a_restart_and_without_redis() {
    let (shop, _) = two_shops().await;
    let product = shop.stocked_product(10).await;
    let an = shop.customer().await;
    let (key, body) = (word(30), order_body(&[(&product.variant, 1)]));
    let first = an.order_with(&key, body.clone()).await;
    assert_eq!((first.status, is_replayed(&first)), (201, false), "{first}");
    let before = fingerprint(&shop).await;
    let late = OwnServer::start().await;
    late.clock.advance(Duration::hours(1));
    for own in [OwnServer::start().await, OwnServer::without_redis().await, late] {
        let there = shop.on(&own);
        // An hour later the access token is over; the key is the customer's, not the token's.
        let signed_in = there.visitor().post("/sessions").json(json!({ "login": an.email, "password": crate::support::PASSWORD })).await;
        let again = there.visitor().with_token(signed_in.expect(201)["access_token"].as_str().unwrap());
        let again = again.post("/orders").key(&key).json(&body).await;
        assert_eq!((again.status, is_replayed(&again)), (201, true), "{again}");
        assert_eq!(again.body, first.body);
        assert_eq!(again.header("etag"), first.header("etag"));
        own.stop().await;
    }
    let mut after = fingerprint(&shop).await;
    // Signing in again is all that happened.
    after.insert("sessions".to_owned(), before["sessions"].clone());
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_key_belongs_to_its_shop_its_customer_its_route_and_its_body() {
    let (shop, other) = two_shops().await;
    let (mine, theirs) = (shop.stocked_product(10).await, other.stocked_product(10).await);
    let (an, binh, chi) = (shop.customer().await, shop.customer().await, other.customer().await);
    let key = word(30);
    let first = an.order_with(&key, order_body(&[(&mine.variant, 1)])).await.expect(201);

    let before = fingerprint(&shop).await;
    an.order_with(&key, order_body(&[(&mine.variant, 2)])).await.expect_problem(422, "idempotency-key-reused");
    assert_unchanged(&shop, &before).await;

    let of_binh = binh.order_with(&key, order_body(&[(&mine.variant, 1)])).await;
    assert_eq!((of_binh.status, is_replayed(&of_binh)), (201, false));
    assert_ne!(of_binh.json()["id"], first["id"]);
    let of_chi = chi.order_with(&key, order_body(&[(&theirs.variant, 1)])).await;
    assert_eq!((of_chi.status, is_replayed(&of_chi)), (201, false));
    assert_eq!(of_chi.json()["number"], 1001);

    let cancel = |id: &serde_json::Value| format!("/orders/{}/cancel", id.as_str().unwrap());
    let cancelled = an.post(&cancel(&first["id"])).key(&key).json(json!({ "reason": "Đổi ý" })).await;
    assert_eq!((cancelled.status, is_replayed(&cancelled)), (200, false), "{cancelled}");
    assert_eq!((orders(&shop).await, orders(&other).await), (2, 1));
    assert_eq!((shop.stock_of(&mine.variant).await, other.stock_of(&theirs.variant).await), ((10, 1), (10, 1)));
}

#[tokio::test]
async fn a_refusal_is_not_remembered_and_the_same_key_may_succeed_later() {
    let (shop, _) = two_shops().await;
    let product = shop.stocked_product(1).await;
    let an = shop.customer().await;
    let (key, body) = (word(30), order_body(&[(&product.variant, 2)]));
    let before = fingerprint(&shop).await;
    for _ in 0..2 {
        let refused = an.order_with(&key, body.clone()).await;
        let problem = refused.expect_problem(409, "out-of-stock");
        assert!(!is_replayed(&refused));
        let line = &problem["errors"][0];
        assert_eq!((&line["pointer"], &line["requested"], &line["available"]), (&json!("/lines/0"), &json!(2), &json!(1)));
        assert_eq!(problem["errors"].as_array().unwrap().len(), 1);
    }
    assert_unchanged(&shop, &before).await;
    shop.receive(&product.variant, 1).await;
    let placed = an.order_with(&key, body.clone()).await;
    assert_eq!((placed.status, is_replayed(&placed)), (201, false), "{placed}");
    let again = an.order_with(&key, body).await;
    assert_eq!((is_replayed(&again), again.body), (true, placed.body));
    assert_eq!(shop.stock_of(&product.variant).await, (2, 2));
}

#[tokio::test]
async fn each_operation_that_honours_a_key_does_its_work_once() {
    let (shop, _) = two_shops().await;
    let honouring: Vec<Operation> = operations().await.into_iter().filter(|o| o.once || MUST.contains(&o.name.as_str())).collect();
    assert!(MUST.iter().all(|name| honouring.iter().any(|operation| operation.name == *name)));
    let mut world = World::fill(&shop).await;
    for operation in honouring {
        if ["cancel_order", "change_order_status", "create_order_payment"].iter().any(|name| operation.name.ends_with(name)) {
            // Each moves an order of its own.
            world.set("order", world.order().await);
        }
        let actor = if operation.audience == "admin" { &shop.owner } else { &world.customer.actor };
        let (call, key) = (call(&operation.name, &world).unwrap(), word(30));
        let first = call.under(&key, actor, &operation).await;
        assert!((200..300).contains(&first.status) && !is_replayed(&first), "{}: {first}", operation.name);
        let before = fingerprint(&shop).await;
        let again = call.under(&key, actor, &operation).await;
        assert_eq!((again.status, is_replayed(&again)), (first.status, true), "{}: {again}", operation.name);
        assert_eq!(again.body, first.body, "{}", operation.name);
        if let Some(body) = &call.body {
            // The same meaning in other bytes is another body: nobody compares meanings.
            let spaced = serde_json::to_vec_pretty(body).unwrap();
            let other = actor.request(&operation.method, &call.path).body("application/json", spaced).key(&key).await;
            other.expect_problem(422, "idempotency-key-reused");
        }
        assert_unchanged(&shop, &before).await;
    }
}
