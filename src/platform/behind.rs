//! What is written to Redis first and copied to the database a moment later: the newest state of each thing that waits for its copy.
//!
//! Kept in this process's memory, with the state itself, so that the loss of Redis loses nothing that waits here. A thing stays
//! until its copy is committed. Who drains it is the slice that fills it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;
use uuid::Uuid;

use crate::kernel::ShopId;

/// The most things that wait. Beyond it (the database is away for long) the rest is left to Redis alone.
const MOST: usize = 100_000;

/// Version and state of each thing, by shop and id.
type Things = HashMap<(ShopId, Uuid), (i64, String)>;

/// States that wait for their copy. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct WriteBehind {
    things: Arc<Mutex<Things>>,
    bell: Arc<Notify>,
}

/// A state that waits for its copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The shop it is of.
    pub shop: ShopId,
    /// What it is the state of.
    pub id: Uuid,
    /// Grows with every state of the thing.
    pub version: i64,
    /// The state, as its slice writes it.
    pub state: String,
}

impl WriteBehind {
    /// Notes a state; an older one of the same thing is forgotten, a newer one stays.
    pub fn note(&self, waiting: Waiting) {
        let mut things = self.things.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (waiting.shop, waiting.id);
        let known = things.get(&key).map(|(version, _)| *version);
        if known.is_some_and(|known| known >= waiting.version) {
            return;
        }
        if known.is_none() && things.len() >= MOST {
            tracing::warn!("{MOST} states wait for their copy in the database: one more is left to Redis");
            return;
        }
        things.insert(key, (waiting.version, waiting.state));
        self.bell.notify_one();
    }

    /// The state of one thing that waits.
    #[must_use]
    pub fn find(&self, shop: ShopId, id: Uuid) -> Option<Waiting> {
        let things = self.things.lock().unwrap_or_else(PoisonError::into_inner);
        things.get(&(shop, id)).map(|(version, state)| Waiting { shop, id, version: *version, state: state.clone() })
    }

    /// All that waits, by shop and id: the order their copies are written in, so that two writers never wait for each other.
    #[must_use]
    pub fn all(&self) -> Vec<Waiting> {
        let things = self.things.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<Waiting> = things
            .iter()
            .map(|((shop, id), (version, state))| Waiting { shop: *shop, id: *id, version: *version, state: state.clone() })
            .collect();
        drop(things);
        all.sort_by_key(|waiting| (waiting.shop, waiting.id));
        all
    }

    /// Forgets states whose copies are committed; what changed since stays.
    pub fn done(&self, copied: &[Waiting]) {
        let mut things = self.things.lock().unwrap_or_else(PoisonError::into_inner);
        for copy in copied {
            if things.get(&(copy.shop, copy.id)).is_some_and(|(version, _)| *version == copy.version) {
                things.remove(&(copy.shop, copy.id));
            }
        }
    }

    /// Waits until there is something to copy.
    pub async fn noted(&self) {
        self.bell.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(version: i64) -> Waiting {
        Waiting { shop: Uuid::from_u128(1).into(), id: Uuid::from_u128(2), version, state: version.to_string() }
    }

    #[test]
    fn only_the_newest_state_waits_and_a_late_older_one_changes_nothing() {
        let behind = WriteBehind::default();
        for version in [1, 3, 2] {
            behind.note(state(version));
        }
        assert_eq!(behind.all(), [state(3)]);
    }

    #[test]
    fn what_changed_while_its_copy_was_written_waits_on() {
        let behind = WriteBehind::default();
        behind.note(state(1));
        let copied = behind.all();
        behind.note(state(2));
        behind.done(&copied);
        assert_eq!(behind.all(), [state(2)]);
        behind.done(&behind.all());
        assert_eq!(behind.all(), []);
    }
}
