//! Whose request it is, is decided by one thing alone: the host it was sent to. Requests that no client library would send, sent as
//! bytes.

use serde_json::{Value, json};

use crate::support::{Actor, Place, Shop, platform, raw_reply, two_shops};

/// Asks for the shop's own description with these header lines, and hangs up.
fn ask(lines: &[&str]) -> Vec<u8> {
    request("GET /api/store/v1/shop HTTP/1.1", lines)
}

fn request(first: &str, lines: &[&str]) -> Vec<u8> {
    let mut text = format!("{first}\r\n");
    for line in lines {
        text.push_str(line);
        text.push_str("\r\n");
    }
    text.push_str("Connection: close\r\n\r\n");
    text.into_bytes()
}

/// The handle in the answer: whose shop was shown.
fn shown(answer: &str) -> Option<String> {
    let body = answer.split_once("\r\n\r\n")?.1;
    let body: Value = serde_json::from_str(body).ok()?;
    body["handle"].as_str().map(str::to_owned)
}

fn code(answer: &str) -> String {
    let body: Value = answer.split_once("\r\n\r\n").and_then(|(_, body)| serde_json::from_str(body).ok()).unwrap_or_default();
    body["type"].as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default().to_owned()
}

/// Whether anything of a shop is in an answer.
fn assert_silent(answer: &str, shops: &[&Shop]) {
    // The problem echoes nothing of the request, so no handle has a reason to be there.
    for shop in shops {
        assert!(!answer.contains(shop.canary()), "{answer}");
    }
}

async fn assert_shows(place: Place, bytes: &[u8], shop: &Shop) {
    let (status, answer) = raw_reply(place, bytes).await;
    assert_eq!((status, shown(&answer)), (200, Some(shop.handle.clone())), "{answer}");
}

#[tokio::test]
async fn the_host_may_be_written_in_every_way_that_means_the_same() {
    let (shop, _) = two_shops().await;
    let handle = &shop.handle;
    for host in [
        shop.host(),
        format!("{handle}.localhost"),
        format!("{}.LocalHost:{}", handle.to_uppercase(), shop.place.port),
        format!("{handle}.localhost."),
        format!("{handle}.localhost.:80"),
        // Behind a proxy the outer port is another one.
        format!("{handle}.localhost:443"),
    ] {
        assert_shows(shop.place, &ask(&[&format!("Host: {host}")]), &shop).await;
    }
    assert_shows(shop.place, &request("GET /api/store/v1/shop HTTP/1.0", &[&format!("Host: {}", shop.host())]), &shop).await;
}

#[tokio::test]
async fn a_request_for_two_hosts_or_none_is_refused() {
    let (shop, other) = two_shops().await;
    let (mine, theirs) = (format!("Host: {}", shop.host()), format!("Host: {}", other.host()));
    let cases: Vec<Vec<u8>> = vec![
        ask(&[&mine, &theirs]),
        ask(&[&mine, &mine]),
        ask(&[&mine, "host: "]),
        ask(&[]),
        ask(&["Host:"]),
        ask(&[&format!("Host: {}, {}", shop.host(), other.host())]),
        ask(&[&format!("Host: {} {}", shop.host(), other.host())]),
        ask(&[&format!("Host: {}@{}", shop.handle, other.host())]),
        ask(&[&format!("Host: {}#{}", other.host(), shop.host())]),
        ask(&[&format!("Host: {}/", shop.host())]),
        ask(&[&format!("Host: {}\\", shop.host())]),
        ask(&[&format!("Host: {}.localhost:99999", shop.handle)]),
        ask(&[&format!("Host: {}.localhost:80:80", shop.handle)]),
        ask(&[&format!("Host: {}_.localhost", shop.handle)]),
        ask(&[&format!("Host: {}..localhost", shop.handle)]),
        ask(&["Host: [::1]"]),
        request("GET /api/store/v1/shop HTTP/1.0", &[]),
        // A second line that only looks like a part of the first.
        ask(&[&mine, &format!(" {}", other.host())]),
        ask(&[&format!("Host : {}", shop.host())]),
        ask(&[&format!("Host: {}\0", shop.host())]),
        // A bare line feed begins a second host, whatever stands before it.
        ask(&[&format!("X: y\nHost: {}", other.host()), &mine]),
        ask(&[&format!("Host: {}\nHost: {}", shop.host(), other.host())]),
        ask(&[&format!("Host: {}\rHost: {}", shop.host(), other.host())]),
    ];
    for case in cases {
        let (status, answer) = raw_reply(shop.place, &case).await;
        assert_eq!(status, 400, "{}\n{answer}", String::from_utf8_lossy(&case));
        assert_silent(&answer, &[&shop, &other]);
    }
}

#[tokio::test]
async fn a_target_with_a_host_must_be_the_host() {
    let (shop, other) = two_shops().await;
    let target = |shop: &Shop| format!("GET http://{}/api/store/v1/shop HTTP/1.1", shop.host());
    assert_shows(shop.place, &request(&target(&shop), &[&format!("Host: {}", shop.host())]), &shop).await;
    for first in [target(&other), format!("GET http://{}@{}/api/store/v1/shop HTTP/1.1", shop.host(), other.host())] {
        let (status, answer) = raw_reply(shop.place, &request(&first, &[&format!("Host: {}", shop.host())])).await;
        assert_eq!(status, 400, "{first}: {answer}");
        assert_silent(&answer, &[&shop, &other]);
    }
}

#[tokio::test]
async fn forwarded_headers_name_no_shop() {
    let (shop, other) = two_shops().await;
    let theirs = other.host();
    for line in [
        format!("X-Forwarded-Host: {theirs}"),
        format!("Forwarded: host={theirs};proto=https"),
        format!("X-Host: {theirs}"),
        format!("X-Original-Host: {theirs}"),
        format!("X-HTTP-Host-Override: {theirs}"),
        "X-Original-URL: /api/admin/v1/me".to_owned(),
        format!("X-Shop-Key: {}", other.publishable_key),
    ] {
        assert_shows(shop.place, &ask(&[&format!("Host: {}", shop.host()), &line]), &shop).await;
        assert_shows(shop.place, &ask(&[&line, &format!("Host: {}", shop.host())]), &shop).await;
    }
    // Nor does what they said stay: the next visitor sees the same shop.
    assert_shows(shop.place, &ask(&[&format!("Host: {}", shop.host())]), &shop).await;
}

#[tokio::test]
async fn a_host_that_is_no_shop_is_told_so_and_hears_of_no_other() {
    let (shop, other) = two_shops().await;
    for host in [
        "no-such-shop.localhost".to_owned(),
        format!("x.{}.localhost", shop.handle),
        format!("{}.localhost.example.com", shop.handle),
        format!("{}localhost", shop.handle),
        format!("{}.localhos", shop.handle),
        format!("{}-.localhost", shop.handle).replace("-.", "x."),
        "127.0.0.1".to_owned(),
        "xn--e1afmkfd.localhost".to_owned(),
        shop.handle.clone(),
        "example.com".to_owned(),
    ] {
        let (status, answer) = raw_reply(shop.place, &ask(&[&format!("Host: {host}")])).await;
        assert_eq!((status, code(&answer).as_str()), (404, "shop-not-found"), "{host}: {answer}");
        assert_silent(&answer, &[&shop, &other]);
    }
    // A name in letters of its own is no host in HTTP; it travels as xn--….
    for host in [&b"Host: \xc3\xa1o.localhost"[..], b"Host: \xe1o.localhost", b"Host: \xef\xbc\x8e.localhost"] {
        let mut bytes = b"GET /api/store/v1/shop HTTP/1.1\r\n".to_vec();
        bytes.extend_from_slice(host);
        bytes.extend_from_slice(b"\r\nConnection: close\r\n\r\n");
        let (status, answer) = raw_reply(shop.place, &bytes).await;
        assert_eq!(status, 400, "{answer}");
    }
}

#[tokio::test]
async fn the_base_host_is_no_shop_unless_a_key_names_one() {
    let (shop, other) = two_shops().await;
    let base = Actor::new(shop.place, shop.place.base_host(), "/api/store/v1");
    base.get("/shop").await.expect_problem(404, "shop-not-found");
    base.get("/shop").header("x-shop-key", "pk_000000000000000000000000").await.expect_problem(404, "shop-not-found");
    base.get("/shop").header("x-shop-key", &other.publishable_key.replace("pk_", "sk_")).await.expect_problem(404, "shop-not-found");
    let seen = base.get("/shop").header("x-shop-key", &shop.publishable_key).await.expect(200);
    assert_eq!(seen["handle"], json!(shop.handle));
    // A shopper of one shop is nobody in the other, also by key.
    let an = shop.customer().await;
    let with = |key: &str| base.with_token(an.token.clone().unwrap()).get("/me").header("x-shop-key", key);
    with(&shop.publishable_key).await.expect(200);
    with(&other.publishable_key).await.expect_problem(401, "unauthenticated");
    // The key is for the storefront alone.
    let admin = Actor::new(shop.place, shop.place.base_host(), "/api/admin/v1");
    let owner = admin.with_token(shop.owner.token.clone().unwrap());
    owner.get("/me").header("x-shop-key", &shop.publishable_key).await.expect_problem(404, "shop-not-found");
    owner.get("/me").await.expect_problem(404, "shop-not-found");
}

#[tokio::test]
async fn the_platform_and_the_shops_do_not_answer_for_each_other() {
    let (shop, _) = two_shops().await;
    platform().await.get("/plans").await.expect(200);
    Actor::new(shop.place, shop.host(), "/api/platform/v1").get("/plans").await.expect_problem(404, "not-found");
    Actor::new(shop.place, shop.host(), "/api/platform/v1").post("/shops").json(json!({})).await.expect_problem(404, "not-found");
}

#[tokio::test]
async fn links_in_answers_are_on_the_shops_own_address_whatever_the_request_said() {
    let (shop, _) = two_shops().await;
    let odd = shop.visitor().at_host(format!("{}.LOCALHOST.:1", shop.handle));
    let reply = odd.get("/shop").header("x-forwarded-proto", "https").header("x-forwarded-host", "evil.example").await;
    assert_eq!(reply.expect(200)["url"], json!(format!("http://{}", shop.host())));
    let problem = odd.get("/nowhere").header("x-forwarded-host", "evil.example").await.expect_problem(404, "not-found");
    assert_eq!(problem["type"], json!(format!("http://{}/problems/not-found", shop.place.base_host())));
}

#[tokio::test]
async fn a_body_has_one_length_and_no_request_hides_in_another() {
    let (shop, other) = two_shops().await;
    let hidden = format!("GET /api/store/v1/shop HTTP/1.1\r\nHost: {}\r\n\r\n", other.host());
    let post = |lines: &[&str], body: &str| {
        let head = request("POST /api/store/v1/sessions HTTP/1.1", &[&[&*format!("Host: {}", shop.host())], lines].concat());
        // Kept open, so that what is left of the body would be read as the next request.
        let mut bytes = String::from_utf8(head).unwrap().replace("Connection: close\r\n", "").into_bytes();
        bytes.extend_from_slice(body.as_bytes());
        bytes
    };
    let chunked = format!("0\r\n\r\n{hidden}");
    let length = format!("Content-Length: {}", chunked.len());
    let refused = [
        post(&["Content-Length: 0", "Content-Length: 5"], &hidden),
        post(&["Content-Length: 0, 5"], &hidden),
        post(&["Content-Length: +0"], &hidden),
        post(&["Content-Length: -1"], &hidden),
        post(&["Transfer-Encoding: xchunked"], &chunked),
        post(&["Transfer-Encoding: identity"], &hidden),
        post(&["Transfer-Encoding: chunked, identity"], &chunked),
        post(&["Transfer-Encoding: chunked", "Transfer-Encoding: identity"], &chunked),
        post(&["Transfer-Encoding : chunked"], &chunked),
        post(&["Content-Length: 0", "Transfer-Encoding:\n chunked"], &hidden),
    ];
    for case in refused {
        let (status, answer) = raw_reply(shop.place, &case).await;
        assert_eq!(status, 400, "{}\n{answer}", String::from_utf8_lossy(&case));
        assert_silent(&answer, &[&shop, &other]);
    }
    // Both at once: the chunks count and the connection ends with the answer (RFC 9112, 6.3), so nothing can follow.
    let ended = [
        post(&["Content-Length: 4", "Transfer-Encoding: chunked"], &chunked),
        post(&[&length, "Transfer-Encoding: chunked"], &chunked),
        post(&["Transfer-Encoding: chunked", &length], &chunked),
    ];
    for case in ended {
        let (status, answer) = raw_reply(shop.place, &case).await;
        assert_eq!((status, code(&answer).as_str()), (415, "unsupported-media-type"), "{answer}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
        assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
        assert_silent(&answer, &[&shop, &other]);
    }
}

#[tokio::test]
async fn methods_and_targets_that_are_no_requests_to_a_shop_are_refused() {
    let (shop, other) = two_shops().await;
    let host = format!("Host: {}", shop.host());
    for first in [
        format!("CONNECT {} HTTP/1.1", other.host()),
        "TRACE /api/store/v1/shop HTTP/1.1".to_owned(),
        "OPTIONS * HTTP/1.1".to_owned(),
        "PURGE / HTTP/1.1".to_owned(),
        "GET api/store/v1/shop HTTP/1.1".to_owned(),
        "GET /api/store/v1/shop HTTP/3.0".to_owned(),
        "GET /api/store/v1/../../admin/v1/me HTTP/1.1".to_owned(),
        "GET //api/store/v1/shop HTTP/1.1".to_owned(),
        "GET /api/store/v1/shop\0 HTTP/1.1".to_owned(),
        format!("GET /{} HTTP/1.1", "x".repeat(100_000)),
    ] {
        let (status, answer) = raw_reply(shop.place, &request(&first, &[&host])).await;
        assert!((400..500).contains(&status), "{first:.80}: {answer:.300}");
        assert!(shown(&answer).is_none(), "{answer}");
    }
    let (status, answer) = raw_reply(shop.place, &ask(&[&host, &format!("X-Long: {}", "x".repeat(600_000))])).await;
    assert!(status == 431 || status == 0, "{answer:.300}");
}
