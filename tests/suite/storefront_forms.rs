//! What forms refuse, how they say it, and what nobody can make them do.

use serde_json::json;
use shophouse::platform::i18n::{Lang, translate};

use crate::storefront::{checkout_form, orders_of, submit, t};
use crate::support::{Browser, PASSWORD, fingerprint, two_shops};

#[tokio::test]
async fn a_refused_form_comes_back_as_typed_with_a_message_at_each_field() {
    let (shop, other) = two_shops().await;
    let before = (fingerprint(&shop).await, fingerprint(&other).await);
    let mut browser = Browser::at(&shop);
    let typed = [("name", "  "), ("email", "lan@"), ("phone", "12"), ("password", "ngắn"), ("next", "/cart")];
    let page = browser.post("/sign-up", &typed).await;
    page.page(422);
    let required = t("field.required");
    assert_eq!(page.message("name"), Some(required.clone()));
    assert_eq!(page.message("email"), Some(t("field.email")));
    assert_eq!(page.message("phone"), Some(t("field.phone")));
    assert_eq!(page.message("password"), Some(translate(Lang::Vi, "field.too_short", &[("min", &8)])));
    assert_eq!((page.field("email"), page.field("phone"), page.field("next")), ("lan@".into(), "12".into(), "/cart".into()));
    assert!(!page.shows("ngắn"), "a password is never written back");

    let page = browser.post("/sign-in", &[("login", "lan@x.example"), ("password", "sai hoàn toàn"), ("next", "")]).await;
    assert!(page.page(422).contains(&t("problem.invalid-credentials.detail")));
    assert_eq!(page.field("login"), "lan@x.example");
    assert_eq!((fingerprint(&shop).await, fingerprint(&other).await), before);
}

#[tokio::test]
async fn an_address_that_is_taken_is_said_at_its_field() {
    let (shop, other) = two_shops().await;
    let customer = shop.customer().await;
    let fields = [("name", "Ai Đó"), ("email", customer.email.as_str()), ("phone", ""), ("password", PASSWORD), ("next", "")];
    let page = Browser::at(&shop).post("/sign-up", &fields).await;
    page.page(409);
    assert_eq!(page.message("email"), Some(t("problem.email-taken.detail")));
    assert_eq!(Browser::at(&other).post("/sign-up", &fields).await.leads_to(), "/account", "free in another shop");
}

#[tokio::test]
async fn the_checkout_keeps_what_was_typed_and_names_fields_and_lines_at_fault() {
    let (shop, _) = two_shops().await;
    let product = shop.stocked_product(5).await;
    let name = product.view["name"].as_str().unwrap();
    let mut browser = Browser::signed_up(&shop, "Khách Kỹ").await;
    browser.post("/cart/lines", &[("mode", "add"), ("variant_id", &product.variant), ("quantity", "3")]).await;
    let form = checkout_form(&mut browser).await;

    let with = |name: &str, value: &str| {
        let mut form = form.clone();
        form.iter_mut().filter(|(field, _)| *field == name).for_each(|(_, old)| value.clone_into(old));
        form
    };
    let page = submit(&mut browser, "/checkout", &with("phone", "abc")).await;
    page.page(422);
    assert_eq!(page.message("phone"), Some(t("field.phone")));
    assert_eq!((page.field("phone"), page.field("line1")), ("abc".into(), "12 Lê Lợi".into()));
    assert_eq!(page.field("idempotency_key"), form[0].1, "nothing was done under the key");

    let page = submit(&mut browser, "/checkout", &with("expected_total", "1")).await;
    assert!(page.page(409).contains(&t("problem.price-changed.detail")));
    assert_eq!(page.field("expected_total"), "597000");

    // Somebody else is faster.
    shop.customer().await.order(&[(&product.variant, 4)]).await.expect(201);
    let page = submit(&mut browser, "/checkout", &form).await;
    let short = translate(Lang::Vi, "field.not_enough", &[("requested", &3), ("available", &1)]);
    assert!(page.page(409).contains(&format!("{name}: {short}")), "{page}");
    assert_eq!(page.field("line1"), "12 Lê Lợi");
    assert_eq!((orders_of(&shop).await, shop.stock_of(&product.variant).await), (1, (5, 4)));
    assert!(browser.get("/cart").await.page(200).contains(&translate(Lang::Vi, "cart.line_short", &[("n", &1)])));

    // The same key, once it can be had.
    browser.post("/cart/lines", &[("mode", "set"), ("variant_id", &product.variant), ("quantity", "1")]).await;
    let reply = submit(&mut browser, "/checkout", &with("expected_total", "199000")).await;
    assert!(reply.leads_to().starts_with("/orders/"), "{reply}");
    assert_eq!((orders_of(&shop).await, shop.stock_of(&product.variant).await), (2, (5, 5)));
}

#[tokio::test]
async fn a_form_from_another_site_is_refused_and_changes_nothing() {
    let (shop, other) = two_shops().await;
    let product = shop.stocked_product(3).await;
    let victim = shop.customer().await;
    let order = victim.order(&[(&product.variant, 1)]).await.expect(201);
    let mut browser = Browser::at(&shop);
    let reply = browser.post("/sign-in", &[("login", &victim.email), ("password", PASSWORD), ("next", "/cart")]).await;
    assert_eq!(reply.leads_to(), "/cart");
    let before = (fingerprint(&shop).await, fingerprint(&other).await);
    let cookies = browser.cookies.clone();
    let cancel = format!("/orders/{}/cancel", order["id"].as_str().unwrap());
    let attempts: [(&str, &[(&str, &str)]); 6] = [
        ("/cart/lines", &[("variant_id", &product.variant), ("quantity", "1")]),
        (&cancel, &[("reason", "tấn công")]),
        ("/sign-out", &[]),
        ("/sign-in", &[("login", "a@b.example"), ("password", "x")]),
        ("/sign-up", &[("name", "A"), ("email", "a@b.example"), ("password", PASSWORD)]),
        ("/language", &[("lang", "en"), ("back", "/")]),
    ];
    for (path, fields) in attempts {
        let reply = browser.post_from_elsewhere(path, fields).await;
        assert!(reply.page(403).contains(&t("problem.cross-site.detail")), "{path}: {reply}");
    }
    // Another shop of the street is another site too, whatever the browser calls it.
    let origin = format!("http://{}", other.host());
    let reply = shop.pages().post("/language").form(&[("lang", "en")]).header("origin", &origin).await;
    reply.page(403);
    assert_eq!(browser.cookies, cookies);
    assert!(browser.get("/cart").await.shows(&t("cart.empty_title")));
    assert_eq!((fingerprint(&shop).await, fingerprint(&other).await), before);
}

#[tokio::test]
async fn a_page_speaks_the_language_that_was_chosen_else_the_browsers_else_the_shops() {
    let (shop, other) = two_shops().await;
    let speaks = |reply: &crate::support::Reply| reply.header("content-language").map(str::to_owned);
    let mut browser = Browser::at(&shop);
    assert_eq!(speaks(&browser.get("/").await).as_deref(), Some("vi"));
    browser.language = Some("en-GB,en;q=0.9");
    let page = browser.get("/nothing").await;
    assert_eq!(speaks(&page).as_deref(), Some("en"));
    assert!(page.page(404).contains("Page not found"));
    let reply = browser.post("/language", &[("lang", "vi"), ("back", "/products?q=a&page=2")]).await;
    assert_eq!(reply.leads_to(), "/products?q=a&page=2");
    assert_eq!(speaks(&browser.follow(&reply).await).as_deref(), Some("vi"));
    assert_eq!(browser.post("/language", &[("lang", "xx"), ("back", "/")]).await.leads_to(), "/");
    assert_eq!(speaks(&browser.get("/").await).as_deref(), Some("vi"), "what is no language changes nothing");
    assert_eq!(speaks(&Browser::at(&other).get("/sign-in").await).as_deref(), Some("vi"));
}

#[tokio::test]
async fn no_form_leads_away_from_the_shop() {
    let (shop, _) = two_shops().await;
    let customer = shop.customer().await;
    for evil in
        ["//evil.example", "https://evil.example/", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)", "/\t/evil.example"]
    {
        let mut browser = Browser::at(&shop);
        assert_eq!(browser.post("/language", &[("lang", "en"), ("back", evil)]).await.leads_to(), "/", "{evil}");
        let next = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", evil).finish();
        assert_eq!(browser.get(&format!("/sign-in?{next}")).await.field("next"), "", "{evil}");
        let reply = browser.post("/sign-in", &[("login", &customer.email), ("password", PASSWORD), ("next", evil)]).await;
        assert_eq!(reply.leads_to(), "/account", "{evil}");
        assert_eq!(browser.get(&format!("/sign-in?{next}")).await.leads_to(), "/account", "{evil}");
    }
}

#[tokio::test]
async fn every_wrong_turn_is_a_page_in_the_shops_theme() {
    let (shop, _) = two_shops().await;
    let pages = shop.pages();
    let theme = "/theme.css?v=";
    let asked = |path: &str| pages.get(path).header("accept", "application/json");
    for path in ["/no/such/page", "/products/khong-co", "/categories/khong-co", "/orders.json", "/%00"] {
        assert!(asked(path).await.page(404).contains(theme), "{path}");
    }
    assert!(asked("/sign-out").await.page(405).contains(theme));
    let large = "x".repeat(70_000);
    assert!(pages.post("/sign-in").form(&[("login", &large)]).await.page(413).contains(theme));
    assert!(pages.post("/sign-in").json(json!({ "login": "a" })).await.page(415).contains(theme));
    let nul = pages.post("/sign-up").form(&[("name", "a\0b"), ("email", "a@b.example"), ("password", PASSWORD)]).await;
    nul.page(422);
    assert_eq!(nul.message("name"), Some(t("field.control_characters")));
    pages.get("/products?q=%00%ff&page=-1&page=x&sort=%27").await.page(200);
    pages.get("/products?page=99999999999999999999").await.page(200);
}

#[tokio::test]
async fn what_people_write_is_text_wherever_it_is_shown() {
    let (shop, _) = two_shops().await;
    let evil = r#"</script><script>alert("x")</script><img src=x onerror=alert(1)>"#;
    let product = shop.product_with(json!({ "name": evil, "description": evil, "slug": "ten-la" })).await;
    shop.receive(&product.variant, 5).await;
    let mut browser = Browser::signed_up(&shop, evil).await;
    browser.post("/cart/lines", &[("variant_id", &product.variant), ("quantity", "1")]).await;
    let mut form = checkout_form(&mut browser).await;
    form.iter_mut().filter(|(name, _)| ["name", "line1", "province", "note"].contains(name)).for_each(|(_, value)| evil.clone_into(value));
    let order = submit(&mut browser, "/checkout", &form).await;
    let search = format!("/products?{}", url::form_urlencoded::Serializer::new(String::new()).append_pair("q", evil).finish());
    for path in ["/", "/products", "/products/ten-la", "/cart", "/account", "/orders", &search, order.leads_to()] {
        let page = browser.get(path).await.page(200);
        assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{path}");
    }
}
