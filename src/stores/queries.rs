use uuid::Uuid;

use super::{LocationView, NewLocation};
use crate::kernel::LocationId;
use crate::platform::{DbError, ShopTx};

pub(super) async fn list_locations(tx: &mut ShopTx) -> Result<Vec<LocationView>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        LocationView,
        r#"SELECT id AS "id: LocationId",
                  code,
                  name,
                  line1,
                  ward,
                  province,
                  country,
                  phone,
                  latitude,
                  longitude,
                  hours,
                  is_default
           FROM locations
           WHERE shop_id = $1 AND status <> -2
           ORDER BY is_default DESC, name, id"#,
        shop
    )
    .fetch_all(tx.conn())
    .await?)
}

pub(super) async fn find_location(tx: &mut ShopTx, id: LocationId) -> Result<Option<LocationView>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        LocationView,
        r#"SELECT id AS "id: LocationId",
                  code,
                  name,
                  line1,
                  ward,
                  province,
                  country,
                  phone,
                  latitude,
                  longitude,
                  hours,
                  is_default
           FROM locations
           WHERE shop_id = $1 AND id = $2 AND status <> -2"#,
        shop,
        id.uuid()
    )
    .fetch_optional(tx.conn())
    .await?)
}

pub(super) async fn find_location_by_code(tx: &mut ShopTx, code: &str) -> Result<Option<LocationView>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        LocationView,
        r#"SELECT id AS "id: LocationId",
                  code,
                  name,
                  line1,
                  ward,
                  province,
                  country,
                  phone,
                  latitude,
                  longitude,
                  hours,
                  is_default
           FROM locations
           WHERE shop_id = $1 AND code = $2 AND status <> -2"#,
        shop,
        code
    )
    .fetch_optional(tx.conn())
    .await?)
}

/// Locks the list of the shop's locations for a change. Its oldest row stands for the whole list: rows are never removed, and one
/// lock can't be taken in two orders.
pub(super) async fn lock_list(tx: &mut ShopTx) -> Result<(), DbError> {
    let shop = tx.shop_id().uuid();
    sqlx::query!(
        "SELECT id
         FROM locations
         WHERE shop_id = $1
         ORDER BY id
         LIMIT 1
         -- Not the stronger lock: movements that name a location go on.
         FOR NO KEY UPDATE",
        shop
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(())
}

/// Keeps the list as it is until this transaction ends. What it is, the next statement sees.
pub(super) async fn share_list(tx: &mut ShopTx) -> Result<(), DbError> {
    let shop = tx.shop_id().uuid();
    sqlx::query!(
        "SELECT id
         FROM locations
         WHERE shop_id = $1
         ORDER BY id
         LIMIT 1
         FOR SHARE",
        shop
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(())
}

/// Those of these locations that are here, and the default one, with whether they are it.
pub(super) async fn default_and(tx: &mut ShopTx, ids: &[LocationId]) -> Result<Vec<(LocationId, bool)>, DbError> {
    let shop = tx.shop_id().uuid();
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let rows = sqlx::query!(
        r#"SELECT id AS "id: LocationId",
                  is_default
           FROM locations
           WHERE shop_id = $1 AND (id = ANY ($2) OR is_default) AND status <> -2"#,
        shop,
        &ids
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.is_default)).collect())
}

pub(super) async fn count_locations(tx: &mut ShopTx) -> Result<i64, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_scalar!(
        r#"SELECT COUNT(*) AS "count!"
           FROM locations
           WHERE shop_id = $1 AND status <> -2"#,
        shop
    )
    .fetch_one(tx.conn())
    .await?)
}

pub(super) async fn insert_location(tx: &mut ShopTx, id: LocationId, new: &NewLocation) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "INSERT INTO locations
             (shop_id, id, code, name, line1, ward, province, country, phone, latitude, longitude, hours, is_default, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)",
        shop,
        id.uuid(),
        new.code,
        new.name.as_str(),
        new.line1,
        new.ward,
        new.province,
        new.country,
        new.phone,
        new.position.map(|(latitude, _)| latitude),
        new.position.map(|(_, longitude)| longitude),
        new.hours,
        new.is_default,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn update_location(tx: &mut ShopTx, id: LocationId, new: &NewLocation) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "UPDATE locations
         SET code = $3,
             name = $4,
             line1 = $5,
             ward = $6,
             province = $7,
             country = $8,
             phone = $9,
             latitude = $10,
             longitude = $11,
             hours = $12,
             is_default = $13,
             updated_at = $14
         WHERE shop_id = $1 AND id = $2 AND status <> -2",
        shop,
        id.uuid(),
        new.code,
        new.name.as_str(),
        new.line1,
        new.ward,
        new.province,
        new.country,
        new.phone,
        new.position.map(|(latitude, _)| latitude),
        new.position.map(|(_, longitude)| longitude),
        new.hours,
        new.is_default,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn clear_default(tx: &mut ShopTx) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "UPDATE locations
         SET is_default = false, updated_at = $2
         WHERE shop_id = $1 AND is_default",
        shop,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// `inventory` owns the rows that are looked at; this room may not know it, and a deletion must ask.
pub(super) async fn has_goods(tx: &mut ShopTx, id: LocationId) -> Result<bool, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (
               SELECT FROM stock_locations
               WHERE shop_id = $1 AND location_id = $2 AND on_hand > 0
           ) AS "exists!""#,
        shop,
        id.uuid()
    )
    .fetch_one(tx.conn())
    .await?)
}

pub(super) async fn delete_location(tx: &mut ShopTx, id: LocationId) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "UPDATE locations
         SET status = -2, updated_at = $3
         WHERE shop_id = $1 AND id = $2 AND status <> -2",
        shop,
        id.uuid(),
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
