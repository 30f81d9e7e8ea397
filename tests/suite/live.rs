//! Who follows a shop's events live hears of that shop alone, of every event once, also of what another server did.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Actor, OwnServer, assert_unchanged, fingerprint, two_shops};

/// An open stream of events.
struct Stream {
    response: reqwest::Response,
    read: String,
}

impl Stream {
    async fn open(actor: &Actor, path: &str) -> Self {
        let response = actor.get(path).stream().await;
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, read: String::new() }
    }

    /// The next event, as (number, kind, data).
    async fn next(&mut self) -> (i64, String, Value) {
        loop {
            while let Some((block, rest)) = self.read.split_once("\n\n").map(|(block, rest)| (block.to_owned(), rest.to_owned())) {
                self.read = rest;
                let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(|text| text.trim().to_owned());
                if let (Some(id), Some(event), Some(data)) = (field("id:"), field("event:"), field("data:")) {
                    return (id.parse().unwrap(), event, serde_json::from_str(&data).unwrap());
                }
            }
            let chunk = tokio::time::timeout(Duration::from_secs(20), self.response.chunk()).await.expect("an event within 20 s");
            self.read.push_str(std::str::from_utf8(&chunk.unwrap().expect("the stream goes on")).unwrap());
        }
    }
}

#[tokio::test]
async fn a_follower_hears_its_own_shop_alone_and_what_other_servers_did() {
    let (shop, other) = two_shops().await;
    let second = OwnServer::start().await;
    let (mine, theirs) = (shop.stocked_product(9).await, other.stocked_product(9).await);
    let (an, chi) = (shop.customer().await, other.customer().await);
    let mut stream = Stream::open(&shop.clerk().await, "/events/stream").await;

    let foreign = chi.order(&[(&theirs.variant, 1)]).await.expect(201);
    let elsewhere = an.actor.at(second.place);
    let body = crate::support::order_body(&[(&mine.variant, 1)]);
    let placed = elsewhere.post("/orders").key("k1").json(&body).await.expect(201);
    let (number, kind, event) = stream.next().await;
    assert_eq!((kind.as_str(), &event["subject_id"]), ("order.placed", &placed["id"]));
    assert_eq!(event["seq"], json!(number));

    // The order before it was another shop's, and left no gap either.
    let log = shop.owner.get(&format!("/events?after={}", number - 1)).await.expect(200);
    assert_eq!(log["data"][0]["subject_id"], placed["id"]);
    assert!(!shop.owner.get("/events?after=0").await.shows(foreign["id"].as_str().unwrap()));
    let all: Vec<i64> = shop.owner.get("/events?after=0").await.expect(200)["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["seq"].as_i64().unwrap())
        .collect();
    assert_eq!(all, (1..=all.len() as i64).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_follower_who_comes_back_goes_on_where_it_was() {
    let (shop, _) = two_shops().await;
    let product = shop.stocked_product(9).await;
    let an = shop.customer().await;
    let mut stream = Stream::open(&shop.owner, "/events/stream").await;
    let first = an.order(&[(&product.variant, 1)]).await.expect(201);
    let (number, _, event) = stream.next().await;
    assert_eq!(event["subject_id"], first["id"]);
    drop(stream);
    let second = an.order(&[(&product.variant, 1)]).await.expect(201);
    let mut stream = Stream::open(&shop.owner, &format!("/events/stream?after={number}")).await;
    let (next, kind, event) = stream.next().await;
    assert_eq!((next, kind.as_str(), &event["subject_id"]), (number + 1, "order.placed", &second["id"]));
}

#[tokio::test]
async fn whoever_may_not_hear_a_shop_is_told_so_at_once() {
    let (shop, other) = two_shops().await;
    let an = shop.customer().await;
    let before = fingerprint(&shop).await;
    let follow = |actor: Actor| async move { actor.get("/events/stream").await };
    follow(shop.stranger()).await.expect_problem(401, "unauthenticated");
    follow(other.owner.at_host(shop.host())).await.expect_problem(401, "unauthenticated");
    follow(shop.stranger().with_token(an.token.clone().unwrap())).await.expect_problem(401, "session-expired");
    assert_unchanged(&shop, &before).await;
}
