//! Shoppers hang up. What was answered was done, what was begun is undone, and nobody after them notices.
//!
//! sqlx 0.9.0 loses acknowledged writes after a cancelled `begin()` unless a released connection is rolled back (sqlx issue 4393).

use std::sync::Mutex;
use std::time::Duration;

use futures_util::future::join_all;
use rand::Rng;
use serde_json::json;
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::support::{Actor, Customer, OwnServer, Request, Shop, assert_unchanged, database, eventually, fingerprint, two_shops, word};

/// Connections of the own server's pool: fewer than callers, so that many are cancelled while they wait for one.
const CONNECTIONS: u32 = 4;

/// Sends a request and hangs up after at most `patience`; the status when it was answered before.
async fn call(request: impl Future<Output = Result<crate::support::Reply, reqwest::Error>>, patience: Duration) -> Option<u16> {
    tokio::time::timeout(patience, request).await.ok().and_then(Result::ok).map(|reply| reply.status)
}

async fn count(database: &mut PgConnection, question: &'static str, shop: &Shop) -> i64 {
    sqlx::query_scalar(question).bind(shop.id.uuid()).fetch_one(database).await.unwrap()
}

/// Words sent to be written, each with the answer that was heard.
type Sent = Mutex<Vec<(String, Option<u16>)>>;

/// Those that were answered as done. Any other answer must be that the server is busy.
fn acknowledged(sent: Sent) -> Vec<String> {
    let sent = sent.into_inner().unwrap();
    let odd: Vec<_> = sent.iter().filter(|(_, status)| status.is_some_and(|status| status != 201 && status != 503)).collect();
    assert_eq!(odd, Vec::<&(String, Option<u16>)>::new());
    let done: Vec<String> = sent.iter().filter(|(_, status)| *status == Some(201)).map(|(text, _)| text.clone()).collect();
    assert!(!done.is_empty());
    done
}

/// Who calls, and what they wrote.
struct Storm {
    shop: Shop,
    other: Shop,
    shoppers: Vec<Customer>,
    emails: Sent,
    addresses: Sent,
}

impl Storm {
    /// One call of some kind, cut off after some time.
    async fn call(&self, turn: usize) {
        let (patience, kind, an) = {
            let mut rng = rand::rng();
            // Some have patience, so that there is something to lose.
            let patience = match turn % 10 {
                0 => 20_000_000,
                // About as long as it takes to get a connection and begin.
                1..6 => rng.random_range(0..10_000),
                _ => rng.random_range(0..200_000),
            };
            (Duration::from_micros(patience), rng.random_range(0..6), &self.shoppers[rng.random_range(0..self.shoppers.len())])
        };
        // A client of its own for each call, so that hanging up closes its connection.
        let fresh = |actor: &Actor| actor.on_a_new_connection();
        let tried = |request: Request| call(request.try_send(), patience);
        match kind {
            0 => drop(tried(fresh(&self.shop.owner).get("/me")).await),
            1 => drop(tried(fresh(&self.other.owner).get("/customers")).await),
            2 => drop(tried(fresh(an).get("/me/addresses")).await),
            3 => drop(tried(fresh(an).patch("/me").json(json!({ "name": format!("An {turn}") }))).await),
            4 => {
                let email = format!("{}@example.org", word(14));
                let body = json!({ "name": "An", "email": email, "password": "correct horse 9 battery" });
                let status = tried(fresh(&self.shop.visitor()).post("/customers").json(body)).await;
                self.emails.lock().unwrap().push((email, status));
            }
            _ => {
                let line1 = word(20);
                let address = json!({ "name": "An", "phone": "0901234567", "line1": line1, "province": "Huế", "country": "VN" });
                let status = tried(fresh(an).post("/me/addresses").json(json!({ "address": address }))).await;
                self.addresses.lock().unwrap().push((line1, status));
            }
        }
    }
}

/// Every connection of the pool, at once: a transaction that began now, of no shop, and idle when it is given back.
async fn assert_connections_are_clean(own: &OwnServer, database: &mut PgConnection) {
    let start: OffsetDateTime = sqlx::query_scalar("SELECT clock_timestamp()").fetch_one(&mut *database).await.unwrap();
    let mut open = Vec::new();
    for _ in 0..CONNECTIONS {
        open.push(own.services.db.begin_platform().await.unwrap());
    }
    let mut pids = Vec::new();
    for tx in &mut open {
        let question = "SELECT COALESCE(current_setting('app.shop_id', true), ''), now(), pg_backend_pid()";
        let (shop, began, pid): (String, OffsetDateTime, i32) = sqlx::query_as(question).fetch_one(tx.conn()).await.unwrap();
        assert_eq!(shop, "", "a connection remembers whose it was");
        assert!(began >= start, "a connection was still in a transaction of {began}");
        pids.push(pid);
    }
    drop(open);
    let busy = "SELECT COUNT(*) FROM pg_stat_activity WHERE pid = ANY ($1) AND state <> 'idle'";
    eventually("every connection is idle", async || {
        sqlx::query_scalar::<_, i64>(busy).bind(&pids).fetch_one(&mut *database).await.unwrap() == 0
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_requests_that_hang_up_lose_nothing_and_leave_nothing_behind() {
    let own = OwnServer::with(|config| config.stores.database_connections = CONNECTIONS).await;
    let (shop, other) = two_shops().await;
    let others = fingerprint(&other).await;
    let shop = shop.on(&own);
    // Several shoppers: each keeps fifty addresses at most.
    let shoppers = join_all((0..8).map(|_| shop.customer())).await;
    let storm = Storm { shop, other: other.on(&own), shoppers, emails: Sent::default(), addresses: Sent::default() };
    let callers = (0..10).map(|_| async {
        for turn in 0..100 {
            storm.call(turn).await;
        }
    });
    join_all(callers).await;
    let Storm { shop, emails, addresses, .. } = storm;

    // The pool is whole: as many at once as it has connections, and more, are served.
    let calm = join_all((0..CONNECTIONS * 4).map(|_| async { shop.owner.on_a_new_connection().get("/customers").await.status })).await;
    assert_eq!(calm, vec![200; calm.len()]);
    let mut database = database().await;
    assert_connections_are_clean(&own, &mut database).await;

    let lost: Vec<String> = sqlx::query_scalar(
        "SELECT wanted FROM unnest($2::text[]) wanted
         WHERE NOT EXISTS (SELECT FROM customers WHERE shop_id = $1 AND email = wanted)
         UNION ALL
         SELECT wanted FROM unnest($3::text[]) wanted
         WHERE NOT EXISTS (SELECT FROM customer_addresses WHERE shop_id = $1 AND line1 = wanted)",
    )
    .bind(shop.id.uuid())
    .bind(acknowledged(emails))
    .bind(acknowledged(addresses))
    .fetch_all(&mut database)
    .await
    .unwrap();
    assert_eq!(lost, Vec::<String>::new(), "answered and lost");

    // Numbers are 1001, 1002, … without gaps: what was cut off was undone whole.
    let gaps = [
        "SELECT COUNT(*) FROM (SELECT number - row_number() OVER (ORDER BY number) - 1000 AS gap FROM customers WHERE shop_id = $1) n WHERE gap <> 0",
        "SELECT COUNT(*) FROM (SELECT seq - row_number() OVER (ORDER BY seq) AS gap FROM shop_events WHERE shop_id = $1) n WHERE gap <> 0",
    ];
    for gaps in gaps {
        assert_eq!(count(&mut database, gaps, &shop).await, 0);
    }
    assert_unchanged(&other, &others).await;
    own.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_given_up_while_it_begins_is_not_handed_to_the_next() {
    let own = OwnServer::with(|config| config.stores.database_connections = CONNECTIONS).await;
    let (shop, other) = two_shops().await;
    let (before, others) = (fingerprint(&shop).await, fingerprint(&other).await);
    let mut database = database().await;
    let begin = |patience: u64| {
        let (db, shop) = (own.services.db.clone(), shop.id);
        tokio::spawn(async move { tokio::time::timeout(Duration::from_micros(patience), db.begin(shop)).await.is_ok() })
    };
    let mut whole = 0;
    for _ in 0..100 {
        // Given up at about the time it takes.
        let given_up = join_all((0..CONNECTIONS).map(|_| begin(rand::rng().random_range(0..2_000)))).await;
        whole += given_up.into_iter().filter(|began| *began.as_ref().unwrap()).count();
        assert_connections_are_clean(&own, &mut database).await;
    }
    assert!((1..400).contains(&whole), "{whole} of 400 began: none was given up half-way, or all were given up before");
    assert_unchanged(&shop, &before).await;
    assert_unchanged(&other, &others).await;
    own.stop().await;
}
