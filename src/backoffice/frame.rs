use axum::http::HeaderValue;
use serde::Serialize;

use super::visit::Visit;
use crate::identity::{Permission, SignedInStaff, StaffView};
use crate::platform::ShopTx;
use crate::platform::events;
use crate::platform::http::{Flash, Problem};
use crate::platform::pages::cookie;

/// What every page of the back office shows around itself.
#[derive(Debug, Serialize)]
pub(super) struct Frame {
    shop: FrameShop,
    staff: StaffView,
    path: String,
    flash: Option<Flash>,
    new_orders: i64,
    last_event: i64,
}

#[derive(Debug, Serialize)]
pub(super) struct FrameShop {
    handle: String,
    name: String,
    url: String,
    currency: &'static str,
    locale: &'static str,
    accent: String,
}

impl FrameShop {
    pub(super) fn of(visit: &Visit) -> Self {
        let shop = &visit.shop;
        Self {
            handle: shop.handle.clone(),
            name: shop.name.clone(),
            url: shop.url.clone(),
            currency: shop.currency.code(),
            locale: shop.locale.as_str(),
            accent: shop.settings.accent.clone(),
        }
    }
}

/// A page's own fields, inside the frame.
#[derive(Debug, Serialize)]
pub(super) struct InFrame<T> {
    #[serde(flatten)]
    pub(super) frame: Frame,
    #[serde(flatten)]
    pub(super) own: T,
}

/// Remembers which order a member of staff saw last: `<staff id>:<order number>`. Another person at the same browser starts anew.
const SEEN_COOKIE: &str = "seen_orders";
const YEAR: u32 = 365 * 24 * 3600;

impl Frame {
    /// Gathers the frame; when the page shows the orders, also the cookie that remembers it.
    pub(super) async fn load(
        visit: &Visit,
        tx: &mut ShopTx,
        staff: &SignedInStaff,
        sees_orders: bool,
    ) -> Result<(Self, Option<HeaderValue>), Problem> {
        let last_event = events::newest(tx).await?;
        let mut seen = None;
        let mut new_orders = 0;
        if staff.may(Permission::OrdersRead) {
            let after = last_seen(visit, staff);
            let orders = crate::ordering::count_new_orders(tx, after).await?;
            if sees_orders {
                seen = remember(visit, staff, orders.newest);
            } else {
                new_orders = orders.count;
            }
        }
        let frame = Self {
            shop: FrameShop::of(visit),
            staff: StaffView::from(staff),
            path: visit.path.clone(),
            flash: visit.flash(),
            new_orders,
            last_event,
        };
        Ok((frame, seen))
    }
}

fn last_seen(visit: &Visit, staff: &SignedInStaff) -> i64 {
    let value = visit.cookie(SEEN_COOKIE).unwrap_or_default();
    let number = value.split_once(':').filter(|(who, _)| *who == staff.id.to_string()).and_then(|(_, number)| number.parse().ok());
    number.unwrap_or_default()
}

fn remember(visit: &Visit, staff: &SignedInStaff, newest: i64) -> Option<HeaderValue> {
    cookie(&visit.services, SEEN_COOKIE, &format!("{}:{newest}", staff.id), YEAR)
}
