//! What tests stand on: a running server, shops opened on it through the API, and people who call it.
//!
//! ```ignore
//! #[tokio::test]
//! async fn a_shopper_cannot_buy_more_than_there_is() {
//!     let (shop, other) = two_shops().await;             // every test has two shops: the other one must not notice
//!     let before = fingerprint(&other).await;
//!     let product = shop.stocked_product(3).await;       // received through a goods receipt
//!     let an = shop.customer().await;                    // registered and signed in
//!     an.order(&[(&product.variant, 4)]).await.expect_problem(409, "out-of-stock");
//!     shop.clerk().await.get("/orders").await.expect(200);
//!     assert_unchanged(&other, &before).await;
//! }
//! ```
//!
//! * **The server** is one for the whole process ([`server`]), on its own runtime, with a private PostgreSQL and Redis that go with
//!   the process. It serves as the app role, its limits are off, its passwords cheap. A test that needs a clock of its own, a
//!   restart, or a server whose Redis is gone starts one beside it on the same database: [`OwnServer::start`]. Look at a shop
//!   through it with [`Shop::on`]. Time moves by `own.clock.advance(…)`, never by sleeping.
//! * **Actors** ([`Actor`]) call one audience's API of one shop: `shop.owner`, `shop.manager()`, `shop.clerk()` the admin API;
//!   `shop.customer()` and `shop.visitor()` the storefront API; `shop.stranger()` the admin API without a token; `shop.pages()`
//!   the HTML pages; [`platform`] the platform's API. `actor.get("/x").await`, `actor.post("/x").json(json!({…})).await`.
//! * **Replies**: `reply.expect(201)` gives the JSON or fails with the whole answer; `reply.expect_problem(409, "out-of-stock")`
//!   checks all that every problem must have and gives its body.
//! * **Browsers** ([`Browser`]) use the pages as somebody without a script does: they keep cookies, send forms, follow redirects.
//! * **Behind the scenes**: [`database`] is a superuser's connection that sees every shop; [`fingerprint`] sums up every row of a
//!   shop, table by table, for "a refused act changed nothing". [`on_server`] runs domain functions on the server's own runtime.
//! * **The program itself**: [`run`] runs a command of it to its end, [`Serving`] a `serve` in a process of its own; [`stores`] are the
//!   settings that lead to this process's database, Redis and data folder.
//! * **Canaries**: every text a shop's fixtures write holds the shop's handle; [`Shop::canary`] is what must never be seen elsewhere.

mod books;
mod browser;
mod documents;
mod http;
mod program;
mod server;
mod shop;
pub(crate) mod tenant;
mod world;

pub(crate) use books::{assert_unchanged, database, fingerprint};
pub(crate) use browser::Browser;
pub(crate) use documents::{Operation, operations};
pub(crate) use http::{Actor, Reply, Request, raw_reply};
pub(crate) use program::{Ran, Serving, run, stores};
pub(crate) use server::{OwnServer, Place, on_server, server};
pub(crate) use shop::{Customer, PASSWORD, Product, Shop, address, order_body, platform, two_shops, word};
pub(crate) use world::{World, eventually, picture, picture_form};
