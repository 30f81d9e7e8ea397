//! The sign-up: shop, settings, counters, roles, owner and first location, in one transaction.

use std::time::Duration;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::identity::{self, NewStaff, SessionView};
use crate::kernel::{Check, Currency, Flaw, Handle, Invalid, Name, ShopId, StaffId};
use crate::platform::Services;
use crate::platform::http::{Body, ClientIp, Created, Limit, PathParam, Problem, RateLimit, Tagged};
use crate::platform::i18n::Lang;
use crate::tenancy::{self, NewShop, Plan};
use crate::{platform, stores};

/// Sign-ups from one address.
const PER_ADDRESS: Limit = Limit { name: "sign-up", quota: 10, window: Duration::from_secs(3600) };

pub(super) fn platform_routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new().routes(routes!(create_shop)).routes(routes!(get_handle)).routes(routes!(list_plans))
}

/// A shop somebody signs up for.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignUpInput {
    /// The shop's name in its host: 3–40 small letters, digits and hyphens.
    #[schema(min_length = 3, max_length = 40)]
    pub handle: String,
    /// The shop's name to people.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// ISO 4217, e.g. `VND`.
    pub currency: String,
    /// `vi` or `en`.
    pub locale: String,
    /// Who owns it.
    pub owner: OwnerInput,
}

/// The owner of a shop somebody signs up for.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnerInput {
    /// Their name.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// What they sign in with.
    #[schema(max_length = 254)]
    pub email: String,
    /// Where to call them.
    #[schema(max_length = 30)]
    pub phone: Option<String>,
    /// 8–128 characters, none of the well-known passwords.
    #[schema(min_length = 8, max_length = 128)]
    pub password: String,
}

/// A sign-up with every field parsed.
#[derive(Debug, Clone)]
pub struct NewSignUp {
    shop: NewShop,
    owner: NewStaff,
}

impl NewSignUp {
    /// Parses all fields and hashes the password, before any transaction begins.
    ///
    /// # Errors
    /// 422 with the flaws of all fields.
    pub async fn parse(services: &Services, input: &SignUpInput) -> Result<Self, Problem> {
        let mut check = Check::default();
        let handle = check.at("/handle", Handle::parse(&input.handle));
        let name = check.at("/name", Name::parse(&input.name));
        let currency = check.at("/currency", Currency::parse(&input.currency));
        let locale = check.at("/locale", input.locale.parse::<Lang>().map_err(|_| Flaw::new("not_allowed")));
        let owner = &input.owner;
        let owner = NewStaff::parse(&services.passwords, &owner.name, &owner.email, owner.phone.as_deref(), &owner.password).await;
        let owner = match owner {
            Ok(owner) => Some(owner),
            Err(identity::IdentityError::Invalid(invalid)) => {
                check.nest("/owner", invalid);
                None
            }
            Err(error) => return Err(error.into()),
        };
        match (handle, name, currency, locale, owner) {
            (Some(handle), Some(name), Some(currency), Some(locale), Some(owner)) => {
                Ok(Self { shop: NewShop { handle, name, currency, locale }, owner })
            }
            _ => Err(check.into_invalid().into()),
        }
    }
}

/// What a sign-up made.
#[derive(Debug, Clone)]
pub struct SignedUp {
    /// The new shop.
    pub shop: ShopId,
    /// Its owner.
    pub owner: StaffId,
    /// Its publishable key.
    pub publishable_key: String,
}

/// Makes the shop and all it needs to sell, in a transaction that the caller commits.
///
/// # Errors
/// 409 `handle-taken`.
pub async fn sign_up(services: &Services, new: &NewSignUp) -> Result<(platform::ShopTx, SignedUp), Problem> {
    let tx = services.db.begin_platform().await?;
    let (mut tx, publishable_key) = tenancy::create_shop(tx, &new.shop).await?;
    identity::create_first_roles(&mut tx, new.shop.locale).await?;
    let owner = identity::create_staff(&mut tx, &new.owner, "owner").await?;
    stores::create_default_location(&mut tx, new.shop.name.as_str()).await?;
    let shop = tx.shop_id();
    Ok((tx, SignedUp { shop, owner, publishable_key }))
}

/// Counts the attempt, and parses what was asked for.
async fn admit(services: &Services, input: &SignUpInput, from: &str) -> Result<NewSignUp, Problem> {
    RateLimit::count(services.limits, &services.redis.platform(), PER_ADDRESS, from).await?;
    NewSignUp::parse(services, input).await
}

/// A shop that is open, with its handle as it was understood.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) handle: String,
    pub(super) made: SignedUp,
}

/// Opens a shop as the API does, for the page; the owner's session is opened on the shop's own host.
pub(super) async fn open_shop(services: &Services, input: &SignUpInput, from: &str) -> Result<Opened, Problem> {
    let new = admit(services, input, from).await?;
    let (tx, made) = sign_up(services, &new).await?;
    tx.commit().await?;
    let handle = new.shop.handle.as_str().to_owned();
    tracing::info!(shop.id = %made.shop, "opened shop {handle}");
    Ok(Opened { handle, made })
}

/// A shop that was just made, with the owner's session in it.
#[derive(Debug, Serialize, ToSchema)]
struct ShopCreated {
    shop: ShopView,
    session: SessionView,
    /// Names the shop to the storefront API on the base host; may stand in a page.
    publishable_key: String,
}

/// A shop as the platform shows it to its owner.
#[derive(Debug, Serialize, ToSchema)]
struct ShopView {
    id: ShopId,
    handle: String,
    name: String,
    /// Where it is.
    url: String,
    currency: String,
    locale: String,
    /// `active` or `suspended`.
    status: &'static str,
}

/// Signs up for a shop. The session is the owner's, in the new shop.
#[utoipa::path(post, path = "/shops", tag = "shops", request_body = SignUpInput, responses((status = 201, body = ShopCreated)))]
async fn create_shop(
    State(services): State<Services>,
    ClientIp(from): ClientIp,
    Body { value: input, .. }: Body<SignUpInput>,
) -> Result<Created<ShopCreated>, Problem> {
    let new = admit(&services, &input, &from.to_string()).await?;
    let (mut tx, made) = sign_up(&services, &new).await?;
    let session = identity::open_owner_session(&services, &mut tx, made.owner).await?;
    tx.commit().await?;
    let handle = new.shop.handle.as_str().to_owned();
    tracing::info!(shop.id = %made.shop, "opened shop {handle}");
    Ok(Created(ShopCreated {
        shop: ShopView {
            id: made.shop,
            url: services.shop_url(&handle),
            handle,
            name: new.shop.name.into_string(),
            currency: new.shop.currency.code().to_owned(),
            locale: new.shop.locale.as_str().to_owned(),
            status: "active",
        },
        session,
        publishable_key: made.publishable_key,
    }))
}

/// Whether a handle is free.
#[derive(Debug, Serialize, ToSchema)]
struct HandleView {
    handle: String,
    available: bool,
}

/// Says whether a handle is free. A reserved or malformed one is 422.
#[utoipa::path(get, path = "/handles/{handle}", tag = "shops", params(("handle" = String, Path)), responses((status = 200, body = HandleView)))]
async fn get_handle(State(services): State<Services>, PathParam(text): PathParam<String>) -> Result<Tagged<HandleView>, Problem> {
    let handle = Handle::parse(&text).map_err(|flaw| Invalid::at("/handle", flaw))?;
    let mut tx = services.db.begin_platform().await?;
    let available = tenancy::handle_is_free(&mut tx, &handle).await?;
    Ok(Tagged(HandleView { handle: handle.as_str().to_owned(), available }))
}

/// The plans on offer.
#[derive(Debug, Serialize, ToSchema)]
struct PlanList {
    data: Vec<Plan>,
}

/// The plans on offer.
#[utoipa::path(get, path = "/plans", tag = "shops", responses((status = 200, body = PlanList)))]
async fn list_plans(State(services): State<Services>) -> Result<Tagged<PlanList>, Problem> {
    let mut tx = services.db.begin_platform().await?;
    Ok(Tagged(PlanList { data: tenancy::list_plans(&mut tx).await? }))
}
