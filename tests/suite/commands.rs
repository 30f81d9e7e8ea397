//! The program as its operator meets it: commands that explain themselves, settings that are checked, a server that refuses to
//! start unsafely and ends in order.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Actor, PASSWORD, Place, Serving, Shop, run, server, stores, word};

/// A folder in the temporary one, removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("shophouse-command-{}", word(12)));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

/// The settings with one of them set otherwise.
fn but(mut settings: Vec<(&'static str, String)>, name: &'static str, value: &str) -> Vec<(&'static str, String)> {
    settings.retain(|(known, _)| *known != name);
    settings.push((name, value.to_owned()));
    settings
}

/// A database of its own beside the one under test, empty, dropped at the end of [`Fresh::drop`].
struct Fresh(String);

impl Fresh {
    async fn new() -> Self {
        let name = format!("fresh_{}", word(10));
        Self::say(format!("CREATE DATABASE {name} OWNER shophouse_owner")).await;
        Self(name)
    }

    async fn say(statement: String) {
        let mut superuser = PgConnection::connect(&server().await.stores.superuser_url).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut superuser).await.unwrap();
    }

    fn at(&self, url: &str) -> String {
        format!("{}/{}", url.strip_suffix("/shophouse").unwrap(), self.0)
    }

    async fn drop(self) {
        Self::say(format!("DROP DATABASE {} WITH (FORCE)", self.0)).await;
    }
}

#[tokio::test]
async fn each_command_explains_itself() {
    let whole = run(&["--help"], &[]).await;
    whole.lines();
    for command in ["serve", "migrate", "audit", "doctor", "openapi", "tenants"] {
        assert!(whole.out.contains(&format!("\n  {command} ")), "{command} is not listed: {whole}");
        let help = run(&[command, "--help"], &[]).await;
        assert!(
            help.lines()
                .contains(&&*format!("Usage: shophouse {command} [OPTIONS]{}", if command == "tenants" { " <COMMAND>" } else { "" })),
            "{help}"
        );
        assert!(help.out.contains("--config <FILE>"), "{help}");
    }
    let apply = run(&["tenants", "apply", "--help"], &[]).await;
    assert!(apply.lines().contains(&"Usage: shophouse tenants apply [OPTIONS] <FOLDER>..."), "{apply}");
    assert_eq!(run(&["--version"], &[]).await.lines(), [concat!("shophouse ", env!("CARGO_PKG_VERSION"))]);
    for wrong in [&["sell"][..], &[], &["tenants"], &["tenants", "apply"], &["serve", "--fast"]] {
        let ran = run(wrong, &[]).await;
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{wrong:?}: {ran}");
        assert!(ran.err.contains("Usage: shophouse"), "{ran}");
    }
}

#[tokio::test]
async fn every_wrong_setting_is_named_at_once_whatever_the_command() {
    let wrong = [
        ("SHOPHOUSE_LISTEN", "here"),
        ("SHOPHOUSE_BASE_URL", "localhost"),
        ("SHOPHOUSE_METRICS_LISTEN", "9090"),
        ("SHOPHOUSE_DATABASE_URL", "mysql://somewhere"),
        ("SHOPHOUSE_REDIS_URL", "http://somewhere"),
        ("SHOPHOUSE_DATABASE_CONNECTIONS", "1"),
        ("SHOPHOUSE_MASTER_KEY", "secret-and-short"),
        ("SHOPHOUSE_LIMITS", "some"),
        ("SHOPHOUSE_DEMO", "perhaps"),
    ];
    let settings = wrong.map(|(name, value)| (name, value.to_owned()));
    for command in [&["serve"][..], &["migrate"], &["audit"], &["doctor"], &["tenants", "apply", "."]] {
        let ran = run(command, &settings).await;
        let said = ran.failure();
        for (name, _) in wrong {
            assert_eq!(said.lines().filter(|line| line.trim_start().starts_with(&format!("{name} "))).count(), 1, "{name}: {said}");
        }
        assert!(!said.contains("secret-and-short"), "{said}");
        assert_eq!(ran.out, "");
    }
}

#[tokio::test]
async fn settings_come_from_a_file_and_the_environment_goes_before_it() {
    let (folder, stores) = (Scratch::new(), stores().await);
    let lines: Vec<String> = stores.iter().map(|(name, value)| format!("{name} = \"{value}\"\n")).collect();
    let text = format!("# where things are\n\n{}", lines.concat());
    let file = folder.file("settings", &text);
    let by_option = run(&["doctor", "--config", &file], &[]).await;
    assert_eq!(by_option.lines().last(), Some(&"nothing stands in the way"), "{by_option}");
    run(&["doctor"], &[("SHOPHOUSE_CONFIG_FILE", file.clone())]).await.lines();
    let ran = run(&["doctor", "--config", &file], &[("SHOPHOUSE_REDIS_URL", "redis://127.0.0.1:1".to_owned())]).await;
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.contains("FAIL  Redis answers"), "{ran}");

    let torn = folder.file("torn", "SHOPHOUSE_DEMO=0\nSHOPHOUSE_LISTEN\n");
    assert!(run(&["doctor", "--config", &torn], &[]).await.failure().contains("line 2 of the settings file is not NAME=value"));
    let missing = folder.0.join("missing").display().to_string();
    assert!(run(&["doctor", "--config", &missing], &[]).await.failure().contains(&missing));
}

#[tokio::test]
async fn a_setting_nobody_knows_is_warned_about_and_no_more() {
    let ran = run(&["doctor"], &but(stores().await, "SHOPHOUSE_COLOUR", "red")).await;
    ran.lines();
    let warned: Vec<&str> = ran.err.lines().filter(|line| line.contains("SHOPHOUSE_COLOUR")).collect();
    assert_eq!(warned.len(), 1, "{ran}");
    assert!(warned[0].contains("WARN") && warned[0].contains("is no setting of ours"), "{}", warned[0]);
}

#[tokio::test]
async fn the_doctor_finds_nothing_wrong_here_and_says_what_is_wrong_elsewhere() {
    let (stores, urls) = (stores().await, &server().await.stores);
    let well = run(&["doctor"], &stores).await;
    assert_eq!(well.lines().last(), Some(&"nothing stands in the way"), "{well}");
    assert!(well.lines().iter().all(|line| line.starts_with("ok    ") || *line == "nothing stands in the way"), "{well}");

    let ill =
        run(&["doctor"], &but(but(stores, "SHOPHOUSE_DATABASE_URL", &urls.superuser_url), "SHOPHOUSE_REDIS_URL", "redis://127.0.0.1:1"))
            .await;
    assert_eq!(ill.code, Some(1), "{ill}");
    for part in
        ["FAIL  the database role is held by row-level security", "FAIL  Redis answers", "ok    PostgreSQL answers", "things to mend"]
    {
        assert!(ill.out.contains(part), "{part}: {ill}");
    }
}

#[tokio::test]
async fn the_documents_written_are_those_served_and_committed() {
    let folder = Scratch::new();
    let out = folder.0.join("openapi").display().to_string();
    run(&["openapi", "--out", &out], &[]).await.lines();
    let (place, committed) = (server().await.place, PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi")));
    for (audience, prefix) in [("platform", "/api/platform/v1"), ("store", "/api/store/v1"), ("admin", "/api/admin/v1")] {
        let written = fs::read_to_string(format!("{out}/{audience}.json")).unwrap();
        let document: Value = serde_json::from_str(&written).unwrap();
        assert_eq!(document["openapi"], json!("3.1.0"));
        assert_eq!(document, Actor::new(place, place.base_host(), prefix).get("/openapi.json").await.expect(200));
        if committed.is_dir() {
            let known = fs::read_to_string(committed.join(format!("{audience}.json"))).unwrap();
            assert!(known == written, "openapi/{audience}.json is out of date: run bin/prepare");
        }
    }
}

#[tokio::test]
async fn serve_refuses_a_role_that_sees_past_the_policies() {
    let urls = &server().await.stores;
    let (superuser, owner) = (urls.superuser_url.clone(), urls.owner_url.clone());
    for (url, said) in [(superuser, "sees past row-level security"), (owner, "could switch their policies off")] {
        let settings = but(but(stores().await, "SHOPHOUSE_DATABASE_URL", &url), "SHOPHOUSE_LISTEN", "127.0.0.1:0");
        let ran = run(&["serve"], &settings).await;
        assert!(ran.failure().contains("SHOPHOUSE_DATABASE_URL signs in as") && ran.err.contains(said), "{ran}");
        assert!(!ran.out.contains("is open at"), "{ran}");
        // What reads every shop is refused too.
        assert!(run(&["audit"], &settings).await.failure().contains(said));
    }
}

#[tokio::test]
async fn serve_refuses_a_schema_that_is_behind_until_it_is_migrated() {
    let (fresh, urls) = (Fresh::new().await, &server().await.stores);
    let settings = but(but(stores().await, "SHOPHOUSE_DATABASE_URL", &fresh.at(&urls.app_url)), "SHOPHOUSE_LISTEN", "127.0.0.1:0");
    let ran = run(&["serve"], &settings).await;
    assert!(ran.failure().contains("run `shophouse migrate` as the role that owns it"), "{ran}");
    // The role that serves may not migrate.
    assert_eq!(run(&["migrate"], &settings).await.code, Some(1));
    let owner = but(settings.clone(), "SHOPHOUSE_DATABASE_URL", &fresh.at(&urls.owner_url));
    let migrations = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations")).unwrap();
    let count = migrations.filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|ending| ending == "sql")).count();
    assert_eq!(run(&["migrate"], &owner).await.lines(), [format!("applied {count} migrations")]);
    assert_eq!(run(&["migrate"], &owner).await.lines(), ["the schema is up to date"]);

    let mut serving = Serving::start(settings.clone()).await;
    assert_eq!(ready(serving.port).await, 200);
    serving.signal("TERM").await;
    assert_eq!(serving.child.wait().await.unwrap().code(), Some(0));
    assert_eq!(run(&["audit"], &settings).await.lines(), ["0 shops checked, 0 differences"]);
    fresh.drop().await;
}

async fn ready(port: u16) -> u16 {
    let place = Place { port };
    Actor::new(place, place.base_host(), "").get("/readyz").await.status
}

#[tokio::test]
async fn a_second_server_on_one_address_says_so() {
    let port = server().await.place.port;
    let ran = run(&["serve"], &but(stores().await, "SHOPHOUSE_LISTEN", &format!("127.0.0.1:{port}"))).await;
    assert!(ran.failure().contains(&format!("SHOPHOUSE_LISTEN: cannot listen on 127.0.0.1:{port}")), "{ran}");
}

#[tokio::test]
async fn a_server_told_to_end_finishes_what_it_accepted() {
    let shop = Shop::open().await;
    for signal in ["TERM", "INT"] {
        let mut serving = Serving::start(stores().await).await;
        let (port, email) = (serving.port, format!("{}@example.org", word(10)));
        let body = json!({ "name": "An", "email": email, "password": PASSWORD }).to_string();
        let head = format!(
            "POST /api/store/v1/customers HTTP/1.1\r\nHost: {}.localhost:{port}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
            shop.handle,
            body.len()
        );
        let mut caller = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        caller.write_all(head.as_bytes()).await.unwrap();
        // The server asks for the body: the request is accepted.
        let mut asked = [0; 25];
        caller.read_exact(&mut asked).await.unwrap();
        assert_eq!(&asked, b"HTTP/1.1 100 Continue\r\n\r\n");
        serving.signal(signal).await;
        let said = serving.logged("going down").await;
        assert!(said.contains("(1 connections)"), "{said}");
        TcpStream::connect(("127.0.0.1", port)).await.unwrap_err();
        caller.write_all(body.as_bytes()).await.unwrap();
        let mut answer = String::new();
        caller.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
        assert_eq!(serving.child.wait().await.unwrap().code(), Some(0));
        let login = json!({ "login": email, "password": PASSWORD });
        shop.visitor().post("/sessions").json(login).await.expect(201);
    }
}
