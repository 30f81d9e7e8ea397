//! No shop sees or touches another, no person does what they may not: every operation of the three documents, called as everybody
//! who must be refused. Each refusal is followed by a look at every row of both shops.
//!
//! Grows with the documents: a new operation without a line in `requests.rs` fails here.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use rand::Rng;
use reqwest::Method;
use serde_json::{Value, json};
use shophouse::identity::Permission;
use uuid::Uuid;

use crate::requests::{Call, call};
use crate::support::{Actor, Operation, Reply, Shop, World, assert_unchanged, database, fingerprint, operations, two_shops, word};

/// Operations that anybody may call.
const PUBLIC: &[&str] = &[
    "admin.create_session",
    "admin.refresh_session",
    "platform.create_shop",
    "platform.get_handle",
    "platform.list_plans",
    "store.create_customer",
    "store.create_session",
    "store.get_category",
    "store.get_product",
    "store.get_shop",
    "store.list_branches",
    "store.list_brands",
    "store.list_categories",
    "store.list_products",
    "store.refresh_session",
    "store.suggest_products",
];

/// Operations of the admin API that every member of staff may call.
const FOR_ALL_STAFF: &[&str] = &["admin.delete_session", "admin.get_me", "admin.list_permissions"];

/// Its answer has no end; `events.rs` reads it.
const ENDLESS: &str = "admin.stream_events";

/// What a customer has for themselves: another customer of the same shop has no way to it.
const PERSONAL: &[&str] = &["address", "order"];

/// Names of tokens in a world; a foreign one is nobody's, not nothing.
const TOKENS: &[&str] = &["refresh_token", "staff_refresh_token"];

async fn two_worlds() -> (World, World) {
    let (shop, other) = two_shops().await;
    (World::fill(&shop).await, World::fill(&other).await)
}

fn good_call(operation: &Operation, world: &World) -> Call {
    call(&operation.name, world).unwrap_or_else(|| panic!("{} has no line in requests.rs", operation.name))
}

/// Who may call an operation in a world.
fn permitted(operation: &Operation, world: &World) -> Actor {
    match (operation.audience, operation.security.is_some()) {
        ("platform", _) => Actor::new(world.shop.place, world.shop.place.base_host(), "/api/platform/v1"),
        ("store", false) => world.shop.visitor(),
        ("store", true) => world.customer.actor.clone(),
        // One's own session may be ended by the call.
        _ if operation.name == "admin.delete_session" => world.manager.clone(),
        (_, true) => world.shop.owner.clone(),
        (_, false) => world.shop.stranger(),
    }
}

async fn with_shops() -> Vec<Operation> {
    operations().await.into_iter().filter(|operation| operation.audience != "platform" && operation.name != ENDLESS).collect()
}

/// An id nobody has, in the form of another.
fn missing(like: &str) -> String {
    match like.parse::<Uuid>() {
        Ok(_) => Uuid::from_u128(rand::rng().random()).to_string(),
        Err(_) => word(20),
    }
}

fn without_instance(reply: &Reply) -> Value {
    let mut body = reply.json();
    body["instance"] = Value::Null;
    body
}

#[tokio::test]
async fn each_operation_has_a_good_call_written_for_it() {
    let (shop, _) = two_shops().await;
    let world = World::fill(&shop).await;
    let mut seen = BTreeSet::new();
    for operation in operations().await {
        assert!(seen.insert(operation.name.clone()), "{} is the name of two operations", operation.name);
        let call = good_call(&operation, &world);
        let (path, wanted) = (call.path.split('?').next().unwrap(), &operation.path);
        let fits = path.split('/').count() == wanted.split('/').count()
            && path.split('/').zip(wanted.split('/')).all(|(part, wanted)| part == wanted || wanted.starts_with('{'));
        assert!(fits, "{} is at {wanted}, not at {path}", operation.name);
        assert_eq!(call.body.is_some(), operation.body.is_some(), "{}: a body", operation.name);
        assert_eq!(call.picture, operation.takes_files, "{}: a form", operation.name);
    }
}

#[tokio::test]
async fn each_operation_says_who_may_call_it() {
    let operations = operations().await;
    let names = |wanted: fn(&Operation) -> bool| operations.iter().filter(|o| wanted(o)).map(|o| o.name.as_str()).collect::<BTreeSet<_>>();
    assert_eq!(names(|o| o.security.is_none()), PUBLIC.iter().copied().collect());
    assert_eq!(names(|o| o.audience == "admin" && o.security.is_some() && o.permission.is_none()), FOR_ALL_STAFF.iter().copied().collect());
    for operation in &operations {
        let wanted = if operation.audience == "admin" { "staff" } else { "customer" };
        assert!(operation.security.as_deref().is_none_or(|scheme| scheme == wanted), "{operation:?}");
        if let Some(permission) = &operation.permission {
            assert!(Permission::from_name(permission).is_some(), "{}: {permission}", operation.name);
            assert_eq!(operation.audience, "admin");
        }
    }
}

/// Which of three worlds a good call is made in, and when: what takes something away comes after what needs it.
fn turn(operation: &Operation) -> (usize, usize) {
    let ends = operation.path.rsplit('/').next().unwrap_or_default();
    match operation.name.as_str() {
        "admin.cancel_order" | "admin.complete_receipt" => (2, 0),
        _ if ends == "refresh" => (2, 1),
        _ if ends == "current" => (1, 1_000),
        "store.cancel_order" => (1, 0),
        // What lies deeper first: a picture, then its product.
        _ if operation.method == Method::DELETE => (1, 500 - operation.path.len()),
        _ => (0, usize::from(operation.is_write())),
    }
}

#[tokio::test]
async fn each_good_call_succeeds_and_shows_nothing_of_another_shop() {
    let (shop, other) = two_shops().await;
    let other = World::fill(&other).await;
    let before = fingerprint(&other.shop).await;
    let worlds = [World::fill(&shop).await, World::fill(&shop).await, World::fill(&shop).await];
    let mut operations: Vec<Operation> = operations().await.into_iter().filter(|operation| operation.name != ENDLESS).collect();
    operations.sort_by_key(turn);
    for operation in operations {
        let world = &worlds[turn(&operation).0];
        let reply = good_call(&operation, world).send(&permitted(&operation, world), &operation).await;
        assert!((200..300).contains(&reply.status), "{}: {reply}", operation.name);
        assert!(operation.responses.contains(&reply.status.to_string()), "{}: not in the document: {reply}", operation.name);
        assert!(!reply.shows(other.shop.canary()), "{}: {reply}", operation.name);
        assert!(!reply.shows(&other.shop.id.to_string()), "{}: {reply}", operation.name);
    }
    assert_unchanged(&other.shop, &before).await;
}

#[tokio::test]
async fn without_a_token_of_this_shop_and_audience_nothing_that_needs_one_is_done() {
    let (here, there) = two_worlds().await;
    let (before, others) = (fingerprint(&here.shop).await, fingerprint(&there.shop).await);
    for operation in with_shops().await.into_iter().filter(|operation| operation.security.is_some()) {
        let call = good_call(&operation, &here);
        let good = permitted(&operation, &here);
        let foreign = permitted(&operation, &there).token.unwrap();
        let crossed = if operation.audience == "admin" { &here.customer.actor } else { &here.shop.owner };
        let cases = [
            ("no token", good.without_token(), "unauthenticated"),
            ("another shop's token", good.with_token(foreign), "unauthenticated"),
            ("the other audience's token", good.with_token(crossed.token.clone().unwrap()), "session-expired"),
            ("a refresh token", good.with_token(&here["refresh_token"]), "unauthenticated"),
            ("the publishable key", good.with_token(&here.shop.publishable_key), "unauthenticated"),
        ];
        for (what, actor, code) in cases {
            let reply = call.send(&actor, &operation).await;
            assert_eq!((reply.status, reply.code().as_str()), (401, code), "{} with {what}: {reply}", operation.name);
            assert!(!reply.shows(there.shop.canary()) && !reply.shows(here.shop.canary()) || reply.json()["type"].is_string(), "{reply}");
            reply.assert_well_formed_problem();
        }
    }
    assert_unchanged(&here.shop, &before).await;
    assert_unchanged(&there.shop, &others).await;
}

#[tokio::test]
async fn another_shops_things_are_not_here_and_that_is_all_one_hears() {
    let (here, there) = two_worlds().await;
    let (before, others) = (fingerprint(&here.shop).await, fingerprint(&there.shop).await);
    let mut tried = 0;
    for operation in with_shops().await {
        let call = good_call(&operation, &here);
        let actor = permitted(&operation, &here);
        let theirs: Vec<(&str, &str)> = there.ids().collect();
        for ((name, mine), (_, foreign)) in here.ids().zip(theirs) {
            if !call.names(mine) {
                continue;
            }
            tried += 1;
            let case = format!("{} with another shop's {name}", operation.name);
            let reply = call.with(mine, foreign).send(&actor, &operation).await;
            let nothing = call.with(mine, &missing(mine)).send(&actor, &operation).await;
            // Links to further pages repeat the request.
            let mut answer = reply.clone();
            answer.headers.remove("link");
            assert!(!answer.shows(there.shop.canary()), "{case}: {reply}");
            assert!(!answer.shows(&there.shop.id.to_string()), "{case}: {reply}");
            let filtered = operation.method == Method::GET && call.path.split('?').nth(1).is_some_and(|query| query.contains(mine));
            let allowed: &[u16] = match name {
                _ if filtered => &[200, 404, 422],
                token if TOKENS.contains(&token) => &[401],
                _ => &[404, 422],
            };
            assert!(allowed.contains(&reply.status), "{case}: {reply}");
            // What is another shop's is what is nowhere, to the letter.
            assert_eq!((reply.status, without_instance(&reply)), (nothing.status, without_instance(&nothing)), "{case}");
        }
    }
    assert!(tried >= 60, "only {tried} cases");
    assert_unchanged(&here.shop, &before).await;
    assert_unchanged(&there.shop, &others).await;
}

#[tokio::test]
async fn another_customers_things_are_not_here_either() {
    let (shop, _) = two_shops().await;
    let (an, binh) = (World::fill(&shop).await, World::fill(&shop).await);
    let before = fingerprint(&shop).await;
    let mut tried = 0;
    for operation in with_shops().await.into_iter().filter(|o| o.audience == "store" && o.security.is_some()) {
        let call = good_call(&operation, &an);
        for name in PERSONAL {
            if call.names(&an[name]) {
                tried += 1;
                let reply = call.send(&binh.customer, &operation).await;
                let nothing = call.with(&an[name], &missing(&an[name])).send(&binh.customer, &operation).await;
                reply.expect_problem(404, "not-found");
                assert_eq!(without_instance(&reply), without_instance(&nothing), "{}", operation.name);
            }
        }
    }
    assert!(tried >= 3, "only {tried} cases");
    assert_unchanged(&shop, &before).await;
    // Nor is one in the other's lists.
    let orders = binh.customer.get("/me/orders").await.expect(200);
    assert_eq!((orders["total"].clone(), orders["data"][0]["id"].clone()), (json!(1), json!(&binh["order"])));
    assert_eq!(binh.customer.get("/me/addresses").await.expect(200)["data"].as_array().unwrap().len(), 1);
}

/// A member of staff whose role may do exactly what is set.
struct Probe {
    actor: Actor,
    shop: Shop,
}

impl Probe {
    async fn new(shop: &Shop) -> Self {
        let statement = "INSERT INTO roles (shop_id, id, code, name, permissions) VALUES ($1, gen_random_uuid(), 'probe', 'Probe', '{}')";
        sqlx::query(statement).bind(shop.id.uuid()).execute(&mut database().await).await.unwrap();
        Self { actor: shop.staff("probe").await, shop: shop.clone() }
    }

    async fn may(&self, permissions: impl IntoIterator<Item = Permission>) {
        let permissions: Vec<&str> = permissions.into_iter().map(Permission::as_str).collect();
        let statement = "UPDATE roles SET permissions = $2 WHERE shop_id = $1 AND code = 'probe'";
        sqlx::query(statement).bind(self.shop.id.uuid()).bind(&permissions).execute(&mut database().await).await.unwrap();
    }
}

#[tokio::test]
async fn each_operation_asks_for_the_permission_it_names_and_for_no_other() {
    let (shop, other) = two_shops().await;
    let world = World::fill(&shop).await;
    let probe = Probe::new(&shop).await;
    let others = fingerprint(&other).await;
    let with_permission: Vec<Operation> = with_shops().await.into_iter().filter(|operation| operation.permission.is_some()).collect();
    assert!(with_permission.len() >= 40, "only {}", with_permission.len());
    for operation in &with_permission {
        let needed = Permission::from_name(operation.permission.as_deref().unwrap()).unwrap();
        let call = good_call(operation, &world);
        probe.may(Permission::ALL.iter().copied().filter(|permission| *permission != needed)).await;
        let before = fingerprint(&shop).await;
        let reply = call.send(&probe.actor, operation).await;
        assert_eq!((reply.status, reply.code().as_str()), (403, "forbidden"), "{}: {reply}", operation.name);
        reply.assert_well_formed_problem();
        assert_unchanged(&shop, &before).await;

        // With it alone the call goes through, to find nothing where its ids are nobody's.
        probe.may([needed]).await;
        let nowhere = world.ids().filter(|(_, id)| call.names(id)).fold(call.clone(), |call, (_, id)| call.with(id, &missing(id)));
        let reply = nowhere.send(&probe.actor, operation).await;
        assert!(![401, 403].contains(&reply.status) && reply.status < 500, "{}: {reply}", operation.name);
    }
    assert_unchanged(&other, &others).await;
}

#[tokio::test]
async fn the_first_roles_may_do_what_was_agreed() {
    let (shop, _) = two_shops().await;
    let world = World::fill(&shop).await;
    let (clerk, manager) = (shop.clerk().await, shop.manager().await);
    let clerks =
        ["products.read", "stock.read", "receipts.read", "orders.read", "orders.write", "orders.cancel", "customers.read", "events.read"];
    for operation in with_shops().await {
        let Some(permission) = operation.permission.clone() else { continue };
        let call = good_call(&operation, &world);
        let nowhere = world.ids().filter(|(_, id)| call.names(id)).fold(call.clone(), |call, (_, id)| call.with(id, &missing(id)));
        for (role, actor, may) in [
            ("clerk", &clerk, clerks.contains(&permission.as_str())),
            ("manager", &manager, !["staff.write", "settings.write"].contains(&permission.as_str())),
        ] {
            let reply = nowhere.send(actor, &operation).await;
            assert_eq!(reply.status != 403, may, "{} by a {role}: {reply}", operation.name);
        }
    }
}

/// The places of all objects in a body, as JSON pointers.
fn objects(value: &Value, pointer: &str, into: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            into.push(pointer.to_owned());
            object.iter().for_each(|(key, value)| objects(value, &format!("{pointer}/{key}"), into));
        }
        Value::Array(entries) => entries.iter().enumerate().for_each(|(i, value)| objects(value, &format!("{pointer}/{i}"), into)),
        _ => {}
    }
}

#[tokio::test]
async fn a_field_nobody_asked_for_is_refused_wherever_it_stands() {
    let (shop, _) = two_shops().await;
    let world = World::fill(&shop).await;
    let before = fingerprint(&shop).await;
    // Names that an attacker would try: of columns, of rights, and of nothing.
    let extra = ["shop_id", "id", "is_admin", "role", "permissions", "on_hand", "total", "xyz"];
    for operation in operations().await {
        let call = good_call(&operation, &world);
        let Some(body) = &call.body else { continue };
        let mut places = Vec::new();
        objects(body, "", &mut places);
        for place in places {
            // Its keys are the merchant's own words: the names of options.
            if place.ends_with("/options") {
                continue;
            }
            for field in extra {
                let mut changed = body.clone();
                let object = changed.pointer_mut(&place).unwrap().as_object_mut().unwrap();
                if object.contains_key(field) || operation.takes(&place, field) {
                    continue;
                }
                object.insert(field.to_owned(), json!("1"));
                let attempt = Call { body: Some(changed), ..call.clone() };
                let reply = attempt.send(&permitted(&operation, &world), &operation).await;
                assert_eq!((reply.status, reply.code().as_str()), (422, "invalid"), "{} {place}/{field}: {reply}", operation.name);
                assert_eq!(reply.flaws(), [(format!("{place}/{field}"), "unknown".to_owned())], "{}", operation.name);
            }
        }
    }
    for operation in operations().await.into_iter().filter(|operation| !operation.query.is_empty()) {
        let path = good_call(&operation, &world).path;
        let path = format!("{path}{}shop_id={}", if path.contains('?') { "&" } else { "?" }, shop.id);
        let reply = permitted(&operation, &world).request(&operation.method, &path).await;
        assert_eq!(
            (reply.status, reply.flaws()),
            (422, vec![("/shop_id".to_owned(), "unknown".to_owned())]),
            "{}: {reply}",
            operation.name
        );
    }
    assert_unchanged(&shop, &before).await;
}

#[tokio::test]
async fn a_picture_is_shown_by_its_own_shop_alone() {
    let (here, there) = two_worlds().await;
    let media = |world: &World| format!("/media/{}", &world["media"]);
    assert_eq!(here.shop.pages().get(&media(&here)).await.status, 200);
    assert_eq!(here.shop.pages().get(&media(&there)).await.status, 404);
    let name = &there["media"];
    let (id, host) = (there.shop.id, &there.shop.handle);
    for path in [
        format!("/media/..%2f{id}%2f{name}"),
        format!("/media/../{id}/{name}"),
        format!("/media/%2e%2e/{id}/{name}"),
        format!("/media/{id}/{name}"),
        format!("/media/{host}/{name}"),
        "/media/..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd".to_owned(),
        "/media/%00".to_owned(),
        "/media/.".to_owned(),
    ] {
        let reply = here.shop.pages().get(&path).await;
        assert!((400..500).contains(&reply.status), "{path}: {reply}");
        assert!(!reply.text().contains("root:"), "{path}");
    }
}

#[tokio::test]
async fn shops_that_work_at_the_same_time_never_see_each_other() {
    let (here, there) = two_worlds().await;
    let reads: Vec<Operation> = with_shops().await.into_iter().filter(|operation| !operation.is_write()).collect();
    let turns = (0..6).map(|_| async {
        for operation in &reads {
            for (world, other) in [(&here, &there), (&there, &here)] {
                let reply = good_call(operation, world).send(&permitted(operation, world), operation).await;
                assert_eq!(reply.status, 200, "{reply}");
                assert!(!reply.shows(other.shop.canary()), "{}: {reply}", operation.name);
            }
        }
    });
    join_all(turns).await;
}
