use sqlx::types::Json;
use uuid::Uuid;

use crate::catalog::options::{ProductOption, named};
use crate::catalog::parse::NewVariant;
use crate::catalog::views::SellableVariant;
use crate::kernel::{ProductId, VariantId};
use crate::platform::{DbError, ShopTx};

pub(in crate::catalog) struct VariantRow {
    pub(in crate::catalog) id: VariantId,
    pub(in crate::catalog) product_id: ProductId,
    pub(in crate::catalog) sku: String,
    pub(in crate::catalog) barcode: String,
    pub(in crate::catalog) option_values: Vec<String>,
    pub(in crate::catalog) price: i64,
    pub(in crate::catalog) compare_at_price: Option<i64>,
    pub(in crate::catalog) cost: Option<i64>,
    pub(in crate::catalog) weight_g: Option<i32>,
    pub(in crate::catalog) position: i32,
    pub(in crate::catalog) on_hand: i64,
    pub(in crate::catalog) reserved: i64,
}

/// The variants of these products, in their order; of a deleted product those it was deleted with.
pub(in crate::catalog) async fn variants_of(tx: &mut ShopTx, products: &[Uuid]) -> Result<Vec<VariantRow>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        VariantRow,
        r#"SELECT v.id AS "id: VariantId",
                  v.product_id AS "product_id: ProductId",
                  v.sku,
                  v.barcode,
                  v.option_values,
                  v.price,
                  v.compare_at_price,
                  v.cost,
                  v.weight_g,
                  v.position,
                  s.on_hand,
                  s.reserved
           FROM variants v
           JOIN products p ON p.shop_id = $1 AND p.id = v.product_id
           JOIN stock s ON s.shop_id = $1 AND s.variant_id = v.id
           WHERE v.shop_id = $1
             AND v.product_id = ANY($2)
             AND (v.status <> -2 OR v.deleted_at = p.deleted_at)
           ORDER BY v.product_id, v.position, v.id"#,
        shop,
        products
    )
    .fetch_all(tx.conn())
    .await?)
}

/// The variants of one list, column by column, as UNNEST takes them.
#[derive(Default)]
struct Columns {
    ids: Vec<Uuid>,
    skus: Vec<String>,
    barcodes: Vec<String>,
    option_values: Vec<serde_json::Value>,
    prices: Vec<i64>,
    compare_at_prices: Vec<Option<i64>>,
    costs: Vec<Option<i64>>,
    weights: Vec<Option<i32>>,
    positions: Vec<i32>,
}

/// A variant with its id and its place in the list.
pub(in crate::catalog) type Placed = (VariantId, i32, NewVariant);

impl Columns {
    /// By SKU: transactions that meet at the unique index then meet in one order.
    fn of(variants: &[Placed]) -> Self {
        let mut sorted: Vec<&Placed> = variants.iter().collect();
        sorted.sort_by(|a, b| a.2.sku.cmp(&b.2.sku));
        let mut columns = Self::default();
        for (id, position, variant) in sorted {
            columns.ids.push(id.uuid());
            columns.skus.push(variant.sku.clone());
            columns.barcodes.push(variant.barcode.clone());
            columns.option_values.push(serde_json::Value::from(variant.option_values.clone()));
            columns.prices.push(variant.price);
            columns.compare_at_prices.push(variant.compare_at_price);
            columns.costs.push(variant.cost);
            columns.weights.push(variant.weight_g);
            columns.positions.push(*position);
        }
        columns
    }
}

/// Each with its stock row, so that there is no variant without one.
pub(in crate::catalog) async fn insert_variants(tx: &mut ShopTx, product: ProductId, variants: &[Placed]) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    let c = Columns::of(variants);
    // UNNEST flattens an array of arrays, so the option values travel as JSON.
    sqlx::query!(
        "WITH made AS (
             INSERT INTO variants
                 (shop_id, id, product_id, sku, barcode, option_values, price, compare_at_price, cost, weight_g, position, created_at, updated_at)
             SELECT $1,
                    n.id,
                    $2,
                    n.sku,
                    n.barcode,
                    ARRAY(SELECT e.value FROM jsonb_array_elements_text(n.option_values) WITH ORDINALITY AS e (value, n) ORDER BY e.n),
                    n.price,
                    n.compare_at_price,
                    n.cost,
                    n.weight_g,
                    n.position,
                    $12,
                    $12
             FROM UNNEST($3::uuid[], $4::text[], $5::text[], $6::jsonb[], $7::bigint[], $8::bigint[], $9::bigint[], $10::integer[], $11::integer[])
                 AS n (id, sku, barcode, option_values, price, compare_at_price, cost, weight_g, position)
             RETURNING id
         )
         INSERT INTO stock (shop_id, variant_id)
         SELECT $1, id
         FROM made",
        shop,
        product.uuid(),
        &c.ids,
        &c.skus,
        &c.barcodes,
        &c.option_values,
        &c.prices,
        &c.compare_at_prices[..] as &[Option<i64>],
        &c.costs[..] as &[Option<i64>],
        &c.weights[..] as &[Option<i32>],
        &c.positions,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Gives variants a SKU and a combination nobody else can have, so that the next statement may swap theirs: the unique indexes
/// look at each row as it is written, not at the end.
pub(in crate::catalog) async fn park_variants(tx: &mut ShopTx, ids: &[Uuid]) -> Result<(), DbError> {
    let shop = tx.shop_id().uuid();
    sqlx::query!(
        "UPDATE variants
         SET sku = 'parked ' || id,
             option_values = ARRAY['parked ' || id]
         WHERE shop_id = $1 AND id = ANY($2)",
        shop,
        ids
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::catalog) async fn update_variants(tx: &mut ShopTx, variants: &[Placed]) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    let c = Columns::of(variants);
    sqlx::query!(
        "UPDATE variants v
         SET sku = n.sku,
             barcode = n.barcode,
             option_values = ARRAY(SELECT e.value FROM jsonb_array_elements_text(n.option_values) WITH ORDINALITY AS e (value, n) ORDER BY e.n),
             price = n.price,
             compare_at_price = n.compare_at_price,
             cost = n.cost,
             weight_g = n.weight_g,
             position = n.position,
             updated_at = $11
         FROM UNNEST($2::uuid[], $3::text[], $4::text[], $5::jsonb[], $6::bigint[], $7::bigint[], $8::bigint[], $9::integer[], $10::integer[])
             AS n (id, sku, barcode, option_values, price, compare_at_price, cost, weight_g, position)
         WHERE v.shop_id = $1 AND v.id = n.id AND v.status <> -2",
        shop,
        &c.ids,
        &c.skus,
        &c.barcodes,
        &c.option_values,
        &c.prices,
        &c.compare_at_prices[..] as &[Option<i64>],
        &c.costs[..] as &[Option<i64>],
        &c.weights[..] as &[Option<i32>],
        &c.positions,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::catalog) async fn delete_variants(tx: &mut ShopTx, ids: &[Uuid]) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "UPDATE variants
         SET status = -2,
             deleted_at = $3,
             updated_at = $3
         WHERE shop_id = $1 AND id = ANY($2) AND status <> -2",
        shop,
        ids,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Those of the SKUs that other products have.
pub(in crate::catalog) async fn taken_skus(tx: &mut ShopTx, product: ProductId, skus: &[String]) -> Result<Vec<String>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_scalar!(
        "SELECT sku
         FROM variants
         WHERE shop_id = $1 AND sku = ANY($2) AND status <> -2 AND product_id <> $3",
        shop,
        skus,
        product.uuid()
    )
    .fetch_all(tx.conn())
    .await?)
}

struct SellableRow {
    variant_id: VariantId,
    product_id: ProductId,
    product_name: String,
    product_slug: String,
    sku: String,
    options: Json<Vec<ProductOption>>,
    option_values: Vec<String>,
    media_key: Option<String>,
    unit_price: i64,
    available: i64,
    sellable: bool,
}

/// In the order of the ids.
pub(in crate::catalog) async fn sellable_variants(tx: &mut ShopTx, ids: &[Uuid]) -> Result<Vec<SellableVariant>, DbError> {
    let shop = tx.shop_id().uuid();
    let rows = sqlx::query_as!(
        SellableRow,
        r#"SELECT v.id AS "variant_id: VariantId",
                  p.id AS "product_id: ProductId",
                  p.name AS product_name,
                  p.slug AS product_slug,
                  v.sku,
                  p.options AS "options: Json<Vec<ProductOption>>",
                  v.option_values,
                  i.media_key AS "media_key?",
                  v.price AS unit_price,
                  s.on_hand - s.reserved AS "available!",
                  p.status = 1 AND v.status = 1 AS "sellable!"
           FROM UNNEST($2::uuid[]) WITH ORDINALITY AS wanted (id, n)
           JOIN variants v ON v.shop_id = $1 AND v.id = wanted.id
           JOIN products p ON p.shop_id = $1 AND p.id = v.product_id
           JOIN stock s ON s.shop_id = $1 AND s.variant_id = v.id
           LEFT JOIN LATERAL (
               SELECT media_key
               FROM product_images
               WHERE shop_id = $1 AND product_id = p.id
               ORDER BY position, id
               LIMIT 1
           ) i ON true
           ORDER BY wanted.n"#,
        shop,
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| SellableVariant {
            variant_id: row.variant_id,
            product_id: row.product_id,
            product_name: row.product_name,
            product_slug: row.product_slug,
            sku: row.sku,
            options: named(&row.options, row.option_values),
            media_key: row.media_key,
            unit_price: row.unit_price,
            available: row.available,
            sellable: row.sellable,
        })
        .collect())
}
