use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{ledger, statuses, text};
use crate::support::{assert_unchanged, fingerprint, two_shops};

fn path(receipt: &Value) -> String {
    format!("/receipts/{}", text(&receipt["id"]))
}

#[tokio::test]
async fn a_draft_adds_nothing_until_it_is_completed_and_then_for_good() {
    let (shop, other) = two_shops().await;
    let product = shop.product().await;
    let supplier = shop.owner.post("/suppliers").json(json!({ "name": format!("Dệt {}", shop.handle) })).await.expect(201);
    let others = fingerprint(&other).await;
    let body = json!({
        "supplier_id": supplier["id"], "reference": "HĐ-17",
        "lines": [
            { "variant_id": product.variant, "quantity": 10, "unit_cost": 90_000 },
            { "variant_id": product.variant, "quantity": 2, "unit_cost": 80_000 },
        ],
    });
    let draft = shop.owner.post("/receipts").json(body).await.expect(201);
    assert_eq!((&draft["number"], &draft["status"], &draft["completed_at"]), (&json!(1001), &json!("draft"), &json!(null)));
    assert_eq!((&draft["units"], &draft["total_cost"], &draft["supplier_name"]), (&json!(12), &json!(1_060_000), &supplier["name"]));
    assert_eq!(shop.stock_of(&product.variant).await, (0, 0));
    let lines = json!([{ "variant_id": product.variant, "quantity": 7 }]);
    let draft = shop.owner.patch(&path(&draft)).json(json!({ "lines": lines })).await.expect(200);
    assert_eq!((&draft["units"], &draft["reference"]), (&json!(7), &json!("HĐ-17")));
    assert_eq!(ledger(&shop, &product.variant).await, Vec::<Value>::new());

    let done = shop.owner.post(&format!("{}/complete", path(&draft))).await.expect(200);
    assert_eq!((&done["status"], &done["units"]), (&json!("completed"), &json!(7)));
    assert_eq!(shop.owner.get(&path(&draft)).await.expect(200), done);
    assert_eq!(shop.stock_of(&product.variant).await, (7, 0));
    let before = fingerprint(&shop).await;
    shop.owner.post(&format!("{}/complete", path(&draft))).await.expect_problem(409, "receipt-completed");
    shop.owner.patch(&path(&draft)).json(json!({ "reference": "HĐ-18" })).await.expect_problem(409, "receipt-completed");
    shop.owner.delete(&path(&draft)).await.expect_problem(409, "receipt-completed");
    assert_unchanged(&shop, &before).await;
    assert_unchanged(&other, &others).await;
}

#[tokio::test]
async fn a_receipt_completed_ten_times_at_once_adds_its_goods_once() {
    let (shop, _) = two_shops().await;
    let (one, two) = (shop.product().await, shop.product().await);
    let lines = json!([{ "variant_id": one.variant, "quantity": 4 }, { "variant_id": two.variant, "quantity": 9 }]);
    let draft = shop.owner.post("/receipts").json(json!({ "lines": lines })).await.expect(201);
    let complete = format!("{}/complete", path(&draft));
    let replies = join_all((0..10).map(|_| async { shop.owner.post(&complete).await })).await;
    assert_eq!(statuses(&replies), [[200].as_slice(), &[409; 9]].concat());
    assert_eq!((shop.stock_of(&one.variant).await, shop.stock_of(&two.variant).await), ((4, 0), (9, 0)));
    assert_eq!((ledger(&shop, &one.variant).await.len(), ledger(&shop, &two.variant).await.len()), (1, 1));
}

#[tokio::test]
async fn receipts_of_the_same_goods_in_opposite_order_all_arrive_at_once() {
    let (shop, _) = two_shops().await;
    let (one, two) = (shop.product().await.variant, shop.product().await.variant);
    let replies = join_all((0..12).map(|n| {
        let (first, second) = if n % 2 == 0 { (&one, &two) } else { (&two, &one) };
        let lines = json!([{ "variant_id": first, "quantity": 1 }, { "variant_id": second, "quantity": 1 }]);
        let shop = &shop;
        async move { shop.owner.post("/receipts").json(json!({ "status": "completed", "lines": lines })).await }
    }))
    .await;
    let mut numbers: Vec<i64> = replies.iter().map(|reply| reply.expect(201)["number"].as_i64().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1001..=1012).collect::<Vec<i64>>());
    assert_eq!((shop.stock_of(&one).await, shop.stock_of(&two).await), ((12, 0), (12, 0)));
}

#[tokio::test]
async fn a_deleted_draft_keeps_its_number_and_comes_back_when_it_is_restored() {
    let (shop, _) = two_shops().await;
    let product = shop.product().await;
    let body = json!({ "lines": [{ "variant_id": product.variant, "quantity": 4 }] });
    let draft = shop.owner.post("/receipts").json(&body).await.expect(201);
    shop.owner.delete(&path(&draft)).await.expect(204);
    shop.owner.get(&path(&draft)).await.expect_problem(404, "not-found");
    shop.owner.post(&format!("{}/complete", path(&draft))).await.expect_problem(404, "not-found");
    assert_eq!(shop.owner.get("/receipts").await.expect(200)["total"], 0);
    assert_eq!(shop.owner.get("/receipts?status=deleted").await.expect(200)["data"][0]["number"], 1001);
    assert_eq!(shop.owner.post("/receipts").json(&body).await.expect(201)["number"], 1002);
    assert_eq!(shop.owner.post(&format!("{}/restore", path(&draft))).await.expect(200), draft);
    shop.owner.post(&format!("{}/complete", path(&draft))).await.expect(200);
    assert_eq!(shop.stock_of(&product.variant).await, (4, 0));
}

#[tokio::test]
async fn what_another_shop_has_or_nobody_has_is_named_and_nothing_is_written() {
    let (shop, other) = two_shops().await;
    let (ours, theirs) = (shop.product().await, other.stocked_product(3).await);
    let their_place = other.owner.get("/locations").await.expect(200)["data"][0]["id"].clone();
    let their_supplier = other.owner.post("/suppliers").json(json!({ "name": "Dệt" })).await.expect(201)["id"].clone();
    let gone = shop.product().await;
    shop.owner.delete(&format!("/products/{}", gone.id)).await.expect(204);
    let (before, others) = (fingerprint(&shop).await, fingerprint(&other).await);
    let lines = |variant: &str| json!([{ "variant_id": ours.variant, "quantity": 1 }, { "variant_id": variant, "quantity": 1 }]);
    let not_found = |pointers: &[&str]| pointers.iter().map(|at| ((*at).to_owned(), "not_found".to_owned())).collect::<Vec<_>>();
    for status in ["draft", "completed"] {
        for variant in [&theirs.variant, &gone.variant] {
            let body = json!({ "status": status, "supplier_id": their_supplier, "location_id": their_place, "lines": lines(variant) });
            let reply = shop.owner.post("/receipts").json(body).await;
            reply.expect_problem(422, "invalid");
            assert_eq!(reply.flaws(), not_found(&["/supplier_id", "/location_id", "/lines/1/variant_id"]));
        }
    }
    let body = json!({ "lines": [
        { "variant_id": theirs.variant, "delta": 1, "reason": "x" },
        { "variant_id": ours.variant, "delta": 1, "reason": "x", "location_id": their_place },
    ] });
    let reply = shop.owner.post("/stock/adjustments").json(body).await;
    reply.expect_problem(422, "invalid");
    let mut flaws = reply.flaws();
    flaws.sort();
    assert_eq!(flaws, not_found(&["/lines/0/variant_id", "/lines/1/location_id"]));
    for list in ["/stock", "/stock/movements"] {
        assert_eq!(shop.owner.get(&format!("{list}?variant_id={}", theirs.variant)).await.expect(200)["total"], 0);
    }
    assert_unchanged(&shop, &before).await;
    assert_unchanged(&other, &others).await;
}
