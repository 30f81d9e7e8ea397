use super::Scope;
use crate::platform::{DbError, ShopTx};

pub(super) struct StoredKey {
    pub(super) body_hash: Vec<u8>,
    pub(super) status: Option<i16>,
    pub(super) body: Option<Vec<u8>>,
}

/// Waits for a request under way with the same key; `false` when it was carried out.
pub(super) async fn insert_key(tx: &mut ShopTx, scope: &Scope, body_hash: &[u8; 32]) -> Result<bool, DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    let done = sqlx::query!(
        "INSERT INTO idempotency_keys (shop_id, actor, route, key, body_hash, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT DO NOTHING",
        shop,
        scope.actor,
        scope.route,
        scope.key,
        &body_hash[..],
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn find_key(tx: &mut ShopTx, scope: &Scope) -> Result<Option<StoredKey>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        StoredKey,
        "SELECT body_hash,
                status,
                body
         FROM idempotency_keys
         WHERE shop_id = $1 AND actor = $2 AND route = $3 AND key = $4",
        shop,
        scope.actor,
        scope.route,
        scope.key
    )
    .fetch_optional(tx.conn())
    .await?)
}

pub(super) async fn store_answer(tx: &mut ShopTx, scope: &Scope, status: u16, body: &[u8]) -> Result<(), DbError> {
    let shop = tx.shop_id().uuid();
    sqlx::query!(
        "UPDATE idempotency_keys
         SET status = $5, body = $6
         WHERE shop_id = $1 AND actor = $2 AND route = $3 AND key = $4",
        shop,
        scope.actor,
        scope.route,
        scope.key,
        i16::try_from(status).unwrap_or_default(),
        body
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
