//! The harness itself: two shops open, people sign in, a fingerprint sees one row change, a clock of one's own moves alone.

use serde_json::json;
use time::Duration;

use crate::support::{OwnServer, Product, Shop, assert_unchanged, fingerprint, two_shops};

#[tokio::test]
async fn two_shops_open_and_their_people_sign_in() {
    let (shop, other) = two_shops().await;
    assert_ne!(shop.id, other.id);
    for (actor, role) in [(shop.owner.clone(), "owner"), (shop.manager().await, "manager"), (shop.clerk().await, "clerk")] {
        assert_eq!(actor.get("/me").await.expect(200)["role"], role);
    }
    let customer = shop.customer().await;
    assert_eq!(customer.get("/me").await.expect(200)["email"], json!(customer.email));
    assert_eq!(shop.visitor().get("/shop").await.expect(200)["handle"], json!(shop.handle));
}

#[tokio::test]
async fn a_fingerprint_sees_one_row_change_and_no_other_shop() {
    let (shop, other) = two_shops().await;
    let (before, others) = (fingerprint(&shop).await, fingerprint(&other).await);
    assert_unchanged(&shop, &before).await;
    shop.customer().await;
    let after = fingerprint(&shop).await;
    let changed: Vec<&String> = after.iter().filter(|(table, sum)| before[*table] != **sum).map(|(table, _)| table).collect();
    assert_eq!(changed, ["counters", "customers", "sessions", "shop_events"]);
    assert_unchanged(&other, &others).await;
}

#[tokio::test]
async fn a_server_of_ones_own_has_its_own_clock_and_the_same_shops() {
    let shop = Shop::open().await;
    let own = OwnServer::start().await;
    let there = shop.on(&own);
    there.owner.get("/me").await.expect(200);
    own.clock.advance(Duration::minutes(15));
    there.owner.get("/me").await.expect_problem(401, "session-expired");
    shop.owner.get("/me").await.expect(200);
    own.stop().await;
    shop.owner.get("/me").await.expect(200);
}

#[tokio::test]
async fn goods_are_received_put_in_a_cart_and_bought() {
    let (shop, other) = two_shops().await;
    let others = fingerprint(&other).await;
    let product: Product = shop.stocked_product(3).await;
    assert_eq!(shop.owner.get(&format!("/products/{}", product.id)).await.expect(200)["name"], product.view["name"]);
    let an = shop.customer().await;
    let seen = an.get(&format!("/products/{}", product.slug)).await.expect(200);
    assert_eq!((&seen["variants"][0]["id"], &seen["price_from"]), (&json!(product.variant), &json!(199_000)));
    an.put_in_cart(&product.variant, 2).await.expect(200);
    let order = an.order_cart().await.expect(201);
    assert_eq!((&order["number"], &order["total"], &order["status"]), (&json!(1001), &json!(398_000), &json!("pending")));
    assert_eq!(shop.stock_of(&product.variant).await, (3, 2));
    assert_unchanged(&other, &others).await;
}
