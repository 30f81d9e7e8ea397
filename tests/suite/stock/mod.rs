//! Stock: goods receipts, adjustments, the ledger that explains every unit, and the places goods lie at.

mod receipts;
mod shelves;

use serde_json::Value;

use crate::support::{Reply, Shop};

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

/// The ledger of a variant, oldest first.
async fn ledger(shop: &Shop, variant: &str) -> Vec<Value> {
    let list = shop.owner.get(&format!("/stock/movements?variant_id={variant}&per_page=100")).await.expect(200);
    list["data"].as_array().unwrap().iter().rev().cloned().collect()
}

fn statuses(replies: &[Reply]) -> Vec<u16> {
    let mut all: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
    all.sort_unstable();
    all
}
