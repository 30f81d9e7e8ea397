use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::RefreshInput;
use crate::identity::addresses::{add_address, list_addresses, remove_address};
use crate::identity::customers::{lock_customer, rename_customer};
use crate::identity::sessions::{Owner, OwnerKind, Refreshed, forget_session, open_token_session, refresh};
use crate::identity::{
    AddressView, Customer, CustomerView, IdentityError, NewCustomer, REGISTRATIONS, SessionView, find_customer, register_customer,
    revoke_session, sign_in_customer,
};
use crate::kernel::{AddressId, AddressInput, Check, Invalid, Name};
use crate::platform::Services;
use crate::platform::http::{Body, ClientIp, Created, IfMatch, NoContent, PathParam, Problem, RateLimit, Tagged};
use crate::tenancy::Shop;

/// Routes of the storefront API.
pub fn store_routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(create_customer))
        .routes(routes!(create_session))
        .routes(routes!(refresh_session))
        .routes(routes!(delete_session))
        .routes(routes!(get_me, update_me))
        .routes(routes!(list_my_addresses, create_my_address))
        .routes(routes!(delete_my_address))
}

/// A customer who registers. An e-mail address or a telephone number is needed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CustomerInput {
    /// Their name.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// Their e-mail address; unique in the shop.
    #[schema(max_length = 254)]
    email: Option<String>,
    /// Their telephone number; unique in the shop. Without a country code it is taken as Vietnamese.
    #[schema(max_length = 30)]
    phone: Option<String>,
    /// 8–128 characters, none of the well-known passwords.
    #[schema(min_length = 8, max_length = 128)]
    password: String,
}

/// A customer and the session opened for them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CustomerRegistered {
    customer: CustomerView,
    session: SessionView,
}

/// Registers a customer and signs them in.
#[utoipa::path(post, path = "/customers", tag = "customers", request_body = CustomerInput, responses((status = 201, body = CustomerRegistered)))]
async fn create_customer(
    State(services): State<Services>,
    shop: Shop,
    ClientIp(from): ClientIp,
    Body { value: input, .. }: Body<CustomerInput>,
) -> Result<Created<CustomerRegistered>, Problem> {
    RateLimit::count(services.limits, &services.redis.shop(shop.id), REGISTRATIONS, &from.to_string()).await?;
    let new = NewCustomer::parse(&services.passwords, &input.name, input.email.as_deref(), input.phone.as_deref(), &input.password).await?;
    let mut tx = services.db.begin(shop.id).await?;
    let customer = register_customer(&mut tx, &new).await?;
    let session = open_token_session(&services, &mut tx, Owner::Customer(customer.id)).await?;
    tx.commit().await?;
    Ok(Created(CustomerRegistered { customer, session }))
}

/// Who wants to sign in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CustomerSessionInput {
    /// E-mail address or telephone number.
    #[schema(max_length = 254)]
    login: String,
    /// The password.
    #[schema(max_length = 128)]
    password: String,
}

/// A customer's tokens.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CustomerSession {
    #[serde(flatten)]
    session: SessionView,
    customer: CustomerView,
}

/// Signs a customer in.
#[utoipa::path(post, path = "/sessions", tag = "sessions", request_body = CustomerSessionInput, responses((status = 201, body = CustomerSession)))]
async fn create_session(
    State(services): State<Services>,
    shop: Shop,
    ClientIp(from): ClientIp,
    Body { value: input, .. }: Body<CustomerSessionInput>,
) -> Result<Created<CustomerSession>, Problem> {
    let id = sign_in_customer(&services, shop.id, &input.login, &input.password, &from.to_string()).await?;
    let mut tx = services.db.begin(shop.id).await?;
    let customer = find_customer(&mut tx, id).await?.ok_or(IdentityError::InvalidCredentials)?;
    let session = open_token_session(&services, &mut tx, Owner::Customer(id)).await?;
    tx.commit().await?;
    Ok(Created(CustomerSession { session, customer }))
}

/// Exchanges a refresh token for the next pair of tokens. A token that was used before ends the session.
#[utoipa::path(post, path = "/sessions/refresh", tag = "sessions", request_body = RefreshInput, responses((status = 200, body = SessionView)))]
async fn refresh_session(
    State(services): State<Services>,
    shop: Shop,
    Body { value: input, .. }: Body<RefreshInput>,
) -> Result<Tagged<SessionView>, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    match refresh(&services, &mut tx, &input.refresh_token, OwnerKind::Customer).await? {
        Refreshed::Tokens(session, _) => {
            tx.commit().await?;
            Ok(Tagged(session))
        }
        Refreshed::Reused(session) => {
            tx.commit().await?;
            forget_session(&services, shop.id, session).await;
            Err(IdentityError::SessionExpired.into())
        }
    }
}

/// Signs the customer out, at once and for good.
#[utoipa::path(delete, path = "/sessions/current", tag = "sessions", responses((status = 204)), security(("customer" = [])))]
async fn delete_session(State(services): State<Services>, shop: Shop, customer: Customer) -> Result<NoContent, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    revoke_session(&mut tx, customer.session).await?;
    tx.commit().await?;
    forget_session(&services, shop.id, customer.session).await;
    Ok(NoContent)
}

/// The signed-in customer.
#[utoipa::path(get, path = "/me", tag = "me", responses((status = 200, body = CustomerView)), security(("customer" = [])))]
async fn get_me(State(services): State<Services>, shop: Shop, customer: Customer) -> Result<Tagged<CustomerView>, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    Ok(Tagged(find_customer(&mut tx, customer.id).await?.ok_or_else(Problem::not_found)?))
}

/// What a customer changes about themselves.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MeInput {
    /// Their name.
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
}

/// Changes the signed-in customer's data.
#[utoipa::path(patch, path = "/me", tag = "me", request_body = MeInput, responses((status = 200, body = CustomerView)), security(("customer" = [])))]
async fn update_me(
    State(services): State<Services>,
    shop: Shop,
    customer: Customer,
    if_match: IfMatch,
    Body { value: input, .. }: Body<MeInput>,
) -> Result<Tagged<CustomerView>, Problem> {
    let mut check = Check::default();
    let name = check.opt("/name", input.name.as_deref(), Name::parse);
    check.finish()?;
    let mut tx = services.db.begin(shop.id).await?;
    let current = lock_customer(&mut tx, customer.id).await?.ok_or_else(Problem::not_found)?;
    if_match.check(&current)?;
    let view = match name.flatten() {
        Some(name) => rename_customer(&mut tx, customer.id, &name).await?,
        None => current,
    };
    tx.commit().await?;
    Ok(Tagged(view))
}

/// The signed-in customer's saved addresses, the default one first.
#[utoipa::path(get, path = "/me/addresses", tag = "me", responses((status = 200, body = AddressList)), security(("customer" = [])))]
async fn list_my_addresses(State(services): State<Services>, shop: Shop, customer: Customer) -> Result<Tagged<AddressList>, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    Ok(Tagged(AddressList { data: list_addresses(&mut tx, customer.id).await? }))
}

/// A customer's addresses; never more than fifty, so never paged.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AddressList {
    data: Vec<AddressView>,
}

/// An address to save.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SavedAddressInput {
    /// The address.
    address: AddressInput,
    /// Whether a checkout starts with it; the first address always is.
    #[serde(default)]
    is_default: bool,
}

/// Saves an address.
#[utoipa::path(post, path = "/me/addresses", tag = "me", request_body = SavedAddressInput, responses((status = 201, body = AddressView)), security(("customer" = [])))]
async fn create_my_address(
    State(services): State<Services>,
    shop: Shop,
    customer: Customer,
    Body { value: input, .. }: Body<SavedAddressInput>,
) -> Result<Created<AddressView>, Problem> {
    let address = input.address.parse().map_err(|inner| {
        let mut check = Check::default();
        check.nest("/address", inner);
        check.into_invalid()
    });
    let address = address.map_err(|invalid: Invalid| Problem::from(invalid))?;
    let mut tx = services.db.begin(shop.id).await?;
    let view = add_address(&mut tx, customer.id, &address, input.is_default).await?;
    tx.commit().await?;
    Ok(Created(view))
}

/// Forgets a saved address.
#[utoipa::path(delete, path = "/me/addresses/{id}", tag = "me", params(("id" = AddressId, Path)), responses((status = 204)), security(("customer" = [])))]
async fn delete_my_address(
    State(services): State<Services>,
    shop: Shop,
    customer: Customer,
    PathParam(id): PathParam<AddressId>,
) -> Result<NoContent, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    remove_address(&mut tx, customer.id, id).await?;
    tx.commit().await?;
    Ok(NoContent)
}
