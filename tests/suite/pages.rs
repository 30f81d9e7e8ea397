//! Pages are held to what the APIs are held to: every route of the back office and of the storefront, read from where they are
//! wired, visited as everybody who must be refused, and with words that a browser would run.

use reqwest::Method;
use sqlx::query;

use crate::support::{Actor, Reply, Shop, World, assert_unchanged, database, fingerprint, two_shops};

/// A page: what it answers to, and where.
#[derive(Debug, Clone)]
struct Page {
    method: Method,
    path: String,
}

impl Page {
    fn is_admin(&self) -> bool {
        self.path.starts_with("/admin")
    }

    /// Where it is for a thing of this world.
    fn of(&self, world: &World) -> String {
        self.path
            .split('/')
            .map(|part| if part.starts_with('{') { named(&self.path, part, world) } else { part })
            .collect::<Vec<_>>()
            .join("/")
    }
}

/// What a parameter of a path stands for.
fn named<'a>(path: &str, parameter: &str, world: &'a World) -> &'a str {
    let kind = path.trim_start_matches("/admin").split('/').nth(1).unwrap();
    match (kind, parameter) {
        (_, "{image}") => &world["image"],
        ("orders", "{id}") => &world["order"],
        ("products", "{id}") => &world["product"],
        ("receipts", "{id}") => &world["receipt"],
        ("categories", "{id}") => &world["category"],
        ("brands", "{id}") => &world["brand"],
        ("suppliers", "{id}") => &world["supplier"],
        ("products", "{slug}") => &world["product_slug"],
        ("categories", "{slug}") => &world["category_slug"],
        ("cart", "{variant_id}") => &world["variant"],
        _ => panic!("{path}: say here what {parameter} stands for"),
    }
}

/// Every page, as the two routers have them.
fn pages() -> Vec<Page> {
    let sources = [include_str!("../../src/backoffice/router.rs"), include_str!("../../src/storefront/routes.rs")];
    let mut pages = Vec::new();
    for route in sources.iter().flat_map(|source| source.split(".route(\"").skip(1)) {
        let (path, handlers) = route.split_once('"').unwrap();
        let handlers = handlers.split('\n').next().unwrap();
        for (word, method) in [("get(", Method::GET), ("post(", Method::POST)] {
            // What only catches, or sends on, is no page.
            if handlers.contains(word) && !path.contains('*') && (path == "/" || !path.ends_with('/')) {
                pages.push(Page { method, path: path.to_owned() });
            }
        }
    }
    assert!(pages.len() >= 60, "only {} pages: is the pattern still right?", pages.len());
    pages
}

/// The cookie of a reply by its name, as a request brings it.
fn cookie(reply: &Reply, name: &str) -> String {
    let mut set = reply.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    let found = set.find(|value| value.starts_with(&format!("{name}=")));
    found.unwrap_or_else(|| panic!("no cookie {name}: {reply}")).split(';').next().unwrap().to_owned()
}

async fn staff_browser(shop: &Shop, email: &str) -> Actor {
    let fields = [("email", email), ("password", crate::support::PASSWORD)];
    let reply = shop.pages().post("/admin/sign-in").form(&fields).await;
    assert_eq!(reply.status, 303, "{reply}");
    shop.pages().with_cookie(cookie(&reply, "staff"))
}

async fn shopper_browser(world: &World) -> Actor {
    let fields = [("login", world.customer.email.as_str()), ("password", crate::support::PASSWORD)];
    let reply = world.shop.pages().post("/sign-in").form(&fields).await;
    assert_eq!(reply.status, 303, "{reply}");
    world.shop.pages().with_cookie(cookie(&reply, "customer"))
}

/// The owner's browser for the back office, the customer's for the storefront.
struct Browsers {
    staff: Actor,
    shopper: Actor,
}

impl Browsers {
    async fn of(world: &World) -> Self {
        Self { staff: staff_browser(&world.shop, &world.shop.owner_email).await, shopper: shopper_browser(world).await }
    }

    fn visit(&self, page: &Page) -> &Actor {
        if page.is_admin() { &self.staff } else { &self.shopper }
    }
}

async fn send(browser: &Actor, page: &Page, path: &str) -> Reply {
    let request = browser.request(&page.method, path);
    if page.method == Method::POST { request.form(&[]).await } else { request.await }
}

#[tokio::test]
async fn looking_at_every_page_succeeds_and_changes_nothing() {
    let (shop, other) = two_shops().await;
    let (world, other) = (World::fill(&shop).await, World::fill(&other).await);
    let browsers = Browsers::of(&world).await;
    let (before, others) = (fingerprint(&shop).await, fingerprint(&other.shop).await);
    for page in pages().into_iter().filter(|page| page.method == Method::GET) {
        let reply = send(browsers.visit(&page), &page, &page.of(&world)).await;
        let goes_on = ["/admin/sign-in", "/sign-in", "/sign-up"].contains(&page.path.as_str());
        assert_eq!(reply.status, if goes_on { 303 } else { 200 }, "{reply}");
        assert!(!reply.shows(other.shop.canary()), "{reply}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{reply}");
        assert_eq!(reply.header("x-frame-options"), Some("DENY"), "{reply}");
        let policy = reply.header("content-security-policy").unwrap();
        assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
        if page.is_admin() || ["/cart", "/checkout", "/orders", "/orders/{id}", "/account"].contains(&page.path.as_str()) {
            let kept = reply.header("cache-control").unwrap_or_default();
            assert!(kept.contains("no-store") || kept.contains("private"), "{} may be kept by others: {kept:?}", page.path);
        }
    }
    assert_unchanged(&shop, &before).await;
    assert_unchanged(&other.shop, &others).await;
}

#[tokio::test]
async fn nobody_gets_into_the_back_office_without_a_session_of_this_shop() {
    let (shop, other) = two_shops().await;
    let (world, other) = (World::fill(&shop).await, World::fill(&other).await);
    let (mine, theirs) = (Browsers::of(&world).await, Browsers::of(&other).await);
    let token = shop.owner.token.clone().unwrap();
    let before = fingerprint(&shop).await;
    let nobody = [
        ("nobody", shop.pages()),
        ("another shop's owner", theirs.staff.at_host(shop.host())),
        ("a shopper", mine.shopper.clone()),
        ("a cookie of nobody's", shop.pages().with_cookie("staff=rt_AAAA")),
        (
            "a shopper's cookie under the other name",
            shop.pages().with_cookie(mine.shopper.cookie.as_ref().unwrap().replacen("customer", "staff", 1)),
        ),
        ("an access token in the cookie", shop.pages().with_cookie(format!("staff={token}"))),
        ("a refresh token in the cookie", shop.pages().with_cookie(format!("staff={}", shop.refresh_token))),
    ];
    for page in pages().into_iter().filter(|page| page.is_admin() && page.path != "/admin/sign-in") {
        for (who, browser) in &nobody {
            let reply = send(browser, &page, &page.of(&world)).await;
            let to = reply.header("location").unwrap_or_default();
            assert!(reply.status == 303 && to.starts_with("/admin/sign-in"), "{who}: {reply} {to}");
            assert!(!reply.text().contains(shop.canary()), "{who}: {reply}");
        }
    }
    assert_unchanged(&shop, &before).await;
}

#[tokio::test]
async fn staff_without_a_right_are_refused_on_every_page_that_asks_for_one() {
    let (shop, _) = two_shops().await;
    let world = World::fill(&shop).await;
    let role = "INSERT INTO roles (shop_id, id, code, name, permissions) VALUES ($1, gen_random_uuid(), 'probe', 'Probe', '{}')";
    query(role).bind(shop.id.uuid()).execute(&mut database().await).await.unwrap();
    let email = shop.staff("probe").await.get("/me").await.expect(200)["email"].as_str().unwrap().to_owned();
    let browser = staff_browser(&shop, &email).await;
    let before = fingerprint(&shop).await;
    // Everybody who is signed in sees the first page, and may leave.
    let for_all = ["/admin", "/admin/sign-in", "/admin/sign-out"];
    for page in pages().into_iter().filter(|page| page.is_admin() && !for_all.contains(&page.path.as_str())) {
        let reply = send(&browser, &page, &page.of(&world)).await;
        assert_eq!(reply.status, 403, "{reply}");
        assert_eq!(reply.header("content-type"), Some("text/html; charset=utf-8"));
    }
    assert_unchanged(&shop, &before).await;
    assert_eq!(browser.get("/admin").await.status, 200);
}

#[tokio::test]
async fn a_page_about_another_shops_thing_is_not_here() {
    let (shop, other) = two_shops().await;
    let (world, other) = (World::fill(&shop).await, World::fill(&other).await);
    let browsers = Browsers::of(&world).await;
    let (before, others) = (fingerprint(&shop).await, fingerprint(&other.shop).await);
    for page in pages().into_iter().filter(|page| page.path.contains('{')) {
        let reply = send(browsers.visit(&page), &page, &page.of(&other)).await;
        // Taking out of the cart what is not in it goes on to the cart.
        let is_cart = page.path.starts_with("/cart");
        assert!(reply.status == 404 || (is_cart && reply.status == 303), "{reply}");
        let echoed = reply.text().replace(&page.of(&other), "");
        assert!(!echoed.contains(other.shop.canary()), "{reply}");
        assert!(is_cart || reply.header("content-type") == Some("text/html; charset=utf-8"), "{reply}");
    }
    assert_unchanged(&shop, &before).await;
    assert_unchanged(&other.shop, &others).await;
}

#[tokio::test]
async fn a_form_sent_from_another_site_does_nothing() {
    let (shop, other) = two_shops().await;
    let world = World::fill(&shop).await;
    let browsers = Browsers::of(&world).await;
    let before = fingerprint(&shop).await;
    let elsewhere = format!("http://{}", other.host());
    for page in pages().into_iter().filter(|page| page.method == Method::POST) {
        let post = || browsers.visit(&page).post(&page.of(&world)).form(&[("name", "x"), ("quantity", "1")]);
        for reply in [
            post().header("origin", "https://evil.example").await,
            post().header("origin", "null").await,
            post().header("sec-fetch-site", "cross-site").await,
            // Another shop of the street is another site too.
            post().header("origin", &elsewhere).header("sec-fetch-site", "same-site").await,
        ] {
            assert_eq!(reply.status, 403, "{reply}");
        }
    }
    assert_unchanged(&shop, &before).await;
}

#[tokio::test]
async fn cookies_are_for_this_host_and_no_script() {
    let (shop, _) = two_shops().await;
    let world = World::fill(&shop).await;
    let staff = shop.pages().post("/admin/sign-in").form(&[("email", &shop.owner_email), ("password", crate::support::PASSWORD)]).await;
    let shopper = shop.pages().post("/sign-in").form(&[("login", &world.customer.email), ("password", crate::support::PASSWORD)]).await;
    for (reply, name) in [(staff, "staff="), (shopper, "customer=")] {
        let set =
            reply.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).find(|value| value.starts_with(name)).unwrap();
        for part in ["; HttpOnly", "; SameSite=Lax", "; Path=/"] {
            assert!(set.contains(part), "{set}");
        }
        assert!(!set.to_lowercase().contains("domain"), "{set}");
    }
    // On an encrypted host the name itself holds them to it.
    let own =
        crate::support::OwnServer::with(|config| config.server.base_url = format!("https://localhost:{}", config.server.listen.port()))
            .await;
    let reply =
        shop.on(&own).pages().post("/sign-in").form(&[("login", &world.customer.email), ("password", crate::support::PASSWORD)]).await;
    let set = reply
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|value| value.to_str().unwrap())
        .find(|v| v.starts_with("__Host-customer="))
        .unwrap();
    assert!(set.contains("; Secure") && set.contains("; Path=/") && !set.to_lowercase().contains("domain"), "{set}");
}

/// Words that a browser would run where somebody forgot to escape them.
const LIVE: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}${7*7}</title></textarea>";

#[tokio::test]
async fn words_of_merchants_and_shoppers_are_shown_and_never_run() {
    let (shop, _) = two_shops().await;
    let world = World::fill(&shop).await;
    let mut database = database().await;
    // Straight into every row, past any check that might have refused them at the door.
    for statement in [
        "UPDATE shops SET name = $2 WHERE id = $1",
        "UPDATE shop_settings SET tagline = $2, about = $2, address = $2, hero_title = $2, hero_text = $2 WHERE shop_id = $1",
        "UPDATE products SET name = $2, description = $2 WHERE shop_id = $1",
        "UPDATE categories SET name = $2 WHERE shop_id = $1",
        "UPDATE brands SET name = $2 WHERE shop_id = $1",
        "UPDATE suppliers SET name = $2, address = $2 WHERE shop_id = $1",
        "UPDATE product_images SET alt = $2 WHERE shop_id = $1",
        "UPDATE customers SET name = $2 WHERE shop_id = $1",
        "UPDATE staff SET name = $2 WHERE shop_id = $1",
        "UPDATE locations SET name = $2, line1 = $2 WHERE shop_id = $1",
        "UPDATE receipts SET reference = $2 WHERE shop_id = $1",
        "UPDATE orders SET note = $2, shipping_address = shipping_address || jsonb_build_object('name', $2::text, 'line1', $2::text) WHERE shop_id = $1",
        "UPDATE order_lines SET product_name = $2, sku = $2 WHERE shop_id = $1",
        "UPDATE order_timeline SET note = $2, actor_name = $2 WHERE shop_id = $1",
        "UPDATE stock_movements SET reason = $2 WHERE shop_id = $1",
    ] {
        let done = query(statement).bind(shop.id.uuid()).bind(LIVE).execute(&mut database).await.unwrap();
        assert!(done.rows_affected() > 0, "{statement}");
    }
    // A server that has not yet heard of the shop under its old name.
    let own = crate::support::OwnServer::start().await;
    let mut there = world.clone();
    there.shop = shop.on(&own);
    let browsers = Browsers::of(&there).await;
    let mut shown = 0;
    for page in pages().into_iter().filter(|page| page.method == Method::GET) {
        let reply = send(browsers.visit(&page), &page, &page.of(&world)).await;
        let text = reply.text();
        for live in ["<script>alert", "<img src=x", "</title></textarea>"] {
            assert!(!text.contains(live), "{live} runs: {reply}");
        }
        shown += usize::from(text.contains("alert(1)"));
    }
    assert!(shown >= 20, "only {shown} pages show anything that was written");
}
