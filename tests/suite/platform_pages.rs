//! The platform's own pages: opening a shop by form, the ticket into it, problems explained, no shop here.

use shophouse::platform::i18n::{Lang, translate};

use crate::support::{Actor, Browser, OwnServer, PASSWORD, Reply, database, server, two_shops, word};

fn t(key: &str) -> String {
    translate(Lang::Vi, key, &[])
}

async fn base() -> Browser {
    let place = server().await.place;
    Browser::of(Actor::new(place, place.base_host(), ""), &place.base_host())
}

fn sign_up(handle: &str) -> [(&str, &str); 8] {
    [
        ("name", "Góc Nhỏ"),
        ("handle", handle),
        ("currency", "VND"),
        ("locale", "vi"),
        ("owner_name", "Lan"),
        ("owner_email", "lan@goc.example"),
        ("owner_phone", ""),
        ("owner_password", PASSWORD),
    ]
}

/// The browser that an answer of the base host leads to a shop's host with, and the path it goes to there.
async fn led_to_shop(reply: &Reply) -> (Browser, String) {
    let place = server().await.place;
    let (host, path) = reply.leads_to().trim_start_matches("http://").split_once('/').unwrap();
    (Browser::of(Actor::new(place, host.to_owned(), ""), host), format!("/{path}"))
}

#[tokio::test]
async fn a_shop_is_opened_by_form_and_its_owner_led_in_once() {
    let (_, other) = two_shops().await;
    let handle = format!("s{}", word(11));
    let reply = base().await.post("/sign-up", &sign_up(&handle)).await;
    assert!(reply.leads_to().starts_with(&format!("http://{handle}.localhost:")), "{reply}");
    let (mut owner, door) = led_to_shop(&reply).await;
    assert!(owner.get("/").await.page(200).contains("Góc Nhỏ"));

    // A ticket that was changed, or is shown at another shop, opens nothing and is not used up.
    for (mut visitor, door) in [(owner.clone(), format!("{door}0")), (Browser::at(&other), door.clone())] {
        assert_eq!(visitor.get(&door).await.leads_to(), "/admin");
        assert_eq!(visitor.cookies.get("staff"), None);
    }
    assert_eq!(owner.get(&door).await.leads_to(), "/admin");
    assert!(owner.cookies.contains_key("staff"));
    let (mut late, _) = led_to_shop(&reply).await;
    assert_eq!(late.get(&door).await.leads_to(), "/admin");
    assert_eq!(late.cookies.get("staff"), None, "a ticket is good once");
}

#[tokio::test]
async fn without_redis_a_new_owner_signs_in_at_the_door() {
    let own = OwnServer::without_redis().await;
    let handle = format!("s{}", word(11));
    let host = own.place.base_host();
    let reply = Browser::of(Actor::new(own.place, host.clone(), ""), &host).post("/sign-up", &sign_up(&handle)).await;
    assert_eq!(reply.leads_to(), format!("http://{}/admin/sign-in", own.place.shop_host(&handle)));
}

#[tokio::test]
async fn a_refused_sign_up_comes_back_as_typed_and_opens_nothing() {
    let (shop, _) = two_shops().await;
    let mut browser = base().await;
    let mut fields = sign_up("Xấu!");
    fields[0].1 = "";
    fields[5].1 = "lan@";
    fields[7].1 = "12345678";
    let page = browser.post("/sign-up", &fields).await;
    page.page(422);
    assert_eq!(page.message("name"), Some(t("field.required")));
    assert_eq!(page.message("owner_email"), Some(t("field.email")));
    assert_eq!(page.message("owner_password"), Some(t("field.weak_password")));
    assert!(page.message("handle").is_some());
    assert_eq!((page.field("handle"), page.field("owner_email")), ("Xấu!".into(), "lan@".into()));
    assert!(!page.shows("12345678"), "a password is never written back");

    let page = browser.post("/sign-up", &sign_up(&shop.handle)).await;
    page.page(409);
    assert_eq!(page.message("handle"), Some(t("problem.handle-taken.detail")));
    let page = browser.post_from_elsewhere("/sign-up", &sign_up(&format!("s{}", word(11)))).await;
    assert!(page.page(403).contains(&t("problem.cross-site.title")));
}

#[tokio::test]
async fn the_forms_answer_may_lead_to_a_shops_host_and_nowhere_else() {
    let mut browser = base().await;
    let place = server().await.place;
    let policy = |reply: &Reply| reply.header("content-security-policy").unwrap_or_default().to_owned();
    let ours = format!("form-action 'self' http://*.localhost:{}", place.port);
    assert!(policy(&browser.get("/sign-up").await).ends_with(&ours));
    assert!(policy(&browser.get("/").await).ends_with("form-action 'self'"));
}

#[tokio::test]
async fn each_problem_code_has_a_page_and_an_unknown_one_has_none() {
    let mut browser = base().await;
    assert!(browser.get("/problems").await.page(200).contains("/problems/out-of-stock"));
    let page = browser.get("/problems/out-of-stock").await;
    assert!(page.page(200).contains(&t("problem.out-of-stock.help")) && page.shows(">409<"));
    assert!(browser.get("/problems/out-of-luck").await.page(404).contains(&t("platform.not_found.title")));
    browser.language = Some("en");
    assert!(browser.get("/nothing").await.page(404).contains("There is no such page"));
}

#[tokio::test]
async fn where_no_shop_is_a_page_says_so() {
    let place = server().await.place;
    let host = place.shop_host("nobody-here");
    let mut browser = Browser::of(Actor::new(place, host.clone(), ""), &host);
    let page = browser.get("/products/x").await;
    assert!(page.page(404).contains(&t("platform.unknown_shop.title")) && page.shows("nobody-here.localhost"));
    assert_eq!(browser.get("/assets/platform.css").await.status, 200);
    let reply = browser.post("/language", &[("lang", "en"), ("back", "/products/x")]).await;
    assert!(browser.follow(&reply).await.page(404).contains("No shop at this address yet"));
}

#[tokio::test]
async fn a_suspended_shop_shows_a_notice_and_nothing_else() {
    let (shop, other) = two_shops().await;
    let product = shop.product().await;
    let mut database = database().await;
    sqlx::query("UPDATE shops SET status = 0 WHERE id = $1").bind(shop.id.uuid()).execute(&mut database).await.unwrap();
    let mut browser = Browser::at(&shop);
    // The shop is remembered for two seconds.
    for _ in 0..50 {
        if browser.get("/").await.status == 403 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    for page in ["/", &format!("/products/{}", product.slug), "/admin", "/sign-in"] {
        let reply = browser.get(page).await;
        assert!(reply.page(403).contains(&t("suspended.title")) && !reply.shows(&product.slug), "{page}");
    }
    shop.visitor().get("/products").await.expect_problem(403, "shop-suspended");
    assert_eq!(browser.get("/theme.css").await.status, 200);
    Browser::at(&other).get("/").await.page(200);
}
