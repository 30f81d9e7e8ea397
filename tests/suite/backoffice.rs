//! The back office as staff use it with forms alone: who may enter, what each page does, and that it happens once.

use serde_json::json;
use shophouse::platform::i18n::{Lang, translate};

use crate::support::{Browser, PASSWORD, Reply, Shop, fingerprint, two_shops};

/// A text of the back office in Vietnamese.
pub(crate) fn t(key: &str) -> String {
    translate(Lang::Vi, key, &[])
}

/// A browser in which the shop's owner is signed in.
pub(crate) async fn owner_of(shop: &Shop) -> Browser {
    sign_in(shop, &shop.owner_email).await
}

/// A browser in which this member of staff is signed in.
pub(crate) async fn sign_in(shop: &Shop, email: &str) -> Browser {
    let mut browser = Browser::at(shop);
    let reply = browser.post("/admin/sign-in", &[("email", email), ("password", PASSWORD), ("next", "")]).await;
    assert_eq!(reply.leads_to(), "/admin");
    assert!(browser.get("/admin").await.page(200).contains(&t("admin.flash.signed_in")));
    browser
}

/// Every page that is not about one thing.
pub(crate) const PAGES: [&str; 13] = [
    "/admin",
    "/admin/orders",
    "/admin/products",
    "/admin/products/new",
    "/admin/receipts",
    "/admin/receipts/new",
    "/admin/stock",
    "/admin/stock/movements",
    "/admin/categories",
    "/admin/brands",
    "/admin/suppliers",
    "/admin/categories?status=deleted",
    "/admin/orders?status=lost&page=0&from=soon&customer=7&q=%00",
];

#[tokio::test]
async fn nobody_sees_a_page_without_signing_in_and_everybody_is_led_back_after_it() {
    let (shop, other) = two_shops().await;
    let mut stranger = Browser::at(&shop);
    for page in PAGES.iter().chain(&["/admin/nothing/here"]) {
        let to = stranger.get(page).await.leads_to().to_owned();
        assert!(to == "/admin/sign-in" || to.starts_with("/admin/sign-in?next=%2Fadmin"), "{page} leads to {to}");
    }
    let asked = stranger.get("/admin/orders?status=pending&page=2").await;
    let page = stranger.follow(&asked).await;
    assert_eq!(page.field("next"), "/admin/orders?status=pending&page=2");

    let fields =
        |email: &str, password: &str| [("email", email.to_owned()), ("password", password.to_owned()), ("next", page.field("next"))];
    for (email, password) in [(shop.owner_email.as_str(), "wrong"), (other.owner_email.as_str(), PASSWORD), ("", "")] {
        let fields = fields(email, password);
        let refused = stranger.post("/admin/sign-in", &borrowed(&fields)).await;
        assert!(refused.page(401).contains(&t("admin.sign_in.failed")));
        assert_eq!((refused.field("email"), stranger.cookies.get("staff")), (email.to_owned(), None));
    }
    let fields = fields(&shop.owner_email, PASSWORD);
    assert_eq!(stranger.post("/admin/sign-in", &borrowed(&fields)).await.leads_to(), "/admin/orders?status=pending&page=2");
    for page in PAGES {
        let reply = stranger.get(page).await;
        reply.page(200);
        assert_eq!(reply.header("cache-control"), Some("private, no-store"), "{page}");
    }
    assert_eq!(stranger.get("/admin/sign-in?next=/admin/stock").await.leads_to(), "/admin/stock");
    stranger.get("/admin/nothing/here").await.page(404);
}

/// Fields of owned texts as [`Browser::post`] takes them.
pub(crate) fn borrowed<'a>(fields: &'a [(&'a str, String)]) -> Vec<(&'a str, &'a str)> {
    fields.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

#[tokio::test]
async fn after_signing_in_nobody_is_led_to_another_site() {
    let (shop, _) = two_shops().await;
    for next in
        ["//evil.example", "https://evil.example/admin", "/admin\\@evil.example", "/admin/..//evil.example", "/cart", "javascript:alert(1)"]
    {
        let mut browser = Browser::at(&shop);
        assert_eq!(browser.get(&format!("/admin/sign-in?next={next}")).await.field("next"), "/admin", "{next}");
        let fields = [("email", shop.owner_email.as_str()), ("password", PASSWORD), ("next", next)];
        assert_eq!(browser.post("/admin/sign-in", &fields).await.leads_to(), "/admin", "{next}");
    }
}

#[tokio::test]
async fn signing_out_ends_the_session_in_every_tab() {
    let (shop, _) = two_shops().await;
    let mut browser = owner_of(&shop).await;
    let mut tab = browser.clone();
    let out = browser.post("/admin/sign-out", &[]).await;
    assert_eq!((out.leads_to(), browser.cookies.get("staff")), ("/admin/sign-in", None));
    assert!(browser.follow(&out).await.page(200).contains(&t("admin.sign_in.signed_out")));

    let late = tab.post("/admin/products/new", &[("name", "x")]).await;
    assert_eq!(late.leads_to(), "/admin/sign-in?next=%2Fadmin%2Fproducts%2Fnew");
    assert!(tab.follow(&late).await.page(200).contains(&t("admin.sign_in.ended")));
}

#[tokio::test]
async fn a_form_that_another_site_sent_does_nothing() {
    let (shop, _) = two_shops().await;
    let product = shop.product().await;
    let mut browser = owner_of(&shop).await;
    let before = fingerprint(&shop).await;
    let page = browser.post_from_elsewhere(&format!("/admin/products/{}/delete", product.id), &[]).await;
    assert!(page.page(403).contains(&t("problem.cross-site.title")));
    assert_eq!(fingerprint(&shop).await, before);
}

#[tokio::test]
async fn a_page_speaks_the_language_that_staff_ask_for() {
    let (shop, _) = two_shops().await;
    let mut browser = owner_of(&shop).await;
    assert!(browser.get("/admin/orders").await.page(200).contains("<html lang=\"vi\">"));
    browser.language = Some("en-GB,en;q=0.9");
    let page = browser.get("/admin/nothing").await;
    assert!(page.page(404).contains(&translate(Lang::En, "admin.not_found.title", &[])));
    let refused = browser.post("/admin/brands", &[("name", "")]).await;
    refused.page(422);
    assert_eq!(refused.message("name"), Some(translate(Lang::En, "field.required", &[])));
}

/// The number beside “Orders” in the navigation.
fn new_orders(page: &Reply) -> i64 {
    let text = page.page(200);
    let count = text.split("data-count>").nth(1).and_then(|rest| rest.split('<').next()).unwrap_or_default();
    count.parse().unwrap_or_else(|_| panic!("no counter: {page}"))
}

#[tokio::test]
async fn new_orders_are_counted_until_somebody_looks_at_them() {
    let (shop, _) = two_shops().await;
    let product = shop.stocked_product(9).await;
    let shopper = shop.customer().await;
    let mut lan = owner_of(&shop).await;
    assert_eq!(new_orders(&lan.get("/admin").await), 0);
    for _ in 0..2 {
        shopper.order(&[(&product.variant, 1)]).await.expect(201);
    }
    assert_eq!(new_orders(&lan.get("/admin").await), 2);
    // The page's own script looks too, but nobody may be sitting there.
    let cookies = lan.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
    let live = shop.pages().get("/admin/orders").header("cookie", &cookies).header("x-live", "1").await;
    assert_eq!((new_orders(&live), live.header("set-cookie")), (2, None));
    assert_eq!(new_orders(&lan.get("/admin/orders").await), 0);
    assert_eq!(new_orders(&lan.get("/admin").await), 0);
    shopper.order(&[(&product.variant, 1)]).await.expect(201);
    assert_eq!(new_orders(&lan.get("/admin/products").await), 1);
}

#[tokio::test]
async fn an_order_is_moved_and_called_off_by_form_and_a_double_click_does_it_once() {
    let (shop, other) = two_shops().await;
    let untouched = fingerprint(&other).await;
    let product = shop.stocked_product(5).await;
    let shopper = shop.customer().await;
    let order = shopper.order(&[(&product.variant, 2)]).await.expect(201);
    let page = format!("/admin/orders/{}", order["id"].as_str().unwrap());
    let mut browser = owner_of(&shop).await;

    let (mut first, mut second) = (browser.clone(), browser.clone());
    let (status, cancel) = (format!("{page}/status"), format!("{page}/cancel"));
    let confirm = [("status", "confirmed"), ("note", "Đã gọi khách")];
    let both = tokio::join!(first.post(&status, &confirm), second.post(&status, &confirm));
    assert_eq!((both.0.leads_to(), both.1.leads_to()), (page.as_str(), page.as_str()));
    assert!(first.get(&page).await.page(200).contains(&t("admin.flash.order_moved")));
    let timeline = |view: serde_json::Value| view["timeline"].as_array().unwrap().len();
    let api = async |path: String| shop.owner.get(&path).await.expect(200);
    let id = order["id"].as_str().unwrap();
    assert_eq!(timeline(api(format!("/orders/{id}")).await), 2);

    let before = fingerprint(&shop).await;
    let skipped = browser.post(&status, &[("status", "completed"), ("note", "vội")]).await;
    assert!(skipped.page(409).contains(&t("problem.status-not-allowed.detail")));
    assert_eq!(skipped.field("note"), "vội");
    let silent = browser.post(&cancel, &[("reason", "  ")]).await;
    silent.page(422);
    assert_eq!(silent.message("reason"), Some(t("field.required")));
    assert_eq!(fingerprint(&shop).await, before);
    assert_eq!(shop.stock_of(&product.variant).await, (5, 2));

    let reason = [("reason", "Khách đổi ý")];
    let both = tokio::join!(first.post(&cancel, &reason), second.post(&cancel, &reason));
    assert_eq!((both.0.leads_to(), both.1.leads_to()), (page.as_str(), page.as_str()));
    let view = api(format!("/orders/{id}")).await;
    assert_eq!((view["status"].as_str(), view["cancel_reason"].as_str()), (Some("cancelled"), Some("Khách đổi ý")));
    assert_eq!(timeline(view), 3);
    assert_eq!(shop.stock_of(&product.variant).await, (5, 0));
    assert_eq!(fingerprint(&other).await, untouched);
}

#[tokio::test]
async fn orders_are_found_by_number_name_phone_and_mail() {
    let (shop, other) = two_shops().await;
    let product = shop.stocked_product(9).await;
    let mail = format!("an@{}.example", shop.handle);
    let an = shop.customer_with(json!({ "name": "Trần Thị An", "email": mail, "phone": "0912345678" })).await;
    let order = an.order(&[(&product.variant, 1)]).await.expect(201);
    let stock = other.stocked_product(1).await;
    other.customer_with(json!({ "name": "Trần Thị An", "email": mail })).await.order(&[(&stock.variant, 1)]).await.expect(201);
    let mut browser = owner_of(&shop).await;
    let mut rows = async |query: &str| browser.get(&format!("/admin/orders?{query}")).await.page(200).matches("data-key=").count();
    let customer = format!("customer={}", an.id);
    for found in ["", "q=%231001", "q=tran+thi+an", "q=0912345678", &format!("q={mail}"), "status=pending", &customer] {
        assert_eq!(rows(found).await, 1, "{found}");
    }
    for none in ["q=nobody", "status=completed", "to=2020-01-01", "page=9"] {
        assert_eq!(rows(none).await, 0, "{none}");
    }
    assert_eq!(order["number"], 1001);
}

#[tokio::test]
async fn the_dashboard_ticks_the_first_steps_and_adds_up_what_was_sold() {
    let (shop, _) = two_shops().await;
    let mut browser = owner_of(&shop).await;
    let done = |page: String| page.matches("step-done").count();
    assert_eq!(done(browser.get("/admin").await.page(200)), 1);
    let product = shop.stocked_product(5).await;
    assert_eq!(done(browser.get("/admin").await.page(200)), 3);
    let shopper = shop.customer().await;
    shopper.order(&[(&product.variant, 3)]).await.expect(201);
    let page = browser.get("/admin").await.page(200);
    assert_eq!(done(page.clone()), 4);
    // Three at 199.000 ₫: said by today's figure, the 30 days', the chart and its bar, the order's row twice, the best seller.
    assert_eq!(page.matches("597.000\u{a0}₫").count(), 7, "{page}");
    assert!(page.contains(&translate(Lang::Vi, "admin.stock.left", &[("n", &2)])));
    assert_eq!(page.matches("data-after=\"").count(), 1);
}

#[tokio::test]
async fn what_people_write_is_text_on_every_page_that_shows_it() {
    let (shop, _) = two_shops().await;
    let evil = "<script>alert(1)</script>\"'&";
    let product = shop.product_with(json!({ "name": evil, "description": evil, "variants": [{ "sku": "<i>\"S", "price": 1_000 }] })).await;
    shop.receive(&product.variant, 2).await;
    let shopper = shop.customer_with(json!({ "name": evil })).await;
    let order = shopper.order(&[(&product.variant, 1)]).await.expect(201);
    let mut browser = owner_of(&shop).await;
    browser.post("/admin/suppliers", &[("name", evil), ("address", evil)]).await.leads_to();
    let order = format!("/admin/orders/{}", order["id"].as_str().unwrap());
    let product = format!("/admin/products/{}", product.id);
    let delete = format!("{product}/delete");
    for path in PAGES.iter().copied().chain([order.as_str(), &product, &delete, "/admin/products?q=%3Cscript%3E"]) {
        let page = browser.get(path).await.page(200);
        assert!(!page.contains("<script>alert") && !page.contains("<i>\"S"), "{path}");
    }
}
