use axum::response::Response;
use serde::Serialize;

use super::page::{Head, Visit};
use crate::identity::{AddressView, CustomerView, find_customer, list_addresses};
use crate::kernel::PageRequest;
use crate::ordering::{OrderView, list_customer_orders};
use crate::platform::http::Problem;

/// Orders shown of those that may be many.
const RECENT: i64 = 5;

#[derive(Serialize)]
struct AccountPage {
    account: CustomerView,
    addresses: Vec<AddressView>,
    recent_orders: Vec<OrderView>,
}

pub(super) async fn show(visit: Visit) -> Result<Response, Problem> {
    let customer = visit.customer()?.id;
    let mut tx = visit.begin().await?;
    let account = find_customer(&mut tx, customer).await?.ok_or_else(Problem::unauthenticated)?;
    let addresses = list_addresses(&mut tx, customer).await?;
    let recent_orders = list_customer_orders(&mut tx, &visit.shop, customer, PageRequest::first(RECENT)).await?.data;
    drop(tx);
    visit.page("storefront/account.html", Head::titled(visit.t("nav.account")), &AccountPage { account, addresses, recent_orders }).await
}
