use uuid::Uuid;

use crate::catalog::parse::Refs;
use crate::kernel::{BrandId, CategoryId, ProductId, SupplierId};
use crate::platform::{DbError, ShopTx};

/// Which of the things referred to are here; each that is, is kept from being deleted until this transaction ends.
pub(in crate::catalog) struct RefsFound {
    pub(in crate::catalog) category: bool,
    pub(in crate::catalog) brand: bool,
    pub(in crate::catalog) supplier: bool,
}

pub(in crate::catalog) async fn lock_refs(tx: &mut ShopTx, refs: Refs) -> Result<RefsFound, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        RefsFound,
        r#"WITH category AS (
               SELECT id
               FROM categories
               WHERE shop_id = $1 AND id = $2 AND status <> -2
               FOR SHARE
           ), brand AS (
               SELECT id
               FROM brands
               WHERE shop_id = $1 AND id = $3 AND status <> -2
               FOR SHARE
           ), supplier AS (
               SELECT id
               FROM suppliers
               WHERE shop_id = $1 AND id = $4 AND status <> -2
               FOR SHARE
           )
           SELECT EXISTS (SELECT 1 FROM category) AS "category!",
                  EXISTS (SELECT 1 FROM brand) AS "brand!",
                  EXISTS (SELECT 1 FROM supplier) AS "supplier!""#,
        shop,
        refs.category.map(CategoryId::uuid),
        refs.brand.map(BrandId::uuid),
        refs.supplier.map(SupplierId::uuid)
    )
    .fetch_one(tx.conn())
    .await?)
}

/// Lets one transaction at a time look for a free name of one root. Held until the transaction ends.
pub(in crate::catalog) async fn lock_name(tx: &mut ShopTx, kind: &str, root: &str) -> Result<(), DbError> {
    let name = format!("{}:{kind}:{root}", tx.shop_id());
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", name).execute(tx.conn()).await?;
    Ok(())
}

pub(in crate::catalog) async fn taken_product_slugs(tx: &mut ShopTx, among: &[String]) -> Result<Vec<String>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_scalar!(
        "SELECT slug
         FROM products
         WHERE shop_id = $1 AND slug = ANY($2) AND status <> -2",
        shop,
        among
    )
    .fetch_all(tx.conn())
    .await?)
}

pub(in crate::catalog) async fn taken_category_slugs(tx: &mut ShopTx, among: &[String]) -> Result<Vec<String>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_scalar!(
        "SELECT slug
         FROM categories
         WHERE shop_id = $1 AND slug = ANY($2) AND status <> -2",
        shop,
        among
    )
    .fetch_all(tx.conn())
    .await?)
}

pub(in crate::catalog) async fn taken_brand_slugs(tx: &mut ShopTx, among: &[String]) -> Result<Vec<String>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_scalar!(
        "SELECT slug
         FROM brands
         WHERE shop_id = $1 AND slug = ANY($2) AND status <> -2",
        shop,
        among
    )
    .fetch_all(tx.conn())
    .await?)
}

pub(in crate::catalog) async fn taken_supplier_codes(tx: &mut ShopTx, among: &[String]) -> Result<Vec<String>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_scalar!(
        "SELECT code
         FROM suppliers
         WHERE shop_id = $1 AND code = ANY($2) AND status <> -2",
        shop,
        among
    )
    .fetch_all(tx.conn())
    .await?)
}

/// What a product's search text and price range are made of.
pub(in crate::catalog) struct Derived {
    pub(in crate::catalog) id: ProductId,
    pub(in crate::catalog) name: String,
    pub(in crate::catalog) category: Option<String>,
    pub(in crate::catalog) brand: Option<String>,
    pub(in crate::catalog) codes: Vec<String>,
    pub(in crate::catalog) price_from: i64,
    pub(in crate::catalog) price_to: i64,
}

pub(in crate::catalog) async fn lock_products(tx: &mut ShopTx, products: &[Uuid]) -> Result<(), DbError> {
    let shop = tx.shop_id().uuid();
    sqlx::query!(
        "SELECT id
         FROM products
         WHERE shop_id = $1 AND id = ANY($2)
         ORDER BY id
         FOR NO KEY UPDATE",
        shop,
        products
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::catalog) async fn derived_from(tx: &mut ShopTx, products: &[Uuid]) -> Result<Vec<Derived>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        Derived,
        r#"SELECT p.id AS "id: ProductId",
                  p.name,
                  c.name AS "category?",
                  b.name AS "brand?",
                  v.codes AS "codes!",
                  v.price_from AS "price_from!",
                  v.price_to AS "price_to!"
           FROM products p
           LEFT JOIN categories c ON c.shop_id = $1 AND c.id = p.category_id
           LEFT JOIN brands b ON b.shop_id = $1 AND b.id = p.brand_id
           CROSS JOIN LATERAL (
               SELECT COALESCE(array_agg(sku || ' ' || barcode ORDER BY position), '{}') AS codes,
                      COALESCE(MIN(price), 0) AS price_from,
                      COALESCE(MAX(price), 0) AS price_to
               FROM variants
               WHERE shop_id = $1 AND product_id = p.id AND status <> -2
           ) v
           WHERE p.shop_id = $1 AND p.id = ANY($2)"#,
        shop,
        products
    )
    .fetch_all(tx.conn())
    .await?)
}

pub(in crate::catalog) async fn store_derived(
    tx: &mut ShopTx,
    ids: &[Uuid],
    texts: &[String],
    price_from: &[i64],
    price_to: &[i64],
) -> Result<(), DbError> {
    let shop = tx.shop_id().uuid();
    sqlx::query!(
        "UPDATE products p
         SET search_text = d.search_text,
             price_from = d.price_from,
             price_to = d.price_to
         FROM UNNEST($2::uuid[], $3::text[], $4::bigint[], $5::bigint[]) AS d (id, search_text, price_from, price_to)
         WHERE p.shop_id = $1 AND p.id = d.id",
        shop,
        ids,
        texts,
        price_from,
        price_to
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
