//! Each kind of damage, and what the audit must say of it.

use super::Day;
use crate::support::{Product, Shop};

fn sku(product: &Product) -> &str {
    product.view["variants"][0]["sku"].as_str().unwrap()
}

/// Damage to a table, and all that the audit says of it: (what, where, by how much).
pub(super) type Damage = (String, Vec<(&'static str, String, i64)>);

/// Damage to stock and to the ledger.
pub(super) fn to_stock(day: &Day) -> Vec<Damage> {
    let Day { shirt, scarf, hat, orders, receipt, main } = day;
    let variant = |product: &Product| format!("variant {}", product.variant);
    let named = |product: &Product| format!("variant {} {}", sku(product), product.variant);
    let of_order = |n: usize| format!("order {} variant {}", orders[n], shirt.variant);
    let of_receipt = || format!("receipt {receipt} variant {}", shirt.variant);
    let there = |product: &Product| format!("variant {} at location {main}", product.variant);
    let of = |product: &Product| format!("variant_id = '{}'", product.variant);
    vec![
        (
            format!("UPDATE stock SET on_hand = on_hand + 1 WHERE {}", of(scarf)),
            vec![("stock on hand = its ledger", named(scarf), 1), ("stock at all locations = stock on hand", variant(scarf), -1)],
        ),
        (
            format!("UPDATE stock SET reserved = reserved - 2 WHERE {}", of(shirt)),
            vec![("stock reserved = its ledger", named(shirt), -2), ("stock reserved = lines of open orders", variant(shirt), -2)],
        ),
        (format!("DELETE FROM stock WHERE {}", of(hat)), vec![("a variant has a stock row", named(hat), -1)]),
        (
            format!("UPDATE stock_locations SET on_hand = on_hand + 3 WHERE {}", of(scarf)),
            vec![("stock at all locations = stock on hand", variant(scarf), 3), ("stock at a location = its ledger", there(scarf), 3)],
        ),
        (
            format!("DELETE FROM stock_movements WHERE document_id = '{receipt}'"),
            vec![
                ("stock on hand = its ledger", named(shirt), 20),
                ("stock at a location = its ledger", there(shirt), 20),
                ("what a receipt brought in = its lines", of_receipt(), -20),
            ],
        ),
        (
            format!("UPDATE receipt_lines SET quantity = 21 WHERE receipt_id = '{receipt}'"),
            vec![("what a receipt brought in = its lines", of_receipt(), -1)],
        ),
        (
            format!("UPDATE receipts SET status = 'draft', completed_at = NULL WHERE id = '{receipt}'"),
            vec![("what a receipt brought in = its lines", of_receipt(), 20)],
        ),
        (
            // Cancelled in the books and in the stock while the order is open: only the order itself tells.
            format!(
                "UPDATE stock SET reserved = reserved - 2 WHERE {};
                 INSERT INTO stock_movements SELECT shop_id, gen_random_uuid(), variant_id, 'cancel', 0, -2, NULL, '', 'order', '{}', 1001,
                     'system', NULL, now() FROM stock WHERE {}",
                of(shirt),
                orders[0],
                of(shirt)
            ),
            vec![("stock reserved = lines of open orders", variant(shirt), -2), ("what an order holds = its lines", of_order(0), -2)],
        ),
        (
            format!("UPDATE stock_movements SET document_number = 7 WHERE document_id = '{}'", orders[0]),
            vec![("a movement names its document", format!("order {}", orders[0]), 1)],
        ),
    ]
}

/// Damage to orders.
pub(super) fn to_orders(day: &Day) -> Vec<Damage> {
    let variant = &day.shirt.variant;
    let ids = &day.orders;
    let line = |n: usize| format!("order {} variant {variant}", ids[n]);
    let order = |n: usize| format!("order {} {}", 1001 + n, ids[n]);
    vec![
        (
            format!("UPDATE orders SET status = 'completed' WHERE id = '{}'", ids[0]),
            vec![
                ("stock reserved = lines of open orders", format!("variant {variant}"), 2),
                ("what an order holds = its lines", line(0), 2),
                ("what an order took out = its lines", line(0), 2),
            ],
        ),
        (
            format!("UPDATE orders SET status = 'returned' WHERE id = '{}'", ids[1]),
            vec![("what an order took out = its lines", line(1), -1)],
        ),
        (
            format!("DELETE FROM order_lines WHERE order_id = '{}'", ids[0]),
            vec![
                ("stock reserved = lines of open orders", format!("variant {variant}"), 2),
                ("what an order holds = its lines", line(0), 2),
                ("an order's subtotal = its lines", order(0), 398_000),
                ("an order's total = lines and charges", order(0), 398_000),
                ("an order has a line", order(0), -1),
            ],
        ),
        (
            // Cancelled: its two movements cancel each other out, so that no sum misses them.
            format!("DELETE FROM stock_movements WHERE document_id = '{}'", ids[2]),
            vec![("an order line has its movements", line(2), -1)],
        ),
        (
            format!("UPDATE order_lines SET line_total = line_total + 5 WHERE order_id = '{}'", ids[1]),
            vec![
                ("an order line = units times price", order(1), 5),
                ("an order's subtotal = its lines", order(1), -5),
                ("an order's total = lines and charges", order(1), -5),
            ],
        ),
        (
            format!("UPDATE orders SET total = total + 7 WHERE id = '{}'", ids[3]),
            vec![("an order's total = lines and charges", order(3), 7)],
        ),
    ]
}

/// Damage to numbers and places.
pub(super) fn to_numbers(shop: &Shop) -> Vec<Damage> {
    let of_shop = format!("shop_id = '{}'", shop.id);
    let counters = |kind: &str| format!("{of_shop} AND kind = '{kind}'");
    let numbers = |kind: &str| format!("{kind} numbers");
    vec![
        (
            format!("UPDATE counters SET value = value + 2 WHERE {}", counters("receipt")),
            vec![("a counter stands at the highest number", numbers("receipt"), 2)],
        ),
        (format!("DELETE FROM counters WHERE {}", counters("order")), vec![("a series has its counter", numbers("order"), -1)]),
        (format!("DELETE FROM shop_events WHERE {of_shop} AND seq = 3"), vec![("no number is missing", numbers("event"), -1)]),
        (
            format!("DELETE FROM shop_events WHERE {of_shop} AND seq = 1"),
            vec![("a series begins at its first number", numbers("event"), 1)],
        ),
        (
            format!("UPDATE customers SET number = 1001 WHERE {of_shop}"),
            vec![("a counter stands at the highest number", numbers("customer"), 1), ("no number is used twice", numbers("customer"), 1)],
        ),
        (
            format!("UPDATE locations SET is_default = false WHERE {of_shop}"),
            vec![("a shop has one default location", "locations".to_owned(), -1)],
        ),
    ]
}
