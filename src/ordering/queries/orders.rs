use sqlx::types::Json;
use time::OffsetDateTime;

use crate::kernel::{Address, CustomerId, OrderId, PageRequest};
use crate::ordering::read::{NewOrders, OrderFilter};
use crate::ordering::status::{OrderStatus, PaymentMethod, PaymentStatus};
use crate::platform::{DbError, ShopTx};

/// An order without its parts.
pub(in crate::ordering) struct OrderRow {
    pub(in crate::ordering) id: OrderId,
    pub(in crate::ordering) number: i64,
    pub(in crate::ordering) status: OrderStatus,
    pub(in crate::ordering) payment_status: PaymentStatus,
    pub(in crate::ordering) payment_method: PaymentMethod,
    pub(in crate::ordering) currency: String,
    pub(in crate::ordering) subtotal: i64,
    pub(in crate::ordering) discount_total: i64,
    pub(in crate::ordering) shipping_total: i64,
    pub(in crate::ordering) tax_total: i64,
    pub(in crate::ordering) total: i64,
    pub(in crate::ordering) shipping_address: Json<Address>,
    pub(in crate::ordering) note: String,
    pub(in crate::ordering) placed_at: OffsetDateTime,
    pub(in crate::ordering) cancelled_at: Option<OffsetDateTime>,
    pub(in crate::ordering) cancel_reason: Option<String>,
    pub(in crate::ordering) customer_id: CustomerId,
}

/// What a change of an order decides by, read under the order's lock.
#[derive(Debug, Clone, Copy)]
pub(in crate::ordering) struct OrderHead {
    pub(in crate::ordering) id: OrderId,
    pub(in crate::ordering) number: i64,
    pub(in crate::ordering) status: OrderStatus,
    pub(in crate::ordering) payment_status: PaymentStatus,
    pub(in crate::ordering) payment_method: PaymentMethod,
    pub(in crate::ordering) total: i64,
}

/// Locks an order; with a customer, only if it is theirs.
pub(in crate::ordering) async fn lock_order(
    tx: &mut ShopTx,
    id: OrderId,
    customer: Option<CustomerId>,
) -> Result<Option<OrderHead>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        OrderHead,
        r#"SELECT id AS "id: OrderId",
                  number,
                  status AS "status: OrderStatus",
                  payment_status AS "payment_status: PaymentStatus",
                  payment_method AS "payment_method: PaymentMethod",
                  total
           FROM orders
           WHERE shop_id = $1 AND id = $2 AND ($3::uuid IS NULL OR customer_id = $3)
           FOR UPDATE"#,
        shop,
        id.uuid(),
        customer.map(CustomerId::uuid)
    )
    .fetch_optional(tx.conn())
    .await?)
}

/// An order about to be written.
pub(in crate::ordering) struct NewOrder<'a> {
    pub(in crate::ordering) row: &'a OrderRow,
    pub(in crate::ordering) search_text: &'a str,
}

pub(in crate::ordering) async fn insert_order(tx: &mut ShopTx, new: &NewOrder<'_>) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    let row = new.row;
    sqlx::query!(
        "INSERT INTO orders
             (shop_id, id, number, customer_id, status, payment_status, payment_method, currency, subtotal, discount_total,
              shipping_total, tax_total, total, shipping_address, note, search_text, placed_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17)",
        shop,
        row.id.uuid(),
        row.number,
        row.customer_id.uuid(),
        row.status.as_str(),
        row.payment_status.as_str(),
        row.payment_method.as_str(),
        row.currency,
        row.subtotal,
        row.discount_total,
        row.shipping_total,
        row.tax_total,
        row.total,
        Json(&row.shipping_address.0) as _,
        row.note,
        new.search_text,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Moves an order that is locked. A reason is given when, and only when, it is cancelled.
pub(in crate::ordering) async fn set_status(
    tx: &mut ShopTx,
    id: OrderId,
    status: OrderStatus,
    cancel_reason: Option<&str>,
) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "UPDATE orders
         SET status = $3,
             cancel_reason = $4,
             cancelled_at = CASE WHEN $3 = 'cancelled' THEN $5::timestamptz END,
             updated_at = $5
         WHERE shop_id = $1 AND id = $2",
        shop,
        id.uuid(),
        status.as_str(),
        cancel_reason,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::ordering) async fn set_payment_status(tx: &mut ShopTx, id: OrderId, status: PaymentStatus) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "UPDATE orders
         SET payment_status = $3, updated_at = $4
         WHERE shop_id = $1 AND id = $2",
        shop,
        id.uuid(),
        status.as_str(),
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::ordering) async fn find_order(
    tx: &mut ShopTx,
    id: OrderId,
    customer: Option<CustomerId>,
) -> Result<Option<OrderRow>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        OrderRow,
        r#"SELECT id AS "id: OrderId",
                  number,
                  status AS "status: OrderStatus",
                  payment_status AS "payment_status: PaymentStatus",
                  payment_method AS "payment_method: PaymentMethod",
                  currency,
                  subtotal,
                  discount_total,
                  shipping_total,
                  tax_total,
                  total,
                  shipping_address AS "shipping_address: Json<Address>",
                  note,
                  placed_at,
                  cancelled_at,
                  cancel_reason,
                  customer_id AS "customer_id: CustomerId"
           FROM orders
           WHERE shop_id = $1 AND id = $2 AND ($3::uuid IS NULL OR customer_id = $3)"#,
        shop,
        id.uuid(),
        customer.map(CustomerId::uuid)
    )
    .fetch_optional(tx.conn())
    .await?)
}

pub(in crate::ordering) async fn count_orders(tx: &mut ShopTx, filter: &OrderFilter) -> Result<i64, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_scalar!(
        r#"SELECT COUNT(*) AS "count!"
           FROM orders
           WHERE shop_id = $1
             AND ($2::text IS NULL OR status = $2)
             AND ($3::text IS NULL OR payment_status = $3)
             AND ($4::uuid IS NULL OR customer_id = $4)
             AND ($5::timestamptz IS NULL OR placed_at >= $5)
             AND ($6::timestamptz IS NULL OR placed_at < $6)
             AND ($7::text IS NULL
                  OR strpos(search_text, $7) > 0
                  OR customer_id IN (SELECT c.id FROM customers c WHERE c.shop_id = $1 AND (c.email = $7 OR c.phone = $7)))"#,
        shop,
        filter.status.map(OrderStatus::as_str),
        filter.payment_status.map(PaymentStatus::as_str),
        filter.customer.map(CustomerId::uuid),
        filter.from,
        filter.until,
        filter.q.as_deref()
    )
    .fetch_one(tx.conn())
    .await?)
}

pub(in crate::ordering) async fn list_orders(tx: &mut ShopTx, filter: &OrderFilter, page: PageRequest) -> Result<Vec<OrderRow>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        OrderRow,
        r#"SELECT id AS "id: OrderId",
                  number,
                  status AS "status: OrderStatus",
                  payment_status AS "payment_status: PaymentStatus",
                  payment_method AS "payment_method: PaymentMethod",
                  currency,
                  subtotal,
                  discount_total,
                  shipping_total,
                  tax_total,
                  total,
                  shipping_address AS "shipping_address: Json<Address>",
                  note,
                  placed_at,
                  cancelled_at,
                  cancel_reason,
                  customer_id AS "customer_id: CustomerId"
           FROM orders
           WHERE shop_id = $1
             AND ($2::text IS NULL OR status = $2)
             AND ($3::text IS NULL OR payment_status = $3)
             AND ($4::uuid IS NULL OR customer_id = $4)
             AND ($5::timestamptz IS NULL OR placed_at >= $5)
             AND ($6::timestamptz IS NULL OR placed_at < $6)
             AND ($7::text IS NULL
                  OR strpos(search_text, $7) > 0
                  OR customer_id IN (SELECT c.id FROM customers c WHERE c.shop_id = $1 AND (c.email = $7 OR c.phone = $7)))
           ORDER BY CASE WHEN $8 = 'total' THEN total END,
                    CASE WHEN $8 = '-total' THEN total END DESC,
                    -- Numbers are given in the order of placing, so this is also the order by time.
                    CASE WHEN $8 = 'number' THEN number END,
                    placed_at DESC,
                    id DESC
           LIMIT $9 OFFSET $10"#,
        shop,
        filter.status.map(OrderStatus::as_str),
        filter.payment_status.map(PaymentStatus::as_str),
        filter.customer.map(CustomerId::uuid),
        filter.from,
        filter.until,
        filter.q.as_deref(),
        filter.sort.as_str(),
        page.limit(),
        page.offset()
    )
    .fetch_all(tx.conn())
    .await?)
}

pub(in crate::ordering) struct StatusCount {
    pub(in crate::ordering) status: OrderStatus,
    pub(in crate::ordering) orders: i64,
}

pub(in crate::ordering) async fn count_by_status(tx: &mut ShopTx) -> Result<Vec<StatusCount>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        StatusCount,
        r#"SELECT status AS "status: OrderStatus",
                  COUNT(*) AS "orders!"
           FROM orders
           WHERE shop_id = $1
           GROUP BY status"#,
        shop
    )
    .fetch_all(tx.conn())
    .await?)
}

pub(in crate::ordering) async fn count_new(tx: &mut ShopTx, seen: i64) -> Result<NewOrders, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        NewOrders,
        r#"SELECT (SELECT COUNT(*)
                   FROM (SELECT 1
                         FROM orders
                         WHERE shop_id = $1 AND number > $2 AND status = 'pending'
                         -- A bubble on every page: nobody reads a higher figure.
                         LIMIT 1000) AS waiting) AS "count!",
                  COALESCE((SELECT MAX(number) FROM orders WHERE shop_id = $1), 0) AS "newest!""#,
        shop,
        seen
    )
    .fetch_one(tx.conn())
    .await?)
}
