use crate::catalog::Image;
use crate::inventory::LOW_STOCK;
use crate::inventory::shelves::{LowStock, StockFilter, StockView, is_low, option_map};
use crate::kernel::{ImageId, PageRequest, ProductId, VariantId, fold};
use crate::platform::{DbError, ShopTx};
use crate::tenancy::ShopInfo;

pub(in crate::inventory) async fn count(tx: &mut ShopTx, filter: &StockFilter) -> Result<i64, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_scalar!(
        r#"SELECT COUNT(*) AS "count!"
           FROM stock s
           JOIN variants v ON v.shop_id = s.shop_id AND v.id = s.variant_id
           JOIN products p ON p.shop_id = v.shop_id AND p.id = v.product_id
           WHERE s.shop_id = $1
             AND v.status <> -2
             AND p.status <> -2
             AND ($2::uuid IS NULL OR s.variant_id = $2)
             AND ($3::text IS NULL OR strpos(p.search_text, $3) > 0 OR strpos(lower(v.sku), $3) > 0)
             AND ($4::bigint IS NULL OR s.on_hand - s.reserved <= $4)"#,
        shop,
        filter.variant_id.map(VariantId::uuid),
        filter.q.as_deref().map(fold),
        filter.low.then_some(LOW_STOCK)
    )
    .fetch_one(tx.conn())
    .await?)
}

pub(in crate::inventory) async fn list(tx: &mut ShopTx, filter: &StockFilter, page: PageRequest) -> Result<Vec<StockView>, DbError> {
    let shop = tx.shop_id().uuid();
    let rows = sqlx::query!(
        r#"SELECT s.variant_id AS "variant_id: VariantId",
                  v.product_id AS "product_id: ProductId",
                  v.sku,
                  v.option_values,
                  p.name AS product_name,
                  p.options,
                  s.on_hand,
                  s.reserved
           FROM stock s
           JOIN variants v ON v.shop_id = s.shop_id AND v.id = s.variant_id
           JOIN products p ON p.shop_id = v.shop_id AND p.id = v.product_id
           WHERE s.shop_id = $1
             AND v.status <> -2
             AND p.status <> -2
             AND ($2::uuid IS NULL OR s.variant_id = $2)
             AND ($3::text IS NULL OR strpos(p.search_text, $3) > 0 OR strpos(lower(v.sku), $3) > 0)
             AND ($4::bigint IS NULL OR s.on_hand - s.reserved <= $4)
           -- A search for a SKU also finds its product's other variants: the one that is meant comes first.
           ORDER BY strpos(lower(v.sku), $3) > 0 DESC, p.name, p.id, v.position, v.id
           LIMIT $5 OFFSET $6"#,
        shop,
        filter.variant_id.map(VariantId::uuid),
        filter.q.as_deref().map(fold),
        filter.low.then_some(LOW_STOCK),
        page.limit(),
        page.offset()
    )
    .fetch_all(tx.conn())
    .await?;
    let rows = rows.into_iter().map(|row| {
        let available = row.on_hand - row.reserved;
        StockView {
            variant_id: row.variant_id,
            product_id: row.product_id,
            sku: row.sku,
            product_name: row.product_name,
            options: option_map(&row.options, row.option_values),
            on_hand: row.on_hand,
            reserved: row.reserved,
            available,
            low: is_low(available),
        }
    });
    Ok(rows.collect())
}

pub(in crate::inventory) async fn low(tx: &mut ShopTx, shop: &ShopInfo, limit: i64) -> Result<Vec<LowStock>, DbError> {
    let shop_id = tx.shop_id().uuid();
    let rows = sqlx::query!(
        r#"SELECT s.variant_id AS "variant_id: VariantId",
                  v.product_id AS "product_id: ProductId",
                  v.sku,
                  v.option_values,
                  p.name AS product_name,
                  p.options,
                  (s.on_hand - s.reserved) AS "available!",
                  i.id AS "image_id?: ImageId",
                  i.media_key AS "media_key?",
                  i.alt AS "alt?",
                  i.width AS "width?",
                  i.height AS "height?"
           FROM stock s
           JOIN variants v ON v.shop_id = s.shop_id AND v.id = s.variant_id
           JOIN products p ON p.shop_id = v.shop_id AND p.id = v.product_id
           LEFT JOIN LATERAL (
               SELECT id,
                      media_key,
                      alt,
                      width,
                      height
               FROM product_images
               WHERE shop_id = $1 AND product_id = p.id
               ORDER BY position, id
               LIMIT 1
           ) AS i ON true
           WHERE s.shop_id = $1 AND v.status = 1 AND p.status = 1 AND s.on_hand - s.reserved <= $2
           ORDER BY s.on_hand - s.reserved, p.name, v.position, v.id
           LIMIT $3"#,
        shop_id,
        LOW_STOCK,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    let rows = rows.into_iter().map(|row| {
        let image = row.image_id.zip(row.media_key).map(|(id, key)| Image {
            id,
            url: shop.media_url(&key),
            alt: row.alt.unwrap_or_default(),
            width: row.width.unwrap_or_default(),
            height: row.height.unwrap_or_default(),
        });
        LowStock {
            variant_id: row.variant_id,
            product_id: row.product_id,
            sku: row.sku,
            product_name: row.product_name,
            options: option_map(&row.options, row.option_values),
            image,
            available: row.available,
        }
    });
    Ok(rows.collect())
}
