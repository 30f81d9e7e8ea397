use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};
use axum::http::StatusCode;
use axum::response::Response;

use super::editor::draw;
use super::form::ProductForm;
use crate::backoffice::form::{Errors, field_of, mendable, message};
use crate::backoffice::visit::Visit;
use crate::catalog::{MAX_IMAGES, add_image, find_product, list_images, order_images, remove_image};
use crate::identity::permissions::ProductsWrite;
use crate::identity::{SignedInStaff, Staff};
use crate::kernel::{Flaw, ImageId, ProductId};
use crate::platform::http::{PathParam, Problem};
use crate::platform::media::{MAX_UPLOAD, MediaError, Stored};
use crate::platform::pages::Fields;

/// The largest upload of several pictures at once.
pub(in crate::backoffice) const MAX_PICTURES_BODY: usize = 6 * MAX_UPLOAD;

/// Adds pictures to a product: all of them, or none and a word about the one that is no picture.
pub(in crate::backoffice) async fn add(
    visit: Visit,
    staff: Staff<ProductsWrite>,
    PathParam(id): PathParam<ProductId>,
    upload: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Result<Response, Problem> {
    find_product(&mut visit.begin().await?, &visit.shop, id).await?.ok_or_else(Problem::not_found)?;
    let upload = upload.map_err(|_| Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type"))?;
    let (pictures, alt) = match receive(&visit, upload).await? {
        Ok(received) => received,
        Err(refused) => return refuse(visit, &staff, id, refused).await,
    };
    let mut tx = visit.begin().await?;
    for picture in &pictures {
        if let Err(error) = add_image(&mut tx, &visit.shop, id, picture, &alt).await {
            let problem = mendable(error)?;
            drop(tx);
            let error =
                problem.errors().first().map(|error| (field_of(&error.pointer, &["file", "alt"]), Problem::message(visit.lang, error)));
            let (field, text) = error.unwrap_or_else(|| (None, problem.detail(visit.lang)));
            let field = field.unwrap_or_else(|| "file".to_owned());
            return refuse(visit, &staff, id, Refused { status: problem.status(), field, text, alt }).await;
        }
    }
    tx.commit().await?;
    Ok(visit.done(format!("/admin/products/{id}#pictures"), "picture_added"))
}

struct Refused {
    status: StatusCode,
    field: String,
    text: String,
    alt: String,
}

/// Reads the upload to its end and keeps each picture as it comes, so that only one of them is in memory. After a mistake the rest
/// is read and dropped: a browser shows our answer only once it has sent everything.
async fn receive(visit: &Visit, mut upload: Multipart) -> Result<Result<(Vec<Stored>, String), Refused>, Problem> {
    let (mut pictures, mut alt, mut wrong) = (Vec::new(), String::new(), None);
    while let Some(mut field) = upload.next_field().await.map_err(|error| unreadable(&error))? {
        let file_name = field.file_name().unwrap_or_default().to_owned();
        let bytes = read(&mut field).await.map_err(|error| unreadable(&error))?;
        match (field.name().unwrap_or_default(), bytes) {
            ("alt", Some(bytes)) => alt = String::from_utf8_lossy(&bytes).into_owned(),
            ("file", _) if file_name.is_empty() || wrong.is_some() => {}
            ("file", None) => wrong = Some((StatusCode::PAYLOAD_TOO_LARGE, "payload-too-large", file_name)),
            ("file", Some(_)) if pictures.len() == MAX_IMAGES => {}
            ("file", Some(bytes)) => match visit.services.media.keep_upload(visit.shop.id, bytes).await {
                Ok(picture) => pictures.push(picture),
                Err(MediaError::NotAPicture) => wrong = Some((StatusCode::UNPROCESSABLE_ENTITY, "unsupported-picture", file_name)),
                Err(error) => {
                    tracing::error!(%error, "a picture could not be kept");
                    return Err(Problem::internal());
                }
            },
            _ => {}
        }
    }
    let field = "file".to_owned();
    if let Some((status, code, name)) = wrong {
        let name: String = name.chars().take(80).collect();
        let text = format!("{name}: {}", Problem::new(status, code).detail(visit.lang));
        return Ok(Err(Refused { status, field, text, alt }));
    }
    if pictures.is_empty() {
        let text = message(visit.lang, Flaw::new("required"));
        return Ok(Err(Refused { status: StatusCode::UNPROCESSABLE_ENTITY, field, text, alt }));
    }
    Ok(Ok((pictures, alt)))
}

/// The bytes of a part; `None` when they are more than a picture may have.
async fn read(field: &mut Field<'_>) -> Result<Option<Vec<u8>>, MultipartError> {
    let mut bytes = Some(Vec::new());
    while let Some(chunk) = field.chunk().await? {
        bytes = bytes.filter(|read: &Vec<u8>| read.len() + chunk.len() <= MAX_UPLOAD);
        if let Some(bytes) = &mut bytes {
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok(bytes)
}

fn unreadable(error: &MultipartError) -> Problem {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "payload-too-large"),
        _ => Problem::new(StatusCode::BAD_REQUEST, "bad-request"),
    }
}

async fn refuse(visit: Visit, staff: &SignedInStaff, id: ProductId, refused: Refused) -> Result<Response, Problem> {
    let visit = visit.at(format!("/admin/products/{id}")).answering(refused.status);
    let mut tx = visit.begin().await?;
    let product = find_product(&mut tx, &visit.shop, id).await?.ok_or_else(Problem::not_found)?;
    let form = ProductForm { alt: refused.alt, ..ProductForm::of(&product, visit.shop.currency) };
    let errors = Errors::from([(refused.field, refused.text)]);
    draw(&visit, &mut tx, staff, Some(product), form, errors).await
}

/// Moves a picture one place forward or back.
pub(in crate::backoffice) async fn shift(
    visit: Visit,
    _: Staff<ProductsWrite>,
    PathParam((id, image)): PathParam<(ProductId, ImageId)>,
    fields: Fields,
) -> Result<Response, Problem> {
    let mut tx = visit.begin().await?;
    let mut order: Vec<ImageId> = list_images(&mut tx, &visit.shop, id).await?.iter().map(|image| image.id).collect();
    let at = order.iter().position(|known| *known == image).ok_or_else(Problem::not_found)?;
    let other = if fields.get("direction") == "later" { at + 1 } else { at.saturating_sub(1) };
    if other < order.len() {
        order.swap(at, other);
    }
    order_images(&mut tx, &visit.shop, id, &order).await?;
    tx.commit().await?;
    Ok(visit.done(format!("/admin/products/{id}#pictures"), "picture_moved"))
}

/// Takes a picture from a product.
pub(in crate::backoffice) async fn delete(
    visit: Visit,
    _: Staff<ProductsWrite>,
    PathParam((id, image)): PathParam<(ProductId, ImageId)>,
) -> Result<Response, Problem> {
    let mut tx = visit.begin().await?;
    remove_image(&mut tx, id, image).await?;
    tx.commit().await?;
    Ok(visit.done(format!("/admin/products/{id}#pictures"), "picture_deleted"))
}
