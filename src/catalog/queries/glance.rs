use crate::catalog::glance::VariantName;
use crate::kernel::{BrandId, VariantId};
use crate::platform::{DbError, ShopTx};

pub(in crate::catalog) async fn variants_by_sku(tx: &mut ShopTx, skus: &[String]) -> Result<Vec<VariantName>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        VariantName,
        r#"SELECT v.id AS "id: VariantId",
                  v.sku,
                  p.name AS product_name,
                  v.option_values
           FROM variants v
           JOIN products p ON p.shop_id = $1 AND p.id = v.product_id
           WHERE v.shop_id = $1
             AND v.sku = ANY($2)
             AND v.status <> -2"#,
        shop,
        skus
    )
    .fetch_all(tx.conn())
    .await?)
}

pub(in crate::catalog) async fn variant_names(tx: &mut ShopTx, limit: i64) -> Result<Vec<VariantName>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        VariantName,
        r#"SELECT v.id AS "id: VariantId",
                  v.sku,
                  p.name AS product_name,
                  v.option_values
           FROM products p
           JOIN variants v ON v.shop_id = $1 AND v.product_id = p.id AND v.status <> -2
           WHERE p.shop_id = $1 AND p.status = 1
           ORDER BY p.name, p.id, v.position, v.id
           LIMIT $2"#,
        shop,
        limit
    )
    .fetch_all(tx.conn())
    .await?)
}

pub(in crate::catalog) async fn has_pictures(tx: &mut ShopTx) -> Result<bool, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1
                          FROM product_images i
                          JOIN products p ON p.shop_id = $1 AND p.id = i.product_id AND p.status <> -2
                          WHERE i.shop_id = $1) AS "any!""#,
        shop
    )
    .fetch_one(tx.conn())
    .await?)
}

pub(in crate::catalog) async fn products_by_brand(tx: &mut ShopTx) -> Result<Vec<(BrandId, i64)>, DbError> {
    let shop = tx.shop_id().uuid();
    let rows = sqlx::query!(
        r#"SELECT brand_id AS "brand: BrandId",
                  COUNT(*) AS "products!"
           FROM products
           WHERE shop_id = $1 AND brand_id IS NOT NULL AND status <> -2
           GROUP BY brand_id"#,
        shop
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.brand?, row.products))).collect())
}
