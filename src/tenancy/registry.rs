use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Settings, queries};
use crate::kernel::{Currency, Handle, Id, Name, ShopId};
use crate::platform::crypto::{NoRandomness, random_bytes};
use crate::platform::events;
use crate::platform::http::Problem;
use crate::platform::i18n::Lang;
use crate::platform::{DbError, DbResultExt, PlatformTx, ShopTx};

/// What can go wrong with the registry of shops.
#[derive(Debug, thiserror::Error)]
pub enum TenancyError {
    /// Another shop has the handle.
    #[error("the handle is taken")]
    HandleTaken,
    /// No key could be made.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<TenancyError> for Problem {
    fn from(error: TenancyError) -> Self {
        match error {
            TenancyError::HandleTaken => Self::new(StatusCode::CONFLICT, "handle-taken"),
            TenancyError::Randomness(error) => error.into(),
            TenancyError::Db(error) => error.into(),
        }
    }
}

/// A shop about to be made.
#[derive(Debug, Clone)]
pub struct NewShop {
    /// Its name in the host.
    pub handle: Handle,
    /// Its name to people.
    pub name: Name,
    /// The one currency of all its money.
    pub currency: Currency,
    /// The language it speaks.
    pub locale: Lang,
}

/// A plan merchants may choose.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Plan {
    /// Stable code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Minor units a month.
    pub price: i64,
    /// ISO 4217.
    pub currency: String,
}

/// Makes a shop with its settings and counters, and goes on inside it: the caller adds the owner and the first location in the
/// same transaction. Gives the publishable key too.
///
/// # Errors
/// [`TenancyError::HandleTaken`].
pub async fn create_shop(mut tx: PlatformTx, new: &NewShop) -> Result<(ShopTx, String), TenancyError> {
    let id = ShopId::new_at(tx.now());
    let key = format!("pk_{}", hex::encode(random_bytes::<18>()?));
    queries::insert_shop(&mut tx, id, new, &key)
        .await
        .on_constraint(|name| (name == "shops_handle_key").then_some(TenancyError::HandleTaken))?;
    let mut tx = tx.into_shop(id).await?;
    queries::insert_settings(&mut tx, &Settings::default()).await?;
    events::create_counters(&mut tx).await?;
    Ok((tx, key))
}

/// Whether no shop has this handle.
///
/// # Errors
/// When the database gives no answer.
pub async fn handle_is_free(tx: &mut PlatformTx, handle: &Handle) -> Result<bool, DbError> {
    Ok(queries::find_shop_by_handle(tx, handle.as_str()).await?.is_none())
}

/// The shop that has this handle.
///
/// # Errors
/// When the database gives no answer.
pub async fn find_shop(tx: &mut PlatformTx, handle: &Handle) -> Result<Option<ShopId>, DbError> {
    Ok(queries::find_shop_by_handle(tx, handle.as_str()).await?.map(|row| row.id))
}

/// The plans on offer.
///
/// # Errors
/// When the database gives no answer.
pub async fn list_plans(tx: &mut PlatformTx) -> Result<Vec<Plan>, DbError> {
    queries::list_plans(tx).await
}

/// All shops that are not deleted, as (id, handle, name), by handle.
///
/// # Errors
/// When the database gives no answer.
pub async fn list_shops(tx: &mut PlatformTx) -> Result<Vec<(ShopId, String, String)>, DbError> {
    queries::list_shops(tx).await
}

/// The shop's settings.
///
/// # Errors
/// When the database gives no answer.
pub async fn find_settings(tx: &mut ShopTx) -> Result<Settings, DbError> {
    queries::find_settings(tx).await
}

/// Changes the shop's settings.
///
/// # Errors
/// When the database gives no answer.
pub async fn change_settings(tx: &mut ShopTx, settings: &Settings) -> Result<(), DbError> {
    queries::update_settings(tx, settings).await
}

/// Gives the shop another name.
///
/// # Errors
/// When the database gives no answer.
pub async fn rename_shop(tx: &mut ShopTx, name: &Name) -> Result<(), DbError> {
    queries::rename_shop(tx, name.as_str()).await
}
