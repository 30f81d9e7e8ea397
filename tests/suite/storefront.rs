//! The shop's own pages, used as a shopper uses them with the script switched off.

use serde_json::json;
use shophouse::platform::i18n::{Lang, translate};

use crate::support::{Browser, Reply, Shop, fingerprint, two_shops};

/// A text of the pages in Vietnamese, the shops' own language.
pub(crate) fn t(key: &str) -> String {
    translate(Lang::Vi, key, &[])
}

/// The checkout's form as it stands on the page, filled in.
pub(crate) async fn checkout_form(browser: &mut Browser) -> Vec<(&'static str, String)> {
    let page = browser.get("/checkout").await;
    page.page(200);
    let given = |name: &'static str, value: &str| (name, value.to_owned());
    vec![
        ("idempotency_key", page.field("idempotency_key")),
        ("expected_total", page.field("expected_total")),
        given("country", "VN"),
        given("name", "Nguyễn Văn A"),
        given("phone", "0901 234 567"),
        given("line1", "12 Lê Lợi"),
        given("province", "Hồ Chí Minh"),
        given("ward", "Bến Nghé"),
        given("district", ""),
        given("note", "Gọi trước khi giao"),
        given("payment_method", "cod"),
    ]
}

/// Sends a form.
pub(crate) async fn submit(browser: &mut Browser, path: &str, form: &[(&str, String)]) -> Reply {
    let fields: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    browser.post(path, &fields).await
}

/// How many orders the shop has.
pub(crate) async fn orders_of(shop: &Shop) -> i64 {
    shop.owner.get("/orders").await.expect(200)["total"].as_i64().unwrap()
}

#[tokio::test]
async fn a_shopper_without_a_script_goes_from_the_shelf_to_a_placed_order() {
    let (shop, other) = two_shops().await;
    let product = shop.stocked_product(5).await;
    let name = product.view["name"].as_str().unwrap();
    let before = fingerprint(&other).await;
    let mut browser = Browser::at(&shop);

    assert!(browser.get("/").await.page(200).contains(name));
    assert!(browser.get("/products").await.page(200).contains(name));
    let page = browser.get(&format!("/products/{}", product.slug)).await;
    assert!(page.page(200).contains("199.000\u{a0}₫") || page.text().contains("199.000 ₫"), "{page}");
    assert_eq!(page.field("variant_id"), product.variant);

    // Not signed in: what is wanted waits at the sign-in, and is in the cart after it.
    let reply = browser.post("/cart/lines", &[("mode", "add"), ("variant_id", &product.variant), ("quantity", "2")]).await;
    assert_eq!(reply.leads_to(), "/sign-in?next=%2Fcart");
    let page = browser.follow(&reply).await;
    assert!(page.page(200).contains(&t("flash.sign_in_first")));
    let fields = [("name", "Khách Một"), ("email", "khach@x.example"), ("phone", ""), ("password", "mot hai ba bon"), ("next", "/cart")];
    let reply = browser.post("/sign-up", &fields).await;
    assert_eq!(reply.leads_to(), "/cart");
    let page = browser.follow(&reply).await;
    assert!(page.page(200).contains(&t("flash.added")));
    assert_eq!(page.field("quantity"), "2");
    assert!(!browser.get("/cart").await.shows(&t("flash.added")), "a message is said once");

    let reply = browser.post("/cart/lines", &[("mode", "set"), ("variant_id", &product.variant), ("quantity", "3")]).await;
    assert_eq!(reply.leads_to(), "/cart");
    let form = checkout_form(&mut browser).await;
    assert_eq!(form[1].1, "597000");
    let reply = submit(&mut browser, "/checkout", &form).await;
    let page = browser.follow(&reply).await;
    assert!(page.page(200).contains(&translate(Lang::Vi, "order.thanks_text", &[("number", &1001)])), "{page}");
    assert_eq!(shop.stock_of(&product.variant).await, (5, 3));
    assert_eq!(browser.get("/checkout").await.leads_to(), "/cart", "the cart was bought");
    let id = reply.leads_to().trim_start_matches("/orders/").trim_end_matches("?placed=1").to_owned();
    assert!(browser.get("/orders").await.page(200).contains(&format!("/orders/{id}")));

    let order = shop.owner.get(&format!("/orders/{id}")).await.expect(200);
    assert_eq!((order["number"].as_i64(), order["total"].as_i64()), (Some(1001), Some(597_000)));
    assert_eq!(order["shipping_address"]["phone"], "+84901234567");
    assert_eq!(order["note"], "Gọi trước khi giao");
    let reply = browser.post(&format!("/orders/{id}/cancel"), &[("reason", "Đổi ý")]).await;
    assert!(browser.follow(&reply).await.page(200).contains(&t("flash.order_cancelled")));
    assert_eq!(shop.stock_of(&product.variant).await, (5, 0));
    assert_eq!(fingerprint(&other).await, before);
}

#[tokio::test]
async fn pressing_the_button_twice_places_one_order() {
    let (shop, _) = two_shops().await;
    let product = shop.stocked_product(9).await;
    let mut browser = Browser::signed_up(&shop, "Vội").await;
    browser.post("/cart/lines", &[("variant_id", &product.variant), ("quantity", "2")]).await;
    let form = checkout_form(&mut browser).await;
    let (mut one, mut two, mut three) = (browser.clone(), browser.clone(), browser.clone());
    let (one, two, three) =
        tokio::join!(submit(&mut one, "/checkout", &form), submit(&mut two, "/checkout", &form), submit(&mut three, "/checkout", &form));
    assert!(one.leads_to().ends_with("?placed=1"), "{one}");
    assert_eq!([two.leads_to(), three.leads_to()], [one.leads_to(), one.leads_to()]);
    // Gone back, changed a word, and pressed again: the order stands as it was placed.
    let mut changed = form.clone();
    changed[9].1 = "Khác".to_owned();
    let reply = submit(&mut browser, "/checkout", &changed).await;
    assert_eq!(reply.leads_to(), "/orders");
    assert!(browser.follow(&reply).await.page(200).contains(&t("flash.already_placed")));
    assert_eq!(orders_of(&shop).await, 1);
    assert_eq!(shop.stock_of(&product.variant).await, (9, 2));
}

#[tokio::test]
async fn looking_at_pages_changes_nothing() {
    let (shop, other) = two_shops().await;
    let product = shop.stocked_product(3).await;
    let mut browser = Browser::signed_up(&shop, "Nhìn").await;
    let before = (fingerprint(&shop).await, fingerprint(&other).await);
    let pages = ["/", "/products?q=ao&page=7&sort=price", "/cart", "/checkout", "/orders", "/account", "/sitemap.xml", "/robots.txt"];
    for page in pages.into_iter().chain([format!("/products/{}?variant=x", product.slug).as_str()]) {
        assert!(browser.get(page).await.status < 400, "{page}");
    }
    assert_eq!(browser.get("/cart/lines").await.status, 405);
    assert_eq!((fingerprint(&shop).await, fingerprint(&other).await), before);
}

#[tokio::test]
async fn the_page_of_a_deleted_product_is_gone_from_everywhere() {
    let (shop, other) = two_shops().await;
    let category = shop.owner.post("/categories").json(json!({ "name": "Áo" })).await.expect(201);
    let product = shop.product_with(json!({ "category_id": category["id"] })).await;
    let (page, slug) = (format!("/products/{}", product.slug), category["slug"].as_str().unwrap());
    let shelf = format!("/categories/{slug}");
    let mut browser = Browser::at(&shop);
    let shown = browser.get(&page).await;
    assert!(shown.page(200).contains(&format!("http://{}{page}", shop.host())), "its canonical address");
    assert!(browser.get(&shelf).await.shows(&page) && browser.get("/sitemap.xml").await.shows(&page));
    assert_eq!(Browser::at(&other).get(&page).await.status, 404, "another shop's product");
    shop.owner.delete(&format!("/products/{}", product.id)).await.expect(204);
    let gone = browser.get(&page).await;
    assert!(gone.page(404).contains(&t("error.title_404")));
    for page in ["/", "/products", &shelf, "/sitemap.xml"] {
        assert!(!browser.get(page).await.shows(&product.slug), "{page}");
    }
}

#[tokio::test]
async fn a_cookie_of_one_shop_is_nothing_in_another() {
    let (shop, other) = two_shops().await;
    let mut browser = Browser::signed_up(&shop, "Khách Của Một").await;
    assert!(browser.get("/account").await.page(200).contains("Khách Của Một"));
    let mut elsewhere = Browser::at(&other);
    elsewhere.cookies = browser.cookies.clone();
    for page in ["/account", "/cart", "/orders", "/checkout"] {
        assert_eq!(elsewhere.get(page).await.leads_to(), format!("/sign-in?next=%2F{}", &page[1..]));
    }
    assert!(!elsewhere.get("/").await.shows("Khách Của Một"));
    // A cookie that was tampered with is none either.
    let cookie = browser.cookies.get_mut("customer").unwrap();
    cookie.pop();
    assert_eq!(browser.get("/account").await.leads_to(), "/sign-in?next=%2Faccount");
}

#[tokio::test]
async fn an_order_of_another_customer_is_not_there() {
    let (shop, other) = two_shops().await;
    let product = shop.stocked_product(3).await;
    let order = shop.customer().await.order(&[(&product.variant, 1)]).await.expect(201);
    let page = format!("/orders/{}", order["id"].as_str().unwrap());
    for shop in [&shop, &other] {
        let mut browser = Browser::signed_up(shop, "Tò Mò").await;
        browser.get(&page).await.page(404);
        browser.post(&format!("{page}/cancel"), &[("reason", "không phải của tôi")]).await.page(404);
    }
    assert_eq!(shop.owner.get(&page).await.expect(200)["status"], "pending");
}

#[tokio::test]
async fn signing_out_ends_the_session_at_once() {
    let (shop, _) = two_shops().await;
    let mut browser = Browser::signed_up(&shop, "Đi").await;
    let mut copy = browser.clone();
    let reply = browser.post("/sign-out", &[]).await;
    assert!(browser.follow(&reply).await.page(200).contains(&t("flash.signed_out")));
    assert_eq!(browser.cookies.get("customer"), None);
    assert_eq!(copy.get("/account").await.leads_to(), "/sign-in?next=%2Faccount", "a copy of the cookie is ended too");
}

#[tokio::test]
async fn what_has_its_version_in_the_address_is_kept_for_ever_and_pages_are_not() {
    let (shop, _) = two_shops().await;
    let kept = |reply: &Reply| reply.header("cache-control").unwrap_or_default().to_owned();
    let mut browser = Browser::at(&shop);
    let home = browser.get("/").await;
    assert_eq!(kept(&home), "private, no-cache");
    let linked = |name: &str| format!("{name}?v={}", home.text().split(&format!("{name}?v=")).nth(1).unwrap().split('"').next().unwrap());
    for name in ["/assets/storefront.css", "/assets/storefront.js", "/theme.css"] {
        assert_eq!(kept(&browser.get(&linked(name)).await), "public, max-age=31536000, immutable", "{name}");
        assert_eq!(kept(&browser.get(&format!("{name}?v=old")).await), "public, max-age=300", "{name}");
    }
    let file = browser.get("/assets/storefront.css").await;
    let etag = file.header("etag").unwrap();
    assert_eq!(shop.pages().get("/assets/storefront.css").header("if-none-match", etag).await.status, 304);
    for name in ["/assets/nothing.css", "/assets/..%2flocales%2fvi%2fcommon.toml", "/assets/"] {
        assert_eq!(browser.get(name).await.status, 404, "{name}");
    }
    assert_eq!(browser.get("/favicon.ico").await.header("content-type"), Some("image/svg+xml"));
}
