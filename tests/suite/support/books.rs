use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::{Shop, server};

/// A superuser's connection to the database under test: it sees every shop's rows. For looking, and for what no API offers yet.
pub(crate) async fn database() -> PgConnection {
    PgConnection::connect(&server().await.stores.superuser_url).await.unwrap()
}

/// Every table's rows of one shop, as (how many, checksum). Compare two to see which table changed.
pub(crate) type Fingerprint = BTreeMap<String, (i64, String)>;

/// Sums up every row of a shop over all tables there are.
pub(crate) async fn fingerprint(shop: &Shop) -> Fingerprint {
    let mut database = database().await;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname::text
         FROM pg_class c
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'shop_id'
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')",
    )
    .fetch_all(&mut database)
    .await
    .unwrap();
    let of = |table: &str, column: &str| {
        format!(
            "SELECT '{table}' AS name, COUNT(*) AS rows, COALESCE(md5(string_agg(t::text, '|' ORDER BY t::text)), '') AS sum
             FROM \"{table}\" t WHERE t.{column} = $1"
        )
    };
    let mut parts: Vec<String> = tables.iter().map(|table| of(table, "shop_id")).collect();
    parts.push(of("shops", "id"));
    let rows: Vec<(String, i64, String)> =
        sqlx::query_as(AssertSqlSafe(parts.join(" UNION ALL "))).bind(shop.id.uuid()).fetch_all(&mut database).await.unwrap();
    rows.into_iter().map(|(name, rows, sum)| (name, (rows, sum))).collect()
}

/// Holds a shop to a fingerprint taken before, and names the tables that changed.
#[track_caller]
pub(crate) fn assert_unchanged(shop: &Shop, before: &Fingerprint) -> impl Future<Output = ()> {
    let (caller, shop, before) = (std::panic::Location::caller(), shop.clone(), before.clone());
    async move {
        let after = fingerprint(&shop).await;
        let rows = |sums: &Fingerprint, table: &str| sums.get(table).map_or(0, |(rows, _)| *rows);
        let changed: Vec<String> = after
            .iter()
            .filter(|(table, sum)| before.get(*table) != Some(sum))
            .map(|(table, _)| format!("{table}: {} rows, now {}", rows(&before, table), rows(&after, table)))
            .collect();
        assert!(changed.is_empty(), "{caller}: what was refused changed something all the same: {changed:?}");
    }
}
