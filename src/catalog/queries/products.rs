use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::catalog::options::ProductOption;
use crate::catalog::parse::NewProduct;
use crate::catalog::read::{ProductFilter, ProductSort};
use crate::kernel::{BrandId, CategoryId, PageRequest, ProductId, SupplierId};
use crate::platform::{DbError, ShopTx};

pub(in crate::catalog) struct ProductRow {
    pub(in crate::catalog) id: ProductId,
    pub(in crate::catalog) slug: String,
    pub(in crate::catalog) name: String,
    pub(in crate::catalog) description: String,
    pub(in crate::catalog) category_id: Option<CategoryId>,
    pub(in crate::catalog) brand_id: Option<BrandId>,
    pub(in crate::catalog) supplier_id: Option<SupplierId>,
    pub(in crate::catalog) options: Json<Vec<ProductOption>>,
    pub(in crate::catalog) status: i16,
    pub(in crate::catalog) created_at: OffsetDateTime,
    pub(in crate::catalog) updated_at: OffsetDateTime,
}

/// `false` when another product has the slug.
pub(in crate::catalog) async fn insert_product(tx: &mut ShopTx, id: ProductId, new: &NewProduct, slug: &str) -> Result<bool, DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    // A conflict is no error, so the transaction lives on and may try the next slug.
    let done = sqlx::query!(
        "INSERT INTO products (shop_id, id, slug, name, description, category_id, brand_id, supplier_id, options, status, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
         ON CONFLICT (shop_id, slug) WHERE status <> -2 DO NOTHING",
        shop,
        id.uuid(),
        slug,
        new.name,
        new.description,
        new.refs.category.map(CategoryId::uuid),
        new.refs.brand.map(BrandId::uuid),
        new.refs.supplier.map(SupplierId::uuid),
        Json(&new.options) as _,
        new.status.code(),
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Also a deleted one. Changes of one product follow each other from here on.
pub(in crate::catalog) async fn lock_product(tx: &mut ShopTx, id: ProductId) -> Result<Option<ProductRow>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        ProductRow,
        r#"SELECT id AS "id: ProductId",
                  slug,
                  name,
                  description,
                  category_id AS "category_id: CategoryId",
                  brand_id AS "brand_id: BrandId",
                  supplier_id AS "supplier_id: SupplierId",
                  options AS "options: Json<Vec<ProductOption>>",
                  status,
                  created_at,
                  updated_at
           FROM products
           WHERE shop_id = $1 AND id = $2
           FOR NO KEY UPDATE"#,
        shop,
        id.uuid()
    )
    .fetch_optional(tx.conn())
    .await?)
}

/// In the order of the ids; also deleted ones.
pub(in crate::catalog) async fn product_rows(tx: &mut ShopTx, ids: &[Uuid]) -> Result<Vec<ProductRow>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        ProductRow,
        r#"SELECT p.id AS "id: ProductId",
                  p.slug,
                  p.name,
                  p.description,
                  p.category_id AS "category_id: CategoryId",
                  p.brand_id AS "brand_id: BrandId",
                  p.supplier_id AS "supplier_id: SupplierId",
                  p.options AS "options: Json<Vec<ProductOption>>",
                  p.status,
                  p.created_at,
                  p.updated_at
           FROM UNNEST($2::uuid[]) WITH ORDINALITY AS wanted (id, n)
           JOIN products p ON p.shop_id = $1 AND p.id = wanted.id
           ORDER BY wanted.n"#,
        shop,
        ids
    )
    .fetch_all(tx.conn())
    .await?)
}

/// Of a product that is not deleted.
pub(in crate::catalog) async fn find_id_by_slug(tx: &mut ShopTx, slug: &str) -> Result<Option<ProductId>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_scalar!(
        r#"SELECT id AS "id: ProductId"
           FROM products
           WHERE shop_id = $1 AND slug = $2 AND status <> -2"#,
        shop,
        slug
    )
    .fetch_optional(tx.conn())
    .await?)
}

pub(in crate::catalog) async fn update_product(tx: &mut ShopTx, id: ProductId, new: &NewProduct, slug: &str) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "UPDATE products
         SET slug = $3,
             name = $4,
             description = $5,
             category_id = $6,
             brand_id = $7,
             supplier_id = $8,
             options = $9,
             status = $10,
             updated_at = $11
         WHERE shop_id = $1 AND id = $2 AND status <> -2",
        shop,
        id.uuid(),
        slug,
        new.name,
        new.description,
        new.refs.category.map(CategoryId::uuid),
        new.refs.brand.map(BrandId::uuid),
        new.refs.supplier.map(SupplierId::uuid),
        Json(&new.options) as _,
        new.status.code(),
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::catalog) async fn touch_product(tx: &mut ShopTx, id: ProductId) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "UPDATE products
         SET updated_at = $3
         WHERE shop_id = $1 AND id = $2",
        shop,
        id.uuid(),
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// With the variants it has at the moment, all at one time; `false` when there was nothing to delete.
pub(in crate::catalog) async fn delete_product(tx: &mut ShopTx, id: ProductId) -> Result<bool, DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    let done = sqlx::query!(
        "UPDATE products
         SET former_status = status,
             status = -2,
             deleted_at = $3,
             updated_at = $3
         WHERE shop_id = $1 AND id = $2 AND status <> -2",
        shop,
        id.uuid(),
        now
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "UPDATE variants
         SET status = -2,
             deleted_at = $3,
             updated_at = $3
         WHERE shop_id = $1 AND product_id = $2 AND status <> -2",
        shop,
        id.uuid(),
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// With the variants that were deleted together with it.
pub(in crate::catalog) async fn restore_product(tx: &mut ShopTx, id: ProductId) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "UPDATE variants v
         SET status = 1,
             deleted_at = NULL,
             updated_at = $3
         FROM products p
         WHERE p.shop_id = $1 AND p.id = $2 AND v.shop_id = $1 AND v.product_id = $2 AND v.deleted_at = p.deleted_at",
        shop,
        id.uuid(),
        now
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "UPDATE products
         SET status = COALESCE(former_status, 0),
             former_status = NULL,
             deleted_at = NULL,
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

/// One statement over the products a filter lets through; only its head and tail differ. A category stands for those below it too.
macro_rules! filtered {
    ($make:ident, $tx:ident, $filter:ident, $head:literal, $tail:literal $(, $extra:expr)*) => {{
        let (shop, words) = ($tx.shop_id().uuid(), $filter.words());
        sqlx::$make!(
            $head
                + "FROM products p
                   WHERE p.shop_id = $1
                     AND CASE WHEN $2::smallint IS NULL THEN p.status <> -2 ELSE p.status = $2 END
                     AND ($3::uuid IS NULL OR p.category_id IN (
                         WITH RECURSIVE below AS (
                             SELECT $3 AS id
                             UNION
                             SELECT c.id
                             FROM categories c
                             JOIN below ON c.parent_id = below.id
                             WHERE c.shop_id = $1 AND c.status <> -2
                         )
                         SELECT id FROM below))
                     AND ($4::uuid IS NULL OR p.brand_id = $4)
                     AND ($5::uuid IS NULL OR p.supplier_id = $5)
                     AND ($6::text[] IS NULL
                          OR NOT EXISTS (SELECT 1 FROM UNNEST($6) AS w (word) WHERE strpos(p.search_text, w.word) = 0)) "
                + $tail,
            shop,
            $filter.status.map(|status| status.code()),
            $filter.category_id.map(CategoryId::uuid),
            $filter.brand_id.map(BrandId::uuid),
            $filter.supplier_id.map(SupplierId::uuid),
            words.as_deref()
            $(, $extra)*
        )
    }};
}

pub(in crate::catalog) async fn count_products(tx: &mut ShopTx, filter: &ProductFilter) -> Result<i64, DbError> {
    Ok(filtered!(query_scalar, tx, filter, r#"SELECT COUNT(*) AS "count!" "#, "").fetch_one(tx.conn()).await?)
}

pub(in crate::catalog) async fn list_product_ids(tx: &mut ShopTx, filter: &ProductFilter, page: PageRequest) -> Result<Vec<Uuid>, DbError> {
    let (limit, offset) = (page.limit(), page.offset());
    Ok(match filter.sort {
        ProductSort::Newest => {
            filtered!(query_scalar, tx, filter, "SELECT p.id ", "ORDER BY p.created_at DESC, p.id DESC LIMIT $7 OFFSET $8", limit, offset)
                .fetch_all(tx.conn())
                .await?
        }
        ProductSort::Oldest => {
            filtered!(query_scalar, tx, filter, "SELECT p.id ", "ORDER BY p.created_at, p.id LIMIT $7 OFFSET $8", limit, offset)
                .fetch_all(tx.conn())
                .await?
        }
        ProductSort::NameAsc => {
            filtered!(query_scalar, tx, filter, "SELECT p.id ", "ORDER BY p.name, p.id LIMIT $7 OFFSET $8", limit, offset)
                .fetch_all(tx.conn())
                .await?
        }
        ProductSort::NameDesc => {
            filtered!(query_scalar, tx, filter, "SELECT p.id ", "ORDER BY p.name DESC, p.id DESC LIMIT $7 OFFSET $8", limit, offset)
                .fetch_all(tx.conn())
                .await?
        }
        ProductSort::Changed => {
            filtered!(query_scalar, tx, filter, "SELECT p.id ", "ORDER BY p.updated_at DESC, p.id DESC LIMIT $7 OFFSET $8", limit, offset)
                .fetch_all(tx.conn())
                .await?
        }
    })
}
