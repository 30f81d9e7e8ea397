use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{Connection, PgPool, Postgres, Transaction};
use time::OffsetDateTime;

use super::live::Live;
use crate::kernel::{Clock, Id, ShopId};

/// The migrations, in the binary.
static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// A fault of the database that no caller can act on. Its cause goes to the log, never to a visitor.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct DbError(#[from] sqlx::Error);

impl DbError {
    /// Whether the database is away or too busy, so that the same request may succeed later.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        match &self.0 {
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::WorkerCrashed => {
                true
            }
            // 57P01…57P03: shutting down, crashed, starting up; 53…: out of connections, memory or disk; 08…: connection lost;
            // 55P03 and 57014: a lock or a statement took longer than its limit; 40001, 40P01: lost to a concurrent transaction.
            sqlx::Error::Database(e) => e.code().is_some_and(|code| {
                ["57P01", "57P02", "57P03", "55P03", "57014", "40001", "40P01"].contains(&code.as_ref())
                    || code.starts_with("53")
                    || code.starts_with("08")
            }),
            _ => false,
        }
    }

    /// Whether the transaction lost to another one (a deadlock, a serialization failure) and may be tried again whole.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        let code = self.0.as_database_error().and_then(sqlx::error::DatabaseError::code);
        code.is_some_and(|code| ["40001", "40P01"].contains(&code.as_ref()))
    }

    /// Whether another transaction held a row longer than we wait for one.
    #[must_use]
    pub fn is_lock_timeout(&self) -> bool {
        self.0.as_database_error().and_then(sqlx::error::DatabaseError::code).is_some_and(|code| code == "55P03")
    }

    /// The name of the constraint that refused a row, when that is what happened.
    #[must_use]
    pub fn constraint(&self) -> Option<&str> {
        self.0.as_database_error().and_then(sqlx::error::DatabaseError::constraint)
    }
}

/// Maps a named constraint to the error a caller can act on.
pub trait DbResultExt<T> {
    /// Gives `pick` the name of the constraint that refused the row; what it does not know stays a [`DbError`].
    ///
    /// # Errors
    /// What `pick` made of the constraint, or the opaque error.
    fn on_constraint<E: From<DbError>>(self, pick: impl FnOnce(&str) -> Option<E>) -> Result<T, E>;
}

impl<T> DbResultExt<T> for Result<T, sqlx::Error> {
    fn on_constraint<E: From<DbError>>(self, pick: impl FnOnce(&str) -> Option<E>) -> Result<T, E> {
        self.map_err(DbError).on_constraint(pick)
    }
}

impl<T> DbResultExt<T> for Result<T, DbError> {
    fn on_constraint<E: From<DbError>>(self, pick: impl FnOnce(&str) -> Option<E>) -> Result<T, E> {
        self.map_err(|error| match error.constraint().and_then(pick) {
            Some(known) => known,
            None => E::from(error),
        })
    }
}

/// The database. The pool is private: a shop's rows are reached through [`Db::begin`] alone, the few tables that are not a
/// shop's (shops, plans) through [`Db::begin_platform`].
#[derive(Debug, Clone)]
pub struct Db {
    pool: PgPool,
    clock: Clock,
    live: Live,
}

impl Db {
    /// Connects lazily as the app role.
    ///
    /// # Errors
    /// When the URL cannot be read.
    pub fn connect(url: &str, max_connections: u32, clock: Clock, live: Live) -> Result<Self, DbError> {
        let options = url.parse::<PgConnectOptions>()?.application_name("shophouse").options([
            ("statement_timeout", "10s"),
            ("lock_timeout", "3s"),
            ("idle_in_transaction_session_timeout", "15s"),
            // The ROLLBACK below finds no transaction most of the time; its warning is not news.
            ("client_min_messages", "error"),
            ("timezone", "UTC"),
        ]);
        let pool = PgPoolOptions::new()
            .max_connections(max_connections)
            .acquire_timeout(Duration::from_secs(3))
            // sqlx 0.9.0 can hand back a connection whose cancelled `begin()` left a transaction open; the next borrower's writes
            // would then be acknowledged and lost (sqlx issue 4393).
            .after_release(|conn, _| {
                Box::pin(async move {
                    sqlx::query("ROLLBACK").execute(conn).await?;
                    Ok(true)
                })
            })
            .connect_lazy_with(options);
        Ok(Self { pool, clock, live })
    }

    /// Begins a transaction that sees one shop's rows and no others.
    ///
    /// # Errors
    /// When no connection is to be had in time.
    pub async fn begin(&self, shop: ShopId) -> Result<ShopTx, DbError> {
        let mut tx = self.pool.begin().await?;
        enter(&mut tx, shop).await?;
        Ok(ShopTx { tx, shop, now: self.clock.now(), live: self.live.clone(), wake: false })
    }

    /// Begins a transaction that sees one shop's rows as they all were at one moment, and changes none: for an audit while the shop
    /// goes on selling.
    ///
    /// # Errors
    /// When no connection is to be had in time.
    pub async fn begin_snapshot(&self, shop: ShopId) -> Result<ShopTx, DbError> {
        let mut tx = self.pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        enter(&mut tx, shop).await?;
        Ok(ShopTx { tx, shop, now: self.clock.now(), live: self.live.clone(), wake: false })
    }

    /// Begins a transaction outside any shop: it sees the registry of shops and plans, and no shop's rows.
    ///
    /// # Errors
    /// When no connection is to be had in time.
    pub async fn begin_platform(&self) -> Result<PlatformTx, DbError> {
        Ok(PlatformTx { tx: self.pool.begin().await?, now: self.clock.now(), live: self.live.clone() })
    }

    /// Asks the database for an answer.
    ///
    /// # Errors
    /// When it gives none.
    pub async fn ping(&self) -> Result<(), DbError> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }

    /// Whether the schema is the one this binary was built for.
    ///
    /// # Errors
    /// When the database gives no answer.
    pub async fn schema_is_current(&self) -> Result<bool, DbError> {
        let newest = MIGRATOR.iter().map(|m| m.version).max().unwrap_or_default();
        let applied = sqlx::query_scalar::<_, Option<i64>>("SELECT MAX(version) FROM _sqlx_migrations WHERE success")
            .fetch_one(&self.pool)
            .await
            .or_else(|error| match error.as_database_error().and_then(sqlx::error::DatabaseError::code).as_deref() {
                Some("42P01") => Ok(None),
                _ => Err(error),
            })?;
        Ok(applied.is_some_and(|applied| applied >= newest))
    }

    /// Refuses a role that could see past row-level security.
    ///
    /// # Errors
    /// What is wrong with the role, in words for the operator.
    pub async fn check_role(&self) -> anyhow::Result<()> {
        let mut conn = self.pool.acquire().await?;
        check_role(&mut conn).await
    }

    /// Refuses a PostgreSQL with known holes in row-level security (CVE-2025-8713 and earlier ones).
    ///
    /// # Errors
    /// Which version it is and which it should be.
    pub async fn check_version(&self) -> anyhow::Result<()> {
        let number: String = sqlx::query_scalar("SHOW server_version_num").fetch_one(&self.pool).await?;
        let number: u32 = number.parse()?;
        let fixed = match number / 10_000 {
            ..15 => anyhow::bail!("PostgreSQL 15 or newer is needed"),
            15 => 150_014,
            16 => 160_010,
            17 => 170_006,
            _ => 0,
        };
        anyhow::ensure!(
            number >= fixed,
            "this is {}.{}; at least {}.{} has row-level security without known holes",
            number / 10_000,
            number % 100,
            fixed / 10_000,
            fixed % 100
        );
        Ok(())
    }

    /// Closes the pool once what is under way has ended.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

async fn enter(conn: &mut PgConnection, shop: ShopId) -> Result<(), sqlx::Error> {
    // `true`: for this transaction only, so the next borrower of the connection starts without a shop.
    sqlx::query("SELECT set_config('app.shop_id', $1, true)").bind(shop.to_string()).execute(conn).await?;
    Ok(())
}

/// A transaction inside one shop. Domain functions take `&mut ShopTx` and never commit; the handler does, once.
#[derive(Debug)]
pub struct ShopTx {
    tx: Transaction<'static, Postgres>,
    shop: ShopId,
    now: OffsetDateTime,
    live: Live,
    wake: bool,
}

impl ShopTx {
    /// The shop whose rows this transaction sees.
    #[must_use]
    pub const fn shop_id(&self) -> ShopId {
        self.shop
    }

    /// The one time this transaction happens at.
    #[must_use]
    pub const fn now(&self) -> OffsetDateTime {
        self.now
    }

    /// A new id.
    #[must_use]
    pub fn new_id<I: Id>(&self) -> I {
        I::new_at(self.now)
    }

    /// What queries run on.
    pub fn conn(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    /// Says that an event was appended: whoever listens is woken after the commit.
    pub(in crate::platform) fn wake_after_commit(&mut self) {
        self.wake = true;
    }

    /// Makes it so, and wakes those who follow the event log.
    ///
    /// # Errors
    /// When the database does not confirm; then nothing may be claimed about the outcome.
    pub async fn commit(self) -> Result<(), DbError> {
        self.tx.commit().await?;
        if self.wake {
            self.live.wake(self.shop);
        }
        Ok(())
    }
}

/// A transaction over the registry of shops.
#[derive(Debug)]
pub struct PlatformTx {
    tx: Transaction<'static, Postgres>,
    now: OffsetDateTime,
    live: Live,
}

impl PlatformTx {
    /// The one time this transaction happens at.
    #[must_use]
    pub const fn now(&self) -> OffsetDateTime {
        self.now
    }

    /// What queries run on.
    pub fn conn(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    /// Goes on inside one shop, in the same transaction: how a new shop and its first rows are made together.
    ///
    /// # Errors
    /// When the database gives no answer.
    pub async fn into_shop(mut self, shop: ShopId) -> Result<ShopTx, DbError> {
        enter(&mut self.tx, shop).await?;
        Ok(ShopTx { tx: self.tx, shop, now: self.now, live: self.live, wake: false })
    }

    /// Makes it so.
    ///
    /// # Errors
    /// When the database does not confirm.
    pub async fn commit(self) -> Result<(), DbError> {
        Ok(self.tx.commit().await?)
    }
}

/// Brings the schema up to date, as the role that owns it. Gives the number of migrations applied.
///
/// # Errors
/// When the database is away, or a migration fails (then it left nothing).
pub async fn migrate(owner_url: &str) -> anyhow::Result<usize> {
    let mut conn = PgConnection::connect(owner_url).await?;
    let before = applied(&mut conn).await?;
    MIGRATOR.run(&mut conn).await?;
    // The server asks which schema it meets; it may read the list, no more.
    sqlx::query("GRANT SELECT ON _sqlx_migrations TO shophouse_app").execute(&mut conn).await?;
    let after = applied(&mut conn).await?;
    conn.close().await?;
    Ok(after - before)
}

async fn applied(conn: &mut PgConnection) -> anyhow::Result<usize> {
    let exists: bool = sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL").fetch_one(&mut *conn).await?;
    if !exists {
        return Ok(0);
    }
    let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM _sqlx_migrations WHERE success").fetch_one(conn).await?;
    Ok(usize::try_from(count)?)
}

/// Refuses a role that could see past row-level security: a superuser, one with BYPASSRLS, a member of such a role, or one that
/// owns a table of the schema (an owner can switch its policies off).
///
/// # Errors
/// What is wrong with the role, in words for the operator.
pub async fn check_role(conn: &mut PgConnection) -> anyhow::Result<()> {
    let (role, strong, owns): (String, Option<String>, i64) = sqlx::query_as(
        "SELECT current_user::text,
                (SELECT string_agg(r.rolname, ', ')
                 FROM pg_roles r
                 WHERE (r.rolsuper OR r.rolbypassrls) AND pg_has_role(current_user, r.oid, 'MEMBER')),
                (SELECT COUNT(*)
                 FROM pg_class c
                 JOIN pg_namespace n ON n.oid = c.relnamespace
                 WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm') AND pg_has_role(current_user, c.relowner, 'MEMBER'))",
    )
    .fetch_one(&mut *conn)
    .await?;
    if let Some(strong) = strong {
        anyhow::bail!(
            "SHOPHOUSE_DATABASE_URL signs in as {role}, which is (or may become) {strong} and sees past row-level security. \
             Serve as a role that is a member of shophouse_app and nothing more; keep the owner for `shophouse migrate`."
        );
    }
    if owns > 0 {
        anyhow::bail!(
            "SHOPHOUSE_DATABASE_URL signs in as {role}, which owns {owns} of the tables and could switch their policies off. \
             Serve as a role that is a member of shophouse_app and owns nothing; keep the owner for `shophouse migrate`."
        );
    }
    Ok(())
}
