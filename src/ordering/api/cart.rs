use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::identity::Customer;
use crate::kernel::VariantId;
use crate::ordering::CartView;
use crate::ordering::cart::{Edit, edit_cart};
use crate::platform::Services;
use crate::platform::http::{Body, IfMatch, PathParam, Problem, Tagged};
use crate::tenancy::Shop;

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new().routes(routes!(get_cart, delete_cart)).routes(routes!(put_cart_line, delete_cart_line))
}

/// The signed-in customer's cart. Lines whose product was deleted or hidden are no longer in it.
#[utoipa::path(get, path = "/cart", tag = "cart", responses((status = 200, body = CartView)), security(("customer" = [])))]
async fn get_cart(State(services): State<Services>, shop: Shop, customer: Customer) -> Result<Tagged<CartView>, Problem> {
    Ok(Tagged(edit_cart(&services, &shop, customer.id, &IfMatch::default(), Edit::Look).await?))
}

/// How many are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CartLineInput {
    /// Units; 0 takes the line out.
    #[schema(minimum = 0, maximum = 1_000_000)]
    quantity: i64,
}

/// Sets how many units of a variant are wanted. More than there is in stock is allowed: the line says how many are available.
#[utoipa::path(put, path = "/cart/lines/{variant_id}", tag = "cart", params(("variant_id" = VariantId, Path)),
    request_body = CartLineInput, responses((status = 200, body = CartView)), security(("customer" = [])))]
async fn put_cart_line(
    State(services): State<Services>,
    shop: Shop,
    customer: Customer,
    PathParam(variant): PathParam<VariantId>,
    if_match: IfMatch,
    Body { value: input, .. }: Body<CartLineInput>,
) -> Result<Tagged<CartView>, Problem> {
    Ok(Tagged(edit_cart(&services, &shop, customer.id, &if_match, Edit::Set(variant, input.quantity)).await?))
}

/// Takes a line out of the cart and answers the cart.
#[utoipa::path(delete, path = "/cart/lines/{variant_id}", tag = "cart", params(("variant_id" = VariantId, Path)),
    responses((status = 200, body = CartView)), security(("customer" = [])))]
async fn delete_cart_line(
    State(services): State<Services>,
    shop: Shop,
    customer: Customer,
    PathParam(variant): PathParam<VariantId>,
) -> Result<Tagged<CartView>, Problem> {
    Ok(Tagged(edit_cart(&services, &shop, customer.id, &IfMatch::default(), Edit::Remove(variant)).await?))
}

/// Empties the cart and answers it.
#[utoipa::path(delete, path = "/cart", tag = "cart", responses((status = 200, body = CartView)), security(("customer" = [])))]
async fn delete_cart(State(services): State<Services>, shop: Shop, customer: Customer) -> Result<Tagged<CartView>, Problem> {
    Ok(Tagged(edit_cart(&services, &shop, customer.id, &IfMatch::default(), Edit::Clear).await?))
}
