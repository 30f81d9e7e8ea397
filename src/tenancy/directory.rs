use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;

use super::queries::{self, ShopRow};
use super::{Shop, ShopInfo, ShopStatus};
use crate::kernel::Currency;
use crate::platform::http::{HostName, Problem};
use crate::platform::i18n::Lang;
use crate::platform::{DbError, PlatformTx, Services, ShopTx};

/// Finds the shop a request is for. Remembers each for two seconds, so that a suspended shop closes at once by human measure and
/// a busy one is looked up every other second. That there is no such shop is not remembered: the next moment there may be one.
#[derive(Clone)]
pub struct Directory {
    services: Services,
    known: Cache<String, Shop>,
}

/// Why a look-up gave no shop; never remembered.
enum Missing {
    NoShop,
    NoAnswer(DbError),
}

impl From<DbError> for Missing {
    fn from(error: DbError) -> Self {
        Self::NoAnswer(error)
    }
}

impl Directory {
    /// A directory over the registry.
    #[must_use]
    pub fn new(services: Services) -> Self {
        let known = Cache::builder().max_capacity(20_000).time_to_live(Duration::from_secs(2)).build();
        Self { services, known }
    }

    /// The shop with this host; `None` when the host is no shop's.
    ///
    /// # Errors
    /// 503 when the registry cannot be read.
    pub async fn by_host(&self, host: &HostName) -> Result<Option<Shop>, Problem> {
        match host.label_under(&self.services.base_host) {
            Some(handle) => self.by_handle(handle).await,
            None => Ok(None),
        }
    }

    /// The shop with this handle.
    ///
    /// # Errors
    /// 503 when the registry cannot be read.
    pub async fn by_handle(&self, handle: &str) -> Result<Option<Shop>, Problem> {
        let found = self.known.try_get_with_by_ref(handle, async {
            let mut tx = self.services.db.begin_platform().await?;
            let row = queries::find_shop_by_handle(&mut tx, handle).await?;
            self.complete(tx, row).await
        });
        answer(found.await)
    }

    /// The shop with this publishable key.
    ///
    /// # Errors
    /// 503 when the registry cannot be read.
    pub async fn by_publishable_key(&self, key: &str) -> Result<Option<Shop>, Problem> {
        let found = self.known.try_get_with_by_ref(key, async {
            let mut tx = self.services.db.begin_platform().await?;
            let row = queries::find_shop_by_key(&mut tx, key).await?;
            self.complete(tx, row).await
        });
        answer(found.await)
    }

    /// Forgets a shop that has changed, in this process.
    pub async fn forget(&self, handle: &str) {
        self.known.invalidate(handle).await;
    }

    async fn complete(&self, tx: PlatformTx, row: Option<ShopRow>) -> Result<Shop, Missing> {
        let row = row.ok_or(Missing::NoShop)?;
        let mut tx = tx.into_shop(row.id).await?;
        Ok(Shop(Arc::new(load_shop(&self.services, &mut tx).await?)))
    }
}

fn answer(found: Result<Shop, Arc<Missing>>) -> Result<Option<Shop>, Problem> {
    match found {
        Ok(shop) => Ok(Some(shop)),
        Err(missing) => match &*missing {
            Missing::NoShop => Ok(None),
            Missing::NoAnswer(error) => Err(unavailable(error)),
        },
    }
}

/// The shop a transaction is in, as the registry has it now.
///
/// # Errors
/// When the database gives no answer.
pub async fn load_shop(services: &Services, tx: &mut ShopTx) -> Result<ShopInfo, DbError> {
    let row = queries::find_own_shop(tx).await?;
    let settings = queries::find_settings(tx).await?;
    let currency = Currency::parse(&row.currency).unwrap_or_else(|_| {
        // Held to the table when the shop was made; a table that lost a currency must not close the shop.
        tracing::error!(shop.id = %row.id, currency = row.currency, "the shop's currency is not in the table");
        Currency::default()
    });
    Ok(ShopInfo {
        id: row.id,
        url: services.shop_url(&row.handle),
        handle: row.handle,
        name: row.name,
        currency,
        locale: row.locale.parse().unwrap_or(Lang::Vi),
        status: if row.status == 1 { ShopStatus::Active } else { ShopStatus::Suspended },
        publishable_key: row.publishable_key,
        settings,
    })
}

fn unavailable(error: &DbError) -> Problem {
    tracing::warn!(%error, "the registry of shops cannot be read");
    if error.is_unavailable() { Problem::unavailable() } else { Problem::internal() }
}
