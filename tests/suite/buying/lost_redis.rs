//! Redis holds nothing that is not elsewhere too: whatever becomes of it, no cart is lost, and nothing is bought twice.

use redis::aio::MultiplexedConnection;
use serde_json::{Value, json};
use shophouse::platform::embedded::{Durability, PrivateServers, Want};

use super::{assert_books_agree, order_numbers};
use crate::support::{Customer, OwnServer, Shop, server, two_shops, word};

/// Lines, units and sum: all of a cart but its version, which leaps when it is restored.
async fn content(customer: &Customer) -> (Value, Value, Value) {
    let cart = customer.get("/cart").await.expect(200);
    (cart["lines"].clone(), cart["count"].clone(), cart["subtotal"].clone())
}

/// The Redis that all tests share.
async fn shared_redis() -> MultiplexedConnection {
    let client = redis::Client::open(server().await.stores.redis_url.as_str()).unwrap();
    client.get_multiplexed_async_connection().await.unwrap()
}

/// Forgets all that Redis has of a shop; how many keys there were.
async fn forget(redis: &mut MultiplexedConnection, shop: &Shop) -> usize {
    let keys: Vec<String> = redis::cmd("KEYS").arg(format!("{{{}}}:*", shop.id)).query_async(redis).await.unwrap();
    for key in &keys {
        redis::cmd("DEL").arg(key).query_async::<i64>(redis).await.unwrap();
    }
    keys.len()
}

/// The key of a customer's cart.
fn cart_key(shop: &Shop, customer: &Customer) -> String {
    format!("{{{}}}:cart:{}", shop.id, customer.id)
}

#[tokio::test]
async fn redis_that_lost_everything_loses_no_cart_also_after_the_server_stopped() {
    let (shop, other) = two_shops().await;
    let (shirt, scarf) = (shop.stocked_product(5).await, shop.stocked_product(5).await);
    let theirs = other.stocked_product(5).await;
    let first = OwnServer::start().await;
    let (there, other_there) = (shop.on(&first), other.on(&first));
    let (an, binh) = (there.customer().await, other_there.customer().await);
    an.put_in_cart(&shirt.variant, 2).await.expect(200);
    an.put_in_cart(&scarf.variant, 1).await.expect(200);
    binh.put_in_cart(&theirs.variant, 4).await.expect(200);
    let (ours, elsewhere) = (content(&an).await, content(&binh).await);
    let mut redis = shared_redis().await;

    // While the server that took the changes lives, at any moment.
    assert!(forget(&mut redis, &shop).await > 0);
    assert_eq!(content(&an).await, ours);
    an.put_in_cart(&scarf.variant, 3).await.expect(200);
    assert!(forget(&mut redis, &shop).await > 0);
    an.put_in_cart(&scarf.variant, 1).await.expect(200);
    assert_eq!(content(&an).await, ours);

    // And for good once it has stopped.
    first.stop().await;
    assert!(forget(&mut redis, &shop).await > 0);
    forget(&mut redis, &other).await;
    let second = OwnServer::start().await;
    let (an, binh) = (Customer { actor: an.at(second.place), ..an }, Customer { actor: binh.at(second.place), ..binh });
    assert_eq!(content(&an).await, ours);
    assert_eq!(content(&binh).await, elsewhere);
    let order = an.order_cart().await.expect(201);
    assert_eq!((&order["number"], &order["total"]), (&json!(1001), &json!(597_000)));
    assert_eq!(content(&an).await, (json!([]), json!(0), json!(0)));
    assert_eq!(content(&binh).await, elsewhere);
    second.stop().await;
    assert_books_agree(&shop).await;
}

#[tokio::test]
async fn what_was_bought_does_not_come_back_with_an_older_redis() {
    let (shop, _) = two_shops().await;
    let (shirt, scarf) = (shop.stocked_product(5).await, shop.stocked_product(5).await);
    let an = shop.customer().await;
    an.put_in_cart(&shirt.variant, 2).await.expect(200);
    let mut redis = shared_redis().await;
    let key = cart_key(&shop, &an);
    let old: String = redis::cmd("GET").arg(&key).query_async(&mut redis).await.unwrap();
    an.order_cart().await.expect(201);

    // Redis comes back as it was before the purchase, or with nothing at all.
    for empty in [false, true] {
        if empty {
            forget(&mut redis, &shop).await;
        } else {
            redis::cmd("SET").arg(&key).arg(&old).query_async::<()>(&mut redis).await.unwrap();
        }
        an.order_cart().await.expect_problem(409, "cart-empty");
        assert_eq!(content(&an).await, (json!([]), json!(0), json!(0)));
    }
    // What is put in after that is a new wish, and the old Redis adds nothing to it.
    redis::cmd("SET").arg(&key).arg(&old).query_async::<()>(&mut redis).await.unwrap();
    an.put_in_cart(&scarf.variant, 1).await.expect(200);
    redis::cmd("SET").arg(&key).arg(&old).query_async::<()>(&mut redis).await.unwrap();
    let order = an.order_cart().await.expect(201);
    assert_eq!((&order["lines"].as_array().unwrap().len(), &order["lines"][0]["variant_id"]), (&1, &json!(scarf.variant)));
    assert_eq!(order_numbers(&shop).await, [1001, 1002]);
    assert_eq!((shop.stock_of(&shirt.variant).await, shop.stock_of(&scarf.variant).await), ((5, 2), (5, 1)));
    assert_books_agree(&shop).await;
}

#[tokio::test]
async fn shoppers_fill_carts_and_buy_while_redis_is_away_and_after_it_is_back_with_nothing() {
    let (shop, _) = two_shops().await;
    let (shirt, scarf) = (shop.stocked_product(9).await, shop.stocked_product(9).await);
    let folder = std::env::temp_dir().join(format!("shophouse-redis-{}-{}", std::process::id(), word(6)));
    let want = Want { postgres: false, redis: true };
    let private = PrivateServers::start(&folder, want, Durability::Test).await.unwrap();
    let url = private.redis_url().unwrap();
    let own = OwnServer::with(|config| config.stores.redis_url = Some(url.clone())).await;
    let an = shop.on(&own).customer().await;
    an.put_in_cart(&shirt.variant, 2).await.expect(200);

    private.stop().await.unwrap();
    let cart = an.put_in_cart(&scarf.variant, 1).await.expect(200);
    assert_eq!(cart["count"], 3);
    assert_eq!(an.get("/cart").await.expect(200)["count"], 3);
    let order = an.order_cart().await.expect(201);
    assert_eq!((&order["number"], &order["total"]), (&json!(1001), &json!(597_000)));
    an.order_cart().await.expect_problem(409, "cart-empty");
    an.put_in_cart(&scarf.variant, 4).await.expect(200);

    let private = PrivateServers::start(&folder, want, Durability::Test).await.unwrap();
    assert_eq!(private.redis_url(), Some(url));
    let cart = an.put_in_cart(&shirt.variant, 1).await.expect(200);
    assert_eq!(cart["count"], 5);
    let order = an.order_cart().await.expect(201);
    assert_eq!((&order["number"], &order["total"]), (&json!(1002), &json!(995_000)));
    assert_eq!(content(&an).await, (json!([]), json!(0), json!(0)));
    assert_eq!((shop.stock_of(&shirt.variant).await, shop.stock_of(&scarf.variant).await), ((9, 3), (9, 5)));
    own.stop().await;
    private.stop().await.unwrap();
    assert_books_agree(&shop).await;
}
