use super::{Event, NewEvent};
use crate::platform::{DbError, ShopTx};

pub(super) async fn take_numbers(tx: &mut ShopTx, kind: &str, count: i64) -> Result<i64, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_scalar!(
        "UPDATE counters
         SET value = value + $3
         WHERE shop_id = $1 AND kind = $2
         RETURNING value",
        shop,
        kind,
        count
    )
    .fetch_one(tx.conn())
    .await?)
}

pub(super) async fn insert_counters(tx: &mut ShopTx) -> Result<(), DbError> {
    let shop = tx.shop_id().uuid();
    // Orders and receipts begin at 1001: a first order should not look like one.
    sqlx::query!(
        "INSERT INTO counters (shop_id, kind, value)
         VALUES ($1, 'order', 1000),
                ($1, 'customer', 1000),
                ($1, 'receipt', 1000),
                ($1, 'event', 0)",
        shop
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn insert_events(tx: &mut ShopTx, first: i64, events: &[NewEvent]) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    let kinds: Vec<String> = events.iter().map(|e| e.kind.to_owned()).collect();
    let subjects: Vec<uuid::Uuid> = events.iter().map(|e| e.subject_id).collect();
    let payloads: Vec<serde_json::Value> = events.iter().map(|e| e.payload.clone()).collect();
    sqlx::query!(
        "INSERT INTO shop_events (shop_id, seq, kind, subject_id, payload, created_at)
         SELECT $1, $2 + n - 1, kind, subject_id, payload, $6
         FROM UNNEST($3::text[], $4::uuid[], $5::jsonb[]) WITH ORDINALITY AS e (kind, subject_id, payload, n)",
        shop,
        first,
        &kinds,
        &subjects,
        &payloads,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn events_after(tx: &mut ShopTx, cursor: i64, limit: i64) -> Result<Vec<Event>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        Event,
        "SELECT seq,
                kind,
                subject_id,
                payload,
                created_at
         FROM shop_events
         WHERE shop_id = $1 AND seq > $2
         ORDER BY seq
         LIMIT $3",
        shop,
        cursor,
        limit
    )
    .fetch_all(tx.conn())
    .await?)
}

pub(super) async fn newest_event(tx: &mut ShopTx) -> Result<i64, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_scalar!(
        r#"SELECT value AS "value!"
           FROM counters
           WHERE shop_id = $1 AND kind = 'event'"#,
        shop
    )
    .fetch_one(tx.conn())
    .await?)
}
