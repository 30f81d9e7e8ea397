use crate::catalog::lists::ListFilter;
use crate::catalog::suppliers::{SupplierFields, SupplierView};
use crate::kernel::{Status, SupplierId};
use crate::platform::{DbError, ShopTx};

/// Also a deleted one.
pub(in crate::catalog) async fn find_supplier(tx: &mut ShopTx, id: SupplierId) -> Result<Option<SupplierView>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        SupplierView,
        r#"SELECT id AS "id: SupplierId",
                  code,
                  name,
                  email,
                  phone,
                  address,
                  status,
                  created_at,
                  updated_at
           FROM suppliers
           WHERE shop_id = $1 AND id = $2"#,
        shop,
        id.uuid()
    )
    .fetch_optional(tx.conn())
    .await?)
}

/// Also a deleted one. Changes of one supplier follow each other from here on.
pub(in crate::catalog) async fn lock_supplier(tx: &mut ShopTx, id: SupplierId) -> Result<Option<SupplierView>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        SupplierView,
        r#"SELECT id AS "id: SupplierId",
                  code,
                  name,
                  email,
                  phone,
                  address,
                  status,
                  created_at,
                  updated_at
           FROM suppliers
           WHERE shop_id = $1 AND id = $2
           FOR NO KEY UPDATE"#,
        shop,
        id.uuid()
    )
    .fetch_optional(tx.conn())
    .await?)
}

pub(in crate::catalog) async fn count_suppliers(tx: &mut ShopTx, filter: &ListFilter) -> Result<i64, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_scalar!(
        r#"SELECT COUNT(*) AS "count!"
           FROM suppliers
           WHERE shop_id = $1
             AND CASE WHEN $2::smallint IS NULL THEN status <> -2 ELSE status = $2 END
             AND ($3::text IS NULL OR strpos(lower(name), lower($3)) > 0 OR strpos(lower(code), lower($3)) > 0)"#,
        shop,
        filter.status.map(Status::code),
        filter.wanted()
    )
    .fetch_one(tx.conn())
    .await?)
}

pub(in crate::catalog) async fn list_suppliers(
    tx: &mut ShopTx,
    filter: &ListFilter,
    limit: i64,
    offset: i64,
) -> Result<Vec<SupplierView>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        SupplierView,
        r#"SELECT id AS "id: SupplierId",
                  code,
                  name,
                  email,
                  phone,
                  address,
                  status,
                  created_at,
                  updated_at
           FROM suppliers
           WHERE shop_id = $1
             AND CASE WHEN $2::smallint IS NULL THEN status <> -2 ELSE status = $2 END
             AND ($3::text IS NULL OR strpos(lower(name), lower($3)) > 0 OR strpos(lower(code), lower($3)) > 0)
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

pub(in crate::catalog) async fn insert_supplier(tx: &mut ShopTx, id: SupplierId, code: &str, new: &SupplierFields) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "INSERT INTO suppliers (shop_id, id, code, name, email, phone, address, status, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
        shop,
        id.uuid(),
        code,
        new.name,
        new.email,
        new.phone,
        new.address,
        new.status.code(),
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::catalog) async fn update_supplier(tx: &mut ShopTx, id: SupplierId, code: &str, new: &SupplierFields) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "UPDATE suppliers
         SET code = $3,
             name = $4,
             email = $5,
             phone = $6,
             address = $7,
             status = $8,
             updated_at = $9
         WHERE shop_id = $1 AND id = $2 AND status <> -2",
        shop,
        id.uuid(),
        code,
        new.name,
        new.email,
        new.phone,
        new.address,
        new.status.code(),
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Marks it deleted and takes it from its products; receipts keep it.
pub(in crate::catalog) async fn delete_supplier(tx: &mut ShopTx, id: SupplierId) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "UPDATE suppliers
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
    sqlx::query!(
        "UPDATE products
         SET supplier_id = NULL, updated_at = $3
         WHERE shop_id = $1 AND supplier_id = $2",
        shop,
        id.uuid(),
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::catalog) async fn restore_supplier(tx: &mut ShopTx, id: SupplierId) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "UPDATE suppliers
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
