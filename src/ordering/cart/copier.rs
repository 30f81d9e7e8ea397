use std::time::Duration;

use tokio::task::JoinHandle;
use uuid::Uuid;

use super::Cart;
use crate::ordering::queries::carts::copy_carts;
use crate::platform::{DbError, Services, Waiting};

/// How long a changed cart waits for company before the copies are written.
const BEHIND: Duration = Duration::from_secs(1);

/// Carts in one statement.
const BATCH: usize = 500;

/// Copies changed carts to the database, a second behind. One a server process: `app` spawns it, and flushes it when it goes down.
pub struct CartCopier {
    services: Services,
    task: JoinHandle<()>,
}

impl CartCopier {
    /// Begins to copy.
    #[must_use]
    pub fn spawn(services: Services) -> Self {
        let copying = services.clone();
        #[expect(clippy::disallowed_methods, reason = "its owner is the CartCopier, which ends it when it is dropped")]
        let task = tokio::spawn(async move {
            loop {
                copying.behind.noted().await;
                tokio::time::sleep(BEHIND).await;
                while !copy_waiting(&copying).await {
                    tokio::time::sleep(BEHIND).await;
                }
            }
        });
        Self { services, task }
    }

    /// Copies what waits now; when this returns, the database has every change made before, unless it gives no answer.
    pub async fn flush(&self) {
        copy_waiting(&self.services).await;
    }
}

impl Drop for CartCopier {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Copies all that waits, shop by shop. `false` when some could not be copied; it waits on.
async fn copy_waiting(services: &Services) -> bool {
    let all = services.behind.all();
    let mut whole = true;
    for batch in all.chunk_by(|one, next| one.shop == next.shop).flat_map(|of_shop| of_shop.chunks(BATCH)) {
        match copy(services, batch).await {
            Ok(()) => services.behind.done(batch),
            Err(error) => {
                tracing::warn!(%error, "{} carts wait on for their copy", batch.len());
                whole = false;
            }
        }
    }
    whole
}

async fn copy(services: &Services, batch: &[Waiting]) -> Result<(), DbError> {
    let Some(first) = batch.first() else { return Ok(()) };
    let carts: Vec<(Uuid, Cart)> = batch.iter().filter_map(|waiting| Some((waiting.id, Cart::read(&waiting.state)?))).collect();
    let mut tx = services.db.begin(first.shop).await?;
    copy_carts(&mut tx, &carts).await?;
    tx.commit().await
}
