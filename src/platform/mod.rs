//! What every slice stands on: settings, the database, Redis, the HTTP shell, templates, secrets, files, telemetry.
//!
//! Owns the tables `idempotency_keys`, `counters` and `shop_events` (the numbered event log). Promises that there is no way to a
//! shop's row but a [`ShopTx`], that every Redis key is built in one place under the shop's prefix, and that an error never tells
//! a visitor more than its problem code. Knows nothing of shops' business. To add a service that many slices need: a module
//! here, a field in [`Services`], its settings in `config`.

mod behind;
pub mod config;
pub mod crypto;
mod db;
pub mod embedded;
pub mod events;
pub mod http;
pub mod i18n;
pub mod live;
pub mod media;
pub mod pages;
mod passwords;
mod redis;
mod services;
mod shutdown;
pub mod telemetry;
pub mod templates;

pub use behind::{Waiting, WriteBehind};
pub use db::{Db, DbError, DbResultExt, PlatformTx, ShopTx, check_role, migrate};
pub use passwords::Passwords;
pub use redis::{Redis, RedisFault, ShopRedis};
pub use services::{Limits, Services};
pub use shutdown::Shutdown;
