//! The event log, read by a cursor and followed live: nothing is missed, nothing comes twice, and only who may see it does.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::{Value, json};
use time::Duration as Span;

use crate::support::{Actor, Customer, OwnServer, Product, Request, Shop, assert_unchanged, database, fingerprint, server, two_shops};

/// How long a stream may be silent before a test gives up on it.
const PATIENCE: Duration = Duration::from_secs(60);

/// An open stream of a shop's events.
struct Feed {
    response: reqwest::Response,
    unread: String,
}

impl Feed {
    /// Opens one, after an event where one is given.
    async fn open(actor: &Actor, last: Option<i64>) -> Self {
        let request = actor.get("/events/stream");
        let request = if let Some(last) = last { request.header("last-event-id", &last.to_string()) } else { request };
        Self::of(request).await
    }

    async fn of(request: Request) -> Self {
        let response = request.stream().await;
        assert_eq!((response.status().as_u16(), &response.headers()["content-type"]), (200, &"text/event-stream".parse().unwrap()));
        Self { response, unread: String::new() }
    }

    /// The data of the next event; `None` when the stream has ended.
    async fn next(&mut self) -> Option<Value> {
        loop {
            while let Some((block, rest)) = self.unread.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.unread = rest;
                let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ").map(str::to_owned));
                let Some(data) = field("data") else { continue };
                let event: Value = serde_json::from_str(&data).unwrap();
                assert_eq!((field("id"), field("event").as_deref()), (Some(event["seq"].to_string()), event["kind"].as_str()));
                return Some(event);
            }
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk()).await.expect("the stream says something in time").unwrap()?;
            self.unread.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// The next so many events.
    async fn take(&mut self, count: usize) -> Vec<Value> {
        let mut events = Vec::new();
        for _ in 0..count {
            events.push(self.next().await.expect("the stream goes on"));
        }
        events
    }
}

/// The whole log after a cursor.
async fn log(actor: &Actor, after: i64) -> Vec<Value> {
    actor.get(&format!("/events?after={after}&limit=500")).await.expect(200)["data"].as_array().unwrap().clone()
}

fn seq(event: &Value) -> i64 {
    event["seq"].as_i64().unwrap()
}

/// A shop with goods and a shopper.
async fn with_goods(shop: &Shop) -> (Product, Customer) {
    (shop.stocked_product(100).await, shop.customer().await)
}

async fn buy(an: &Customer, product: &Product) -> Value {
    an.order(&[(&product.variant, 1)]).await.expect(201)
}

#[tokio::test]
async fn a_new_order_appears_on_its_own_shops_open_stream() {
    let (shop, other) = two_shops().await;
    let ((product, an), (theirs, binh)) = (with_goods(&shop).await, with_goods(&other).await);
    let clerk = shop.clerk().await;
    let mut feed = Feed::open(&clerk, None).await;
    let mut elsewhere = Feed::open(&other.owner, None).await;
    let order = buy(&an, &product).await;
    let event = feed.next().await.unwrap();
    let expected = json!({
        "seq": seq(&event), "kind": "order.placed", "subject_id": order["id"],
        "payload": {
            "order_id": order["id"], "number": 1001, "total": 199_000, "currency": "VND",
            "customer_name": format!("Khách {}", shop.handle),
        },
        "created_at": order["placed_at"],
    });
    assert_eq!(event, expected);
    assert_eq!(log(&clerk, seq(&event) - 1).await, [expected]);
    // The other shop's stream begins with its own.
    let their_order = buy(&binh, &theirs).await;
    assert_eq!(elsewhere.next().await.unwrap()["subject_id"], their_order["id"]);

    let cancel = json!({ "reason": "Đổi ý" });
    an.post(&format!("/orders/{}/cancel", order["id"].as_str().unwrap())).json(cancel).await.expect(200);
    let events = feed.take(2).await;
    assert_eq!(events.iter().map(|event| event["kind"].as_str().unwrap()).collect::<Vec<_>>(), ["order.cancelled", "stock.changed"]);
    assert_eq!(events[0]["payload"], json!({ "order_id": order["id"], "number": 1001, "from": "pending", "status": "cancelled" }));
}

#[tokio::test]
async fn a_stream_goes_on_after_the_last_event_that_was_seen_without_a_gap() {
    let (shop, _) = two_shops().await;
    let (product, an) = with_goods(&shop).await;
    buy(&an, &product).await;
    let mut seen = Feed::open(&shop.owner, Some(0)).await.take(2).await;
    // It broke; what happens meanwhile and while it is opened again is not lost.
    for _ in 0..3 {
        buy(&an, &product).await;
    }
    let last = seq(seen.last().unwrap());
    let orders = async {
        for _ in 0..10 {
            buy(&an, &product).await;
        }
    };
    let (mut feed, ()) = tokio::join!(Feed::open(&shop.owner, Some(last)), orders);
    let all = log(&shop.owner, 0).await;
    seen.extend(feed.take(all.len() - seen.len()).await);
    assert_eq!(seen, all);
    assert_eq!(all.iter().map(seq).collect::<Vec<_>>(), (1..=i64::try_from(all.len()).unwrap()).collect::<Vec<_>>());
    assert_eq!(all.iter().filter(|event| event["kind"] == "order.placed").count(), 14);
    // And from there it is live.
    let order = buy(&an, &product).await;
    assert_eq!(feed.next().await.unwrap()["subject_id"], order["id"]);
    // The cursor may stand in the address; a browser that comes back says better.
    let mut feed = Feed::of(shop.owner.get("/events/stream?after=2")).await;
    assert_eq!(feed.take(3).await, all[2..5]);
    let mut feed = Feed::of(shop.owner.get("/events/stream?after=2").header("last-event-id", "7")).await;
    assert_eq!(feed.take(3).await, all[7..10]);
}

#[tokio::test]
async fn an_order_taken_by_one_server_appears_on_a_stream_of_another_that_redis_wakes() {
    let (shop, _) = two_shops().await;
    let (product, an) = with_goods(&shop).await;
    let client = redis::Client::open(server().await.stores.redis_url.as_str()).unwrap();
    let mut bell = client.get_async_pubsub().await.unwrap();
    bell.subscribe(format!("{{{}}}:events", shop.id)).await.unwrap();
    let second = OwnServer::start().await;
    let mut feed = Feed::open(&shop.on(&second).owner, None).await;
    let order = buy(&an, &product).await;
    assert_eq!(feed.next().await.unwrap()["subject_id"], order["id"]);
    let rung = tokio::time::timeout(PATIENCE, bell.on_message().next()).await;
    assert_eq!(rung.unwrap().unwrap().get_payload::<String>().unwrap(), "");
    // The other way round too.
    let mut here = Feed::open(&shop.owner, None).await;
    let there = Customer { actor: an.at(second.place), ..an.clone() };
    let order = buy(&there, &product).await;
    assert_eq!(here.next().await.unwrap()["subject_id"], order["id"]);
    assert_eq!(feed.next().await.unwrap()["subject_id"], order["id"]);
    second.stop().await;
    assert_eq!(feed.next().await, None);
}

#[tokio::test]
async fn without_redis_a_stream_still_tells_every_order() {
    let (shop, _) = two_shops().await;
    let (product, an) = with_goods(&shop).await;
    let own = OwnServer::without_redis().await;
    let mut feed = Feed::open(&shop.on(&own).owner, None).await;
    let first = buy(&an, &product).await;
    let second = buy(&an, &product).await;
    let ids: Vec<Value> = feed.take(2).await.iter().map(|event| event["subject_id"].clone()).collect();
    assert_eq!(ids, [first["id"].clone(), second["id"].clone()]);
    own.stop().await;
}

#[tokio::test]
async fn a_stream_ends_soon_after_its_reader_signed_out_or_lost_the_right() {
    let (shop, _) = two_shops().await;
    let (product, an) = with_goods(&shop).await;
    let own = OwnServer::start().await;
    let there = shop.on(&own);
    let (manager, clerk) = (there.manager().await.at(own.place), there.clerk().await.at(own.place));
    let mut of_manager = Feed::open(&manager, None).await;
    let mut of_clerk = Feed::open(&clerk, None).await;
    let mut of_owner = Feed::open(&there.owner, None).await;
    manager.delete("/sessions/current").await.expect(204);
    let statement = "UPDATE roles SET permissions = array_remove(permissions, 'events.read') WHERE shop_id = $1 AND code = 'clerk'";
    sqlx::query(statement).bind(shop.id.uuid()).execute(&mut database().await).await.unwrap();
    own.clock.advance(Span::seconds(20));
    let order = buy(&an, &product).await;
    assert_eq!(of_owner.next().await.unwrap()["subject_id"], order["id"]);
    assert_eq!((of_manager.next().await, of_clerk.next().await), (None, None));
    manager.get("/events/stream").await.expect_problem(401, "session-expired");
    clerk.get("/events/stream").await.expect_problem(403, "forbidden");
    own.stop().await;
}

#[tokio::test]
async fn the_log_and_its_stream_are_for_staff_of_the_shop_who_may_follow_it() {
    let (shop, other) = two_shops().await;
    let an = shop.customer().await;
    let statement = "INSERT INTO roles (shop_id, id, code, name, permissions) VALUES ($1, gen_random_uuid(), 'probe', 'Probe', $2)";
    let all_others = ["orders.read", "stock.read", "reports.read"];
    sqlx::query(statement).bind(shop.id.uuid()).bind(all_others.as_slice()).execute(&mut database().await).await.unwrap();
    let probe = shop.staff("probe").await;
    let before = fingerprint(&shop).await;
    for path in ["/events", "/events/stream"] {
        shop.stranger().get(path).await.expect_problem(401, "unauthenticated");
        shop.stranger().with_token(an.token.clone().unwrap()).get(path).await.expect_problem(401, "session-expired");
        shop.stranger().with_token(other.owner.token.clone().unwrap()).get(path).await.expect_problem(401, "unauthenticated");
        probe.get(path).await.expect_problem(403, "forbidden");
    }
    assert_unchanged(&shop, &before).await;
}

#[tokio::test]
async fn a_cursor_reads_the_log_stretch_by_stretch() {
    let (shop, other) = two_shops().await;
    let (product, an) = with_goods(&shop).await;
    for _ in 0..5 {
        buy(&an, &product).await;
    }
    let others = fingerprint(&other).await;
    let all = log(&shop.owner, 0).await;
    let (mut read, mut cursor) = (Vec::new(), 0);
    loop {
        let stretch = shop.owner.get(&format!("/events?after={cursor}&limit=3")).await.expect(200);
        let data = stretch["data"].as_array().unwrap();
        if data.is_empty() {
            assert_eq!(stretch["cursor"], cursor);
            break;
        }
        assert_eq!((data.len() <= 3, &stretch["cursor"]), (true, &data.last().unwrap()["seq"]));
        cursor = stretch["cursor"].as_i64().unwrap();
        read.extend(data.iter().cloned());
    }
    assert_eq!(read, all);
    for (query, pointer, code) in [
        ("after=-1", "/after", "too_small"),
        ("limit=0", "/limit", "too_small"),
        ("limit=501", "/limit", "too_large"),
        ("before=3", "/before", "unknown"),
    ] {
        let reply = shop.owner.get(&format!("/events?{query}")).await;
        reply.expect_problem(422, "invalid");
        assert_eq!(reply.flaws(), [(pointer.to_owned(), code.to_owned())], "{query}");
    }
    let reply = shop.owner.get("/events/stream").header("last-event-id", "soon").await;
    reply.expect_problem(422, "invalid");
    assert_eq!(reply.flaws(), [("/last-event-id".to_owned(), "malformed".to_owned())]);
    assert_unchanged(&other, &others).await;
}

#[tokio::test]
async fn the_log_names_shoppers_only_to_who_may_see_orders() {
    let (shop, _) = two_shops().await;
    let (product, an) = with_goods(&shop).await;
    let statement = "INSERT INTO roles (shop_id, id, code, name, permissions) VALUES ($1, gen_random_uuid(), 'probe', 'Probe', $2)";
    sqlx::query(statement).bind(shop.id.uuid()).bind(["events.read"].as_slice()).execute(&mut database().await).await.unwrap();
    let probe = shop.staff("probe").await;
    let mut feed = Feed::open(&probe, None).await;
    let order = buy(&an, &product).await;
    let payload = json!({ "order_id": order["id"], "number": 1001, "total": 199_000, "currency": "VND" });
    assert_eq!(feed.next().await.unwrap()["payload"], payload);
    let told = log(&probe, 0).await;
    assert_eq!(told.last().unwrap()["payload"], payload);
    // The log itself holds no name either.
    let stored = "SELECT string_agg(payload::text, ' ') FROM shop_events WHERE shop_id = $1";
    let stored: String = sqlx::query_scalar(stored).bind(shop.id.uuid()).fetch_one(&mut database().await).await.unwrap();
    assert!(!stored.contains("Khách"), "{stored}");
}
