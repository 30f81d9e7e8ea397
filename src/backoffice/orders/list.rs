use axum::response::Response;
use serde::Serialize;

use super::OrderRow;
use crate::backoffice::lists::Filters;
use crate::backoffice::visit::Visit;
use crate::identity::Staff;
use crate::identity::permissions::OrdersRead;
use crate::kernel::Page;
use crate::ordering::{OrderFilter, OrderFilterInput, StatusCounts, count_orders_by_status, list_orders};
use crate::platform::http::Problem;

const PER_PAGE: i64 = 20;

#[derive(Serialize)]
struct OrdersPage {
    filters: Filtered,
    status_counts: StatusCounts,
    orders: Page<OrderRow>,
}

#[derive(Default, Serialize)]
struct Filtered {
    status: String,
    q: String,
    from: String,
    to: String,
    customer: String,
}

/// The shop's orders, newest first.
pub(in crate::backoffice) async fn list(visit: Visit, staff: Staff<OrdersRead>, asked: Filters) -> Result<Response, Problem> {
    let (filters, wanted) = read(&asked);
    let visit = visit.showing_orders();
    let mut tx = visit.begin().await?;
    let page = OrdersPage {
        filters,
        status_counts: count_orders_by_status(&mut tx).await?,
        orders: list_orders(&mut tx, &visit.shop, &wanted, asked.page(PER_PAGE)).await?.map(OrderRow::from),
    };
    visit.page(&mut tx, &staff, "admin/orders.html", page).await
}

/// The filter of an address; each part of it that means nothing is left out.
fn read(asked: &Filters) -> (Filtered, OrderFilter) {
    let mut filters = Filtered {
        status: asked.text("status"),
        q: asked.text("q"),
        from: asked.text("from"),
        to: asked.text("to"),
        customer: asked.text("customer"),
    };
    let wanted = filters.parse().or_else(|invalid| {
        for error in &invalid.0 {
            match error.pointer.as_str() {
                "/status" => filters.status.clear(),
                "/from" => filters.from.clear(),
                "/to" => filters.to.clear(),
                "/customer" => filters.customer.clear(),
                _ => filters.q.clear(),
            }
        }
        filters.parse()
    });
    (filters, wanted.unwrap_or_default())
}

impl Filtered {
    fn parse(&self) -> Result<OrderFilter, crate::kernel::Invalid> {
        let given = |text: &String| Some(text.clone());
        let input = OrderFilterInput {
            status: given(&self.status),
            customer: given(&self.customer),
            from: given(&self.from),
            to: given(&self.to),
            q: given(&self.q),
            ..OrderFilterInput::default()
        };
        input.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_the_address_that_means_nothing_is_left_out() {
        let asked = Filters::of("/admin/orders?status=lost&from=yesterday&to=2026-11-22&customer=7&q=%20An");
        let (filters, wanted) = read(&asked);
        assert_eq!((filters.status.as_str(), filters.from.as_str(), filters.customer.as_str()), ("", "", ""));
        assert_eq!((filters.to.as_str(), filters.q.as_str()), ("2026-11-22", "An"));
        assert!(wanted.status.is_none() && wanted.from.is_none() && wanted.customer.is_none());
        assert!(wanted.until.is_some());
        assert_eq!(wanted.q.as_deref(), Some("an"));
    }
}
