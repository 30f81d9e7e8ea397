use uuid::Uuid;

use crate::catalog::brands::{BrandView, StoreBrand};
use crate::catalog::lists::ListFilter;
use crate::kernel::{BrandId, Status};
use crate::platform::{DbError, ShopTx};

/// Also a deleted one.
pub(in crate::catalog) async fn find_brand(tx: &mut ShopTx, id: BrandId) -> Result<Option<BrandView>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        BrandView,
        r#"SELECT id AS "id: BrandId",
                  slug,
                  name,
                  status,
                  created_at,
                  updated_at
           FROM brands
           WHERE shop_id = $1 AND id = $2"#,
        shop,
        id.uuid()
    )
    .fetch_optional(tx.conn())
    .await?)
}

/// Also a deleted one. Changes of one brand follow each other from here on.
pub(in crate::catalog) async fn lock_brand(tx: &mut ShopTx, id: BrandId) -> Result<Option<BrandView>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        BrandView,
        r#"SELECT id AS "id: BrandId",
                  slug,
                  name,
                  status,
                  created_at,
                  updated_at
           FROM brands
           WHERE shop_id = $1 AND id = $2
           FOR NO KEY UPDATE"#,
        shop,
        id.uuid()
    )
    .fetch_optional(tx.conn())
    .await?)
}

pub(in crate::catalog) async fn count_brands(tx: &mut ShopTx, filter: &ListFilter) -> Result<i64, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_scalar!(
        r#"SELECT COUNT(*) AS "count!"
           FROM brands
           WHERE shop_id = $1
             AND CASE WHEN $2::smallint IS NULL THEN status <> -2 ELSE status = $2 END
             AND ($3::text IS NULL OR strpos(lower(name), lower($3)) > 0)"#,
        shop,
        filter.status.map(Status::code),
        filter.wanted()
    )
    .fetch_one(tx.conn())
    .await?)
}

pub(in crate::catalog) async fn list_brands(
    tx: &mut ShopTx,
    filter: &ListFilter,
    limit: i64,
    offset: i64,
) -> Result<Vec<BrandView>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        BrandView,
        r#"SELECT id AS "id: BrandId",
                  slug,
                  name,
                  status,
                  created_at,
                  updated_at
           FROM brands
           WHERE shop_id = $1
             AND CASE WHEN $2::smallint IS NULL THEN status <> -2 ELSE status = $2 END
             AND ($3::text IS NULL OR strpos(lower(name), lower($3)) > 0)
           ORDER BY name, id
           LIMIT $4 OFFSET $5"#,
        shop,
        filter.status.map(Status::code),
        filter.wanted(),
        limit,
        offset
    )
    .fetch_all(tx.conn())
    .await?)
}

/// Active brands with how many active products each has.
pub(in crate::catalog) async fn store_brands(tx: &mut ShopTx) -> Result<Vec<StoreBrand>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        StoreBrand,
        r#"SELECT b.id AS "id: BrandId",
                  b.slug,
                  b.name,
                  COUNT(p.id) AS "product_count!"
           FROM brands b
           LEFT JOIN products p ON p.shop_id = $1 AND p.brand_id = b.id AND p.status = 1
           WHERE b.shop_id = $1 AND b.status = 1
           GROUP BY b.id, b.slug, b.name
           ORDER BY b.name, b.id"#,
        shop
    )
    .fetch_all(tx.conn())
    .await?)
}

pub(in crate::catalog) async fn insert_brand(tx: &mut ShopTx, id: BrandId, slug: &str, name: &str, status: Status) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "INSERT INTO brands (shop_id, id, slug, name, status, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6)",
        shop,
        id.uuid(),
        slug,
        name,
        status.code(),
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::catalog) async fn update_brand(tx: &mut ShopTx, id: BrandId, slug: &str, name: &str, status: Status) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "UPDATE brands
         SET slug = $3,
             name = $4,
             status = $5,
             updated_at = $6
         WHERE shop_id = $1 AND id = $2 AND status <> -2",
        shop,
        id.uuid(),
        slug,
        name,
        status.code(),
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Marks it deleted and takes it from its products. Gives them.
pub(in crate::catalog) async fn delete_brand(tx: &mut ShopTx, id: BrandId) -> Result<Vec<Uuid>, DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "UPDATE brands
         SET former_status = status,
             status = -2,
             updated_at = $3
         WHERE shop_id = $1 AND id = $2 AND status <> -2",
        shop,
        id.uuid(),
        now
    )
    .execute(tx.conn())
    .await?;
    // Deleted products too: they may be restored.
    Ok(sqlx::query_scalar!(
        "UPDATE products
         SET brand_id = NULL, updated_at = $3
         WHERE shop_id = $1 AND brand_id = $2
         RETURNING id",
        shop,
        id.uuid(),
        now
    )
    .fetch_all(tx.conn())
    .await?)
}

pub(in crate::catalog) async fn restore_brand(tx: &mut ShopTx, id: BrandId) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "UPDATE brands
         SET status = COALESCE(former_status, 0),
             former_status = NULL,
             updated_at = $3
         WHERE shop_id = $1 AND id = $2 AND status = -2",
        shop,
        id.uuid(),
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::catalog) async fn products_of(tx: &mut ShopTx, id: BrandId) -> Result<Vec<Uuid>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_scalar!(
        "SELECT id
         FROM products
         WHERE shop_id = $1 AND brand_id = $2",
        shop,
        id.uuid()
    )
    .fetch_all(tx.conn())
    .await?)
}
