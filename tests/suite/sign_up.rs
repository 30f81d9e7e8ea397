//! Signing up: a shop with all it needs to sell in one act, or nothing; and the key that names it on the base host.

use futures_util::future::join_all;
use serde_json::{Value, json};
use shophouse::platform::Limits;

use crate::support::{Actor, OwnServer, PASSWORD, Shop, database, fingerprint, platform, server, two_shops, word};

fn application(handle: &str) -> Value {
    json!({
        "handle": handle, "name": "Tiệm Nắng 🌞", "currency": "VND", "locale": "vi",
        "owner": { "name": "Nguyễn Thị Nắng", "email": format!("nang@{handle}.example"), "phone": "0901 234 567", "password": PASSWORD },
    })
}

/// What a question about one text finds, over all shops.
async fn count(question: &'static str, text: &str) -> i64 {
    sqlx::query_scalar(question).bind(text).fetch_one(&mut database().await).await.unwrap()
}

async fn shops_called(handle: &str) -> i64 {
    count("SELECT COUNT(*) FROM shops WHERE handle = $1", handle).await
}

async fn staff_at(email: &str) -> i64 {
    count("SELECT COUNT(*) FROM staff WHERE email = $1", email).await
}

#[tokio::test]
async fn a_sign_up_makes_a_shop_with_all_it_needs() {
    let handle = format!("n{}", word(11));
    let made = platform().await.post("/shops").json(application(&handle)).await.expect(201);
    let place = server().await.place;
    let shop = &made["shop"];
    assert_eq!((&shop["handle"], &shop["name"]), (&json!(handle), &json!("Tiệm Nắng 🌞")));
    assert_eq!((&shop["currency"], &shop["locale"], &shop["status"]), (&json!("VND"), &json!("vi"), &json!("active")));
    assert_eq!(shop["url"], json!(format!("http://{}", place.shop_host(&handle))));
    assert_eq!(made["session"]["expires_in"], json!(900));
    assert!(made["publishable_key"].as_str().unwrap().starts_with("pk_"));

    let admin = Actor::new(place, place.shop_host(&handle), "/api/admin/v1").with_token(made["session"]["access_token"].as_str().unwrap());
    let me = admin.get("/me").await.expect(200);
    assert_eq!((&me["role"], &me["name"]), (&json!("owner"), &json!("Nguyễn Thị Nắng")));
    assert_eq!(me["permissions"], admin.get("/permissions").await.expect(200)["data"]);
    let locations = admin.get("/locations").await.expect(200);
    assert_eq!((&locations["data"][0]["name"], &locations["data"][0]["is_default"]), (&json!("Tiệm Nắng 🌞"), &json!(true)));
    assert_eq!(locations["data"].as_array().unwrap().len(), 1);

    let mut database = database().await;
    let id: uuid::Uuid = shop["id"].as_str().unwrap().parse().unwrap();
    let counters: Vec<(String, i64)> = sqlx::query_as("SELECT kind, value FROM counters WHERE shop_id = $1 ORDER BY kind")
        .bind(id)
        .fetch_all(&mut database)
        .await
        .unwrap();
    let expected = [("customer", 1000), ("event", 0), ("order", 1000), ("receipt", 1000)];
    assert_eq!(counters, expected.map(|(kind, value)| (kind.to_owned(), value)));
    let roles: Vec<(String, String)> =
        sqlx::query_as("SELECT code, name FROM roles WHERE shop_id = $1 ORDER BY code").bind(id).fetch_all(&mut database).await.unwrap();
    let expected = [("clerk", "Nhân viên"), ("manager", "Quản lý"), ("owner", "Chủ cửa hàng")];
    assert_eq!(roles, expected.map(|(code, name)| (code.to_owned(), name.to_owned())));
    let settings: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM shop_settings WHERE shop_id = $1").bind(id).fetch_one(&mut database).await.unwrap();
    assert_eq!(settings, 1);
}

#[tokio::test]
async fn a_shop_opens_to_visitors_who_had_looked_for_it_before() {
    let (handle, place) = (format!("n{}", word(11)), server().await.place);
    let visitor = Actor::new(place, place.shop_host(&handle), "/api/store/v1");
    visitor.get("/shop").await.expect_problem(404, "shop-not-found");
    platform().await.post("/shops").json(application(&handle)).await.expect(201);
    assert_eq!(visitor.get("/shop").await.expect(200)["handle"], json!(handle));
}

#[tokio::test]
async fn another_currency_and_language_are_the_shops_from_the_start() {
    let handle = format!("n{}", word(11));
    let mut body = application(&handle);
    body["currency"] = json!("USD");
    body["locale"] = json!("en");
    let made = platform().await.post("/shops").json(body).await.expect(201);
    let place = server().await.place;
    let admin = Actor::new(place, place.shop_host(&handle), "/api/admin/v1").with_token(made["session"]["access_token"].as_str().unwrap());
    let product = admin.post("/products").json(json!({ "name": "Tea", "variants": [{ "sku": "T-1", "price": 1999 }] })).await.expect(201);
    assert_eq!((&product["currency"], &product["variants"][0]["price"]), (&json!("USD"), &json!(1999)));
    let shop = Actor::new(place, place.shop_host(&handle), "/api/store/v1").get("/shop").await.expect(200);
    assert_eq!((&shop["currency"], &shop["locale"]), (&json!("USD"), &json!("en")));
}

#[tokio::test]
async fn a_taken_handle_makes_nothing() {
    let shop = Shop::open().await;
    let before = fingerprint(&shop).await;
    for handle in [shop.handle.clone(), shop.handle.to_uppercase()] {
        let mut body = application(&handle);
        let email = format!("{}@example.org", word(10));
        body["owner"]["email"] = json!(email);
        platform().await.post("/shops").json(body).await.expect_problem(409, "handle-taken");
        assert_eq!(staff_at(&email).await, 0);
    }
    assert_eq!(shops_called(&shop.handle).await, 1);
    assert_eq!(fingerprint(&shop).await, before);
}

#[tokio::test]
async fn a_handle_that_can_be_no_host_or_is_reserved_makes_nothing() {
    for (handle, code) in [
        ("ab", "too_short"),
        (&*"a".repeat(41), "too_long"),
        ("-shop1", "malformed"),
        ("shop1-", "malformed"),
        ("my shop", "malformed"),
        ("my_shop", "malformed"),
        ("a.b.c", "malformed"),
        ("tiệm", "malformed"),
        ("xn--abc", "malformed"),
        ("www", "handle_reserved"),
        ("Admin", "handle_reserved"),
        ("a\0bc", "control_characters"),
    ] {
        let mut body = application("x");
        let email = format!("{}@example.org", word(10));
        body["handle"] = json!(handle);
        body["owner"]["email"] = json!(email);
        let reply = platform().await.post("/shops").json(body).await;
        reply.expect_problem(422, "invalid");
        assert_eq!(reply.flaws(), [("/handle".to_owned(), code.to_owned())], "{handle}");
        assert_eq!(staff_at(&email).await, 0);
    }
}

#[tokio::test]
async fn a_sign_up_hears_of_all_its_flaws_at_once() {
    let handle = format!("n{}", word(11));
    let mut body = application(&handle);
    body["name"] = json!(" ");
    body["currency"] = json!("DONG");
    body["locale"] = json!("fr");
    body["owner"] = json!({ "name": "x".repeat(201), "email": "nang", "phone": "12", "password": "password" });
    let reply = platform().await.post("/shops").json(body).await;
    reply.expect_problem(422, "invalid");
    let pointers: Vec<String> = reply.flaws().into_iter().map(|(pointer, _)| pointer).collect();
    assert_eq!(pointers, ["/name", "/currency", "/locale", "/owner/name", "/owner/email", "/owner/phone", "/owner/password"]);
    assert_eq!(shops_called(&handle).await, 0);
}

#[tokio::test]
async fn of_many_who_want_one_handle_at_once_one_gets_it() {
    let handle = format!("n{}", word(11));
    let platform = platform().await;
    let emails: Vec<String> = (0..8).map(|_| format!("{}@{handle}.example", word(10))).collect();
    let replies = join_all(emails.iter().map(|email| {
        let mut body = application(&handle);
        body["owner"]["email"] = json!(email);
        let platform = platform.clone();
        async move { platform.post("/shops").json(body).await }
    }))
    .await;
    let (won, lost): (Vec<_>, Vec<_>) = replies.iter().zip(&emails).partition(|(reply, _)| reply.status == 201);
    assert_eq!(won.len(), 1);
    for (reply, email) in lost {
        reply.expect_problem(409, "handle-taken");
        assert_eq!(staff_at(email).await, 0);
    }
    assert_eq!((shops_called(&handle).await, staff_at(won[0].1).await), (1, 1));
}

#[tokio::test]
async fn a_handle_is_free_until_somebody_has_it() {
    let (platform, handle) = (platform().await, format!("n{}", word(11)));
    let ask = |handle: &str| platform.get(&format!("/handles/{handle}"));
    assert_eq!(ask(&handle).await.expect(200), json!({ "handle": handle, "available": true }));
    platform.post("/shops").json(application(&handle)).await.expect(201);
    assert_eq!(ask(&handle).await.expect(200), json!({ "handle": handle, "available": false }));
    assert_eq!(ask(&handle.to_uppercase()).await.expect(200), json!({ "handle": handle, "available": false }));
    for (bad, code) in [("ab", "too_short"), ("a_b_c", "malformed"), ("api", "handle_reserved")] {
        let reply = ask(bad).await;
        reply.expect_problem(422, "invalid");
        assert_eq!(reply.flaws(), [("/handle".to_owned(), code.to_owned())], "{bad}");
    }
}

#[tokio::test]
async fn there_is_a_free_plan() {
    let plans = platform().await.get("/plans").await.expect(200);
    assert_eq!(plans, json!({ "data": [{ "code": "free", "name": "Free", "price": 0, "currency": "VND" }] }));
}

#[tokio::test]
async fn a_publishable_key_opens_its_own_shops_storefront_on_the_base_host() {
    let (shop, other) = two_shops().await;
    let (mine, theirs) = (shop.product().await, other.product().await);
    let base = Actor::new(shop.place, shop.place.base_host(), "/api/store/v1");
    let get = |path: &str| base.get(path).header("x-shop-key", &shop.publishable_key);
    let list = get("/products").await.expect(200);
    assert_eq!((&list["total"], &list["data"][0]["slug"]), (&json!(1), &json!(mine.slug)));
    get(&format!("/products/{}", mine.slug)).await.expect(200);
    get(&format!("/products/{}", theirs.slug)).await.expect_problem(404, "not-found");

    // A customer made by key is the shop's own, and nobody in the other one.
    let (email, before) = (format!("{}@example.org", word(10)), fingerprint(&other).await);
    let body = json!({ "name": "An", "email": email, "password": PASSWORD });
    let made = base.post("/customers").header("x-shop-key", &shop.publishable_key).json(body).await.expect(201);
    let an = shop.visitor().with_token(made["session"]["access_token"].as_str().unwrap());
    assert_eq!(an.get("/me").await.expect(200)["email"], json!(email));
    assert_eq!(fingerprint(&other).await, before);
}

#[tokio::test]
async fn a_browser_elsewhere_may_ask_the_storefront_with_a_key() {
    let shop = Shop::open().await;
    let base = Actor::new(shop.place, shop.place.base_host(), "/api/store/v1");
    let asked = base
        .request(reqwest::Method::OPTIONS, "/orders")
        .header("origin", "https://brand.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type,idempotency-key,x-shop-key")
        .await;
    asked.expect(200);
    assert_eq!(asked.header("access-control-allow-origin"), Some("*"));
    assert_eq!(asked.header("access-control-allow-credentials"), None);
    let allowed = asked.header("access-control-allow-headers").unwrap();
    assert!(["authorization", "content-type", "idempotency-key", "x-shop-key"].iter().all(|name| allowed.contains(name)), "{allowed}");
    let reply = base.get("/shop").header("origin", "https://brand.example").header("x-shop-key", &shop.publishable_key).await;
    reply.expect(200);
    let exposed = reply.header("access-control-expose-headers").unwrap();
    for name in ["etag", "link", "location", "idempotency-replayed", "ratelimit", "retry-after", "x-request-id"] {
        assert!(exposed.split(',').any(|listed| listed.trim() == name), "{name} in {exposed}");
    }
}

#[tokio::test]
async fn too_many_tries_at_one_account_are_told_to_wait() {
    let (shop, other) = two_shops().await;
    let own = OwnServer::with(|config| config.security.limits = Limits::On).await;
    let here = shop.on(&own);
    let sign_in = |password: &str| here.stranger().post("/sessions").json(json!({ "email": shop.owner_email, "password": password }));
    for tries in 1..=10 {
        let reply = sign_in("not the password 1").await;
        reply.expect_problem(401, "invalid-credentials");
        let told: Vec<&str> = reply.headers.get_all("ratelimit").iter().map(|value| value.to_str().unwrap()).collect();
        let left = [("sign-in-address", 60), ("sign-in-account", 10), ("sign-in-account-anywhere", 100)];
        let left = left.map(|(name, quota)| format!("\"{name}\";r={};t=", quota - tries));
        assert!(told.len() == 3 && told.iter().zip(&left).all(|(told, left)| told.starts_with(left)), "{told:?}");
        let policies: Vec<&str> = reply.headers.get_all("ratelimit-policy").iter().map(|value| value.to_str().unwrap()).collect();
        assert_eq!(
            policies,
            ["\"sign-in-address\";q=60;w=300", "\"sign-in-account\";q=10;w=300", "\"sign-in-account-anywhere\";q=100;w=300"]
        );
    }
    // From here on the right password is not looked at either.
    let before = fingerprint(&shop).await;
    let reply = sign_in(PASSWORD).await;
    reply.expect_problem(429, "too-many-requests");
    let wait: u32 = reply.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=300).contains(&wait), "{wait}");
    assert_eq!(fingerprint(&shop).await, before);
    // The same address in another shop, and another account here, are not held back.
    let elsewhere = other.on(&own);
    elsewhere.stranger().post("/sessions").json(json!({ "email": other.owner_email, "password": PASSWORD })).await.expect(201);
    here.stranger().post("/sessions").json(json!({ "email": "nobody@example.org", "password": PASSWORD })).await.expect(401);
    own.stop().await;
}

#[tokio::test]
async fn too_many_sign_ups_from_one_address_are_told_to_wait() {
    // The only test that signs up where limits are on: the count is of the address, which all tests share.
    let own = OwnServer::with(|config| config.security.limits = Limits::On).await;
    let platform = Actor::new(own.place, own.place.base_host(), "/api/platform/v1");
    for tries in 1..=10 {
        let reply = platform.post("/shops").json(application("ab")).await;
        reply.expect_problem(422, "invalid");
        assert!(reply.header("ratelimit").unwrap().starts_with(&format!("\"sign-up\";r={};t=", 10 - tries)), "{reply}");
    }
    let handle = format!("n{}", word(11));
    platform.post("/shops").json(application(&handle)).await.expect_problem(429, "too-many-requests");
    assert_eq!(shops_called(&handle).await, 0);
    own.stop().await;
}
