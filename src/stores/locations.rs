use serde::Serialize;
use utoipa::ToSchema;

use super::{LocationInput, NewLocation, StoresError, queries};
use crate::kernel::LocationId;
use crate::platform::{DbError, DbResultExt, ShopTx};

/// The most locations a shop may have.
const MOST: i64 = 500;

/// A location as the APIs show it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LocationView {
    /// Its id.
    pub id: LocationId,
    /// Its short name, unique among the shop's locations.
    pub code: String,
    /// Its name.
    pub name: String,
    /// House number and street; empty when not known.
    pub line1: String,
    /// Ward or commune; empty when not known.
    pub ward: String,
    /// Province or city; empty when not known.
    pub province: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// E.164; empty when there is none.
    pub phone: String,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// OpenStreetMap `opening_hours`; empty when not known.
    pub hours: String,
    /// Whether goods come in and go out here unless another location is named.
    pub is_default: bool,
}

/// Makes the first location of a new shop.
///
/// # Errors
/// A name that is no name.
pub async fn create_default_location(tx: &mut ShopTx, name: &str) -> Result<LocationId, StoresError> {
    let input = LocationInput { code: Some("main".to_owned()), name: name.to_owned(), is_default: true, ..LocationInput::default() };
    let new = input.parse()?;
    let id = tx.new_id::<LocationId>();
    queries::insert_location(tx, id, &new).await?;
    Ok(id)
}

/// Adds a location.
///
/// # Errors
/// [`StoresError::CodeTaken`], [`StoresError::TooMany`].
pub async fn create_location(tx: &mut ShopTx, new: &NewLocation) -> Result<LocationView, StoresError> {
    queries::lock_list(tx).await?;
    if queries::count_locations(tx).await? >= MOST {
        return Err(StoresError::TooMany);
    }
    if new.is_default {
        queries::clear_default(tx).await?;
    }
    let id = tx.new_id::<LocationId>();
    queries::insert_location(tx, id, new).await.on_constraint(taken)?;
    find_location(tx, id).await?.ok_or(StoresError::NotFound)
}

/// Changes a location as a whole. Making it the default takes that over from the one that was.
///
/// # Errors
/// [`StoresError::CodeTaken`]; [`StoresError::IsDefault`] when the default location would stop being it.
pub async fn update_location(tx: &mut ShopTx, id: LocationId, new: &NewLocation) -> Result<LocationView, StoresError> {
    let current = lock_location(tx, id).await?.ok_or(StoresError::NotFound)?;
    if current.is_default && !new.is_default {
        return Err(StoresError::IsDefault);
    }
    if new.is_default && !current.is_default {
        queries::clear_default(tx).await?;
    }
    queries::update_location(tx, id, new).await.on_constraint(taken)?;
    find_location(tx, id).await?.ok_or(StoresError::NotFound)
}

/// A location to be changed in this transaction. The whole list is locked with it: one change may move the default from another.
///
/// # Errors
/// When the database gives no answer.
pub async fn lock_location(tx: &mut ShopTx, id: LocationId) -> Result<Option<LocationView>, StoresError> {
    queries::lock_list(tx).await?;
    find_location(tx, id).await
}

/// Deletes a location: it leaves every list, its code is free again.
///
/// # Errors
/// [`StoresError::IsDefault`], [`StoresError::NotEmpty`].
pub async fn delete_location(tx: &mut ShopTx, id: LocationId) -> Result<(), StoresError> {
    // Whoever brings goods here holds the list shared, so nothing arrives between the look and the deletion.
    let current = lock_location(tx, id).await?.ok_or(StoresError::NotFound)?;
    if current.is_default {
        return Err(StoresError::IsDefault);
    }
    if queries::has_goods(tx, id).await? {
        return Err(StoresError::NotEmpty);
    }
    Ok(queries::delete_location(tx, id).await?)
}

/// The shop's locations, the default one first, then by name.
///
/// # Errors
/// When the database gives no answer.
pub async fn list_locations(tx: &mut ShopTx) -> Result<Vec<LocationView>, StoresError> {
    Ok(queries::list_locations(tx).await?)
}

/// A location by id.
///
/// # Errors
/// When the database gives no answer.
pub async fn find_location(tx: &mut ShopTx, id: LocationId) -> Result<Option<LocationView>, StoresError> {
    Ok(queries::find_location(tx, id).await?)
}

/// A location by its code.
///
/// # Errors
/// When the database gives no answer.
pub async fn find_location_by_code(tx: &mut ShopTx, code: &str) -> Result<Option<LocationView>, StoresError> {
    Ok(queries::find_location_by_code(tx, &code.to_ascii_lowercase()).await?)
}

/// Locations that stay as they are until this transaction ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldLocations {
    /// The default location.
    pub default: LocationId,
    /// Those asked for that are here and not deleted.
    pub here: Vec<LocationId>,
}

/// Holds the default location and these. Take them before any stock row.
///
/// # Errors
/// When the database gives no answer.
pub async fn hold_locations(tx: &mut ShopTx, ids: &[LocationId]) -> Result<HeldLocations, DbError> {
    queries::share_list(tx).await?;
    let rows = queries::default_and(tx, ids).await?;
    let default = rows.iter().find(|(_, is_default)| *is_default).map(|(id, _)| *id).ok_or(sqlx::Error::RowNotFound)?;
    let here = rows.into_iter().map(|(id, _)| id).filter(|id| ids.contains(id)).collect();
    Ok(HeldLocations { default, here })
}

/// The default location, held so that it stays one until this transaction ends. Take it before any stock row.
///
/// # Errors
/// When the database gives no answer.
pub async fn default_location(tx: &mut ShopTx) -> Result<LocationId, DbError> {
    Ok(hold_locations(tx, &[]).await?.default)
}

fn taken(name: &str) -> Option<StoresError> {
    (name == "locations_code_key").then_some(StoresError::CodeTaken)
}
