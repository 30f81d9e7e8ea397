//! People: staff with their roles, customers with their many spellings, sessions that move on and end.

use serde_json::{Value, json};

use crate::support::{Actor, PASSWORD, Shop, address, fingerprint, two_shops, word};

async fn permissions(actor: &Actor) -> Vec<String> {
    let me = actor.get("/me").await.expect(200);
    me["permissions"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

fn registration(mut fields: Value) -> Value {
    let body = fields.as_object_mut().unwrap();
    body.entry("name").or_insert(json!("Nguyễn Văn An"));
    body.insert("password".to_owned(), json!(PASSWORD));
    fields
}

async fn sign_in(shop: &Shop, login: &str) -> crate::support::Reply {
    shop.visitor().post("/sessions").json(json!({ "login": login, "password": PASSWORD })).await
}

#[tokio::test]
async fn staff_sign_in_with_their_email_in_any_spelling_and_get_their_permissions() {
    let (shop, other) = two_shops().await;
    let body = |email: String| json!({ "email": email, "password": PASSWORD });
    let email = format!("  {} ", shop.owner_email.to_uppercase());
    let session = shop.stranger().post("/sessions").json(body(email)).await.expect(201);
    assert_eq!(session["expires_in"], json!(900));
    let (staff, all) = (&session["staff"], shop.owner.get("/permissions").await.expect(200)["data"].clone());
    assert_eq!((&staff["email"], &staff["role"], &staff["permissions"]), (&json!(shop.owner_email), &json!("owner"), &all));
    let signed_in = shop.stranger().with_token(session["access_token"].as_str().unwrap());
    assert_eq!(signed_in.get("/me").await.expect(200), *staff);
    // The owner of one shop is nobody in the next.
    other.stranger().post("/sessions").json(body(shop.owner_email.clone())).await.expect_problem(401, "invalid-credentials");
}

#[tokio::test]
async fn owner_manager_and_clerk_are_told_what_they_may_do() {
    let (shop, _) = two_shops().await;
    let all = permissions(&shop.owner).await;
    assert_eq!(json!(all), shop.owner.get("/permissions").await.expect(200)["data"]);
    let managers: Vec<String> = all.iter().filter(|name| !["staff.write", "settings.write"].contains(&name.as_str())).cloned().collect();
    assert_eq!(permissions(&shop.manager().await).await, managers);
    let clerks =
        ["products.read", "stock.read", "receipts.read", "orders.read", "orders.write", "orders.cancel", "customers.read", "events.read"];
    assert_eq!(permissions(&shop.clerk().await).await, clerks);
}

#[tokio::test]
async fn a_clerk_sells_and_a_manager_keeps_the_goods() {
    let (shop, _) = two_shops().await;
    let (manager, clerk, an) = (shop.manager().await, shop.clerk().await, shop.customer().await);
    let product = shop.stocked_product(5).await;
    let order = an.order(&[(&product.variant, 1)]).await.expect(201)["id"].as_str().unwrap().to_owned();
    let new = || json!({ "name": "Áo", "variants": [{ "sku": word(8), "price": 1 }] });
    let receipt = json!({ "status": "completed", "lines": [{ "variant_id": product.variant, "quantity": 1 }] });
    let adjustment = json!({ "lines": [{ "variant_id": product.variant, "delta": -1, "reason": "vỡ" }] });
    let path = format!("/products/{}", product.id);

    let before = fingerprint(&shop).await;
    for refused in [
        clerk.post("/products").json(new()).await,
        clerk.patch(&path).json(json!({ "name": "x" })).await,
        clerk.delete(&path).await,
        clerk.post("/categories").json(json!({ "name": "x" })).await,
        clerk.post("/receipts").json(&receipt).await,
        clerk.post("/stock/adjustments").json(&adjustment).await,
        clerk.get("/suppliers").await,
        clerk.post("/suppliers").json(json!({ "name": "x" })).await,
    ] {
        refused.expect_problem(403, "forbidden");
    }
    assert_eq!(fingerprint(&shop).await, before);

    for seen in [&path, "/products", "/stock", "/receipts", "/orders", "/customers", &format!("/orders/{order}")] {
        clerk.get(seen).await.expect(200);
    }
    clerk.post(&format!("/orders/{order}/status")).json(json!({ "status": "confirmed" })).await.expect(200);
    let cancelled = clerk.post(&format!("/orders/{order}/cancel")).json(json!({ "reason": "khách đổi ý" })).await.expect(200);
    assert_eq!(cancelled["status"], json!("cancelled"));

    manager.post("/products").json(new()).await.expect(201);
    manager.patch(&path).json(json!({ "name": "Áo mới" })).await.expect(200);
    manager.post("/suppliers").json(json!({ "name": "Dệt may" })).await.expect(201);
    manager.post("/receipts").json(&receipt).await.expect(201);
    manager.post("/stock/adjustments").json(&adjustment).await.expect(201);
    manager.delete(&path).await.expect(204);
}

#[tokio::test]
async fn a_customer_registers_and_signs_in_with_email_or_phone_in_any_spelling() {
    let (shop, _) = two_shops().await;
    let email = format!("{}@example.org", word(10));
    let fields = json!({ "email": format!(" {} ", email.to_uppercase()), "phone": "0912 345 678" });
    let made = shop.visitor().post("/customers").json(registration(fields)).await.expect(201);
    let customer = &made["customer"];
    assert_eq!((&customer["email"], &customer["phone"], &customer["number"]), (&json!(email), &json!("+84912345678"), &json!(1001)));
    assert_eq!(made["session"]["expires_in"], json!(900));
    for login in [&*email, &email.to_uppercase(), "0912345678", "+84 912 345 678", "84912345678", "(0912) 345-678"] {
        assert_eq!(sign_in(&shop, login).await.expect(201)["customer"]["id"], customer["id"], "{login}");
    }
    // One of the two is enough.
    let phone = shop.visitor().post("/customers").json(registration(json!({ "phone": "0987654321" }))).await.expect(201);
    assert_eq!((&phone["customer"]["email"], &phone["customer"]["number"]), (&Value::Null, &json!(1002)));
    sign_in(&shop, "+84987654321").await.expect(201);
    let before = fingerprint(&shop).await;
    let neither = shop.visitor().post("/customers").json(registration(json!({}))).await;
    neither.expect_problem(422, "invalid");
    assert_eq!(neither.flaws(), [("/email".to_owned(), "required".to_owned())]);
    assert_eq!(fingerprint(&shop).await, before);
}

#[tokio::test]
async fn an_email_and_a_phone_are_one_customers_in_a_shop_and_free_in_another() {
    let (shop, other) = two_shops().await;
    let email = format!("{}@example.org", word(10));
    let register = |at: &Shop, fields: Value| at.visitor().post("/customers").json(registration(fields));
    register(&shop, json!({ "email": email, "phone": "0912345678" })).await.expect(201);
    let before = fingerprint(&shop).await;
    for (fields, code) in [
        (json!({ "email": email.to_uppercase() }), "email-taken"),
        (json!({ "email": email, "phone": "0911111111" }), "email-taken"),
        (json!({ "phone": "+84 912 345 678" }), "phone-taken"),
        (json!({ "phone": "84912345678", "email": "another@example.org" }), "phone-taken"),
    ] {
        register(&shop, fields).await.expect_problem(409, code);
    }
    assert_eq!(fingerprint(&shop).await, before);
    let there = register(&other, json!({ "email": email, "phone": "0912345678" })).await.expect(201);
    assert_eq!(there["customer"]["number"], json!(1001));
    assert_eq!(sign_in(&other, &email).await.expect(201)["customer"]["id"], there["customer"]["id"]);
}

#[tokio::test]
async fn of_many_who_register_one_email_at_once_one_does() {
    let (shop, _) = two_shops().await;
    let email = format!("{}@example.org", word(10));
    let replies = futures_util::future::join_all((0..6).map(|_| {
        let (visitor, body) = (shop.visitor(), registration(json!({ "email": email })));
        async move { visitor.post("/customers").json(body).await }
    }))
    .await;
    let (made, refused): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 201);
    assert_eq!((made.len(), refused.len()), (1, 5));
    for reply in refused {
        reply.expect_problem(409, "email-taken");
    }
    // Those who were refused took no number.
    let next = shop.visitor().post("/customers").json(registration(json!({ "phone": "0912345678" }))).await.expect(201);
    assert_eq!(next["customer"]["number"], json!(1002));
}

#[tokio::test]
async fn a_name_has_up_to_two_hundred_letters_of_any_writing() {
    let (shop, _) = two_shops().await;
    let long = "ệ".repeat(200);
    for name in ["Zoë 👩🏽‍🎨", "山田 太郎", "O'Brien-Nguyễn", "<b>An</b> & \"Bình\"", &long] {
        let made = shop.customer_with(json!({ "name": name })).await;
        assert_eq!(made.get("/me").await.expect(200)["name"], json!(name));
        let listed = shop.owner.get(&format!("/customers/{}", made.id)).await.expect(200);
        assert_eq!(listed["name"], json!(name));
    }
    // Letters put together of a letter and its mark are the same name.
    let made = shop.customer_with(json!({ "name": "  Nguye\u{302}\u{303}n  " })).await;
    assert_eq!(made.get("/me").await.expect(200)["name"], json!("Nguyễn"));
    let before = fingerprint(&shop).await;
    for (name, code) in [("", "required"), ("   ", "required"), (&*"ệ".repeat(201), "too_long"), ("An\nBình", "control_characters")] {
        for reply in [
            shop.visitor().post("/customers").json(registration(json!({ "name": name, "phone": "0912345678" }))).await,
            made.patch("/me").json(json!({ "name": name })).await,
        ] {
            reply.expect_problem(422, "invalid");
            assert_eq!(reply.flaws(), [("/name".to_owned(), code.to_owned())]);
        }
    }
    assert_eq!(fingerprint(&shop).await, before);
    assert_eq!(made.patch("/me").json(json!({ "name": "Nguyễn Bình" })).await.expect(200)["name"], json!("Nguyễn Bình"));
    assert_eq!(made.get("/me").await.expect(200)["name"], json!("Nguyễn Bình"));
}

#[tokio::test]
async fn a_session_moves_on_with_each_refresh_and_stays_its_audiences_own() {
    let (shop, other) = two_shops().await;
    let an = shop.customer().await;
    let refresh = |at: &Actor, token: &str| at.post("/sessions/refresh").json(json!({ "refresh_token": token }));
    let next = refresh(&shop.visitor(), &an.refresh_token).await.expect(200);
    assert_eq!(next["expires_in"], json!(900));
    assert_ne!(next["refresh_token"], json!(an.refresh_token));
    let moved = shop.visitor().with_token(next["access_token"].as_str().unwrap());
    assert_eq!(moved.get("/me").await.expect(200)["id"], json!(an.id));

    let staff = refresh(&shop.stranger(), &shop.refresh_token).await.expect(200);
    assert_eq!((&staff["staff"]["email"], &staff["staff"]["role"]), (&json!(shop.owner_email), &json!("owner")));
    let before = fingerprint(&shop).await;
    let (customers, owners) = (next["refresh_token"].as_str().unwrap(), staff["refresh_token"].as_str().unwrap());
    for (at, token) in [
        (shop.stranger(), customers),
        (shop.visitor(), owners),
        (other.visitor(), customers),
        (other.stranger(), owners),
        (shop.visitor(), "rt_AAAA"),
        (shop.visitor(), ""),
    ] {
        refresh(&at, token).await.expect_problem(401, "session-expired");
    }
    assert_eq!(fingerprint(&shop).await, before);
    // None of that ended the sessions.
    refresh(&shop.visitor(), customers).await.expect(200);
    refresh(&shop.stranger(), owners).await.expect(200);
}

#[tokio::test]
async fn signing_out_ends_one_session_at_once_and_leaves_the_others() {
    let (shop, _) = two_shops().await;
    let an = shop.customer().await;
    let session = sign_in(&shop, &an.email).await.expect(201);
    let second = shop.visitor().with_token(session["access_token"].as_str().unwrap());
    for _ in 0..2 {
        second.get("/me").await.expect(200);
    }
    second.delete("/sessions/current").await.expect(204);
    second.get("/me").await.expect_problem(401, "session-expired");
    second.get("/cart").await.expect_problem(401, "session-expired");
    second.delete("/sessions/current").await.expect_problem(401, "session-expired");
    let body = json!({ "refresh_token": session["refresh_token"] });
    shop.visitor().post("/sessions/refresh").json(body).await.expect_problem(401, "session-expired");
    an.get("/me").await.expect(200);

    let clerk = shop.clerk().await;
    clerk.delete("/sessions/current").await.expect(204);
    clerk.get("/me").await.expect_problem(401, "session-expired");
    shop.owner.get("/me").await.expect(200);
}

#[tokio::test]
async fn addresses_are_saved_with_one_default_and_are_nobody_elses() {
    let (shop, _) = two_shops().await;
    let (an, binh) = (shop.customer().await, shop.customer().await);
    let save = |street: &str, is_default: bool| {
        let mut body = address();
        body["line1"] = json!(street);
        an.post("/me/addresses").json(json!({ "address": body, "is_default": is_default }))
    };
    let list = async || {
        let list = an.get("/me/addresses").await.expect(200);
        let row = |row: &Value| (row["line1"].as_str().unwrap().to_owned(), row["is_default"].as_bool().unwrap());
        list["data"].as_array().unwrap().iter().map(row).collect::<Vec<_>>()
    };
    let street = |name: &str, is_default: bool| (name.to_owned(), is_default);
    let first = save("1 Hàng Gai", false).await.expect(201);
    assert_eq!((&first["phone"], &first["district"]), (&json!("+84901234567"), &json!("")));
    save("2 Hàng Bạc", false).await.expect(201);
    assert_eq!(list().await, [street("1 Hàng Gai", true), street("2 Hàng Bạc", false)]);
    save("3 Hàng Đào", true).await.expect(201);
    assert_eq!(list().await[0], street("3 Hàng Đào", true));
    assert_eq!(list().await.iter().filter(|(_, is_default)| *is_default).count(), 1);

    let before = fingerprint(&shop).await;
    let path = format!("/me/addresses/{}", first["id"].as_str().unwrap());
    binh.delete(&path).await.expect_problem(404, "not-found");
    let bad = json!({ "name": "", "phone": "12", "line1": "x".repeat(301), "province": " ", "country": "Vietnam" });
    let reply = an.post("/me/addresses").json(json!({ "address": bad })).await;
    reply.expect_problem(422, "invalid");
    let pointers: Vec<String> = reply.flaws().into_iter().map(|(pointer, _)| pointer).collect();
    assert_eq!(pointers, ["name", "phone", "line1", "province", "country"].map(|field| format!("/address/{field}")));
    assert_eq!(fingerprint(&shop).await, before);
    assert_eq!(binh.get("/me/addresses").await.expect(200), json!({ "data": [] }));
    an.delete(&path).await.expect(204);
    assert_eq!(list().await.len(), 2);
}

#[tokio::test]
async fn staff_find_their_own_shops_customers() {
    let (shop, other) = two_shops().await;
    other.customer_with(json!({ "name": "Trần Thị Hoa" })).await;
    let hoa = shop.customer_with(json!({ "name": "Trần Thị Hoa", "phone": "0912345678" })).await;
    shop.customer_with(json!({ "name": "Lê Văn Cường" })).await;
    let found = async |q: &str| {
        let list = shop.owner.get(&format!("/customers?q={q}")).await.expect(200);
        list["data"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found("").await, ["Lê Văn Cường", "Trần Thị Hoa"]);
    for q in ["hoa", "HOA", "tr%E1%BA%A7n", "TR%E1%BA%A6N", "912345678", "0912%20345%20678", "84912", &hoa.email] {
        assert_eq!(found(q).await, ["Trần Thị Hoa"], "{q}");
    }
    for q in ["100%25", "0", "0912999"] {
        assert_eq!(found(q).await, [""; 0], "{q}");
    }
}
