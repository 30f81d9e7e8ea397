//! Row-level security, read from the database's own catalogue: each table, key, view, grant and function there is, so that what a
//! later migration adds is held to the same rules without a line here.

use std::collections::{BTreeMap, BTreeSet};

use shophouse::platform::migrate;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

use crate::support::{database, server};

/// The tables that are nobody's shop, each with all that the app role may do to it. A table is on this list or behind its policy.
const NOT_A_SHOPS: &[(&str, &str)] = &[("_sqlx_migrations", "SELECT"), ("plans", "SELECT"), ("shops", "INSERT SELECT UPDATE")];

/// What is written once: the app role may add a row and read it, no more.
const APPEND_ONLY: &[&str] = &["order_lines", "order_timeline", "shop_events", "stock_movements"];

/// The policy of every shop's table, as PostgreSQL prints it. One-argument `current_setting`: a forgotten shop is an error.
const POLICY: &str = "(shop_id = ( SELECT (current_setting('app.shop_id'::text))::uuid AS current_setting))";

const A: &str = "00000000-0000-7000-8000-00000000000a";
const B: &str = "00000000-0000-7000-8000-00000000000b";

fn is_listed(table: &str) -> bool {
    NOT_A_SHOPS.iter().any(|(listed, _)| *listed == table)
}

async fn texts(database: &mut PgConnection, question: &'static str) -> Vec<String> {
    sqlx::query_scalar(question).fetch_all(database).await.unwrap()
}

/// Every table but the listed ones.
async fn shop_tables(database: &mut PgConnection) -> Vec<String> {
    let all = texts(
        database,
        "SELECT relname::text
         FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'f')
         ORDER BY relname",
    )
    .await;
    let tables: Vec<String> = all.into_iter().filter(|table| !is_listed(table)).collect();
    assert!(tables.len() >= 24, "only {} tables: is this the right database?", tables.len());
    tables
}

#[tokio::test]
async fn each_table_forces_the_one_policy_or_is_on_the_written_list() {
    let mut database = database().await;
    for table in shop_tables(&mut database).await {
        let row = sqlx::query(
            "SELECT c.relrowsecurity AND c.relforcerowsecurity AS forced,
                    array_agg(concat_ws(' ', p.permissive, p.roles::text, p.cmd)) AS kinds,
                    array_agg(p.qual) AS seen,
                    array_agg(p.with_check) AS written
             FROM pg_class c
             LEFT JOIN pg_policies p ON p.schemaname = 'public' AND p.tablename = c.relname
             WHERE c.relnamespace = 'public'::regnamespace AND c.relname = $1
             GROUP BY c.oid, c.relrowsecurity, c.relforcerowsecurity",
        )
        .bind(&table)
        .fetch_one(&mut database)
        .await
        .unwrap();
        assert!(row.get::<bool, _>("forced"), "{table} does not FORCE row-level security");
        assert_eq!(row.get::<Vec<String>, _>("kinds"), ["PERMISSIVE {public} ALL"], "{table}");
        assert_eq!(row.get::<Vec<Option<String>>, _>("seen"), [Some(POLICY.to_owned())], "{table} USING");
        assert_eq!(row.get::<Vec<Option<String>>, _>("written"), [Some(POLICY.to_owned())], "{table} WITH CHECK");
    }
}

#[tokio::test]
async fn each_shops_table_says_whose_row_it_is() {
    let mut database = database().await;
    let with: BTreeSet<String> = texts(
        &mut database,
        "SELECT c.relname::text
         FROM pg_class c
         JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE c.relnamespace = 'public'::regnamespace AND a.attname = 'shop_id' AND a.attnotnull AND a.atttypid = 'uuid'::regtype",
    )
    .await
    .into_iter()
    .collect();
    for table in shop_tables(&mut database).await {
        assert!(with.contains(&table), "{table} has no shop_id uuid NOT NULL");
    }
}

#[tokio::test]
async fn each_key_between_shops_tables_carries_the_shop() {
    let mut database = database().await;
    let keys = sqlx::query(
        "SELECT conname::text AS name,
                conrelid::regclass::text AS from_table,
                confrelid::regclass::text AS to_table,
                ARRAY(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY k(n, i) JOIN pg_attribute ON attrelid = conrelid AND attnum = n
                      ORDER BY i) AS from_columns,
                ARRAY(SELECT attname::text FROM unnest(confkey) WITH ORDINALITY k(n, i) JOIN pg_attribute ON attrelid = confrelid AND attnum = n
                      ORDER BY i) AS to_columns
         FROM pg_constraint
         WHERE contype = 'f' AND connamespace = 'public'::regnamespace",
    )
    .fetch_all(&mut database)
    .await
    .unwrap();
    let mut to_shops = BTreeSet::new();
    for key in keys {
        let (name, from, to): (String, String, String) = (key.get("name"), key.get("from_table"), key.get("to_table"));
        let (mine, theirs): (Vec<String>, Vec<String>) = (key.get("from_columns"), key.get("to_columns"));
        if is_listed(&from) {
            continue;
        }
        if to == "shops" {
            assert_eq!((mine.as_slice(), theirs.as_slice()), (["shop_id".to_owned()].as_slice(), ["id".to_owned()].as_slice()), "{name}");
            to_shops.insert(from);
        } else {
            assert!(!is_listed(&to), "{name} leads from a shop's table to {to}");
            assert_eq!((mine[0].as_str(), theirs[0].as_str()), ("shop_id", "shop_id"), "{name} does not carry the shop");
            assert!(mine.len() >= 2, "{name} names the shop alone");
        }
    }
    for table in shop_tables(&mut database).await {
        assert!(to_shops.contains(&table), "{table}.shop_id refers to no shop");
    }
}

#[tokio::test]
async fn each_index_of_a_shops_table_begins_with_the_shop() {
    let mut database = database().await;
    let others = sqlx::query(
        "SELECT i.indexrelid::regclass::text AS name,
                i.indrelid::regclass::text AS of_table
         FROM pg_index i
         JOIN pg_class c ON c.oid = i.indrelid
         WHERE c.relnamespace = 'public'::regnamespace AND pg_get_indexdef(i.indexrelid, 1, true) <> 'shop_id'",
    )
    .fetch_all(&mut database)
    .await
    .unwrap();
    for index in others {
        let (name, table): (String, String) = (index.get("name"), index.get("of_table"));
        assert!(is_listed(&table), "{name} on {table} does not begin with shop_id: a unique one tells of other shops, any one is slow");
    }
}

#[tokio::test]
async fn views_ask_as_their_reader_and_nothing_is_kept_beside_the_tables() {
    let mut database = database().await;
    let views = texts(
        &mut database,
        "SELECT relname::text
         FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'
               AND NOT COALESCE('security_invoker=true' = ANY (reloptions) OR 'security_invoker=on' = ANY (reloptions), false)",
    )
    .await;
    assert_eq!(views, Vec::<String>::new(), "views without security_invoker");
    let kept =
        texts(&mut database, "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('m', 'f')")
            .await;
    assert_eq!(kept, Vec::<String>::new(), "materialized views and foreign tables have no policies");
    let elsewhere = texts(
        &mut database,
        "SELECT nspname::text FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('public', 'information_schema')",
    )
    .await;
    assert_eq!(elsewhere, Vec::<String>::new(), "these tests look at the schema public only");
}

#[tokio::test]
async fn the_app_role_may_do_no_more_than_its_work() {
    let mut database = database().await;
    let rows = sqlx::query(
        "SELECT c.relname::text AS name,
                COALESCE(string_agg(a.privilege_type, ' ' ORDER BY a.privilege_type) FILTER (WHERE a.grantee = 'shophouse_app'::regrole), '')
                    AS of_app,
                COALESCE(string_agg(a.privilege_type, ' ') FILTER (WHERE a.grantee NOT IN ('shophouse_app'::regrole, c.relowner)), '')
                    AS of_others
         FROM pg_class c
         LEFT JOIN LATERAL aclexplode(c.relacl) a ON true
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S')
         GROUP BY c.relname",
    )
    .fetch_all(&mut database)
    .await
    .unwrap();
    let grants: BTreeMap<String, String> = rows
        .into_iter()
        .map(|row| {
            let (name, others): (String, String) = (row.get("name"), row.get("of_others"));
            assert_eq!(others, "", "others than the app role may use {name}");
            (name, row.get("of_app"))
        })
        .collect();
    for (name, of_app) in &grants {
        for privilege in of_app.split(' ').filter(|word| !word.is_empty()) {
            assert!(["SELECT", "INSERT", "UPDATE", "DELETE", "USAGE"].contains(&privilege), "{privilege} on {name}");
        }
    }
    for (name, allowed) in NOT_A_SHOPS {
        assert_eq!(grants[*name], *allowed, "{name}");
    }
    for name in APPEND_ONLY {
        assert_eq!(grants[*name], "INSERT SELECT", "{name} is append-only");
    }
    let by_column = texts(
        &mut database,
        "SELECT attrelid::regclass::text FROM pg_attribute WHERE attacl IS NOT NULL AND attrelid::regclass::text !~ '^pg_|^information_schema'",
    )
    .await;
    assert_eq!(by_column, Vec::<String>::new(), "grants by column are seen by no test");
}

#[tokio::test]
async fn the_app_role_owns_nothing_and_cannot_become_more_than_it_is() {
    let mut database = database().await;
    let powers = texts(
        &mut database,
        "SELECT concat_ws(' ', rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication) FROM pg_roles WHERE rolname = 'shophouse_app'",
    )
    .await;
    assert_eq!(powers, ["f f f f f"]);
    let owned = texts(
        &mut database,
        "SELECT c.relname::text FROM pg_class c WHERE pg_has_role('shophouse_app', c.relowner, 'MEMBER')
         UNION ALL
         SELECT p.proname::text FROM pg_proc p WHERE pg_has_role('shophouse_app', p.proowner, 'MEMBER')
         UNION ALL
         SELECT n.nspname::text FROM pg_namespace n WHERE pg_has_role('shophouse_app', n.nspowner, 'MEMBER')",
    )
    .await;
    assert_eq!(owned, Vec::<String>::new());
    let becomes = texts(
        &mut database,
        "SELECT rolname::text FROM pg_roles WHERE rolname <> 'shophouse_app' AND pg_has_role('shophouse_app', oid, 'MEMBER')",
    )
    .await;
    assert_eq!(becomes, Vec::<String>::new());
    let makes = texts(
        &mut database,
        "SELECT nspname::text FROM pg_namespace
         WHERE nspname !~ '^pg_(toast|temp)' AND has_schema_privilege('shophouse_app', oid, 'CREATE')",
    )
    .await;
    assert_eq!(makes, Vec::<String>::new(), "the app role may create things in these schemas");
}

#[tokio::test]
async fn columns_have_types_that_an_index_may_compare_before_the_policy() {
    let mut database = database().await;
    let slow = texts(
        &mut database,
        "SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
         FROM pg_attribute a
         JOIN pg_class c ON c.oid = a.attrelid
         JOIN pg_type t ON t.oid = a.atttypid
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
               AND (t.typtype = 'e' OR t.typname IN ('numeric', 'money', 'citext', 'varchar', 'bpchar', 'timestamp', 'json', '_numeric'))",
    )
    .await;
    assert_eq!(slow, Vec::<String>::new(), "text with CHECK instead of enums, bigint instead of numeric, timestamptz for times");
}

#[tokio::test]
async fn functions_that_act_as_their_owner_have_their_search_path_pinned() {
    let mut database = database().await;
    let loose = texts(
        &mut database,
        "SELECT p.proname::text
         FROM pg_proc p
         JOIN pg_namespace n ON n.oid = p.pronamespace
         WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema')
               AND NOT EXISTS (SELECT FROM unnest(p.proconfig) setting WHERE setting LIKE 'search_path=%')",
    )
    .await;
    assert_eq!(loose, Vec::<String>::new());
}

/// A database with the same schema and, in every shop's table, one row of shop A and one of shop B. Nothing but the policies stands
/// there: constraints are dropped, so that rows can be made from the columns' types alone, and the app role is granted everything.
async fn probe(name: &'static str) -> (PgConnection, PgConnection) {
    let stores = &server().await.stores;
    let other = |url: &str| format!("{}/{name}", url.strip_suffix("/shophouse").unwrap());
    let mut postgres = database().await;
    sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name} OWNER shophouse_owner"))).execute(&mut postgres).await.unwrap();
    migrate(&other(&stores.owner_url)).await.unwrap();
    let mut superuser = PgConnection::connect(&other(&stores.superuser_url)).await.unwrap();
    let loosen = texts(
        &mut superuser,
        "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', conrelid::regclass, conname)
         FROM pg_constraint
         WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND contype IN ('f', 'c')
         UNION ALL
         SELECT 'GRANT ALL ON ALL TABLES IN SCHEMA public TO shophouse_app'",
    )
    .await;
    sqlx::raw_sql(AssertSqlSafe(loosen.join(";"))).execute(&mut superuser).await.unwrap();
    for table in shop_tables(&mut superuser).await {
        for shop in [A, B] {
            let row = synthetic_row(&mut superuser, &table, shop).await;
            sqlx::raw_sql(AssertSqlSafe(row)).execute(&mut superuser).await.unwrap();
        }
    }
    let app = PgConnection::connect(&other(&stores.app_url)).await.unwrap();
    (superuser, app)
}

/// An INSERT of a row of `shop` with something in every column that must have a value.
async fn synthetic_row(superuser: &mut PgConnection, table: &str, shop: &str) -> String {
    let columns: Vec<(String, String)> = sqlx::query_as(
        "SELECT attname::text, format_type(atttypid, atttypmod)
         FROM pg_attribute
         WHERE attrelid = format('public.%I', $1)::regclass AND attnum > 0 AND NOT attisdropped AND attnotnull AND NOT atthasdef
               AND attgenerated = '' AND attidentity = ''",
    )
    .bind(table)
    .fetch_all(superuser)
    .await
    .unwrap();
    let values = columns.iter().map(|(column, kind)| match kind.as_str() {
        _ if column == "shop_id" => format!("'{shop}'"),
        "uuid" => "gen_random_uuid()".to_owned(),
        "text" => "'x'".to_owned(),
        "bigint" | "integer" | "smallint" | "double precision" => "1".to_owned(),
        "boolean" => "false".to_owned(),
        "timestamp with time zone" => "now()".to_owned(),
        "date" => "current_date".to_owned(),
        "jsonb" => "'{}'".to_owned(),
        "bytea" => "''".to_owned(),
        array if array.ends_with("[]") => "'{}'".to_owned(),
        other => panic!("{table}.{column} is {other}: say here what may stand in it"),
    });
    let values = values.collect::<Vec<_>>().join(", ");
    let names = columns.iter().map(|(column, _)| format!("\"{column}\"")).collect::<Vec<_>>().join(", ");
    format!("INSERT INTO \"{table}\" ({names}) VALUES ({values})")
}

async fn say(app: &mut PgConnection, statement: impl Into<String>) -> Result<u64, String> {
    let done = sqlx::raw_sql(AssertSqlSafe(statement.into())).execute(app).await;
    done.map(|done| done.rows_affected()).map_err(|error| error.as_database_error().map_or(error.to_string(), |e| e.message().to_owned()))
}

async fn rows(app: &mut PgConnection, table: &str) -> Vec<String> {
    let question = format!("SELECT shop_id::text FROM \"{table}\"");
    sqlx::query_scalar(AssertSqlSafe(question)).fetch_all(app).await.unwrap()
}

async fn columns_that_may_be_written(superuser: &mut PgConnection, table: &str) -> String {
    let columns: Vec<String> = sqlx::query_scalar(
        "SELECT format('%I', attname)
         FROM pg_attribute
         WHERE attrelid = format('public.%I', $1)::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
    )
    .bind(table)
    .fetch_all(superuser)
    .await
    .unwrap();
    columns.join(", ")
}

#[tokio::test]
async fn a_transaction_of_one_shop_cannot_see_or_touch_a_row_of_another_in_any_table() {
    let (mut superuser, mut app) = probe("rls_two_shops").await;
    for table in shop_tables(&mut superuser).await {
        let columns = columns_that_may_be_written(&mut superuser, &table).await;
        say(&mut app, format!("BEGIN; SELECT set_config('app.shop_id', '{A}', true)")).await.unwrap();
        assert_eq!(rows(&mut app, &table).await, [A], "{table}");
        assert_eq!(say(&mut app, format!("UPDATE \"{table}\" SET shop_id = shop_id WHERE shop_id = '{B}'")).await, Ok(0), "{table}");
        assert_eq!(say(&mut app, format!("DELETE FROM \"{table}\" WHERE shop_id = '{B}'")).await, Ok(0), "{table}");

        let refused = Err(format!("new row violates row-level security policy for table \"{table}\""));
        let moved = format!("SAVEPOINT here; UPDATE \"{table}\" SET shop_id = '{B}'");
        assert_eq!(say(&mut app, moved).await, refused, "{table}: a row moved to another shop");
        let copied = format!(
            "ROLLBACK TO here; INSERT INTO \"{table}\" ({columns})
             SELECT {columns} FROM (SELECT (jsonb_populate_record(mine, '{{\"shop_id\": \"{B}\"}}')).* FROM \"{table}\" mine) theirs"
        );
        assert_eq!(say(&mut app, copied).await, refused, "{table}: a row written into another shop");

        // Without a WHERE, as a forgotten filter would have it.
        assert_eq!(say(&mut app, format!("ROLLBACK TO here; DELETE FROM \"{table}\"")).await, Ok(1), "{table}");
        say(&mut app, "ROLLBACK").await.unwrap();
        let still: Vec<String> = sqlx::query_scalar(AssertSqlSafe(format!("SELECT shop_id::text FROM \"{table}\" ORDER BY shop_id")))
            .fetch_all(&mut superuser)
            .await
            .unwrap();
        assert_eq!(still, [A, B], "{table}");
    }
}

#[tokio::test]
async fn a_forgotten_shop_is_an_error_in_every_table_on_a_new_and_on_a_used_connection() {
    let (mut superuser, mut app) = probe("rls_no_shop").await;
    let tables = shop_tables(&mut superuser).await;
    for table in &tables {
        let refused = say(&mut app, format!("SELECT FROM \"{table}\"")).await;
        assert_eq!(refused, Err("unrecognized configuration parameter \"app.shop_id\"".to_owned()), "{table}");
    }
    say(&mut app, format!("BEGIN; SELECT set_config('app.shop_id', '{A}', true); COMMIT")).await.unwrap();
    for table in &tables {
        for act in
            [format!("SELECT FROM \"{table}\""), format!("UPDATE \"{table}\" SET shop_id = shop_id"), format!("DELETE FROM \"{table}\"")]
        {
            let refused = say(&mut app, act.clone()).await;
            assert_eq!(refused, Err("invalid input syntax for type uuid: \"\"".to_owned()), "{act}");
        }
    }
}
