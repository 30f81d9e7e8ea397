use super::{NewShop, Plan, Settings};
use crate::kernel::ShopId;
use crate::platform::{DbError, PlatformTx, ShopTx};

pub(super) struct ShopRow {
    pub(super) id: ShopId,
    pub(super) handle: String,
    pub(super) name: String,
    pub(super) currency: String,
    pub(super) locale: String,
    pub(super) status: i16,
    pub(super) publishable_key: String,
}

pub(super) async fn find_shop_by_handle(tx: &mut PlatformTx, handle: &str) -> Result<Option<ShopRow>, DbError> {
    Ok(sqlx::query_as!(
        ShopRow,
        r#"SELECT id AS "id: ShopId",
                  handle,
                  name,
                  currency,
                  locale,
                  status,
                  publishable_key
           FROM shops
           WHERE handle = $1 AND status <> -2"#,
        handle
    )
    .fetch_optional(tx.conn())
    .await?)
}

pub(super) async fn find_shop_by_key(tx: &mut PlatformTx, publishable_key: &str) -> Result<Option<ShopRow>, DbError> {
    Ok(sqlx::query_as!(
        ShopRow,
        r#"SELECT id AS "id: ShopId",
                  handle,
                  name,
                  currency,
                  locale,
                  status,
                  publishable_key
           FROM shops
           WHERE publishable_key = $1 AND status <> -2"#,
        publishable_key
    )
    .fetch_optional(tx.conn())
    .await?)
}

pub(super) async fn find_own_shop(tx: &mut ShopTx) -> Result<ShopRow, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        ShopRow,
        r#"SELECT id AS "id: ShopId",
                  handle,
                  name,
                  currency,
                  locale,
                  status,
                  publishable_key
           FROM shops
           WHERE id = $1"#,
        shop
    )
    .fetch_one(tx.conn())
    .await?)
}

pub(super) async fn rename_shop(tx: &mut ShopTx, name: &str) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "UPDATE shops
         SET name = $2, updated_at = $3
         WHERE id = $1",
        shop,
        name,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn list_shops(tx: &mut PlatformTx) -> Result<Vec<(ShopId, String, String)>, DbError> {
    let rows = sqlx::query!(
        r#"SELECT id AS "id: ShopId",
                  handle,
                  name
           FROM shops
           WHERE status <> -2
           ORDER BY handle"#
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.handle, row.name)).collect())
}

pub(super) async fn insert_shop(tx: &mut PlatformTx, id: ShopId, new: &NewShop, publishable_key: &str) -> Result<(), DbError> {
    let now = tx.now();
    sqlx::query!(
        "INSERT INTO shops (id, handle, name, currency, locale, publishable_key, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
        id.uuid(),
        new.handle.as_str(),
        new.name.as_str(),
        new.currency.code(),
        new.locale.as_str(),
        publishable_key,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn list_plans(tx: &mut PlatformTx) -> Result<Vec<Plan>, DbError> {
    Ok(sqlx::query_as!(
        Plan,
        "SELECT code,
                name,
                price,
                currency
         FROM plans
         ORDER BY position"
    )
    .fetch_all(tx.conn())
    .await?)
}

pub(super) async fn insert_settings(tx: &mut ShopTx, settings: &Settings) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "INSERT INTO shop_settings (shop_id, accent, updated_at)
         VALUES ($1, $2, $3)",
        shop,
        settings.accent,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn find_settings(tx: &mut ShopTx) -> Result<Settings, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        Settings,
        "SELECT tagline,
                about,
                email,
                phone,
                address,
                accent,
                logo,
                hero_image,
                hero_title,
                hero_text
         FROM shop_settings
         WHERE shop_id = $1",
        shop
    )
    .fetch_one(tx.conn())
    .await?)
}

pub(super) async fn update_settings(tx: &mut ShopTx, settings: &Settings) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "UPDATE shop_settings
         SET tagline = $2,
             about = $3,
             email = $4,
             phone = $5,
             address = $6,
             accent = $7,
             logo = $8,
             hero_image = $9,
             hero_title = $10,
             hero_text = $11,
             updated_at = $12
         WHERE shop_id = $1",
        shop,
        settings.tagline,
        settings.about,
        settings.email,
        settings.phone,
        settings.address,
        settings.accent,
        settings.logo,
        settings.hero_image,
        settings.hero_title,
        settings.hero_text,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
