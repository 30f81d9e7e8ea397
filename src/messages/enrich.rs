use serde_json::Value;
use uuid::Uuid;

use crate::ordering::find_customer_names;
use crate::platform::events::{self, Event};
use crate::platform::{DbError, ShopTx};

const ORDER_PLACED: &str = "order.placed";

/// Reads the log after a cursor. With `names`, a placed order also says who bought: the log itself holds no names.
pub(super) async fn read_events(tx: &mut ShopTx, after: i64, limit: i64, names: bool) -> Result<Vec<Event>, DbError> {
    let mut found = events::after(tx, after, limit).await?;
    let placed: Vec<Uuid> = found.iter().filter(|event| event.kind == ORDER_PLACED).map(|event| event.subject_id).collect();
    if !names || placed.is_empty() {
        return Ok(found);
    }
    let names = find_customer_names(tx, &placed).await?;
    for event in found.iter_mut().filter(|event| event.kind == ORDER_PLACED) {
        if let (Some(name), Value::Object(payload)) = (names.get(&event.subject_id), &mut event.payload) {
            payload.insert("customer_name".to_owned(), Value::from(name.as_str()));
        }
    }
    Ok(found)
}
