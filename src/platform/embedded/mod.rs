//! Private PostgreSQL and Redis servers under a data folder, for a machine that has no managed ones, and for tests.
//!
//! Owns the sub-folders `postgres/`, `redis/` and `logs/` of the data folder and its two lock files, and no table. Promises that the
//! servers listen on unix sockets in folders closed to others, never on a network; that they run without root's rights; that any
//! number of processes may use one folder, whoever leaves last stops the servers; and that what a killed process left behind is
//! taken over or replaced at the next start. PostgreSQL has the roles that row-level security needs: an owner that is no superuser,
//! and an app role that owns nothing.
//!
//! Leaves to others: migrations, pools, and starting a server again that dies while in use. Finds the programs where the system's
//! packages put them; it downloads nothing.
//!
//! To add another server: a file like `redis.rs` with `start`, `find` and `stop`, a field in `Want` and in `PrivateServers`.

mod account;
mod error;
mod folder;
mod locate;
mod postgres;
mod process;
mod queries;
mod redis;
mod servers;
mod watchdog;

pub use error::EmbeddedError;
pub use servers::{Durability, PrivateServers, Want};
