use time::OffsetDateTime;
use uuid::Uuid;

use crate::kernel::{CategoryId, Status};
use crate::platform::{DbError, ShopTx};

#[derive(Clone)]
pub(in crate::catalog) struct CategoryRow {
    pub(in crate::catalog) id: CategoryId,
    pub(in crate::catalog) slug: String,
    pub(in crate::catalog) name: String,
    pub(in crate::catalog) parent_id: Option<CategoryId>,
    pub(in crate::catalog) position: i32,
    pub(in crate::catalog) status: i16,
    /// Products directly in it that are not deleted.
    pub(in crate::catalog) products: i64,
    /// Products directly in it that are active.
    pub(in crate::catalog) active_products: i64,
    pub(in crate::catalog) created_at: OffsetDateTime,
    pub(in crate::catalog) updated_at: OffsetDateTime,
}

/// One change of the tree at a time: each sees the tree the one before it left.
pub(in crate::catalog) async fn lock_tree(tx: &mut ShopTx) -> Result<(), DbError> {
    let shop = tx.shop_id().uuid();
    sqlx::query!(
        "SELECT id
         FROM categories
         WHERE shop_id = $1
         ORDER BY id
         FOR NO KEY UPDATE",
        shop
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(())
}

/// All categories, deleted or not, as brothers and sisters are shown.
pub(in crate::catalog) async fn all_categories(tx: &mut ShopTx) -> Result<Vec<CategoryRow>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        CategoryRow,
        r#"SELECT c.id AS "id: CategoryId",
                  c.slug,
                  c.name,
                  c.parent_id AS "parent_id: CategoryId",
                  c.position,
                  c.status,
                  COALESCE(p.products, 0) AS "products!",
                  COALESCE(p.active_products, 0) AS "active_products!",
                  c.created_at,
                  c.updated_at
           FROM categories c
           LEFT JOIN (
               SELECT category_id,
                      COUNT(*) AS products,
                      COUNT(*) FILTER (WHERE status = 1) AS active_products
               FROM products
               WHERE shop_id = $1 AND status IN (1, 0) AND category_id IS NOT NULL
               GROUP BY category_id
           ) p ON p.category_id = c.id
           WHERE c.shop_id = $1
           ORDER BY c.position, c.name, c.id"#,
        shop
    )
    .fetch_all(tx.conn())
    .await?)
}

/// What a category is made of.
pub(in crate::catalog) struct CategoryFields<'a> {
    pub(in crate::catalog) slug: &'a str,
    pub(in crate::catalog) name: &'a str,
    pub(in crate::catalog) parent_id: Option<CategoryId>,
    pub(in crate::catalog) position: i32,
    pub(in crate::catalog) status: Status,
}

pub(in crate::catalog) async fn insert_category(tx: &mut ShopTx, id: CategoryId, new: &CategoryFields<'_>) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "INSERT INTO categories (shop_id, id, slug, name, parent_id, position, status, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
        shop,
        id.uuid(),
        new.slug,
        new.name,
        new.parent_id.map(CategoryId::uuid),
        new.position,
        new.status.code(),
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::catalog) async fn update_category(tx: &mut ShopTx, id: CategoryId, new: &CategoryFields<'_>) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "UPDATE categories
         SET slug = $3,
             name = $4,
             parent_id = $5,
             position = $6,
             status = $7,
             updated_at = $8
         WHERE shop_id = $1 AND id = $2 AND status <> -2",
        shop,
        id.uuid(),
        new.slug,
        new.name,
        new.parent_id.map(CategoryId::uuid),
        new.position,
        new.status.code(),
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Marks it deleted, and moves what is below it to its parent. Gives the products moved.
pub(in crate::catalog) async fn delete_category(tx: &mut ShopTx, id: CategoryId, parent: Option<CategoryId>) -> Result<Vec<Uuid>, DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "UPDATE categories
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
    sqlx::query!(
        "UPDATE categories
         SET parent_id = $3, updated_at = $4
         WHERE shop_id = $1 AND parent_id = $2",
        shop,
        id.uuid(),
        parent.map(CategoryId::uuid),
        now
    )
    .execute(tx.conn())
    .await?;
    // Deleted products too: they may be restored.
    Ok(sqlx::query_scalar!(
        "UPDATE products
         SET category_id = $3, updated_at = $4
         WHERE shop_id = $1 AND category_id = $2
         RETURNING id",
        shop,
        id.uuid(),
        parent.map(CategoryId::uuid),
        now
    )
    .fetch_all(tx.conn())
    .await?)
}

pub(in crate::catalog) async fn restore_category(tx: &mut ShopTx, id: CategoryId, parent: Option<CategoryId>) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "UPDATE categories
         SET status = COALESCE(former_status, 0),
             former_status = NULL,
             parent_id = $3,
             updated_at = $4
         WHERE shop_id = $1 AND id = $2 AND status = -2",
        shop,
        id.uuid(),
        parent.map(CategoryId::uuid),
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::catalog) async fn products_in(tx: &mut ShopTx, id: CategoryId) -> Result<Vec<Uuid>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_scalar!(
        "SELECT id
         FROM products
         WHERE shop_id = $1 AND category_id = $2",
        shop,
        id.uuid()
    )
    .fetch_all(tx.conn())
    .await?)
}
