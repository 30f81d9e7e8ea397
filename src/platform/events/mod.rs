//! The shop's numbered event log: what happened, in order, without gaps, written in the transaction it happened in.
//!
//! The event counter's row is the last lock a transaction takes, so numbers appear in the order of their commits and a follower
//! with a cursor misses none.

mod queries;

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{DbError, ShopTx};

/// A line of the event log.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Event {
    /// Number in the shop's log, from 1, without gaps.
    pub seq: i64,
    /// What happened, e.g. `order.placed`.
    pub kind: String,
    /// What it happened to.
    pub subject_id: Uuid,
    /// Ids, numbers and states; never a name, an address or a code.
    pub payload: serde_json::Value,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// Something that happened, about to be logged.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// What happened, `thing.verb_in_past`.
    pub kind: &'static str,
    /// What it happened to.
    pub subject_id: Uuid,
    /// Ids, numbers and states.
    pub payload: serde_json::Value,
}

/// Appends to the log. Call it last in the transaction: its counter is the last lock.
///
/// # Errors
/// When the database gives no answer.
pub async fn append(tx: &mut ShopTx, events: &[NewEvent]) -> Result<(), DbError> {
    if events.is_empty() {
        return Ok(());
    }
    let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
    let last = queries::take_numbers(tx, "event", count).await?;
    queries::insert_events(tx, last - count + 1, events).await?;
    tx.wake_after_commit();
    Ok(())
}

/// Takes the next number of a series (`order`, `customer`, `receipt`) in this transaction: a rollback gives it back.
///
/// # Errors
/// When the database gives no answer.
pub async fn next_number(tx: &mut ShopTx, series: &'static str) -> Result<i64, DbError> {
    queries::take_numbers(tx, series, 1).await
}

/// Makes the counters of a new shop.
///
/// # Errors
/// When the database gives no answer.
pub async fn create_counters(tx: &mut ShopTx) -> Result<(), DbError> {
    queries::insert_counters(tx).await
}

/// Reads the log after a cursor, at most `limit` lines.
///
/// # Errors
/// When the database gives no answer.
pub async fn after(tx: &mut ShopTx, cursor: i64, limit: i64) -> Result<Vec<Event>, DbError> {
    queries::events_after(tx, cursor, limit).await
}

/// The number of the newest event; 0 for an empty log.
///
/// # Errors
/// When the database gives no answer.
pub async fn newest(tx: &mut ShopTx) -> Result<i64, DbError> {
    queries::newest_event(tx).await
}
