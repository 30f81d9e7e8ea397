//! Nothing a client can send is answered with a fault of ours, and what is refused changes nothing: every operation of the documents,
//! each field of its good call spoilt in turn.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::requests::{Call, call};
use crate::support::{
    Actor, Operation, Reply, Shop, World, assert_unchanged, fingerprint, operations, picture_form, raw_reply, two_shops, word,
};

/// As long as no text of ours may be, and short enough for a body.
const LONG: usize = 100_001;

fn caller(operation: &Operation, world: &World) -> Actor {
    match operation.audience {
        "platform" => Actor::new(world.shop.place, world.shop.place.base_host(), "/api/platform/v1"),
        "store" if operation.security.is_none() => world.shop.visitor(),
        "store" => world.customer.actor.clone(),
        _ if operation.security.is_none() => world.shop.stranger(),
        _ => world.shop.owner.clone(),
    }
}

async fn with_bodies() -> Vec<Operation> {
    let operations: Vec<Operation> = operations().await.into_iter().filter(|operation| operation.body.is_some()).collect();
    assert!(operations.len() >= 25, "only {}", operations.len());
    operations
}

#[track_caller]
fn assert_refused(reply: &Reply, allowed: &[u16], case: &str) {
    assert!(allowed.contains(&reply.status), "{case}: {reply}");
    reply.assert_well_formed_problem();
    let shown = reply.text().to_lowercase();
    for inside in ["sqlx", "postgres", "panicked", "serde", "src/", "select ", "redis"] {
        assert!(!shown.contains(inside), "{case} tells of {inside}: {reply}");
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_is_unreadable_and_another_media_type_is_not_taken() {
    let (shop, _) = two_shops().await;
    let world = World::fill(&shop).await;
    let before = fingerprint(&shop).await;
    let deep = "[".repeat(100_000);
    let deep_objects = "{\"a\":".repeat(20_000);
    let unreadable: [&[u8]; 14] = [
        b"",
        b" ",
        b"{",
        b"nul",
        b"{\"name\":}",
        b"{\"name\":\"x\"",
        b"{'name':'x'}",
        b"{\"name\":\"\xff\xfe\"}",
        b"\xef\xbb\xbf{}",
        b"{\"name\":\"\\ud800\"}",
        b"{\"name\":NaN}",
        b"name=x",
        deep.as_bytes(),
        deep_objects.as_bytes(),
    ];
    for operation in with_bodies().await {
        let (call, actor) = (call(&operation.name, &world).unwrap(), caller(&operation, &world));
        let send = |media_type: &str, bytes: Vec<u8>| actor.request(&operation.method, &call.path).key(&word(20)).body(media_type, bytes);
        for bytes in unreadable {
            let reply = send("application/json", bytes.to_vec()).await;
            let start = String::from_utf8_lossy(&bytes[..bytes.len().min(20)]).into_owned();
            // A field of another name may be met before the fault is.
            assert_refused(&reply, &[400, 422], &format!("{} {start}", operation.name));
            if !bytes.starts_with(b"{\"") {
                assert_eq!(reply.status, 400, "{} {start}: {reply}", operation.name);
            }
        }
        let good = call.body.clone().unwrap().to_string().into_bytes();
        let mut two = good.clone();
        two.extend_from_slice(b"{}");
        assert_refused(&send("application/json", two).await, &[400], &operation.name);
        for media_type in
            ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "json", "application/xml", "text/json"]
        {
            let reply = send(media_type, good.clone()).await;
            assert_refused(&reply, &[415], &format!("{} as {media_type}", operation.name));
        }
    }
    assert_unchanged(&shop, &before).await;
}

#[tokio::test]
async fn a_body_larger_than_any_of_ours_is_too_large() {
    let (shop, _) = two_shops().await;
    let world = World::fill(&shop).await;
    let before = fingerprint(&shop).await;
    let mut huge = b"{\"name\":\"".to_vec();
    huge.resize(1024 * 1024 + 1, b'x');
    for operation in with_bodies().await {
        let (call, actor) = (call(&operation.name, &world).unwrap(), caller(&operation, &world));
        let request = actor.request(&operation.method, &call.path).key(&word(20)).body("application/json", huge.clone());
        // The server may answer and hang up before all of it is sent.
        match request.try_send().await {
            Ok(reply) => assert_refused(&reply, &[413], &operation.name),
            Err(error) => assert!(error.is_request() || error.is_body(), "{}: {error}", operation.name),
        }
    }
    // Without a length said beforehand, too.
    let host = shop.host();
    let mut chunked = format!(
        "POST /api/store/v1/customers HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n",
        huge.len()
    )
    .into_bytes();
    chunked.extend_from_slice(&huge);
    chunked.extend_from_slice(b"\r\n0\r\n\r\n");
    let (status, answer) = raw_reply(shop.place, &chunked).await;
    assert!(status == 413 || status == 0, "{answer}");
    assert_unchanged(&shop, &before).await;
}

/// Every value within a body, with its place.
fn values(value: &Value, pointer: &str, into: &mut Vec<(String, Value)>) {
    into.push((pointer.to_owned(), value.clone()));
    match value {
        Value::Object(object) => object.iter().for_each(|(key, value)| values(value, &format!("{pointer}/{key}"), into)),
        Value::Array(entries) => entries.iter().enumerate().for_each(|(i, value)| values(value, &format!("{pointer}/{i}"), into)),
        _ => {}
    }
}

/// What may never stand where this value stood.
fn spoilt(value: &Value) -> Vec<Value> {
    let huge: Value = serde_json::from_str("123456789012345678901234567890").unwrap();
    match value {
        Value::String(_) => {
            vec![
                json!(1),
                json!(1.5),
                json!(true),
                json!([]),
                json!({}),
                json!(["x"]),
                json!("a\0b"),
                json!("\u{1}"),
                json!("x".repeat(LONG)),
                json!("ắ".repeat(LONG / 4)),
            ]
        }
        Value::Number(_) => vec![
            json!("1"),
            json!(1.5),
            json!(i64::MIN),
            json!(i64::MAX),
            json!(u64::MAX),
            json!(1e300),
            huge,
            json!(true),
            json!([]),
            json!({}),
        ],
        Value::Bool(_) => vec![json!("true"), json!(1), json!([]), json!({})],
        Value::Array(entries) => {
            let many = vec![entries.first().cloned().unwrap_or_default(); 3_000];
            vec![json!({}), json!("x"), json!(1), json!(true), json!([[]]), json!([1]), json!([null]), Value::Array(many)]
        }
        Value::Object(_) => vec![json!([]), json!("x"), json!(1), json!(true), json!([[]])],
        Value::Null => vec![],
    }
}

#[tokio::test]
async fn each_field_is_refused_with_its_place_when_it_is_spoilt() {
    let (shop, other) = two_shops().await;
    let world = World::fill(&shop).await;
    let others = fingerprint(&other).await;
    let mut tried = 0;
    for operation in with_bodies().await {
        let (call, actor) = (call(&operation.name, &world).unwrap(), caller(&operation, &world));
        let before = fingerprint(&shop).await;
        let good = call.body.clone().unwrap();
        let mut places = Vec::new();
        values(&good, "", &mut places);
        // A word that is no account's, and a token that is nobody's, are wrong and not malformed.
        let is_sign_in = operation.path.starts_with("/sessions");
        for (place, value) in places {
            for bad in spoilt(&value) {
                tried += 1;
                let mut body = good.clone();
                *body.pointer_mut(&place).unwrap() = bad.clone();
                let case: String = format!("{} {place} = {bad}", operation.name).chars().take(200).collect();
                let reply = Call { body: Some(body), ..call.clone() }.send(&actor, &operation).await;
                // More than is owed is well-formed, and too much.
                let is_payment = operation.name == "admin.create_order_payment" && place == "/amount";
                let allowed: &[u16] = if is_sign_in && bad.is_string() {
                    &[401, 422]
                } else if is_payment {
                    &[409, 422]
                } else {
                    &[422]
                };
                assert_refused(&reply, allowed, &case);
                let flaws = reply.flaws();
                assert!(reply.status == 401 || !flaws.is_empty(), "{case}: {reply}");
                let near = |pointer: &str| pointer.starts_with(&place) || place.starts_with(pointer);
                assert!(flaws.iter().all(|(pointer, _)| near(pointer)), "{case}: {reply}");
            }
        }
        assert_unchanged(&shop, &before).await;
    }
    assert!(tried >= 500, "only {tried}");
    assert_unchanged(&other, &others).await;
}

#[tokio::test]
async fn an_address_that_names_nothing_is_not_found_whatever_is_written_there() {
    let (shop, _) = two_shops().await;
    let world = World::fill(&shop).await;
    let before = fingerprint(&shop).await;
    let long = "9".repeat(5_000);
    let odd = [
        "x",
        "-1",
        "0",
        "null",
        "%00",
        "%20",
        "..",
        "%2e%2e%2f%2e%2e",
        "%ff",
        "%F0%9F%A7%B5",
        "'%20OR%201=1--",
        "%27;DROP%20TABLE%20orders;--",
        "*",
        "%25",
        "00000000-0000-0000-0000-000000000000",
        "01900000-0000-7000-8000-00000000000g",
        "{id}",
        "%7Bid%7D",
        "$where",
        "1e9",
        &long,
    ];
    for operation in operations().await.into_iter().filter(|operation| operation.path.contains('{') && operation.audience != "platform") {
        let (call, actor) = (call(&operation.name, &world).unwrap(), caller(&operation, &world));
        let path = call.path.split('?').next().unwrap();
        for (i, wanted) in operation.path.split('/').enumerate().filter(|(_, part)| part.starts_with('{')) {
            for odd in odd {
                let parts: Vec<&str> = path.split('/').enumerate().map(|(n, part)| if n == i { odd } else { part }).collect();
                let attempt = Call { path: parts.join("/"), ..call.clone() };
                let reply = attempt.send(&actor, &operation).await;
                let case: String = format!("{} {wanted} = {odd}", operation.name).chars().take(150).collect();
                // `..` is another path before it is sent.
                assert_refused(&reply, if odd == ".." { &[404, 405, 422, 415] } else { &[404, 400, 414] }, &case);
            }
        }
    }
    assert_unchanged(&shop, &before).await;
}

#[tokio::test]
async fn odd_filters_and_pages_are_refused_or_find_nothing() {
    let (shop, _) = two_shops().await;
    let world = World::fill(&shop).await;
    let long = "x".repeat(5_000);
    let odd = [
        "",
        "%00",
        "-1",
        "0",
        "99999999999999999999",
        "1.5",
        "true",
        "null",
        "'",
        "%25%25%25",
        "_",
        "%5C",
        "%ff",
        "x'%20OR%20'1'='1",
        "*",
        "%28",
        "[",
        "1%0d%0aX-Evil:%201",
        "%F0%9F%A7%B5",
        "2026-13-45",
        "9999-12-31",
        "-9999-01-01",
        "NaN",
        &long,
    ];
    for operation in
        operations().await.into_iter().filter(|operation| !operation.query.is_empty() && !operation.name.ends_with("stream_events"))
    {
        let (call, actor) = (call(&operation.name, &world).unwrap(), caller(&operation, &world));
        let path = call.path.split('?').next().unwrap();
        for name in &operation.query {
            for odd in odd {
                let reply = actor.get(&format!("{path}?{name}={odd}")).await;
                let case: String = format!("{} ?{name}={odd}", operation.name).chars().take(150).collect();
                assert!(reply.header("x-evil").is_none(), "{case}");
                if reply.status != 200 {
                    assert_refused(&reply, &[422, 400], &case);
                    assert!(reply.flaws().iter().all(|(pointer, _)| pointer == &format!("/{name}")), "{case}: {reply}");
                }
            }
            let twice = actor.get(&format!("{path}?{name}=1&{name}=2")).await;
            assert_refused(&twice, &[422, 400], &format!("{} ?{name} twice", operation.name));
        }
    }
}

#[tokio::test]
async fn pages_of_a_list_are_numbered_from_one_and_hold_a_hundred_rows_at_most() {
    let (shop, _) = two_shops().await;
    let world = World::fill(&shop).await;
    for operation in operations().await.into_iter().filter(|operation| operation.query.iter().any(|name| name == "per_page")) {
        let (call, actor) = (call(&operation.name, &world).unwrap(), caller(&operation, &world));
        let path = call.path.split('?').next().unwrap();
        for (query, place, code) in [
            ("page=0", "/page", "too_small"),
            ("page=-1", "/page", "too_small"),
            ("page=1000001", "/page", "too_large"),
            ("per_page=0", "/per_page", "too_small"),
            ("per_page=101", "/per_page", "too_large"),
            ("per_page=x", "/per_page", "malformed"),
        ] {
            let reply = actor.get(&format!("{path}?{query}")).await;
            assert_eq!((reply.status, reply.flaws()), (422, vec![(place.to_owned(), code.to_owned())]), "{} {query}", operation.name);
        }
        let far = actor.get(&format!("{path}?page=1000000&per_page=100")).await.expect(200);
        assert_eq!(far["data"], json!([]), "{}", operation.name);
        let one = actor.get(&format!("{path}?per_page=1")).await.expect(200);
        assert_eq!(one["total_pages"], one["total"], "{}", operation.name);
        assert_eq!(one["data"].as_array().unwrap().len(), usize::from(one["total"] != 0), "{}", operation.name);
    }
}

#[tokio::test]
async fn a_change_to_a_thing_that_was_seen_otherwise_is_refused() {
    let (shop, _) = two_shops().await;
    let world = World::fill(&shop).await;
    let before = fingerprint(&shop).await;
    let mut tried = 0;
    for operation in operations().await.into_iter().filter(|operation| operation.method == Method::PATCH) {
        let (call, actor) = (call(&operation.name, &world).unwrap(), caller(&operation, &world));
        for stale in ["\"x\"", "x", "\"\"", "W/\"x\"", "\"a\", \"b\""] {
            let reply = call.by(&actor, &operation.method).header("if-match", stale).await;
            reply.expect_problem(412, "precondition-failed");
            tried += 1;
        }
    }
    assert!(tried >= 40, "only {tried}");
    assert_unchanged(&shop, &before).await;
    // With the tag it was read with, it goes through; then the tag is stale.
    let product = format!("/products/{}", &world["product"]);
    let seen = shop.owner.get(&product).await;
    let tag = seen.header("etag").unwrap().to_owned();
    let patch = || shop.owner.patch(&product).json(json!({ "name": format!("Áo {}", word(6)) })).header("if-match", &tag);
    let changed = patch().await;
    assert_eq!(changed.status, 200, "{changed}");
    patch().await.expect_problem(412, "precondition-failed");
    assert_eq!(shop.owner.get(&product).await.header("etag"), changed.header("etag"));
}

#[tokio::test]
async fn an_idempotency_key_is_one_to_255_visible_letters() {
    let (shop, _) = two_shops().await;
    let world = World::fill(&shop).await;
    let before = fingerprint(&shop).await;
    let body = crate::support::order_body(&[(&world["variant"], 1)]);
    world.customer.post("/orders").json(&body).await.expect_problem(400, "idempotency-key-missing");
    for key in ["", " ", "a b", "\t", &"k".repeat(256)] {
        let reply = world.customer.post("/orders").json(&body).key(key).await;
        reply.expect_problem(400, "idempotency-key-malformed");
    }
    assert_unchanged(&shop, &before).await;
    world.customer.order_with(&"k".repeat(255), body).await.expect(201);
}

fn file(bytes: Vec<u8>, name: &str, media_type: &str) -> reqwest::multipart::Form {
    let part = reqwest::multipart::Part::bytes(bytes).file_name(name.to_owned()).mime_str(media_type).unwrap();
    reqwest::multipart::Form::new().part("file", part)
}

/// A PNG whose head promises this size and whose body has none of it.
fn promised(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = crate::support::picture();
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bytes
}

/// The check sum of a PNG's chunks.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum: u32, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 })
    })
}

#[tokio::test]
async fn an_upload_that_is_no_picture_is_refused_in_time_and_leaves_nothing() {
    let (shop, _) = two_shops().await;
    let world = World::fill(&shop).await;
    let before = fingerprint(&shop).await;
    let images = format!("/products/{}/images", &world["product"]);
    let one = format!("{images}/{}", &world["image"]);
    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>"#.to_vec();
    let png = crate::support::picture();
    let uploads = || {
        vec![
            ("text", file(b"no picture".to_vec(), "a.png", "image/png")),
            ("nothing", file(Vec::new(), "a.png", "image/png")),
            ("a script in a drawing", file(svg.clone(), "a.svg", "image/svg+xml")),
            ("a page", file(b"<html><script>alert(1)</script>".to_vec(), "a.html", "text/html")),
            ("half a picture", file(png[..png.len() / 2].to_vec(), "a.png", "image/png")),
            ("a head alone", file(png[..16].to_vec(), "a.png", "image/png")),
            ("a promise of 60000 by 60000", file(promised(60_000, 60_000), "a.png", "image/png")),
            ("a promise of 12000 by 12000", file(promised(12_000, 12_000), "a.png", "image/png")),
            ("no width", file(promised(0, 10), "a.png", "image/png")),
            ("another kind of picture", file(b"GIF89a\x01\x00\x01\x00\x00\x00\x00;".to_vec(), "a.gif", "image/gif")),
            ("no file", reqwest::multipart::Form::new().text("alt", "x")),
            ("a text for a file", reqwest::multipart::Form::new().text("file", "x")),
            ("a name of a path", file(b"x".to_vec(), "../../../etc/passwd", "image/png")),
            ("what it shows, too long", picture_form(&"x".repeat(301))),
            ("what it shows, with a zero", picture_form("a\0b")),
        ]
    };
    for (method, path) in [(Method::POST, &images), (Method::PUT, &one)] {
        for (what, form) in uploads() {
            let started = Instant::now();
            let reply = shop.owner.request(&method, path).multipart(form).await;
            assert_refused(&reply, &[422, 400, 415], &format!("{method} {what}"));
            assert!(started.elapsed() < Duration::from_secs(5), "{what} took {:?}", started.elapsed());
        }
        let large = file(vec![0; 11 * 1024 * 1024], "a.png", "image/png");
        match shop.owner.request(&method, path).multipart(large).try_send().await {
            Ok(reply) => assert_refused(&reply, &[413], "11 MiB"),
            Err(error) => assert!(error.is_request() || error.is_body(), "{error}"),
        }
        for (media_type, bytes) in [
            ("multipart/form-data", &b"x"[..]),
            ("multipart/form-data; boundary=x", b""),
            ("multipart/form-data; boundary=x", b"--x\r\n\r\n"),
            ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nabc"),
            ("application/json", b"{}"),
            ("image/png", &png),
        ] {
            let reply = shop.owner.request(&method, path).body(media_type, bytes).await;
            assert_refused(&reply, &[400, 415, 422], &format!("{method} {media_type}"));
        }
    }
    assert_unchanged(&shop, &before).await;
}

/// Sends the beginning of a request and waits for the end of the connection; (status, how long it took).
async fn half(shop: &Shop, bytes: &str) -> (u16, Duration) {
    let started = Instant::now();
    let (status, _) = raw_reply(shop.place, bytes.as_bytes()).await;
    (status, started.elapsed())
}

#[tokio::test]
async fn requests_that_never_end_are_ended() {
    let (shop, _) = two_shops().await;
    let before = fingerprint(&shop).await;
    let host = shop.host();
    let head = format!("POST /api/store/v1/customers HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n");
    let (silent, headless, bodiless, chunkless) = (
        String::new(),
        head.clone(),
        format!("{head}Content-Length: 1000\r\n\r\n{{\"name\":"),
        format!("{head}Transfer-Encoding: chunked\r\n\r\n10\r\n{{\"name\":"),
    );
    let all = tokio::join!(half(&shop, &silent), half(&shop, &headless), half(&shop, &bodiless), half(&shop, &chunkless));
    for (what, (status, took)) in [("a silent socket", all.0), ("half a head", all.1), ("half a body", all.2), ("half a chunk", all.3)] {
        assert!(took < Duration::from_secs(25), "{what} was kept open for {took:?}");
        assert!([0, 400, 408].contains(&status), "{what} was answered {status}");
    }
    assert_unchanged(&shop, &before).await;
}
