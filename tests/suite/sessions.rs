//! A token opens one shop to one person for a short time, and nothing else does.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::join_all;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use sqlx::Connection;
use time::Duration;

use crate::support::{Actor, OwnServer, PASSWORD, Shop, assert_unchanged, database, fingerprint, two_shops};

fn part(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

fn claims(token: &str) -> Value {
    let middle = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(middle).unwrap()).unwrap()
}

/// A token signed with a key that is not ours.
fn signed(header: &Value, claims: &Value, key: &[u8]) -> String {
    let message = format!("{}.{}", part(header), part(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// Tokens made from a good one, none of which we wrote.
fn forged(good: &str, other_shop: &str) -> Vec<(&'static str, String)> {
    let hs256 = json!({ "typ": "JWT", "alg": "HS256" });
    let mine = claims(good);
    let with = |name: &str, value: Value| {
        let mut changed = mine.clone();
        changed[name] = value;
        changed
    };
    let parts: Vec<&str> = good.split('.').collect();
    let mut last = URL_SAFE_NO_PAD.decode(parts[2]).unwrap();
    last[31] ^= 1;
    let tampered = URL_SAFE_NO_PAD.encode(last);
    let keep_signature = |claims: &Value| format!("{}.{}.{}", parts[0], part(claims), parts[2]);
    let without_signature = |header: Value| format!("{}.{}.", part(&header), parts[1]);
    let secret = b"secret";
    vec![
        ("alg none", without_signature(json!({ "alg": "none" }))),
        ("alg None", without_signature(json!({ "alg": "None", "typ": "JWT" }))),
        ("alg none with the old signature", format!("{}.{}.{}", part(&json!({ "alg": "none" })), parts[1], parts[2])),
        ("another algorithm", signed(&json!({ "alg": "HS384" }), &mine, secret)),
        ("an algorithm of public keys", signed(&json!({ "alg": "RS256" }), &mine, secret)),
        ("a key of the empty file", signed(&json!({ "alg": "HS256", "kid": "../../../dev/null" }), &mine, b"")),
        (
            "a key named by the token",
            signed(&json!({ "alg": "HS256", "jku": "http://127.0.0.1/keys", "jwk": { "kty": "oct", "k": "c2VjcmV0" } }), &mine, secret),
        ),
        ("a guessed key", signed(&hs256, &mine, secret)),
        ("an empty key", signed(&hs256, &mine, b"")),
        ("a later end", keep_signature(&with("exp", json!(4_000_000_000_u64)))),
        ("an end in words", keep_signature(&with("exp", json!("4000000000")))),
        ("another shop", keep_signature(&with("aud", json!(other_shop)))),
        ("another session", keep_signature(&with("sid", json!("01900000-0000-7000-8000-000000000000")))),
        ("one bit of the signature", format!("{}.{}.{tampered}", parts[0], parts[1])),
        ("no signature", format!("{}.{}", parts[0], parts[1])),
        ("a fourth part", format!("{good}.{}", parts[2])),
        ("only dots", "..".to_owned()),
        ("no token", "x".to_owned()),
        ("a very long token", "a.".repeat(3_000)),
    ]
}

#[tokio::test]
async fn no_forged_token_opens_anything() {
    let (shop, other) = two_shops().await;
    let an = shop.customer().await;
    let (before, others) = (fingerprint(&shop).await, fingerprint(&other).await);
    for person in [&shop.owner, &an.actor] {
        for (what, token) in forged(person.token.as_ref().unwrap(), &other.id.to_string()) {
            let forger = person.with_token(token);
            let reply = forger.get("/me").await;
            assert_eq!((reply.status, reply.code().as_str()), (401, "unauthenticated"), "{what}: {reply}");
            reply.assert_well_formed_problem();
            forger.delete("/sessions/current").await.expect_problem(401, "unauthenticated");
        }
        for value in ["Basic b3duZXI6cGFzcw==", "Bearer", "Bearer ", "", "Token x"] {
            let reply = person.without_token().get("/me").header("authorization", value).await;
            reply.expect_problem(401, "unauthenticated");
            assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
        }
        person.get("/me").await.expect(200);
    }
    assert_unchanged(&shop, &before).await;
    assert_unchanged(&other, &others).await;
}

#[tokio::test]
async fn a_token_of_one_shop_is_nothing_in_another() {
    let (shop, other) = two_shops().await;
    let (an, binh) = (shop.customer().await, other.customer().await);
    let others = fingerprint(&other).await;
    let at_other = |actor: &Actor| actor.at_host(other.host());
    at_other(&shop.owner).get("/me").await.expect_problem(401, "unauthenticated");
    at_other(&an.actor).get("/me").await.expect_problem(401, "unauthenticated");
    for (api, token) in [(other.stranger(), &shop.refresh_token), (other.visitor(), &an.refresh_token)] {
        api.post("/sessions/refresh").json(json!({ "refresh_token": token })).await.expect_problem(401, "session-expired");
    }
    // Nor do passwords go from one shop to the other: the same e-mail address is another person there.
    let login = json!({ "email": shop.owner_email, "password": PASSWORD });
    other.stranger().post("/sessions").json(login).await.expect_problem(401, "invalid-credentials");
    let login = json!({ "login": an.email, "password": PASSWORD });
    other.visitor().post("/sessions").json(login).await.expect_problem(401, "invalid-credentials");
    assert_unchanged(&other, &others).await;
    binh.get("/me").await.expect(200);
}

#[tokio::test]
async fn shoppers_and_staff_are_not_each_other() {
    let (shop, _) = two_shops().await;
    let an = shop.customer().await;
    shop.stranger().with_token(an.token.clone().unwrap()).get("/me").await.expect_problem(401, "session-expired");
    shop.visitor().with_token(shop.owner.token.clone().unwrap()).get("/me").await.expect_problem(401, "session-expired");
    let crossed = json!({ "refresh_token": an.refresh_token });
    shop.stranger().post("/sessions/refresh").json(crossed.clone()).await.expect_problem(401, "session-expired");
    let staff = json!({ "refresh_token": shop.refresh_token });
    shop.visitor().post("/sessions/refresh").json(staff).await.expect_problem(401, "session-expired");
    // Neither spent the token of the other.
    shop.visitor().post("/sessions/refresh").json(crossed).await.expect(200);
}

#[tokio::test]
async fn an_access_token_lasts_fifteen_minutes_and_a_session_thirty_days() {
    let own = OwnServer::start().await;
    let shop = Shop::open_at(own.place).await;
    let an = shop.customer().await;
    own.clock.advance(Duration::minutes(15) - Duration::seconds(10));
    an.get("/me").await.expect(200);
    shop.owner.get("/me").await.expect(200);
    own.clock.advance(Duration::seconds(10));
    an.get("/me").await.expect_problem(401, "session-expired");
    shop.owner.get("/me").await.expect_problem(401, "session-expired");
    let next = shop.visitor().post("/sessions/refresh").json(json!({ "refresh_token": an.refresh_token })).await.expect(200);
    assert_eq!(next["expires_in"], 900);
    shop.visitor().with_token(next["access_token"].as_str().unwrap()).get("/me").await.expect(200);
    // The other session was not used for thirty days.
    own.clock.advance(Duration::days(30));
    let late = json!({ "refresh_token": shop.refresh_token });
    shop.stranger().post("/sessions/refresh").json(late).await.expect_problem(401, "session-expired");
}

#[tokio::test]
async fn a_refresh_token_used_twice_ends_its_session_for_everybody() {
    let (shop, _) = two_shops().await;
    let an = shop.customer().await;
    for (api, first) in [(shop.visitor(), an.refresh_token.clone()), (shop.stranger(), shop.refresh_token.clone())] {
        let refresh = |token: &str| api.post("/sessions/refresh").json(json!({ "refresh_token": token }));
        let next = refresh(&first).await.expect(200);
        let signed_in = api.with_token(next["access_token"].as_str().unwrap());
        signed_in.get("/me").await.expect(200);
        // Somebody else comes with the token that was exchanged: one of the two is a thief, so both are out.
        refresh(&first).await.expect_problem(401, "session-expired");
        signed_in.get("/me").await.expect_problem(401, "session-expired");
        refresh(next["refresh_token"].as_str().unwrap()).await.expect_problem(401, "session-expired");
    }
    shop.sign_in(&shop.owner_email).await.get("/me").await.expect(200);
}

#[tokio::test]
async fn of_fifty_exchanges_of_one_refresh_token_at_once_at_most_one_succeeds() {
    let (shop, _) = two_shops().await;
    let an = shop.customer().await;
    let api = shop.visitor();
    let exchanges = (0..50).map(|_| async { api.post("/sessions/refresh").json(json!({ "refresh_token": an.refresh_token })).await });
    let replies = join_all(exchanges).await;
    let good: Vec<_> = replies.iter().filter(|reply| reply.status == 200).collect();
    assert_eq!(good.len(), 1);
    for reply in replies.iter().filter(|reply| reply.status != 200) {
        reply.expect_problem(401, "session-expired");
    }
    // The others were seen as a token used twice, so the one that succeeded is over too.
    let winner = good[0].json();
    api.with_token(winner["access_token"].as_str().unwrap()).get("/me").await.expect_problem(401, "session-expired");
}

#[tokio::test]
async fn signing_out_holds_at_once_and_on_every_server() {
    let (shop, _) = two_shops().await;
    let second = OwnServer::start().await;
    let an = shop.customer().await;
    let elsewhere = an.actor.at(second.place);
    // Both servers have seen the session, and remember it.
    an.get("/me").await.expect(200);
    elsewhere.get("/me").await.expect(200);
    an.delete("/sessions/current").await.expect(204);
    an.get("/me").await.expect_problem(401, "session-expired");
    elsewhere.get("/me").await.expect_problem(401, "session-expired");
    let again = json!({ "refresh_token": an.refresh_token });
    shop.visitor().post("/sessions/refresh").json(again).await.expect_problem(401, "session-expired");

    let manager = shop.manager().await;
    manager.get("/me").await.expect(200);
    manager.delete("/sessions/current").await.expect(204);
    manager.get("/me").await.expect_problem(401, "session-expired");
    manager.delete("/sessions/current").await.expect_problem(401, "session-expired");
    shop.owner.get("/me").await.expect(200);
}

#[tokio::test]
async fn signing_in_and_out_works_without_redis() {
    let (shop, _) = two_shops().await;
    let own = OwnServer::without_redis().await;
    let there = shop.on(&own);
    let an = there.customer().await;
    an.get("/me").await.expect(200);
    an.delete("/sessions/current").await.expect(204);
    an.get("/me").await.expect_problem(401, "session-expired");
    let manager = there.sign_in(&shop.owner_email).await;
    manager.get("/me").await.expect(200);
    manager.delete("/sessions/current").await.expect(204);
    manager.get("/me").await.expect_problem(401, "session-expired");
}

#[tokio::test]
async fn whoever_is_no_longer_staff_or_has_another_role_is_so_at_once() {
    let (shop, other) = two_shops().await;
    let clerk = shop.clerk().await;
    clerk.get("/customers").await.expect(200);
    let mut database = database().await;
    let id = clerk.get("/me").await.expect(200)["id"].as_str().unwrap().to_owned();
    let of_shop = "UPDATE roles SET permissions = '{}' WHERE shop_id = $1 AND code = 'clerk'";
    sqlx::query(of_shop).bind(shop.id.uuid()).execute(&mut database).await.unwrap();
    clerk.get("/customers").await.expect_problem(403, "forbidden");
    assert_eq!(clerk.get("/me").await.expect(200)["permissions"], json!([]));
    for status in [0_i16, -2] {
        sqlx::query("UPDATE staff SET status = $2 WHERE id = $1::uuid").bind(&id).bind(status).execute(&mut database).await.unwrap();
        clerk.get("/me").await.expect_problem(401, "session-expired");
    }
    other.clerk().await.get("/customers").await.expect(200);
    database.close().await.unwrap();
}

#[tokio::test]
async fn an_account_that_is_not_there_and_a_wrong_password_get_the_same_answer() {
    let (shop, _) = two_shops().await;
    let an = shop.customer().await;
    let without_id = |reply: crate::support::Reply| {
        let mut body = reply.expect_problem(401, "invalid-credentials");
        body["instance"] = Value::Null;
        body
    };
    let sign_in = |login: &str| {
        let body = json!({ "login": login, "password": "not the password 1" });
        shop.visitor().post("/sessions").json(body)
    };
    let known = without_id(sign_in(&an.email).await);
    for login in ["nobody@example.org", "0900000000", "no login at all", ""] {
        assert_eq!(without_id(sign_in(login).await), known, "{login}");
    }
    let staff = |email: &str| shop.stranger().post("/sessions").json(json!({ "email": email, "password": "not the password 1" }));
    assert_eq!(without_id(staff(&shop.owner_email).await), without_id(staff("nobody@example.org").await));
}

#[tokio::test]
async fn passwords_have_eight_to_128_letters_and_are_none_that_everybody_uses() {
    let (shop, _) = two_shops().await;
    let before = fingerprint(&shop).await;
    let register = |password: String| {
        let body = json!({ "name": "An", "email": format!("{}@example.org", crate::support::word(9)), "password": password });
        shop.visitor().post("/customers").json(body)
    };
    for (password, code) in [
        ("1234567".to_owned(), "too_short"),
        ("ắ".repeat(7), "too_short"),
        ("x".repeat(129), "too_long"),
        ("Password1".to_owned(), "weak_password"),
        ("matkhau123".to_owned(), "weak_password"),
        ("eight\0letters".to_owned(), "control_characters"),
    ] {
        let reply = register(password).await;
        reply.expect_problem(422, "invalid");
        assert_eq!(reply.flaws(), [("/password".to_owned(), code.to_owned())]);
    }
    assert_unchanged(&shop, &before).await;
    for password in ["ắ".repeat(128), "  spaces count  ".to_owned(), "Thư 🧵 viện".to_owned()] {
        let made = register(password.clone()).await.expect(201);
        let login = json!({ "login": made["customer"]["email"], "password": password });
        shop.visitor().post("/sessions").json(login).await.expect(201);
        let shorter = json!({ "login": made["customer"]["email"], "password": password.trim_end() });
        if password.trim_end() != password {
            shop.visitor().post("/sessions").json(shorter).await.expect_problem(401, "invalid-credentials");
        }
    }
}

#[tokio::test]
async fn nothing_that_opens_a_session_is_stored() {
    let (shop, _) = two_shops().await;
    let an = shop.customer().await;
    let mut database = database().await;
    let rows: Vec<String> = sqlx::query_scalar(
        "SELECT t::text FROM sessions t WHERE shop_id = $1
         UNION ALL SELECT t::text FROM customers t WHERE shop_id = $1
         UNION ALL SELECT t::text FROM staff t WHERE shop_id = $1",
    )
    .bind(shop.id.uuid())
    .fetch_all(&mut database)
    .await
    .unwrap();
    for row in rows {
        for secret in [PASSWORD, an.token.as_deref().unwrap(), &an.refresh_token, &shop.refresh_token] {
            assert!(!row.contains(secret), "{row}");
        }
        assert!(!row.contains("password_hash") && !row.contains("$argon2i$") && !row.contains("$argon2d$"), "{row}");
    }
}
