use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{ledger, statuses, text};
use crate::support::{Shop, assert_unchanged, fingerprint, two_shops, word};

/// An adjustment of one variant, with a reason.
fn adjustment(variant: &str, delta: i64) -> Value {
    json!({ "lines": [{ "variant_id": variant, "delta": delta, "reason": "Kiểm kho" }] })
}

/// The sums of the ledger: what the stock row must say.
async fn ledger_sums(shop: &Shop, variant: &str) -> (i64, i64) {
    let sum = |lines: &[Value], field: &str| lines.iter().map(|line| line[field].as_i64().unwrap()).sum();
    let lines = ledger(shop, variant).await;
    (sum(&lines, "on_hand_delta"), sum(&lines, "reserved_delta"))
}

#[tokio::test]
async fn an_adjustment_changes_stock_says_why_and_leaves_what_is_promised() {
    let (shop, other) = two_shops().await;
    let product = shop.stocked_product(10).await;
    let an = shop.customer().await;
    let order = an.order(&[(&product.variant, 4)]).await.expect(201);
    let others = fingerprint(&other).await;
    let adjusted = shop.owner.post("/stock/adjustments").json(adjustment(&product.variant, -5)).await.expect(201);
    assert_eq!(
        adjusted["lines"],
        json!([{
            "variant_id": product.variant, "location_id": null, "delta": -5, "reason": "Kiểm kho", "on_hand": 5, "reserved": 4, "available": 1,
        }])
    );
    let before = fingerprint(&shop).await;
    let reply = shop.owner.post("/stock/adjustments").json(adjustment(&product.variant, -2)).await;
    reply.expect_problem(409, "stock-reserved");
    assert_eq!(reply.flaws(), [("/lines/0/delta".to_owned(), "not_enough".to_owned())]);
    for (delta, reason, pointer, code) in [
        (0, "x", "/lines/0/delta", "not_allowed"),
        (1_000_001, "x", "/lines/0/delta", "too_large"),
        (i64::MIN, "x", "/lines/0/delta", "too_small"),
        (1, " ", "/lines/0/reason", "required"),
    ] {
        let line = json!({ "variant_id": product.variant, "delta": delta, "reason": reason });
        let reply = shop.owner.post("/stock/adjustments").json(json!({ "lines": [line] })).await;
        reply.expect_problem(422, "invalid");
        assert_eq!(reply.flaws(), [(pointer.to_owned(), code.to_owned())]);
    }
    assert_unchanged(&shop, &before).await;

    let entries = ledger(&shop, &product.variant).await;
    let told: Vec<Value> = entries
        .iter()
        .map(|m| {
            json!([
                m["kind"],
                m["on_hand_delta"],
                m["reserved_delta"],
                m["reason"],
                m["document"]["kind"],
                m["document"]["number"],
                m["actor"]
            ])
        })
        .collect();
    let owner = json!({ "kind": "staff", "name": format!("Owner {}", shop.handle) });
    let customer = json!({ "kind": "customer", "name": format!("Khách {}", shop.handle) });
    assert_eq!(
        told,
        [
            json!(["receive", 10, 0, "", "receipt", 1001, owner]),
            json!(["place", 0, 4, "", "order", 1001, customer]),
            json!(["adjust", -5, 0, "Kiểm kho", "adjustment", null, owner]),
        ]
    );
    assert_eq!(entries[1]["document"]["id"], order["id"]);
    assert_eq!(entries[2]["document"]["id"], adjusted["id"]);
    assert_eq!((ledger_sums(&shop, &product.variant).await, shop.stock_of(&product.variant).await), ((5, 4), (5, 4)));
    assert_unchanged(&other, &others).await;
}

#[tokio::test]
async fn ten_adjustments_at_once_take_no_more_than_there_is() {
    let (shop, _) = two_shops().await;
    let product = shop.stocked_product(12).await;
    let body = adjustment(&product.variant, -5);
    let replies = join_all((0..10).map(|_| async { shop.owner.post("/stock/adjustments").json(&body).await })).await;
    assert_eq!(statuses(&replies), [[201; 2].as_slice(), &[409; 8]].concat());
    assert_eq!((shop.stock_of(&product.variant).await, ledger_sums(&shop, &product.variant).await), ((2, 0), (2, 0)));
}

#[tokio::test]
async fn goods_lie_at_places_and_leave_the_default_one_first() {
    let (shop, other) = two_shops().await;
    let product = shop.stocked_product(3).await;
    let main = shop.owner.get("/locations").await.expect(200)["data"][0].clone();
    let body = json!({ "name": "Chi nhánh Bến Ngự", "phone": "0901234567", "latitude": 16.45, "longitude": 107.58 });
    let branch = shop.owner.post("/locations").json(&body).await.expect(201);
    assert_eq!(
        (&branch["code"], &branch["phone"], &branch["is_default"]),
        (&json!("chi-nhanh-ben-ngu"), &json!("+84901234567"), &json!(false))
    );
    let lines = json!([{ "variant_id": product.variant, "quantity": 6 }]);
    let body = json!({ "status": "completed", "location_id": branch["id"], "lines": lines });
    shop.owner.post("/receipts").json(body).await.expect(201);
    let others = fingerprint(&other).await;

    let before = fingerprint(&shop).await;
    let at = |place: &Value, delta: i64| json!({ "variant_id": product.variant, "location_id": place["id"], "delta": delta, "reason": "Chuyển" });
    let too_many = json!({ "lines": [at(&main, -4)] });
    shop.owner.post("/stock/adjustments").json(too_many).await.expect_problem(409, "stock-reserved");
    for place in [&main, &branch] {
        shop.owner.delete(&format!("/locations/{}", text(&place["id"]))).await.expect_problem(409, "conflict");
    }
    let main_path = format!("/locations/{}", text(&main["id"]));
    shop.owner.patch(&main_path).json(json!({ "is_default": false })).await.expect_problem(409, "conflict");
    shop.owner.patch(&main_path).json(json!({ "code": "chi-nhanh-ben-ngu" })).await.expect_problem(409, "conflict");
    assert_unchanged(&shop, &before).await;

    // One is moved; then five leave without a place: what lies at the default one, and the rest from the branch.
    shop.owner.post("/stock/adjustments").json(json!({ "lines": [at(&main, -1), at(&branch, 1)] })).await.expect(201);
    shop.owner.post("/stock/adjustments").json(adjustment(&product.variant, -5)).await.expect(201);
    let an = shop.customer().await;
    let order = an.order(&[(&product.variant, 4)]).await.expect(201);
    for status in ["confirmed", "shipping", "returned"] {
        let path = format!("/orders/{}/status", text(&order["id"]));
        shop.owner.post(&path).json(json!({ "status": status })).await.expect(200);
    }
    let told: Vec<Value> =
        ledger(&shop, &product.variant).await.iter().map(|m| json!([m["kind"], m["on_hand_delta"], m["location_id"]])).collect();
    let (main_id, branch_id) = (&main["id"], &branch["id"]);
    let expected = [
        json!(["receive", 3, main_id]),
        json!(["receive", 6, branch_id]),
        json!(["adjust", -1, main_id]),
        json!(["adjust", 1, branch_id]),
        json!(["adjust", -2, main_id]),
        json!(["adjust", -3, branch_id]),
        json!(["place", 0, null]),
        json!(["ship", -4, branch_id]),
        json!(["return", 4, main_id]),
    ];
    assert_eq!(told, expected);
    assert_eq!(shop.stock_of(&product.variant).await, (4, 0));
    // Nothing lies at the branch any more.
    shop.owner.delete(&format!("/locations/{}", text(branch_id))).await.expect(204);
    assert_eq!(shop.visitor().get("/locations").await.expect(200)["total"], 1);
    assert_unchanged(&other, &others).await;
}

#[tokio::test]
async fn what_runs_low_is_found_and_told_once() {
    let (shop, _) = two_shops().await;
    let sku = format!("LOW-{}", word(5).to_uppercase());
    let product = shop.product_with(json!({ "name": "Khăn Đũi", "variants": [{ "sku": sku, "price": 90_000 }] })).await;
    shop.receive(&product.variant, 6).await;
    shop.stocked_product(50).await;
    let an = shop.customer().await;
    assert_eq!(shop.owner.get("/stock?low=true").await.expect(200)["total"], 0);
    for units in [2, 1, 1] {
        an.order(&[(&product.variant, units)]).await.expect(201);
    }
    let low = shop.owner.get("/stock?low=true").await.expect(200);
    let told: Vec<Value> =
        low["data"].as_array().unwrap().iter().map(|r| json!([r["sku"], r["on_hand"], r["reserved"], r["available"]])).collect();
    assert_eq!(told, [json!([sku, 6, 4, 2])]);
    for q in ["khan dui", "KHĂN", &sku.to_lowercase()] {
        let encoded: String = url::form_urlencoded::byte_serialize(q.as_bytes()).collect();
        assert_eq!(shop.owner.get(&format!("/stock?q={encoded}")).await.expect(200)["total"], 1, "{q}");
    }
    let events = shop.owner.get("/events?limit=500").await.expect(200);
    let told: Vec<&Value> = events["data"].as_array().unwrap().iter().filter(|e| e["kind"] == "stock.low").map(|e| &e["payload"]).collect();
    assert_eq!(told, [&json!({ "variant_id": product.variant, "available": 3 })]);
}
