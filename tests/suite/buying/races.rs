use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use super::{assert_books_agree, counted, order_numbers, tally, text};
use crate::support::{Customer, Reply, Shop, assert_unchanged, fingerprint, two_shops};

async fn customers(shop: &Shop, count: usize) -> Vec<Customer> {
    join_all((0..count).map(|_| shop.customer())).await
}

fn reason() -> Value {
    json!({ "reason": "Đổi ý" })
}

#[tokio::test]
async fn twenty_orders_at_once_are_numbered_without_a_gap_though_others_are_refused_between_them() {
    let (shop, other) = two_shops().await;
    let (product, scarce) = (shop.stocked_product(100).await, shop.stocked_product(1).await);
    let shoppers = customers(&shop, 20).await;
    let others = fingerprint(&other).await;
    let both = shoppers
        .iter()
        .map(|an| async { join(an.order(&[(&product.variant, 2)]), an.order(&[(&product.variant, 1), (&scarce.variant, 2)])).await });
    let (good, bad): (Vec<Reply>, Vec<Reply>) = join_all(both).await.into_iter().unzip();
    assert_eq!(tally(&good), counted(&[(201, "", 20)]));
    assert_eq!(tally(&bad), counted(&[(409, "out-of-stock", 20)]));
    assert_eq!(order_numbers(&shop).await, (1001..=1020).collect::<Vec<i64>>());
    assert_eq!((shop.stock_of(&product.variant).await, shop.stock_of(&scarce.variant).await), ((100, 40), (1, 0)));
    assert_unchanged(&other, &others).await;
    assert_books_agree(&shop).await;
}

#[tokio::test]
async fn of_twenty_buyers_of_the_last_unit_one_gets_it() {
    let (shop, _) = two_shops().await;
    let last = shop.stocked_product(1).await;
    let shoppers = customers(&shop, 20).await;
    let replies = join_all(shoppers.iter().map(async |an| an.order(&[(&last.variant, 1)]).await)).await;
    assert_eq!(tally(&replies), counted(&[(201, "", 1), (409, "out-of-stock", 19)]));
    assert_eq!(shop.stock_of(&last.variant).await, (1, 1));
    assert_eq!(order_numbers(&shop).await, [1001]);
    assert_books_agree(&shop).await;
}

#[tokio::test]
async fn carts_with_the_same_goods_in_opposite_order_are_bought_without_waiting_for_each_other_for_ever() {
    let (shop, _) = two_shops().await;
    let mut goods = Vec::new();
    for _ in 0..4 {
        goods.push(shop.stocked_product(100).await.variant);
    }
    let shoppers = customers(&shop, 10).await;
    for (n, an) in shoppers.iter().enumerate() {
        let mut order: Vec<&String> = goods.iter().collect();
        if n % 2 == 0 {
            order.reverse();
        }
        for variant in order {
            an.put_in_cart(variant, 3).await.expect(200);
        }
    }
    let replies = join_all(shoppers.iter().map(Customer::order_cart)).await;
    assert_eq!(tally(&replies), counted(&[(201, "", 10)]));
    for variant in &goods {
        assert_eq!(shop.stock_of(variant).await, (100, 30));
    }
    assert_eq!(order_numbers(&shop).await, (1001..=1010).collect::<Vec<i64>>());
    assert_books_agree(&shop).await;
}

#[tokio::test]
async fn a_cart_that_is_bought_ten_times_at_once_is_bought_once() {
    let (shop, _) = two_shops().await;
    let product = shop.stocked_product(100).await;
    let an = shop.customer().await;
    an.put_in_cart(&product.variant, 3).await.expect(200);
    let replies = join_all((0..10).map(|_| an.order_cart())).await;
    assert_eq!(tally(&replies), counted(&[(201, "", 1), (409, "cart-empty", 9)]));
    assert_eq!(shop.stock_of(&product.variant).await, (100, 3));
    assert_eq!(an.get("/cart").await.expect(200)["lines"], json!([]));
    assert_books_agree(&shop).await;
}

#[tokio::test]
async fn an_order_cancelled_by_both_sides_ten_times_at_once_gives_its_goods_back_once() {
    let (shop, _) = two_shops().await;
    let (product, other_product) = (shop.stocked_product(5).await, shop.stocked_product(5).await);
    let an = shop.customer().await;
    an.order(&[(&product.variant, 1)]).await.expect(201);
    let order = an.order(&[(&product.variant, 2), (&other_product.variant, 5)]).await.expect(201);
    let path = format!("/orders/{}/cancel", text(&order["id"]));
    let sides = (0..10).map(|n| if n % 2 == 0 { &an.actor } else { &shop.owner });
    let replies = join_all(sides.map(async |side| side.post(&path).json(reason()).await)).await;
    assert_eq!(tally(&replies), counted(&[(200, "", 1), (409, "order-not-cancellable", 9)]));
    assert_eq!((shop.stock_of(&product.variant).await, shop.stock_of(&other_product.variant).await), ((5, 1), (5, 0)));
    let seen = an.get(&format!("/me/orders/{}", text(&order["id"]))).await.expect(200);
    assert_eq!(seen["timeline"].as_array().unwrap().len(), 2);
    assert_books_agree(&shop).await;
}

#[tokio::test]
async fn an_order_is_either_shipped_or_cancelled_whoever_comes_first() {
    let (shop, _) = two_shops().await;
    let product = shop.stocked_product(10).await;
    let an = shop.customer().await;
    let (mut shipped, mut cancelled) = (0, 0);
    for _ in 0..5 {
        let order = an.order(&[(&product.variant, 1)]).await.expect(201);
        let id = text(&order["id"]);
        let status = format!("/orders/{id}/status");
        shop.owner.post(&status).json(json!({ "status": "confirmed" })).await.expect(200);
        let sending = async { shop.owner.post(&status).json(json!({ "status": "shipping" })).await };
        let cancelling = async { an.post(&format!("/orders/{id}/cancel")).json(reason()).await };
        let (sending, cancelling) = join(sending, cancelling).await;
        match (sending.status, cancelling.status) {
            (200, 409) => {
                cancelling.expect_problem(409, "order-not-cancellable");
                shipped += 1;
            }
            (409, 200) => {
                sending.expect_problem(409, "status-not-allowed");
                cancelled += 1;
            }
            both => panic!("{both:?}: {sending} {cancelling}"),
        }
    }
    assert_eq!(shipped + cancelled, 5);
    assert_eq!(shop.stock_of(&product.variant).await, (10 - shipped, 0));
    assert_books_agree(&shop).await;
}

#[tokio::test]
async fn no_more_is_sold_than_there_was_while_goods_come_and_go() {
    let (shop, _) = two_shops().await;
    let product = shop.stocked_product(10).await;
    let shoppers = customers(&shop, 6).await;
    let lines = json!([{ "variant_id": product.variant, "delta": -2, "reason": "Hỏng" }]);
    let lost = (0..3).map(|_| async { shop.owner.post("/stock/adjustments").json(json!({ "lines": lines })).await });
    let (orders, lost) = join(join_all(shoppers.iter().map(async |an| an.order(&[(&product.variant, 3)]).await)), join_all(lost)).await;
    let count = |replies: &[Reply], status: u16| i64::try_from(replies.iter().filter(|reply| reply.status == status).count()).unwrap();
    let (sold, gone) = (count(&orders, 201), count(&lost, 201));
    assert_eq!((sold + count(&orders, 409), gone + count(&lost, 409)), (6, 3));
    assert_eq!(shop.stock_of(&product.variant).await, (10 - 2 * gone, 3 * sold));
    assert_books_agree(&shop).await;
}
