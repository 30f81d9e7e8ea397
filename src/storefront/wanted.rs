//! What somebody wanted to put into the cart before they signed in: carried in a short-lived signed cookie, and put in once they
//! are. A look at a page (GET) must not change a cart, and a sign-in is a form that was posted.

use axum::http::{HeaderMap, HeaderValue};
use uuid::Uuid;

use crate::kernel::{CustomerId, ShopId, VariantId};
use crate::ordering::add_to_cart;
use crate::platform::Services;
use crate::platform::http::{FlashKind, FlashTo};
use crate::platform::pages::{SeeOther, cookie, read_cookie};
use crate::tenancy::Shop;

const COOKIE: &str = "wanted";
/// Time enough to make an account.
const SECONDS: u32 = 30 * 60;

/// Units of a variant that wait for their buyer to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) variant: VariantId,
    pub(super) quantity: i64,
}

impl Wanted {
    fn message(self, shop: ShopId, until: i64) -> String {
        format!("wanted {shop} {} {} {until}", self.variant, self.quantity)
    }

    fn write(self, services: &Services, shop: ShopId) -> String {
        let until = services.clock.now().unix_timestamp() + i64::from(SECONDS);
        let signature = hex::encode(services.session_key.sign(self.message(shop, until).as_bytes()));
        format!("{}.{}.{until}.{signature}", self.variant, self.quantity)
    }

    fn read(services: &Services, shop: ShopId, text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let variant: Uuid = parts.next()?.parse().ok()?;
        let (quantity, until): (i64, i64) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let signature = hex::decode(parts.next()?).ok()?;
        let wanted = Self { variant: variant.into(), quantity };
        let good = services.session_key.verifies(wanted.message(shop, until).as_bytes(), &signature);
        (good && services.clock.now().unix_timestamp() < until).then_some(wanted)
    }

    /// The cookie that carries it to the sign-in.
    pub(super) fn header(self, services: &Services, shop: ShopId) -> Option<HeaderValue> {
        cookie(services, COOKIE, &self.write(services, shop), SECONDS)
    }
}

/// Whoever has just signed in gets what they wanted, and is told; otherwise the answer stays as it is.
pub(super) async fn hand_over(services: &Services, shop: &Shop, customer: CustomerId, headers: &HeaderMap, to: SeeOther) -> SeeOther {
    let Some(text) = read_cookie(headers, COOKIE) else { return to };
    let to = to.cookie(cookie(services, COOKIE, "", 0));
    let Some(wanted) = Wanted::read(services, shop.id, &text) else { return to };
    match add_to_cart(services, shop, customer, wanted.variant, wanted.quantity).await {
        Ok(_) => to.flash(services, FlashTo::Shopper, FlashKind::Good, "flash.added"),
        Err(error) => {
            // The sign-in stands.
            tracing::debug!(%error, "what was wanted is not in the cart");
            to.flash(services, FlashTo::Shopper, FlashKind::Bad, "flash.not_added")
        }
    }
}
