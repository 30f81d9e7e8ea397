use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::catalog::cards::{CardFilter, CardSort};
use crate::kernel::{ImageId, PageRequest, ProductId};
use crate::platform::{DbError, ShopTx};

/// One statement over the active products a filter lets through; only its head and tail differ. `$category` are the ids the
/// filter's category stands for.
macro_rules! filtered {
    ($make:ident, $tx:ident, $filter:ident, $category:ident, $head:literal, $tail:literal $(, $extra:expr)*) => {{
        let (shop, words) = ($tx.shop_id().uuid(), $filter.words());
        sqlx::$make!(
            $head
                + "FROM products p
                   WHERE p.shop_id = $1
                     AND p.status = 1
                     AND ($2::uuid[] IS NULL OR p.category_id = ANY($2))
                     AND ($3::text IS NULL
                          OR p.brand_id = (SELECT id FROM brands WHERE shop_id = $1 AND slug = $3 AND status = 1))
                     AND ($4::text[] IS NULL
                          OR NOT EXISTS (SELECT 1 FROM UNNEST($4) AS w (word) WHERE strpos(p.search_text, w.word) = 0))
                     AND ($5::bigint IS NULL OR p.price_to >= $5)
                     AND ($6::bigint IS NULL OR p.price_from <= $6)
                     AND ($7::boolean IS NULL OR $7 = EXISTS (
                         SELECT 1
                         FROM variants v
                         JOIN stock s ON s.shop_id = $1 AND s.variant_id = v.id
                         WHERE v.shop_id = $1 AND v.product_id = p.id AND v.status = 1 AND s.on_hand > s.reserved))
                     AND ($8::boolean IS NULL OR $8 = EXISTS (
                         SELECT 1
                         FROM variants v
                         WHERE v.shop_id = $1 AND v.product_id = p.id AND v.status = 1 AND v.compare_at_price > v.price)) "
                + $tail,
            shop,
            $category,
            $filter.brand_slug(),
            words.as_deref(),
            $filter.min_price,
            $filter.max_price,
            $filter.in_stock,
            $filter.on_sale
            $(, $extra)*
        )
    }};
}

pub(in crate::catalog) async fn count_cards(tx: &mut ShopTx, filter: &CardFilter, category: Option<&[Uuid]>) -> Result<i64, DbError> {
    Ok(filtered!(query_scalar, tx, filter, category, r#"SELECT COUNT(*) AS "count!" "#, "").fetch_one(tx.conn()).await?)
}

pub(in crate::catalog) async fn list_card_ids(
    tx: &mut ShopTx,
    filter: &CardFilter,
    category: Option<&[Uuid]>,
    page: PageRequest,
) -> Result<Vec<Uuid>, DbError> {
    let (n, from) = (page.limit(), page.offset());
    // One statement an order, so that each can follow its index.
    let query = match filter.sort {
        CardSort::Newest => {
            filtered!(
                query_scalar,
                tx,
                filter,
                category,
                "SELECT p.id ",
                "ORDER BY p.created_at DESC, p.id DESC LIMIT $9 OFFSET $10",
                n,
                from
            )
            .fetch_all(tx.conn())
            .await
        }
        CardSort::PriceAsc => {
            filtered!(
                query_scalar,
                tx,
                filter,
                category,
                "SELECT p.id ",
                "ORDER BY p.price_from, p.name, p.id LIMIT $9 OFFSET $10",
                n,
                from
            )
            .fetch_all(tx.conn())
            .await
        }
        CardSort::PriceDesc => {
            filtered!(
                query_scalar,
                tx,
                filter,
                category,
                "SELECT p.id ",
                "ORDER BY p.price_from DESC, p.name, p.id LIMIT $9 OFFSET $10",
                n,
                from
            )
            .fetch_all(tx.conn())
            .await
        }
        CardSort::NameAsc => {
            filtered!(query_scalar, tx, filter, category, "SELECT p.id ", "ORDER BY p.name, p.id LIMIT $9 OFFSET $10", n, from)
                .fetch_all(tx.conn())
                .await
        }
    };
    Ok(query?)
}

/// How many products stand directly in each category.
pub(in crate::catalog) async fn count_by_category(tx: &mut ShopTx, filter: &CardFilter) -> Result<Vec<(Uuid, i64)>, DbError> {
    let everywhere: Option<&[Uuid]> = None;
    let rows = filtered!(
        query,
        tx,
        filter,
        everywhere,
        r#"SELECT p.category_id AS "id!", COUNT(*) AS "count!" "#,
        "AND p.category_id IS NOT NULL GROUP BY p.category_id"
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.count)).collect())
}

/// How many products each brand has, most first.
pub(in crate::catalog) async fn count_by_brand(
    tx: &mut ShopTx,
    filter: &CardFilter,
    category: Option<&[Uuid]>,
) -> Result<Vec<(String, String, i64)>, DbError> {
    let filter = CardFilter { brand: None, ..filter.clone() };
    let rows = filtered!(
        query,
        tx,
        filter,
        category,
        r#"SELECT b.slug, b.name, COUNT(*) AS "count!"
           FROM brands b
           JOIN (SELECT p.brand_id "#,
        ") f ON f.brand_id = b.id
           WHERE b.shop_id = $1 AND b.status = 1
           GROUP BY b.id, b.slug, b.name
           ORDER BY COUNT(*) DESC, b.name"
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.slug, row.name, row.count)).collect())
}

/// The lowest and the highest price; `None` without a product.
pub(in crate::catalog) async fn price_range(
    tx: &mut ShopTx,
    filter: &CardFilter,
    category: Option<&[Uuid]>,
) -> Result<Option<(i64, i64)>, DbError> {
    let filter = CardFilter { min_price: None, max_price: None, ..filter.clone() };
    let row = filtered!(query, tx, filter, category, "SELECT MIN(p.price_from) AS low, MAX(p.price_to) AS high ", "")
        .fetch_one(tx.conn())
        .await?;
    Ok(row.low.zip(row.high))
}

pub(in crate::catalog) struct CardRow {
    pub(in crate::catalog) id: ProductId,
    pub(in crate::catalog) slug: String,
    pub(in crate::catalog) name: String,
    pub(in crate::catalog) price_from: i64,
    pub(in crate::catalog) price_to: i64,
    pub(in crate::catalog) compare_at_price: Option<i64>,
    pub(in crate::catalog) in_stock: bool,
    pub(in crate::catalog) is_new: bool,
    pub(in crate::catalog) image_id: Option<ImageId>,
    pub(in crate::catalog) media_key: Option<String>,
    pub(in crate::catalog) alt: Option<String>,
    pub(in crate::catalog) width: Option<i32>,
    pub(in crate::catalog) height: Option<i32>,
    pub(in crate::catalog) category_slug: Option<String>,
    pub(in crate::catalog) category_name: Option<String>,
    pub(in crate::catalog) brand_slug: Option<String>,
    pub(in crate::catalog) brand_name: Option<String>,
}

/// Active products in the order of the ids.
#[expect(clippy::too_many_lines, reason = "one statement, and the columns it gives")]
pub(in crate::catalog) async fn cards_of(tx: &mut ShopTx, ids: &[Uuid]) -> Result<Vec<CardRow>, DbError> {
    let (shop, now): (Uuid, OffsetDateTime) = (tx.shop_id().uuid(), tx.now());
    Ok(sqlx::query_as!(
        CardRow,
        r#"SELECT p.id AS "id: ProductId",
                  p.slug,
                  p.name,
                  p.price_from,
                  p.price_to,
                  v.compare_at_price AS "compare_at_price?",
                  COALESCE(v.in_stock, false) AS "in_stock!",
                  -- What came with a shop's first goods is not new: everything would be.
                  p.created_at > $3
                      AND p.created_at > (SELECT MIN(created_at) FROM products WHERE shop_id = $1 AND status = 1) + INTERVAL '7 days'
                      AS "is_new!",
                  i.id AS "image_id?: ImageId",
                  i.media_key AS "media_key?",
                  i.alt AS "alt?",
                  i.width AS "width?",
                  i.height AS "height?",
                  c.slug AS "category_slug?",
                  c.name AS "category_name?",
                  b.slug AS "brand_slug?",
                  b.name AS "brand_name?"
           FROM UNNEST($2::uuid[]) WITH ORDINALITY AS wanted (id, n)
           JOIN products p ON p.shop_id = $1 AND p.id = wanted.id AND p.status = 1
           LEFT JOIN LATERAL (
               SELECT (array_agg(v.compare_at_price ORDER BY v.price, v.position))[1] AS compare_at_price,
                      bool_or(s.on_hand > s.reserved) AS in_stock
               FROM variants v
               JOIN stock s ON s.shop_id = $1 AND s.variant_id = v.id
               WHERE v.shop_id = $1 AND v.product_id = p.id AND v.status = 1
           ) v ON true
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
           ) i ON true
           -- One below a hidden one is hidden with it: it has no page to lead to.
           LEFT JOIN categories c ON c.shop_id = $1 AND c.id = p.category_id AND c.status = 1 AND NOT EXISTS (
               WITH RECURSIVE above (id) AS (
                   SELECT c.parent_id
                   UNION
                   SELECT a.parent_id
                   FROM above
                   JOIN categories a ON a.shop_id = $1 AND a.id = above.id
               )
               SELECT 1
               FROM above
               JOIN categories a ON a.shop_id = $1 AND a.id = above.id
               WHERE a.status <> 1)
           LEFT JOIN brands b ON b.shop_id = $1 AND b.id = p.brand_id AND b.status = 1
           ORDER BY wanted.n"#,
        shop,
        ids,
        now - Duration::days(30)
    )
    .fetch_all(tx.conn())
    .await?)
}

pub(in crate::catalog) async fn find_active_by_slug(tx: &mut ShopTx, slug: &str) -> Result<Option<ProductId>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_scalar!(
        r#"SELECT id AS "id: ProductId"
           FROM products
           WHERE shop_id = $1 AND slug = $2 AND status = 1"#,
        shop,
        slug
    )
    .fetch_optional(tx.conn())
    .await?)
}

/// Active products like this one: of its category first, then of its brand, newest first.
pub(in crate::catalog) async fn related_ids(tx: &mut ShopTx, product: ProductId, limit: i64) -> Result<Vec<Uuid>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_scalar!(
        "SELECT o.id
         FROM products p
         JOIN products o ON o.shop_id = $1 AND o.status = 1 AND o.id <> p.id AND (o.category_id = p.category_id OR o.brand_id = p.brand_id)
         WHERE p.shop_id = $1 AND p.id = $2
         ORDER BY (o.category_id = p.category_id) IS TRUE DESC, o.created_at DESC, o.id DESC
         LIMIT $3",
        shop,
        product.uuid(),
        limit
    )
    .fetch_all(tx.conn())
    .await?)
}

/// Names and slugs of active products with all these words in their search text; those whose text begins with the first word lead.
pub(in crate::catalog) async fn suggest(tx: &mut ShopTx, words: &[String], limit: i64) -> Result<Vec<(String, String)>, DbError> {
    let shop = tx.shop_id().uuid();
    let rows = sqlx::query!(
        "SELECT slug,
                name
         FROM products
         WHERE shop_id = $1
           AND status = 1
           AND NOT EXISTS (SELECT 1 FROM UNNEST($2::text[]) AS w (word) WHERE strpos(search_text, w.word) = 0)
         ORDER BY strpos(search_text, ($2::text[])[1]), name, id
         LIMIT $3",
        shop,
        words,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.slug, row.name)).collect())
}

/// Slugs of active products and when they were last changed, newest first.
pub(in crate::catalog) async fn list_pages(tx: &mut ShopTx, limit: i64) -> Result<Vec<(String, OffsetDateTime)>, DbError> {
    let shop = tx.shop_id().uuid();
    let rows = sqlx::query!(
        "SELECT slug,
                updated_at
         FROM products
         WHERE shop_id = $1 AND status = 1
         ORDER BY created_at DESC, id DESC
         LIMIT $2",
        shop,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.slug, row.updated_at)).collect())
}
