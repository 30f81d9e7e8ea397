//! The HTTP surface of locations.

use axum::extract::State;
use axum::http::Uri;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::identity::Staff;
use crate::identity::permissions::{SettingsWrite, StockRead};
use crate::kernel::{LocationId, Page, PageParams, PageRequest};
use crate::platform::Services;
use crate::platform::http::{Body, Created, IfMatch, Listed, NoContent, PathParam, Problem, QueryParams, Tagged};
use crate::stores::{self, LocationInput, LocationPatch, LocationView};
use crate::tenancy::Shop;

/// Routes of the admin API.
pub fn admin_routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new().routes(routes!(list_locations, create_location)).routes(routes!(get_location, update_location, delete_location))
}

/// Routes of the storefront API.
pub fn store_routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new().routes(routes!(list_branches))
}

/// The shop's locations, the default one first.
#[utoipa::path(get, path = "/locations", tag = "locations", params(PageParams),
    responses((status = 200, body = Page<LocationView>)), security(("staff" = [])), extensions(("x-permission" = json!("stock.read"))))]
async fn list_locations(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<StockRead>,
    QueryParams(query): QueryParams<PageParams>,
    uri: Uri,
) -> Result<Listed<LocationView>, Problem> {
    Ok(Listed::new(page_of_locations(&services, &shop, query).await?, uri))
}

/// The shop's branches, the main one first.
#[utoipa::path(get, path = "/locations", tag = "shop", params(PageParams),
    responses((status = 200, body = Page<LocationView>)))]
async fn list_branches(
    State(services): State<Services>,
    shop: Shop,
    QueryParams(query): QueryParams<PageParams>,
    uri: Uri,
) -> Result<Listed<LocationView>, Problem> {
    Ok(Listed::new(page_of_locations(&services, &shop, query).await?, uri))
}

async fn page_of_locations(services: &Services, shop: &Shop, query: PageParams) -> Result<Page<LocationView>, Problem> {
    let page = PageRequest::parse(query.page, query.per_page)?;
    let mut tx = services.db.begin(shop.id).await?;
    let all = stores::list_locations(&mut tx).await?;
    let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let skip = usize::try_from(page.offset()).unwrap_or(usize::MAX);
    let take = usize::try_from(page.limit()).unwrap_or_default();
    Ok(Page::new(all.into_iter().skip(skip).take(take).collect(), page, total))
}

/// One location.
#[utoipa::path(get, path = "/locations/{id}", tag = "locations", params(("id" = LocationId, Path)),
    responses((status = 200, body = LocationView)), security(("staff" = [])), extensions(("x-permission" = json!("stock.read"))))]
async fn get_location(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<StockRead>,
    PathParam(id): PathParam<LocationId>,
) -> Result<Tagged<LocationView>, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    Ok(Tagged(stores::find_location(&mut tx, id).await?.ok_or_else(Problem::not_found)?))
}

/// Adds a location.
#[utoipa::path(post, path = "/locations", tag = "locations", request_body = LocationInput,
    responses((status = 201, body = LocationView)), security(("staff" = [])), extensions(("x-permission" = json!("settings.write"))))]
async fn create_location(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<SettingsWrite>,
    Body { value: input, .. }: Body<LocationInput>,
) -> Result<Created<LocationView>, Problem> {
    let new = input.parse()?;
    let mut tx = services.db.begin(shop.id).await?;
    let location = stores::create_location(&mut tx, &new).await?;
    tx.commit().await?;
    Ok(Created(location))
}

/// Changes a location. Making it the default takes that over from the one that was.
#[utoipa::path(patch, path = "/locations/{id}", tag = "locations", params(("id" = LocationId, Path)),
    request_body = LocationPatch, responses((status = 200, body = LocationView)),
    security(("staff" = [])), extensions(("x-permission" = json!("settings.write"))))]
async fn update_location(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<SettingsWrite>,
    PathParam(id): PathParam<LocationId>,
    if_match: IfMatch,
    Body { value: patch, .. }: Body<LocationPatch>,
) -> Result<Tagged<LocationView>, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    let current = stores::lock_location(&mut tx, id).await?.ok_or_else(Problem::not_found)?;
    if_match.check(&current)?;
    let location = stores::update_location(&mut tx, id, &patch.over(current).parse()?).await?;
    tx.commit().await?;
    Ok(Tagged(location))
}

/// Deletes a location where nothing lies. The default one can't go.
#[utoipa::path(delete, path = "/locations/{id}", tag = "locations", params(("id" = LocationId, Path)),
    responses((status = 204)), security(("staff" = [])), extensions(("x-permission" = json!("settings.write"))))]
async fn delete_location(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<SettingsWrite>,
    PathParam(id): PathParam<LocationId>,
) -> Result<NoContent, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    stores::delete_location(&mut tx, id).await?;
    tx.commit().await?;
    Ok(NoContent)
}
