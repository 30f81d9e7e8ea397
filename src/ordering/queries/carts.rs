use std::collections::BTreeMap;

use sqlx::types::Json;
use uuid::Uuid;

use crate::kernel::{CustomerId, VariantId};
use crate::ordering::cart::{Cart, CartLine};
use crate::platform::{DbError, ShopTx};

/// The copy of a cart in the database.
#[derive(Debug, Default)]
pub(in crate::ordering) struct StoredCart {
    /// The copy; it may still hold what was bought.
    pub(in crate::ordering) cart: Cart,
    /// What was set at this version or before was bought.
    pub(in crate::ordering) bought: i64,
}

struct Row {
    version: i64,
    bought_version: i64,
    lines: Json<BTreeMap<VariantId, CartLine>>,
}

impl From<Row> for StoredCart {
    fn from(row: Row) -> Self {
        Self { cart: Cart::new(row.version, row.lines.0), bought: row.bought_version }
    }
}

pub(in crate::ordering) async fn find_cart(tx: &mut ShopTx, customer: CustomerId) -> Result<Option<StoredCart>, DbError> {
    let shop = tx.shop_id().uuid();
    let row = sqlx::query_as!(
        Row,
        r#"SELECT version,
                  bought_version,
                  lines AS "lines: Json<BTreeMap<VariantId, CartLine>>"
           FROM carts
           WHERE shop_id = $1 AND customer_id = $2"#,
        shop,
        customer.uuid()
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(StoredCart::from))
}

/// Locks the cart, so that of two orders of one cart the second sees it bought. A cart that was never copied is made to be locked.
pub(in crate::ordering) async fn lock_cart(tx: &mut ShopTx, customer: CustomerId) -> Result<StoredCart, DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    let row = sqlx::query_as!(
        Row,
        r#"INSERT INTO carts (shop_id, customer_id, version, lines, updated_at)
           VALUES ($1, $2, 0, '{}', $3)
           -- Changes nothing, but takes the lock and gives the row.
           ON CONFLICT (shop_id, customer_id) DO UPDATE SET version = carts.version
           RETURNING version,
                     bought_version,
                     lines AS "lines: Json<BTreeMap<VariantId, CartLine>>""#,
        shop,
        customer.uuid(),
        now
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(row.into())
}

/// Writes a cart that is locked.
pub(in crate::ordering) async fn write_cart(tx: &mut ShopTx, customer: CustomerId, cart: &Cart, bought: i64) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "UPDATE carts
         SET version = $3, bought_version = GREATEST(bought_version, $4), lines = $5, updated_at = $6
         WHERE shop_id = $1 AND customer_id = $2",
        shop,
        customer.uuid(),
        cart.version(),
        bought,
        Json(cart.lines()) as _,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Writes the copies of many carts, in the order of the customers' ids. A copy that is not newer changes nothing.
pub(in crate::ordering) async fn copy_carts(tx: &mut ShopTx, carts: &[(Uuid, Cart)]) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    let customers: Vec<Uuid> = carts.iter().map(|(customer, _)| *customer).collect();
    let versions: Vec<i64> = carts.iter().map(|(_, cart)| cart.version()).collect();
    let lines: Vec<serde_json::Value> =
        carts.iter().map(|(_, cart)| serde_json::to_value(cart.lines()).unwrap_or_else(|_| serde_json::json!({}))).collect();
    sqlx::query!(
        "INSERT INTO carts (shop_id, customer_id, version, lines, updated_at)
         SELECT $1, customer_id, version, lines, $5
         FROM UNNEST($2::uuid[], $3::bigint[], $4::jsonb[]) AS c (customer_id, version, lines)
         ORDER BY customer_id
         ON CONFLICT (shop_id, customer_id) DO UPDATE
         SET version = EXCLUDED.version, lines = EXCLUDED.lines, updated_at = EXCLUDED.updated_at
         WHERE carts.version < EXCLUDED.version",
        shop,
        &customers,
        &versions,
        &lines,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
