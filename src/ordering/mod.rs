//! Carts, orders, their life cycle, their numbers and the money received for them.
//!
//! Owns `carts`, `orders`, `order_lines`, `order_timeline` and `order_payments`. Promises that a key places one order, that an order
//! reserves all of its lines or leaves nothing, that what was bought leaves the cart for good, and that an order moves only along
//! the one table in [`OrderStatus::next_statuses`], under its row's lock. Every change is on the timeline and raises one event. Leaves
//! the shelves to `inventory`, prices and what is sold to `catalog`, refunds and providers to `payments`. To add a status: a line
//! in the table and in its test, what it means for the goods in `life`, its texts.

mod api;
mod assemble;
mod cart;
mod checkout;
mod error;
mod figures;
mod filter;
mod input;
mod life;
mod lines;
mod place;
mod queries;
mod read;
mod status;
mod totals;
mod views;

pub use api::{admin_routes, store_routes};
pub use cart::{CartCopier, CartLineView, CartView, add_to_cart, cart_count, clear_cart, read_cart, remove_cart_line, set_cart_line};
pub use checkout::{PlacedOrder, checkout};
pub use error::{LineAt, OrderingError};
pub use figures::{BestSeller, DayFigure, Figure, OrderFigures, best_sellers, order_figures};
pub use filter::OrderFilterInput;
pub use input::{OrderInput, OrderLineInput, OrderRequest};
pub use life::{PaymentInput, cancel_order, cancel_own_order, change_status, record_payment};
pub use lines::{LineImage, LineProduct, MAX_LINES};
pub use read::{
    NewOrders, OrderFilter, OrderSort, StatusCounts, count_new_orders, count_orders_by_status, find_customer_names, find_customer_order,
    find_order, list_customer_orders, list_orders,
};
pub use status::{OrderStatus, PaymentMethod, PaymentStatus};
pub use totals::Totals;
pub use views::{OrderCustomer, OrderLineView, OrderView, PaymentStep, PaymentView, StaffOrderView, TimelineActor, TimelineEntry};
