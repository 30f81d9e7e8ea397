use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use time::macros::offset;
use time::{Duration, OffsetDateTime, UtcOffset};

/// The hour of the shops: `Asia/Ho_Chi_Minh` has been UTC+7 without daylight saving since 1975. Where a day begins, and what a person
/// reads on a page; everything else is UTC.
pub const SHOP_TIME: UtcOffset = offset!(+7);

/// What time it is. The one home of "now": everything else is handed a `Clock` or a time, so that a test can move it.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    offset_seconds: Arc<AtomicI64>,
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// The current time in UTC, cut to the microsecond that PostgreSQL keeps.
    #[must_use]
    pub fn now(&self) -> OffsetDateTime {
        #[expect(clippy::disallowed_methods, reason = "this is the one home of the machine's clock")]
        let now = OffsetDateTime::now_utc() + Duration::seconds(self.offset_seconds.load(Ordering::Relaxed));
        now.replace_nanosecond(now.microsecond() * 1_000).unwrap_or(now)
    }

    /// Moves this clock, and all its clones, forward. For tests: the machine's clock stays as it is.
    pub fn advance(&self, by: Duration) {
        self.offset_seconds.fetch_add(by.whole_seconds(), Ordering::Relaxed);
    }
}
