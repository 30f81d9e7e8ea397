use uuid::Uuid;

use crate::kernel::{ImageId, ProductId};
use crate::platform::media::Stored;
use crate::platform::{DbError, ShopTx};

pub(in crate::catalog) struct ImageRow {
    pub(in crate::catalog) id: ImageId,
    pub(in crate::catalog) product_id: ProductId,
    pub(in crate::catalog) media_key: String,
    pub(in crate::catalog) alt: String,
    pub(in crate::catalog) width: i32,
    pub(in crate::catalog) height: i32,
}

/// The pictures of these products, in their order.
pub(in crate::catalog) async fn images_of(tx: &mut ShopTx, products: &[Uuid]) -> Result<Vec<ImageRow>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        ImageRow,
        r#"SELECT id AS "id: ImageId",
                  product_id AS "product_id: ProductId",
                  media_key,
                  alt,
                  width,
                  height
           FROM product_images
           WHERE shop_id = $1 AND product_id = ANY($2)
           ORDER BY product_id, position, id"#,
        shop,
        products
    )
    .fetch_all(tx.conn())
    .await?)
}

/// Behind those that are there.
pub(in crate::catalog) async fn insert_image(
    tx: &mut ShopTx,
    id: ImageId,
    product: ProductId,
    picture: &Stored,
    alt: &str,
) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "INSERT INTO product_images (shop_id, id, product_id, media_key, alt, width, height, position, created_at)
         SELECT $1, $2, $3, $4, $5, $6, $7, COALESCE(MAX(position) + 1, 0), $8
         FROM product_images
         WHERE shop_id = $1 AND product_id = $3",
        shop,
        id.uuid(),
        product.uuid(),
        picture.key,
        alt,
        i32::try_from(picture.width).unwrap_or(i32::MAX),
        i32::try_from(picture.height).unwrap_or(i32::MAX),
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// `None` leaves what it says about itself.
pub(in crate::catalog) async fn update_image(
    tx: &mut ShopTx,
    product: ProductId,
    id: ImageId,
    picture: &Stored,
    alt: Option<&str>,
) -> Result<bool, DbError> {
    let shop = tx.shop_id().uuid();
    let done = sqlx::query!(
        "UPDATE product_images
         SET media_key = $4,
             width = $5,
             height = $6,
             alt = COALESCE($7, alt)
         WHERE shop_id = $1 AND product_id = $2 AND id = $3",
        shop,
        product.uuid(),
        id.uuid(),
        picture.key,
        i32::try_from(picture.width).unwrap_or(i32::MAX),
        i32::try_from(picture.height).unwrap_or(i32::MAX),
        alt
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(in crate::catalog) async fn delete_image(tx: &mut ShopTx, product: ProductId, id: ImageId) -> Result<bool, DbError> {
    let shop = tx.shop_id().uuid();
    let done = sqlx::query!(
        "DELETE FROM product_images
         WHERE shop_id = $1 AND product_id = $2 AND id = $3",
        shop,
        product.uuid(),
        id.uuid()
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(in crate::catalog) async fn place_images(tx: &mut ShopTx, product: ProductId, order: &[Uuid]) -> Result<(), DbError> {
    let shop = tx.shop_id().uuid();
    sqlx::query!(
        "UPDATE product_images i
         SET position = (o.n - 1)::integer
         FROM UNNEST($3::uuid[]) WITH ORDINALITY AS o (id, n)
         WHERE i.shop_id = $1 AND i.product_id = $2 AND i.id = o.id",
        shop,
        product.uuid(),
        order
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
