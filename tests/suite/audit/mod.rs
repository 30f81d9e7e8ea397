//! The audit, as it is run on a server: `shophouse audit` finds nothing after a busy day, and names each kind of damage done behind
//! the server's back. On a database of its own, for it checks every shop there is.

mod damage;

use std::path::PathBuf;

use futures_util::future::join_all;
use serde_json::{Value, json};
use shophouse::platform::migrate;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::process::Command;

use self::damage::{to_numbers, to_orders, to_stock};
use crate::support::{Customer, OwnServer, Product, Shop, server, word};

/// Tables that get damaged, and are put back from copies.
const TABLES: [&str; 11] = [
    "counters",
    "customers",
    "locations",
    "order_lines",
    "orders",
    "receipt_lines",
    "receipts",
    "shop_events",
    "stock",
    "stock_locations",
    "stock_movements",
];

/// A database of the test's own with two shops, and a superuser in it whom no key and no trigger stops.
struct Town {
    own: OwnServer,
    shop: Shop,
    other: Shop,
    superuser: PgConnection,
    app_url: String,
    owner_url: String,
    folder: PathBuf,
}

/// What the busy day of [`Town::work`] left behind, to be damaged.
struct Day {
    /// 20 received, 2 promised to order 1001, 1 gone with 1002; 1003 was cancelled, 1004 came back; 1 broke.
    shirt: Product,
    /// 5 received.
    scarf: Product,
    /// Never received.
    hat: Product,
    /// Orders 1001 to 1004.
    orders: Vec<String>,
    receipt: String,
    main: String,
}

impl Town {
    async fn found() -> Self {
        let stores = &server().await.stores;
        let name = format!("audit_{}", word(10));
        let mut superuser = PgConnection::connect(&stores.superuser_url).await.unwrap();
        let create = format!("CREATE DATABASE {name} OWNER shophouse_owner");
        sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut superuser).await.unwrap();
        let here = |url: &str| format!("{}/{name}", url.rsplit_once('/').unwrap().0);
        let (app_url, owner_url) = (here(&stores.app_url), here(&stores.owner_url));
        migrate(&owner_url).await.unwrap();
        let mut superuser = PgConnection::connect(&here(&stores.superuser_url)).await.unwrap();
        sqlx::raw_sql("SET session_replication_role = replica").execute(&mut superuser).await.unwrap();
        let own = OwnServer::with(|config| config.stores.database_url = Some(app_url.clone())).await;
        let (shop, other) = (Shop::open_at(own.place).await, Shop::open_at(own.place).await);
        let folder = std::env::temp_dir().join(format!("shophouse-audit-{}-{}", std::process::id(), word(6)));
        Self { own, shop, other, superuser, app_url, owner_url, folder }
    }

    /// Runs `shophouse audit`: its exit code and the lines it prints.
    async fn audit(&self) -> (i32, Vec<String>) {
        let output = Command::new(env!("CARGO_BIN_EXE_shophouse"))
            .arg("audit")
            .env_clear()
            .env("SHOPHOUSE_DATA_DIR", &self.folder)
            .env("SHOPHOUSE_DATABASE_URL", &self.app_url)
            .env("SHOPHOUSE_MIGRATION_DATABASE_URL", &self.owner_url)
            .env("SHOPHOUSE_REDIS_URL", &server().await.stores.redis_url)
            .output()
            .await
            .unwrap();
        let lines: Vec<String> = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
        assert!(!lines.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        (output.status.code().unwrap(), lines)
    }

    async fn run(&mut self, statements: &str) {
        sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(&mut self.superuser).await.unwrap();
    }

    /// Lets both shops work; what the first one has then.
    async fn work(&self) -> Day {
        let shop = &self.shop;
        let (shirt, scarf, hat) = (shop.product().await, shop.product().await, shop.product().await);
        let receipt = shop.receive(&shirt.variant, 20).await;
        shop.receive(&scarf.variant, 5).await;
        let an = shop.customer().await;
        shop.customer().await;
        let mut orders = Vec::new();
        for units in [2, 1, 3, 1] {
            let order = an.order(&[(&shirt.variant, units)]).await.expect(201);
            orders.push(order["id"].as_str().unwrap().to_owned());
        }
        for (order, statuses) in [(1, ["confirmed", "shipping"].as_slice()), (3, &["confirmed", "shipping", "returned"])] {
            for status in statuses {
                shop.owner.post(&format!("/orders/{}/status", orders[order])).json(json!({ "status": status })).await.expect(200);
            }
        }
        an.post(&format!("/orders/{}/cancel", orders[2])).json(json!({ "reason": "Đổi ý" })).await.expect(200);
        let broken = json!({ "lines": [{ "variant_id": shirt.variant, "delta": -1, "reason": "Rách" }] });
        shop.owner.post("/stock/adjustments").json(broken).await.expect(201);
        let theirs = self.other.stocked_product(9).await;
        self.other.customer().await.order(&[(&theirs.variant, 4)]).await.expect(201);
        let main = shop.owner.get("/locations").await.expect(200)["data"][0]["id"].as_str().unwrap().to_owned();
        Day { shirt, scarf, hat, orders, receipt: receipt["id"].as_str().unwrap().to_owned(), main }
    }

    async fn leave(self) {
        self.own.stop().await;
        self.superuser.close().await.unwrap();
        std::fs::remove_dir_all(self.folder).ok();
    }
}

/// A line of the audit without the id of a movement, which nobody here knows.
fn known(line: &str) -> String {
    match line.split_once(": movement ").and_then(|(before, rest)| Some((before, rest.split_once(" of ")?.1))) {
        Some((before, rest)) => format!("{before}: {rest}"),
        None => line.to_owned(),
    }
}

#[tokio::test]
async fn the_audit_names_each_kind_of_damage_where_it_is_and_by_how_much() {
    let mut town = Town::found().await;
    let day = town.work().await;
    assert_eq!(town.audit().await, (0, vec!["2 shops checked, 0 differences".to_owned()]));
    // The database would refuse most of it by itself: its last words are taken away.
    town.run(
        "ALTER TABLE order_lines DROP CONSTRAINT order_lines_total_check;
         ALTER TABLE orders DROP CONSTRAINT orders_total_check;
         ALTER TABLE customers DROP CONSTRAINT customers_number_key;",
    )
    .await;
    for table in TABLES {
        town.run(&format!("CREATE TABLE kept_{table} AS TABLE {table}")).await;
    }
    let damages = [to_stock(&day), to_orders(&day), to_numbers(&town.shop)].concat();
    for (damage, found) in damages {
        town.run(&damage).await;
        let (code, mut lines) = town.audit().await;
        let last = lines.pop().unwrap();
        let mut expected: Vec<String> = found.iter().map(|(what, at, by)| format!("{}: {what}: {at}: {by:+}", town.shop.handle)).collect();
        expected.sort();
        let mut lines: Vec<String> = lines.iter().map(|line| known(line)).collect();
        lines.sort();
        assert_eq!((code, lines), (1, expected), "{damage}");
        assert_eq!(last, format!("2 shops checked, {} differences", found.len()));
        for table in TABLES {
            town.run(&format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table}")).await;
        }
    }
    assert_eq!(town.audit().await, (0, vec!["2 shops checked, 0 differences".to_owned()]));
    town.leave().await;
}

/// Buys, ships, cancels and counts, all mixed up.
async fn a_shoppers_day(shop: &Shop, an: &Customer, goods: &[String], n: usize) {
    let (one, two) = (&goods[n % goods.len()], &goods[(n + 1) % goods.len()]);
    for turn in 0..4 {
        let lines: &[(&str, i64)] = if (n + turn).is_multiple_of(2) { &[(one, 2), (two, 1)] } else { &[(two, 1), (one, 3)] };
        let reply = an.order(lines).await;
        if reply.status == 409 {
            let lines: Vec<Value> = goods.iter().map(|variant| json!({ "variant_id": variant, "quantity": 4 })).collect();
            shop.owner.post("/receipts").json(json!({ "status": "completed", "lines": lines })).await.expect(201);
            continue;
        }
        let id = reply.expect(201)["id"].as_str().unwrap().to_owned();
        if turn == 1 {
            an.post(&format!("/orders/{id}/cancel")).json(json!({ "reason": "Đổi ý" })).await.expect(200);
        } else if turn == 2 {
            for status in ["confirmed", "shipping", "returned"] {
                shop.owner.post(&format!("/orders/{id}/status")).json(json!({ "status": status })).await.expect(200);
            }
        }
    }
}

#[tokio::test]
async fn the_audit_finds_nothing_while_a_shop_is_busy_and_after_it() {
    let town = Town::found().await;
    let mut goods = Vec::new();
    for _ in 0..3 {
        goods.push(town.shop.stocked_product(6).await.variant);
    }
    let shoppers = join_all((0..8).map(|_| town.shop.customer())).await;
    let day = join_all(shoppers.iter().enumerate().map(|(n, an)| a_shoppers_day(&town.shop, an, &goods, n)));
    let (_, meanwhile) = tokio::join!(day, town.audit());
    let clean = (0, vec!["2 shops checked, 0 differences".to_owned()]);
    assert_eq!(meanwhile, clean);
    assert_eq!(town.audit().await, clean);
    town.leave().await;
}

#[tokio::test]
async fn the_audit_says_that_it_could_not_look_and_never_that_all_is_well() {
    let town = Town::found().await;
    let output = Command::new(env!("CARGO_BIN_EXE_shophouse"))
        .arg("audit")
        .env_clear()
        .env("SHOPHOUSE_DATA_DIR", &town.folder)
        // The role that owns the tables could pass over the shops' walls: it is not let in.
        .env("SHOPHOUSE_DATABASE_URL", &town.owner_url)
        .env("SHOPHOUSE_MIGRATION_DATABASE_URL", &town.owner_url)
        .env("SHOPHOUSE_REDIS_URL", &server().await.stores.redis_url)
        .output()
        .await
        .unwrap();
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), [].as_slice()));
    assert!(String::from_utf8_lossy(&output.stderr).contains("shophouse_owner"), "{}", String::from_utf8_lossy(&output.stderr));
    town.leave().await;
}
