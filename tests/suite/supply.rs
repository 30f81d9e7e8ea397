//! What is shipped: how it is built, what is in the repository that should not be, and what every answer carries.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{Actor, Reply, Shop, World, operations, two_shops};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn manifest() -> toml::Table {
    fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap()
}

#[test]
fn a_release_checks_its_sums_and_no_code_of_ours_is_unsafe() {
    let manifest = manifest();
    assert_eq!(manifest["profile"]["release"]["overflow-checks"].as_bool(), Some(true));
    // A panic is caught and answered; an abort would take every shop down.
    assert_ne!(manifest["profile"]["release"].get("panic").and_then(toml::Value::as_str), Some("abort"));
    assert_eq!(manifest["lints"]["rust"]["unsafe_code"].as_str(), Some("forbid"));
    for lint in ["unwrap_used", "expect_used", "panic", "todo", "unimplemented", "dbg_macro", "print_stdout", "allow_attributes"] {
        assert_eq!(manifest["lints"]["clippy"][lint].as_str(), Some("deny"), "{lint}");
    }
    // What is only for tests is not in what is shipped: there is no feature to switch it on with.
    assert!(!manifest.contains_key("features"));
}

#[test]
fn what_must_not_be_linked_is_named_where_it_is_checked() {
    let deny = fs::read_to_string(root().join("deny.toml")).unwrap();
    for banned in ["openssl-sys", "aws-lc-sys"] {
        assert!(deny.contains(banned), "{banned}");
    }
    let lock: toml::Table = fs::read_to_string(root().join("Cargo.lock")).unwrap().parse().unwrap();
    let packages = lock["package"].as_array().unwrap();
    for package in packages {
        let (name, source) = (package["name"].as_str().unwrap(), package.get("source").and_then(toml::Value::as_str));
        assert!(!["openssl-sys", "aws-lc-sys"].contains(&name), "{name} is in Cargo.lock");
        assert!(name == "shophouse" || source.is_some_and(|source| source.starts_with("registry+")), "{name} comes from {source:?}");
        assert!(name == "shophouse" || package.get("checksum").is_some(), "{name} has no check sum");
    }
}

/// Every file that is in the repository, or would be with the next commit.
fn tracked() -> Vec<String> {
    let listed =
        Command::new("git").args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root()).output().unwrap();
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    String::from_utf8(listed.stdout).unwrap().split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Beginnings of secrets that somebody gives out, each with what must follow to make one. Split, so that this file holds none.
const SECRETS: &[(&str, &str, usize)] = &[
    ("-----BEGIN ", "PRIVATE KEY", 0),
    ("-----BEGIN RSA ", "PRIVATE KEY", 0),
    ("AKI", "A", 16),
    ("gh", "p_", 30),
    ("github_", "pat_", 30),
    ("sk_", "live_", 16),
    ("rk_", "live_", 16),
    ("whs", "ec_", 24),
    ("xox", "b-", 20),
    ("AIz", "aSy", 30),
    ("gl", "pat-", 18),
    ("ey", "J", 60),
];

#[test]
fn no_file_of_the_repository_holds_a_secret() {
    let files = tracked();
    assert!(files.len() > 150, "only {} files", files.len());
    let mut found = Vec::new();
    for name in &files {
        let Ok(text) = fs::read_to_string(root().join(name)) else { continue };
        for (begin, rest, letters) in SECRETS {
            let mark = format!("{begin}{rest}");
            for (at, _) in text.match_indices(&mark) {
                let after = text[at + mark.len()..].bytes().take_while(|b| b.is_ascii_alphanumeric() || b"_-".contains(b)).count();
                let before = text[..at].bytes().next_back().is_some_and(|b| b.is_ascii_alphanumeric());
                if after >= *letters && !before {
                    found.push(format!("{name}: {mark}…"));
                }
            }
        }
        // A key of 64 hexadecimal digits, as the master key is; check sums stand in lists of them.
        let sums = ["Cargo.lock", "migrations/LANDED"].contains(&name.as_str()) || name.starts_with(".sqlx/");
        let digits = |word: &&str| word.len() == 64 && word.bytes().all(|b| b.is_ascii_hexdigit());
        let is_plain = |word: &str| word.bytes().collect::<BTreeSet<_>>().len() <= 2;
        for word in text.split(|c: char| !c.is_ascii_alphanumeric()).filter(digits).filter(|word| !sums && !is_plain(word)) {
            found.push(format!("{name}: {word:.8}…"));
        }
    }
    assert_eq!(found, Vec::<String>::new());
    let kept: Vec<&String> = files
        .iter()
        .filter(|name| {
            let file = name.rsplit('/').next().unwrap();
            file == ".env" || ["key", "pem", "p12", "pfx", "sqlite", "dump", "rdb"].contains(&file.rsplit('.').next().unwrap_or_default())
        })
        .collect();
    assert_eq!(kept, Vec::<&String>::new());
}

#[track_caller]
fn assert_headers(reply: &Reply, page: bool) {
    let header = |name: &str| reply.header(name).unwrap_or_else(|| panic!("no {name}: {reply}")).to_owned();
    assert_eq!(header("x-content-type-options"), "nosniff", "{reply}");
    assert_eq!(header("x-frame-options"), "DENY", "{reply}");
    assert_eq!(header("referrer-policy"), "strict-origin-when-cross-origin", "{reply}");
    assert!(!header("x-request-id").is_empty());
    let policy = header("content-security-policy");
    for part in
        ["default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'", "script-src 'self'"]
    {
        assert!(policy.contains(part), "{part} is not in {policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http:"), "{policy}");
    for name in ["server", "x-powered-by", "x-aspnet-version", "via"] {
        assert_eq!(reply.header(name), None, "{reply}");
    }
    if page {
        assert_eq!(header("content-type"), "text/html; charset=utf-8", "{reply}");
    }
}

#[tokio::test]
async fn every_answer_of_the_apis_carries_the_headers_that_keep_a_browser_safe() {
    let (shop, _) = two_shops().await;
    let world = World::fill(&shop).await;
    for operation in
        operations().await.into_iter().filter(|o| o.audience != "platform" && !o.is_write() && !o.name.ends_with("stream_events"))
    {
        let actor = if operation.audience == "admin" { shop.owner.clone() } else { world.customer.actor.clone() };
        let path = crate::requests::call(&operation.name, &world).unwrap().path;
        for reply in [actor.get(&path).await, actor.without_token().at_host("nobody.localhost").get(&path).await] {
            assert_headers(&reply, false);
            // What somebody's token opened stays in nobody's cache.
            assert_eq!(reply.header("cache-control"), Some("no-store"), "{reply}");
        }
    }
}

#[tokio::test]
async fn only_the_storefront_api_answers_other_origins_and_never_with_cookies() {
    let (shop, _) = two_shops().await;
    let origin = "https://pages.example";
    let asked = |actor: Actor| async move { actor.get("/openapi.json").header("origin", origin).await };
    let store = shop.visitor().get("/shop").header("origin", origin).await;
    assert_eq!(store.header("access-control-allow-origin"), Some("*"));
    assert_eq!(store.header("access-control-allow-credentials"), None);
    let exposed = store.header("access-control-expose-headers").unwrap().to_lowercase();
    for name in ["etag", "link", "location", "idempotency-replayed", "ratelimit", "retry-after", "x-request-id"] {
        assert!(exposed.split(',').any(|part| part.trim() == name), "{name} in {exposed}");
    }
    for reply in [shop.owner.get("/me").header("origin", origin).await, asked(shop.stranger()).await] {
        assert_eq!(reply.header("access-control-allow-origin"), None, "{reply}");
    }
    let options = |actor: Actor, path: &'static str| async move {
        let request =
            actor.request(&reqwest::Method::OPTIONS, path).header("origin", origin).header("access-control-request-method", "POST");
        request.header("access-control-request-headers", "authorization,content-type,idempotency-key").await
    };
    let store = options(shop.visitor(), "/orders").await;
    assert_eq!((store.status, store.header("access-control-allow-origin")), (200, Some("*")));
    assert_eq!(options(shop.stranger(), "/products").await.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn what_is_for_developers_or_for_us_is_not_served() {
    let (shop, _) = two_shops().await;
    let base = Actor::new(shop.place, shop.place.base_host(), "");
    for path in [
        "/metrics",
        "/debug",
        "/debug/pprof",
        "/actuator",
        "/actuator/env",
        "/server-status",
        "/.env",
        "/.git/config",
        "/.git/HEAD",
        "/Cargo.toml",
        "/config",
        "/phpinfo.php",
        "/api",
        "/api/",
        "/api/admin",
        "/api/internal",
        "/api/admin/v1/debug",
        "/api/store/v2/shop",
        "/assets/",
        "/assets/../Cargo.toml",
        "/assets/..%2f..%2fCargo.toml",
        "/assets/%2e%2e/Cargo.toml",
        "/media/",
        "/templates/storefront/home.html",
        "/backup.sql",
        "/__tera_context",
        "/graphql",
    ] {
        for actor in [&base, &shop.pages()] {
            let reply = actor.get(path).await;
            assert_eq!(reply.status, 404, "{path}: {reply}");
            assert!(!reply.text().contains("[package]"), "{path}");
        }
    }
}

#[tokio::test]
async fn readiness_and_health_tell_no_more_than_they_must() {
    let shop = Shop::open().await;
    let base = Actor::new(shop.place, shop.place.base_host(), "");
    assert_eq!(base.get("/healthz").await.expect(200), serde_json::json!({ "status": "ok" }));
    let ready = base.get("/readyz").await.expect(200);
    let told: Vec<&String> = ready.as_object().unwrap().keys().collect();
    assert_eq!(told, ["status", "database", "schema", "redis", "stopping"]);
}
