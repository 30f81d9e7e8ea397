use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::identity::Actor;
use crate::kernel::{CustomerId, OrderId, ProductId, VariantId};
use crate::ordering::status::{OrderStatus, PaymentMethod};
use crate::platform::{DbError, ShopTx};

/// A line of an order as it is stored.
#[derive(Debug, Clone)]
pub(in crate::ordering) struct LineRow {
    pub(in crate::ordering) order_id: OrderId,
    pub(in crate::ordering) variant_id: VariantId,
    pub(in crate::ordering) product_id: ProductId,
    pub(in crate::ordering) product_name: String,
    pub(in crate::ordering) product_slug: String,
    pub(in crate::ordering) sku: String,
    pub(in crate::ordering) options: Json<Vec<(String, String)>>,
    pub(in crate::ordering) media_key: Option<String>,
    pub(in crate::ordering) quantity: i64,
    pub(in crate::ordering) unit_price: i64,
    pub(in crate::ordering) line_total: i64,
}

/// Writes the lines of an order in one statement; their order is their position.
pub(in crate::ordering) async fn insert_lines(tx: &mut ShopTx, order: OrderId, lines: &[LineRow]) -> Result<(), DbError> {
    fn column<T>(lines: &[LineRow], of: impl Fn(&LineRow) -> T) -> Vec<T> {
        lines.iter().map(of).collect()
    }
    let shop = tx.shop_id().uuid();
    let options = column(lines, |line| serde_json::json!(line.options.0));
    let media_keys: Vec<Option<String>> = column(lines, |line| line.media_key.clone());
    sqlx::query!(
        "INSERT INTO order_lines
             (shop_id, order_id, position, variant_id, product_id, product_name, product_slug, sku, options, media_key, quantity,
              unit_price, line_total)
         SELECT $1, $2, n, variant_id, product_id, product_name, product_slug, sku, options, media_key, quantity, unit_price, line_total
         FROM UNNEST($3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::jsonb[], $9::text[], $10::bigint[], $11::bigint[],
                     $12::bigint[]) WITH ORDINALITY
              AS l (variant_id, product_id, product_name, product_slug, sku, options, media_key, quantity, unit_price, line_total, n)",
        shop,
        order.uuid(),
        &column(lines, |line| line.variant_id.uuid()),
        &column(lines, |line| line.product_id.uuid()),
        &column(lines, |line| line.product_name.clone()),
        &column(lines, |line| line.product_slug.clone()),
        &column(lines, |line| line.sku.clone()),
        &options,
        &media_keys as &[Option<String>],
        &column(lines, |line| line.quantity),
        &column(lines, |line| line.unit_price),
        &column(lines, |line| line.line_total)
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::ordering) async fn list_lines(tx: &mut ShopTx, orders: &[Uuid]) -> Result<Vec<LineRow>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        LineRow,
        r#"SELECT order_id AS "order_id: OrderId",
                  variant_id AS "variant_id: VariantId",
                  product_id AS "product_id: ProductId",
                  product_name,
                  product_slug,
                  sku,
                  options AS "options: Json<Vec<(String, String)>>",
                  media_key,
                  quantity,
                  unit_price,
                  line_total
           FROM order_lines
           WHERE shop_id = $1 AND order_id = ANY($2)
           ORDER BY order_id, position"#,
        shop,
        orders
    )
    .fetch_all(tx.conn())
    .await?)
}

/// An entry of an order's timeline as it is stored.
#[derive(Debug, Clone)]
pub(in crate::ordering) struct EntryRow {
    pub(in crate::ordering) order_id: OrderId,
    pub(in crate::ordering) kind: String,
    pub(in crate::ordering) status: Option<OrderStatus>,
    pub(in crate::ordering) actor_kind: String,
    pub(in crate::ordering) actor_name: String,
    pub(in crate::ordering) note: String,
    pub(in crate::ordering) created_at: OffsetDateTime,
}

/// Appends to the timeline of an order that is locked, or not yet seen by anybody.
pub(in crate::ordering) async fn insert_entry(
    tx: &mut ShopTx,
    order: OrderId,
    kind: &str,
    status: Option<OrderStatus>,
    actor: &Actor,
    note: &str,
) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "INSERT INTO order_timeline (shop_id, order_id, position, kind, status, actor_kind, actor_id, actor_name, note, created_at)
         SELECT $1, $2, COALESCE(MAX(position), 0) + 1, $3, $4, $5, $6, $7, $8, $9
         FROM order_timeline
         WHERE shop_id = $1 AND order_id = $2",
        shop,
        order.uuid(),
        kind,
        status.map(OrderStatus::as_str),
        actor.kind(),
        actor.id(),
        actor.name(),
        note,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::ordering) async fn list_entries(tx: &mut ShopTx, orders: &[Uuid]) -> Result<Vec<EntryRow>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        EntryRow,
        r#"SELECT order_id AS "order_id: OrderId",
                  kind,
                  status AS "status: OrderStatus",
                  actor_kind,
                  actor_name,
                  note,
                  created_at
           FROM order_timeline
           WHERE shop_id = $1 AND order_id = ANY($2)
           ORDER BY order_id, position"#,
        shop,
        orders
    )
    .fetch_all(tx.conn())
    .await?)
}

/// Money received as it is stored.
#[derive(Debug, Clone)]
pub(in crate::ordering) struct PaymentRow {
    pub(in crate::ordering) order_id: OrderId,
    pub(in crate::ordering) amount: i64,
    pub(in crate::ordering) method: PaymentMethod,
    pub(in crate::ordering) note: String,
    pub(in crate::ordering) created_at: OffsetDateTime,
}

/// Records money received for an order that is locked.
pub(in crate::ordering) async fn insert_payment(
    tx: &mut ShopTx,
    order: OrderId,
    amount: i64,
    method: PaymentMethod,
    note: &str,
    actor: &Actor,
) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "INSERT INTO order_payments (shop_id, order_id, position, amount, method, note, actor_kind, actor_id, created_at)
         SELECT $1, $2, COALESCE(MAX(position), 0) + 1, $3, $4, $5, $6, $7, $8
         FROM order_payments
         WHERE shop_id = $1 AND order_id = $2",
        shop,
        order.uuid(),
        amount,
        method.as_str(),
        note,
        actor.kind(),
        actor.id(),
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What was received for an order so far, minor units.
pub(in crate::ordering) async fn paid_total(tx: &mut ShopTx, order: OrderId) -> Result<i64, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_scalar!(
        r#"SELECT COALESCE(SUM(amount), 0)::bigint AS "paid!"
           FROM order_payments
           WHERE shop_id = $1 AND order_id = $2"#,
        shop,
        order.uuid()
    )
    .fetch_one(tx.conn())
    .await?)
}

pub(in crate::ordering) async fn list_payments(tx: &mut ShopTx, orders: &[Uuid]) -> Result<Vec<PaymentRow>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        PaymentRow,
        r#"SELECT order_id AS "order_id: OrderId",
                  amount,
                  method AS "method: PaymentMethod",
                  note,
                  created_at
           FROM order_payments
           WHERE shop_id = $1 AND order_id = ANY($2)
           ORDER BY order_id, position"#,
        shop,
        orders
    )
    .fetch_all(tx.conn())
    .await?)
}

/// Who bought an order, as the customer is today.
#[derive(Debug, Clone)]
pub(in crate::ordering) struct BuyerRow {
    pub(in crate::ordering) order_id: OrderId,
    pub(in crate::ordering) id: CustomerId,
    pub(in crate::ordering) number: i64,
    pub(in crate::ordering) name: String,
    pub(in crate::ordering) email: Option<String>,
    pub(in crate::ordering) phone: Option<String>,
}

pub(in crate::ordering) async fn list_buyers(tx: &mut ShopTx, orders: &[Uuid]) -> Result<Vec<BuyerRow>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        BuyerRow,
        r#"SELECT o.id AS "order_id: OrderId",
                  c.id AS "id: CustomerId",
                  c.number,
                  c.name,
                  c.email,
                  c.phone
           FROM orders o
           JOIN customers c ON c.shop_id = o.shop_id AND c.id = o.customer_id
           WHERE o.shop_id = $1 AND o.id = ANY($2)"#,
        shop,
        orders
    )
    .fetch_all(tx.conn())
    .await?)
}
