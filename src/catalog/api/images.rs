use axum::extract::multipart::MultipartRejection;
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{read_upload, scoped};
use crate::catalog::{self, Image};
use crate::identity::Staff;
use crate::identity::permissions::ProductsWrite;
use crate::kernel::{ImageId, ProductId};
use crate::platform::crypto::sha256;
use crate::platform::http::{Answer, Body, IdempotencyKey, NoContent, Once, PathParam, Problem, Tagged};
use crate::platform::media::MAX_UPLOAD;
use crate::platform::{Services, ShopTx};
use crate::tenancy::Shop;

pub(super) fn routes() -> OpenApiRouter<Services> {
    // The picture itself, and the form around it.
    let uploads = OpenApiRouter::new()
        .routes(routes!(create_image))
        .routes(routes!(replace_image, delete_image))
        .layer(DefaultBodyLimit::max(MAX_UPLOAD + 16 * 1024));
    OpenApiRouter::new().merge(uploads).routes(routes!(order_images))
}

/// A picture to upload.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes the form; the form is read field by field")]
pub(crate) struct ImageUpload {
    /// JPEG, PNG or WebP, at most 10 MiB and 12,000 pixels a side; kept at most 1,600 pixels a side.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
    /// What it shows, for those who do not see it.
    #[schema(max_length = 300)]
    alt: Option<String>,
}

/// A product's pictures in the order wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImageOrder {
    /// Each of the product's pictures once; the first one leads.
    #[schema(max_items = 20)]
    order: Vec<ImageId>,
}

/// A product's pictures; never more than twenty, so never paged.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImageList {
    data: Vec<Image>,
}

fn form(form: Result<Multipart, MultipartRejection>) -> Result<Multipart, Problem> {
    form.map_err(|_| Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type"))
}

/// Adds a picture behind those a product has.
#[utoipa::path(post, path = "/products/{id}/images", tag = "products",
    request_body(content = ImageUpload, content_type = "multipart/form-data"),
    params(("id" = ProductId, Path), ("Idempotency-Key" = Option<String>, Header, description = "The same key and picture give the first answer again.")),
    responses((status = 201, body = Image)), security(("staff" = [])), extensions(("x-permission" = json!("products.write"))))]
async fn create_image(
    State(services): State<Services>,
    shop: Shop,
    staff: Staff<ProductsWrite>,
    PathParam(id): PathParam<ProductId>,
    key: IdempotencyKey,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<Answer, Problem> {
    let upload = read_upload(form(multipart)?).await?;
    let alt = upload.alt.unwrap_or_default();
    let hash = scoped(id.uuid(), sha256(&[sha256(&upload.file).as_slice(), alt.as_bytes()].concat()));
    let mut tx = services.db.begin(shop.id).await?;
    catalog::expect_image(&mut tx, id, None).await?;
    drop(tx);
    let picture = services.media.keep_upload(shop.id, upload.file).await?;
    let done = async {
        let mut tx = services.db.begin(shop.id).await?;
        let claim = match Once::claim(&mut tx, key, staff.actor().key(), "POST /products/{id}/images", hash).await? {
            Once::Again(answer) => return Ok::<_, Problem>(Done::Without(answer)),
            Once::First(claim) => claim,
        };
        let image = catalog::add_image(&mut tx, &shop, id, &picture, &alt).await?;
        let answer = claim.keep(&mut tx, StatusCode::CREATED, &image).await?;
        Ok(Done::With(Box::new(tx), answer))
    };
    let (tx, answer) = match done.await {
        Ok(Done::With(tx, answer)) => (tx, answer),
        Ok(Done::Without(answer)) => {
            services.media.discard(shop.id, &picture).await;
            return Ok(answer);
        }
        Err(problem) => {
            services.media.discard(shop.id, &picture).await;
            return Err(problem);
        }
    };
    // Whether a commit that gave no answer took place is not known: from here on the picture stays.
    tx.commit().await?;
    Ok(answer)
}

/// What became of an upload.
enum Done {
    /// The shop has it, once this is committed.
    With(Box<ShopTx>, Answer),
    /// It had it before.
    Without(Answer),
}

/// Puts another picture in the place of one. What it shows stays as it was said unless `alt` is sent.
#[utoipa::path(put, path = "/products/{id}/images/{image_id}", tag = "products",
    request_body(content = ImageUpload, content_type = "multipart/form-data"),
    params(("id" = ProductId, Path), ("image_id" = ImageId, Path)),
    responses((status = 200, body = Image)), security(("staff" = [])), extensions(("x-permission" = json!("products.write"))))]
async fn replace_image(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<ProductsWrite>,
    PathParam((id, image_id)): PathParam<(ProductId, ImageId)>,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<Tagged<Image>, Problem> {
    let upload = read_upload(form(multipart)?).await?;
    let mut tx = services.db.begin(shop.id).await?;
    catalog::expect_image(&mut tx, id, Some(image_id)).await?;
    drop(tx);
    let picture = services.media.keep_upload(shop.id, upload.file).await?;
    tx = services.db.begin(shop.id).await?;
    let image = match catalog::replace_image(&mut tx, &shop, id, image_id, &picture, upload.alt.as_deref()).await {
        Ok(image) => image,
        Err(error) => {
            services.media.discard(shop.id, &picture).await;
            return Err(error.into());
        }
    };
    tx.commit().await?;
    Ok(Tagged(image))
}

/// Takes a picture from a product. Orders still show it.
#[utoipa::path(delete, path = "/products/{id}/images/{image_id}", tag = "products",
    params(("id" = ProductId, Path), ("image_id" = ImageId, Path)),
    responses((status = 204)), security(("staff" = [])), extensions(("x-permission" = json!("products.write"))))]
async fn delete_image(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<ProductsWrite>,
    PathParam((id, image_id)): PathParam<(ProductId, ImageId)>,
) -> Result<NoContent, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    catalog::remove_image(&mut tx, id, image_id).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Puts a product's pictures into another order.
#[utoipa::path(put, path = "/products/{id}/images", tag = "products", request_body = ImageOrder, params(("id" = ProductId, Path)),
    responses((status = 200, body = ImageList)), security(("staff" = [])), extensions(("x-permission" = json!("products.write"))))]
async fn order_images(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<ProductsWrite>,
    PathParam(id): PathParam<ProductId>,
    Body { value: input, .. }: Body<ImageOrder>,
) -> Result<Tagged<ImageList>, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    let data = catalog::order_images(&mut tx, &shop, id, &input.order).await?;
    tx.commit().await?;
    Ok(Tagged(ImageList { data }))
}
