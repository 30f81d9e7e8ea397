//! Shoppers hang up. What was answered was done, what was begun is undone, and nobody after them notices.
//!
//! sqlx 0.9.0 loses acknowledged writes after a cancelled `begin()` unless a released connection is rolled back (sqlx issue 4393).

use std::time::Duration;

use futures_util::future::join_all;
use rand::Rng;
use serde_json::json;
use sqlx::PgConnection;

use crate::support::{Actor, OwnServer, Shop, assert_unchanged, database, fingerprint, two_shops, word};

/// Connections of the own server's pool: fewer than callers, so that many are cancelled while they wait for one.
const CONNECTIONS: u32 = 4;
const APP: &str = "shophouse-storm";

/// Sends a request and hangs up after at most `patience`; the status when it was answered before.
async fn call(request: impl Future<Output = Result<crate::support::Reply, reqwest::Error>>, patience: Duration) -> Option<u16> {
    tokio::time::timeout(patience, request).await.ok().and_then(Result::ok).map(|reply| reply.status)
}

async fn count(database: &mut PgConnection, question: &'static str, shop: &Shop) -> i64 {
    sqlx::query_scalar(question).bind(shop.id.uuid()).fetch_one(database).await.unwrap()
}

/// Connections of the own server that are in a transaction nobody works on.
async fn idle_in_transaction(database: &mut PgConnection) -> i64 {
    sqlx::query_scalar(
        "SELECT COUNT(*) FROM pg_stat_activity
         WHERE application_name = 'shophouse-storm' AND state LIKE 'idle in transaction%' AND now() - state_change > interval '100 ms'",
    )
    .fetch_one(database)
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_requests_that_hang_up_lose_nothing_and_leave_nothing_behind() {
    let own = OwnServer::with(|config| {
        config.stores.database_connections = CONNECTIONS;
        let url = config.stores.database_url.take().unwrap();
        config.stores.database_url = Some(format!("{url}?application_name={APP}"));
    })
    .await;
    let (shop, other) = two_shops().await;
    let (shop, here) = (shop.on(&own), other.on(&own));
    // Several: each keeps fifty addresses at most.
    let shoppers = join_all((0..8).map(|_| shop.customer())).await;
    let others = fingerprint(&other).await;
    let emails = std::sync::Mutex::new(Vec::new());
    let addresses = std::sync::Mutex::new(Vec::new());

    let storm = (0..10).map(|_| async {
        for turn in 0..100 {
            let (patience, kind, an) = {
                let mut rng = rand::rng();
                // Some have patience, so that there is something to lose.
                let patience = if turn % 10 == 0 { 20_000_000 } else { rng.random_range(0..200_000) };
                (Duration::from_micros(patience), rng.random_range(0..6), &shoppers[rng.random_range(0..8)])
            };
            // A client of its own for each call, so that hanging up closes its connection.
            let fresh = |actor: &Actor| actor.on_a_new_connection();
            match kind {
                0 => drop(call(fresh(&shop.owner).get("/me").try_send(), patience).await),
                1 => drop(call(fresh(&here.owner).get("/customers").try_send(), patience).await),
                2 => drop(call(fresh(an).get("/me/addresses").try_send(), patience).await),
                3 => drop(call(fresh(an).patch("/me").json(json!({ "name": format!("An {turn}") })).try_send(), patience).await),
                4 => {
                    let email = format!("{}@example.org", word(14));
                    let body = json!({ "name": "An", "email": email, "password": "correct horse 9 battery" });
                    let status = call(fresh(&shop.visitor()).post("/customers").json(body).try_send(), patience).await;
                    emails.lock().unwrap().push((email, status));
                }
                _ => {
                    let line1 = word(20);
                    let body =
                        json!({ "address": { "name": "An", "phone": "0901234567", "line1": line1, "province": "Huế", "country": "VN" } });
                    let status = call(fresh(an).post("/me/addresses").json(body).try_send(), patience).await;
                    addresses.lock().unwrap().push((line1, status));
                }
            }
        }
    });
    join_all(storm).await;

    // The pool is whole: as many at once as it has connections, and more, are served.
    let calm = join_all((0..CONNECTIONS * 4).map(|_| async { shop.owner.on_a_new_connection().get("/customers").await.status })).await;
    assert_eq!(calm, vec![200; calm.len()]);

    let mut database = database().await;
    assert_eq!(idle_in_transaction(&mut database).await, 0);
    let (emails, addresses) = (emails.into_inner().unwrap(), addresses.into_inner().unwrap());
    let refused: Vec<_> = emails.iter().chain(&addresses).filter(|(_, status)| status.is_some_and(|s| s != 201 && s != 503)).collect();
    assert_eq!(refused, Vec::<&(String, Option<u16>)>::new());
    let answered = |made: &[(String, Option<u16>)]| made.iter().filter(|(_, s)| *s == Some(201)).map(|(text, _)| text.clone()).collect();
    let (emails, addresses): (Vec<String>, Vec<String>) = (answered(&emails), answered(&addresses));
    assert!(!emails.is_empty() && !addresses.is_empty());
    let lost: Vec<String> = sqlx::query_scalar(
        "SELECT wanted FROM unnest($2::text[]) wanted
         WHERE NOT EXISTS (SELECT FROM customers WHERE shop_id = $1 AND email = wanted)
         UNION ALL
         SELECT wanted FROM unnest($3::text[]) wanted
         WHERE NOT EXISTS (SELECT FROM customer_addresses WHERE shop_id = $1 AND line1 = wanted)",
    )
    .bind(shop.id.uuid())
    .bind(&emails)
    .bind(&addresses)
    .fetch_all(&mut database)
    .await
    .unwrap();
    assert_eq!(lost, Vec::<String>::new(), "answered and lost");

    // Numbers are 1001, 1002, … without gaps: what was cut off was undone whole.
    let gaps =
        "SELECT COUNT(*) FROM (SELECT number - row_number() OVER (ORDER BY number) - 1000 AS gap FROM customers WHERE shop_id = $1) n
                WHERE gap <> 0";
    assert_eq!(count(&mut database, gaps, &shop).await, 0);
    let gaps =
        "SELECT COUNT(*) FROM (SELECT seq - row_number() OVER (ORDER BY seq) AS gap FROM shop_events WHERE shop_id = $1) n WHERE gap <> 0";
    assert_eq!(count(&mut database, gaps, &shop).await, 0);
    assert_unchanged(&other, &others).await;

    // No connection remembers whose it was. All at once, so that each is asked.
    let mut open = Vec::new();
    for _ in 0..CONNECTIONS {
        open.push(own.services.db.begin_platform().await.unwrap());
    }
    for tx in &mut open {
        let shop: Option<String> = sqlx::query_scalar("SELECT current_setting('app.shop_id', true)").fetch_one(tx.conn()).await.unwrap();
        assert_eq!(shop.unwrap_or_default(), "");
    }
    drop(open);
    own.stop().await;
}
