//! The statements that make a fresh private PostgreSQL ready: roles and the database. Run as its superuser, in the `postgres`
//! database; none of them can be prepared, so none is checked at compile time.

use std::time::Duration;

use sqlx::{Connection, PgConnection};
use tokio::time::timeout;

/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Makes or corrects the roles: an owner that is no superuser, and an app role that owns nothing and cannot wait for ever.
const ROLES: &str = "
    DO $$
    BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'shophouse_owner') THEN
            CREATE ROLE shophouse_owner;
        END IF;
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'shophouse_app') THEN
            CREATE ROLE shophouse_app;
        END IF;
    END
    $$;
    ALTER ROLE shophouse_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;
    ALTER ROLE shophouse_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;
    ALTER ROLE shophouse_app SET statement_timeout = '10s';
    ALTER ROLE shophouse_app SET lock_timeout = '3s';
    ALTER ROLE shophouse_app SET idle_in_transaction_session_timeout = '15s';
";

/// Not part of the above: PostgreSQL makes a database only outside a transaction, and knows no `IF NOT EXISTS` for it.
const DATABASE: &str = "CREATE DATABASE shophouse OWNER shophouse_owner";

/// Makes the roles and the database `shophouse`, as far as they are not there; doing it again changes nothing.
pub(super) async fn prepare(superuser_url: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(superuser_url).await?;
    sqlx::raw_sql(ROLES).execute(&mut connection).await?;
    let there: Option<i32> =
        sqlx::query_scalar("SELECT 1 FROM pg_database WHERE datname = 'shophouse'").fetch_optional(&mut connection).await?;
    if there.is_none() {
        sqlx::raw_sql(DATABASE).execute(&mut connection).await?;
    }
    connection.close().await
}

/// Whether a server answers at this URL. One that takes the connection and then says nothing does not.
pub(super) async fn answers(superuser_url: &str) -> Result<(), sqlx::Error> {
    let asked = async {
        let mut connection = PgConnection::connect(superuser_url).await?;
        connection.ping().await?;
        connection.close().await
    };
    timeout(PATIENCE, asked).await.map_err(|_| sqlx::Error::PoolTimedOut)?
}
