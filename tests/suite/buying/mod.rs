//! Buying, from the cart to the order's last step, with the stock it moves.
//!
//! `carts` are what is wanted, `lost_redis` what becomes of them without Redis; `orders` are what is bought and what is refused;
//! `races` let many do so at once; `life` takes an order along its life. Each of them leaves books that agree ([`assert_books_agree`]).

mod carts;
mod life;
mod lost_redis;
mod orders;
mod races;

use serde_json::Value;
use shophouse::inventory::audit_shop;

use crate::support::{Reply, Shop, on_server};

/// Holds a shop to the audit: stock, ledger, orders and numbers agree.
async fn assert_books_agree(shop: &Shop) {
    let id = shop.id;
    let differences = on_server(|services| async move {
        let mut tx = services.db.begin_snapshot(id).await.unwrap();
        audit_shop(&mut tx).await.unwrap()
    })
    .await;
    assert_eq!(differences, []);
}

/// The text of a field.
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

/// The numbers of all orders of a shop, oldest first.
async fn order_numbers(shop: &Shop) -> Vec<i64> {
    let list = shop.owner.get("/orders?sort=number&per_page=100").await.expect(200);
    list["data"].as_array().unwrap().iter().map(|order| order["number"].as_i64().unwrap()).collect()
}

/// How many answers there were of each status and problem code (empty for none), by status.
fn tally(replies: &[Reply]) -> Vec<(u16, String, usize)> {
    let mut counts = std::collections::BTreeMap::new();
    for reply in replies {
        *counts.entry((reply.status, reply.code())).or_insert(0) += 1;
    }
    counts.into_iter().map(|((status, code), count)| (status, code, count)).collect()
}

/// What [`tally`] gives, written shortly.
fn counted(counts: &[(u16, &str, usize)]) -> Vec<(u16, String, usize)> {
    counts.iter().map(|(status, code, count)| (*status, (*code).to_owned(), *count)).collect()
}
