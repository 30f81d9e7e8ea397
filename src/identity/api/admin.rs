use axum::extract::State;
use axum::http::Uri;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::RefreshInput;
use crate::identity::permissions::{CustomersRead, Permission};
use crate::identity::sessions::{Owner, OwnerKind, Refreshed, forget_session, open_token_session, refresh};
use crate::identity::sign_in::find_staff;
use crate::identity::{
    CustomerView, IdentityError, SignedInStaff, Staff, StaffSessionView, StaffView, find_customer, list_customers, revoke_session,
    sign_in_staff,
};
use crate::kernel::{Check, CustomerId, Page, PageRequest, line};
use crate::platform::Services;
use crate::platform::http::{Body, ClientIp, Created, Listed, NoContent, PathParam, Problem, QueryParams, Tagged};
use crate::tenancy::Shop;

/// Routes of the admin API.
pub fn admin_routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(create_session))
        .routes(routes!(refresh_session))
        .routes(routes!(delete_session))
        .routes(routes!(get_me))
        .routes(routes!(list_permissions))
        .routes(routes!(list_shop_customers))
        .routes(routes!(get_customer))
}

/// A member of staff who wants to sign in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StaffSessionInput {
    /// E-mail address.
    #[schema(max_length = 254)]
    email: String,
    /// The password.
    #[schema(max_length = 128)]
    password: String,
}

/// Signs a member of staff in.
#[utoipa::path(post, path = "/sessions", tag = "sessions", request_body = StaffSessionInput, responses((status = 201, body = StaffSessionView)))]
async fn create_session(
    State(services): State<Services>,
    shop: Shop,
    ClientIp(from): ClientIp,
    Body { value: input, .. }: Body<StaffSessionInput>,
) -> Result<Created<StaffSessionView>, Problem> {
    let staff = sign_in_staff(&services, shop.id, &input.email, &input.password, &from.to_string()).await?;
    let mut tx = services.db.begin(shop.id).await?;
    let session = open_token_session(&services, &mut tx, Owner::Staff(staff.id)).await?;
    tx.commit().await?;
    Ok(Created(StaffSessionView { session, staff }))
}

/// Exchanges a refresh token for the next pair of tokens. A token that was used before ends the session.
#[utoipa::path(post, path = "/sessions/refresh", tag = "sessions", request_body = RefreshInput, responses((status = 200, body = StaffSessionView)))]
async fn refresh_session(
    State(services): State<Services>,
    shop: Shop,
    Body { value: input, .. }: Body<RefreshInput>,
) -> Result<Tagged<StaffSessionView>, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    match refresh(&services, &mut tx, &input.refresh_token, OwnerKind::Staff).await? {
        Refreshed::Tokens(session, Owner::Staff(id)) => {
            let staff = find_staff(&mut tx, id).await?.ok_or(IdentityError::SessionExpired)?;
            tx.commit().await?;
            Ok(Tagged(StaffSessionView { session, staff }))
        }
        Refreshed::Tokens(..) => Err(IdentityError::SessionExpired.into()),
        Refreshed::Reused(session) => {
            tx.commit().await?;
            forget_session(&services, shop.id, session).await;
            Err(IdentityError::SessionExpired.into())
        }
    }
}

/// Signs the member of staff out, at once and for good.
#[utoipa::path(delete, path = "/sessions/current", tag = "sessions", responses((status = 204)), security(("staff" = [])))]
async fn delete_session(State(services): State<Services>, shop: Shop, staff: SignedInStaff) -> Result<NoContent, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    revoke_session(&mut tx, staff.session).await?;
    tx.commit().await?;
    forget_session(&services, shop.id, staff.session).await;
    Ok(NoContent)
}

/// The signed-in member of staff, and what they may do.
#[utoipa::path(get, path = "/me", tag = "sessions", responses((status = 200, body = StaffView)), security(("staff" = [])))]
async fn get_me(staff: SignedInStaff) -> Tagged<StaffView> {
    Tagged(StaffView::from(&staff))
}

/// Every permission there is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PermissionList {
    data: Vec<Permission>,
}

/// Every permission there is.
#[utoipa::path(get, path = "/permissions", tag = "staff", responses((status = 200, body = PermissionList)), security(("staff" = [])))]
async fn list_permissions(_: SignedInStaff) -> Tagged<PermissionList> {
    Tagged(PermissionList { data: Permission::ALL.to_vec() })
}

/// Which customers are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CustomerQuery {
    /// Page number, from 1.
    page: Option<i64>,
    /// Rows a page, 1 to 100.
    per_page: Option<i64>,
    /// Looked for in name, e-mail and phone.
    q: Option<String>,
}

/// The shop's customers, newest first.
#[utoipa::path(get, path = "/customers", tag = "customers", params(CustomerQuery), responses((status = 200, body = Page<CustomerView>)),
    security(("staff" = [])), extensions(("x-permission" = json!("customers.read"))))]
async fn list_shop_customers(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<CustomersRead>,
    QueryParams(query): QueryParams<CustomerQuery>,
    uri: Uri,
) -> Result<Listed<CustomerView>, Problem> {
    let page = PageRequest::parse(query.page, query.per_page)?;
    let mut check = Check::default();
    let q = check.opt("/q", query.q.as_deref().filter(|q| !q.is_empty()), |q| line(q, 0, 200));
    check.finish()?;
    let mut tx = services.db.begin(shop.id).await?;
    Ok(Listed::new(list_customers(&mut tx, q.flatten().as_deref(), page).await?, uri))
}

/// One customer.
#[utoipa::path(get, path = "/customers/{id}", tag = "customers", params(("id" = CustomerId, Path)), responses((status = 200, body = CustomerView)),
    security(("staff" = [])), extensions(("x-permission" = json!("customers.read"))))]
async fn get_customer(
    State(services): State<Services>,
    shop: Shop,
    _: Staff<CustomersRead>,
    PathParam(id): PathParam<CustomerId>,
) -> Result<Tagged<CustomerView>, Problem> {
    let mut tx = services.db.begin(shop.id).await?;
    Ok(Tagged(find_customer(&mut tx, id).await?.ok_or_else(Problem::not_found)?))
}
