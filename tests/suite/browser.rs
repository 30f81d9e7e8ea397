//! The whole way from sign-up to the first sale, in two browsers, with every script running.

use std::process::Stdio;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use serde_json::json;
use thirtyfour::prelude::*;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::support::{PASSWORD, server, word};

/// How long a page may take to show what is waited for, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A `chromedriver` of the test's own; it ends with the test.
struct Chrome {
    driver: Child,
    port: u16,
}

impl Chrome {
    async fn start() -> Self {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let mut driver = command.spawn().expect("chromedriver is installed: `bin/test` does it");
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        while let Some(line) = lines.next_line().await.unwrap() {
            let port = line.split("started successfully on port ").nth(1).and_then(|rest| rest.trim_end_matches('.').parse().ok());
            if let Some(port) = port {
                return Self { driver, port };
            }
        }
        panic!("chromedriver ended before it listened");
    }

    /// A browser with a profile of its own, as another person's would be.
    async fn person(&self) -> WebDriver {
        let mut wanted = DesiredCapabilities::chrome();
        for flag in [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--no-proxy-server",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            "--window-size=1280,1000",
        ] {
            wanted.add_arg(flag).unwrap();
        }
        wanted.add_experimental_option("prefs", json!({ "intl.accept_languages": "vi" })).unwrap();
        WebDriver::new(format!("http://127.0.0.1:{}", self.port), wanted).await.unwrap()
    }

    async fn stop(mut self) {
        self.driver.kill().await.unwrap();
    }
}

/// The element, once it is there and can be seen.
async fn find(page: &WebDriver, css: &str) -> WebElement {
    find_saying(page, css, "").await
}

/// The element, once it can be seen and has this text in it. Asked in the page itself, at once: between two questions of ours the
/// page may be another one.
async fn find_saying(page: &WebDriver, css: &str, wanted: &str) -> WebElement {
    const LOOK: &str = "return [...document.querySelectorAll(arguments[0])].find((element) =>
        element.checkVisibility() && element.textContent.includes(arguments[1])) ?? null";
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        // A page that is just being left answers with an error: the next one is asked again.
        if let Ok(found) = page.execute(LOOK, vec![css.into(), wanted.into()]).await
            && let Ok(element) = found.element()
        {
            return element;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    let (url, text) = (page.current_url().await.unwrap(), page.find(By::Tag("body")).await.unwrap().text().await.unwrap());
    panic!("no {css} saying “{wanted}” on {url}:\n{text}")
}

async fn type_into(page: &WebDriver, name: &str, text: &str) {
    let field = find(page, &format!("main [name='{name}']")).await;
    field.clear().await.unwrap();
    field.send_keys(text).await.unwrap();
}

async fn press(page: &WebDriver, css: &str) {
    let button = find(page, css).await;
    button.scroll_into_view().await.unwrap();
    button.click().await.unwrap();
}

/// Signs up on the platform's page; the owner stands in their new back office.
async fn open_shop(page: &WebDriver, base: &str, handle: &str) {
    page.goto(format!("{base}/sign-up")).await.unwrap();
    for (name, text) in [
        ("name", "Tiệm Gốm Chiều"),
        ("handle", handle),
        ("owner_name", "Nguyễn Thu Lan"),
        ("owner_email", &format!("lan@{handle}.example")),
        ("owner_password", PASSWORD),
    ] {
        type_into(page, name, text).await;
    }
    press(page, "form[action='/sign-up'] .btn-large").await;
    find(page, "[data-live='checklist']").await;
}

/// Puts a product up and twelve of it on the shelf.
async fn stock_shop(page: &WebDriver) {
    press(page, "[data-live='checklist'] a[href='/admin/products/new']").await;
    type_into(page, "name", "Chén gốm men tro").await;
    type_into(page, "sku", "CHEN-01").await;
    type_into(page, "price", "199.000").await;
    press(page, ".sticky-save button[value='save']").await;
    find(page, "#product-form:not([action$='/new'])").await;

    let receipt = page.current_url().await.unwrap().join("/admin/receipts/new?sku=CHEN-01").unwrap();
    page.goto(receipt.as_str()).await.unwrap();
    type_into(page, "quantity", "12").await;
    press(page, ".sticky-save button[value='complete']").await;
    find(page, "main .sums").await;
}

/// Buys two as somebody who has never been here; gives the number of the order.
async fn buy(page: &WebDriver, shop: &str) {
    page.goto(format!("{shop}/sign-up")).await.unwrap();
    for (name, text) in [("name", "Trần Minh An"), ("email", "an@khach.example"), ("password", PASSWORD)] {
        type_into(page, name, text).await;
    }
    press(page, "form[action='/sign-up'] .btn-large").await;
    page.goto(format!("{shop}/products")).await.unwrap();
    press(page, "main a[href^='/products/chen-gom']").await;
    type_into(page, "quantity", "2").await;
    press(page, "[data-add]").await;
    find_saying(page, "a[href='/cart']", "2").await;
    page.goto(format!("{shop}/checkout")).await.unwrap();
    for (name, text) in [("name", "Trần Minh An"), ("phone", "0901234567"), ("line1", "12 Lê Lợi"), ("province", "Huế")] {
        type_into(page, name, text).await;
    }
    press(page, "#checkout button.btn-large").await;
    find_saying(page, "main", "1001").await;
}

async fn sell(owner: &WebDriver, shopper: &WebDriver) {
    let (base, handle) = (format!("http://{}", server().await.place.base_host()), format!("s{}", word(11)));
    let shop = base.replacen("localhost", &format!("{handle}.localhost"), 1);
    open_shop(owner, &base, &handle).await;
    stock_shop(owner).await;

    owner.goto(format!("{shop}/admin")).await.unwrap();
    find(owner, "[data-live='latest']").await;
    assert!(owner.query(By::Css("[data-live='latest'] tr[data-key]")).nowait().not_exists().await.unwrap());
    // A reload would lose this.
    owner.execute("window.stayed = true", vec![]).await.unwrap();

    buy(shopper, &shop).await;

    let row = find(owner, "[data-live='latest'] tr[data-key]").await;
    let text = row.text().await.unwrap();
    for part in ["#1001", "Trần Minh An", "398.000"] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    let count = find(owner, ".nav [data-new-orders] [data-count]").await;
    assert_eq!(count.text().await.unwrap(), "1");
    let revenue = find(owner, "[data-live='figures'] .figure-value").await;
    assert!(revenue.text().await.unwrap().contains("398.000"));
    let stayed = owner.execute("return window.stayed === true", vec![]).await.unwrap();
    assert!(stayed.convert::<bool>().unwrap(), "the page was loaded anew");
}

#[tokio::test]
async fn a_shop_is_opened_stocked_and_sold_from_and_the_sale_shows_up_by_itself() {
    let chrome = Chrome::start().await;
    let (owner, shopper) = (chrome.person().await, chrome.person().await);
    let outcome = std::panic::AssertUnwindSafe(sell(&owner, &shopper)).catch_unwind().await;
    // Also after a failure: a browser that nobody quits would outlive the test.
    for person in [owner, shopper] {
        person.quit().await.ok();
    }
    chrome.stop().await;
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}
