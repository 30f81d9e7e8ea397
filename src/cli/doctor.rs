use super::say;
use crate::app::{App, Backing};
use crate::kernel::Clock;
use crate::platform::Limits;
use crate::platform::config::Config;

pub(super) async fn run(config: &Config) -> anyhow::Result<i32> {
    let mut report = Report::default();
    let data_dir = &config.server.data_dir;
    let writable = std::fs::create_dir_all(data_dir).and_then(|()| {
        let probe = data_dir.join(".doctor");
        std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe))
    });
    report.check(format!("the data folder {} can be written", data_dir.display()), writable.map_err(Into::into));
    if config.security.limits == Limits::Off {
        report.note("SHOPHOUSE_LIMITS is off: sign-in and sign-up are not held back");
    }
    if config.server.base_url.starts_with("http://") && !config.server.listen.ip().is_loopback() {
        report.note(
            "SHOPHOUSE_BASE_URL is http:// on a public address: cookies travel unencrypted; use https:// behind a proxy that ends TLS",
        );
    }
    match Backing::start(config).await {
        Ok(backing) => {
            let app = App::build(config, &backing, Clock::system())?;
            look(&mut report, &app).await;
            app.stop().await;
            backing.stop().await?;
        }
        Err(error) => report.check("PostgreSQL and Redis can be had", Err(error)),
    }
    say(if report.failed == 0 { "nothing stands in the way".to_owned() } else { format!("{} things to mend", report.failed) });
    Ok(i32::from(report.failed > 0))
}

async fn look(report: &mut Report, app: &App) {
    let services = &app.services;
    report.check("PostgreSQL answers", services.db.ping().await.map_err(Into::into));
    report.check("PostgreSQL is new enough (15.14, 16.10, 17.6 or later)", services.db.check_version().await);
    report.check("the database role is held by row-level security", services.db.check_role().await);
    let schema = match services.db.schema_is_current().await {
        Ok(true) => Ok(()),
        Ok(false) => Err(anyhow::anyhow!("run `shophouse migrate` as the role that owns the schema")),
        Err(error) => Err(error.into()),
    };
    report.check("the schema is up to date", schema);
    report.check("Redis answers", services.redis.ping().await.map_err(Into::into));
    let policy = match services.redis.eviction_policy().await {
        Ok(policy) if policy == "noeviction" => Ok(()),
        Ok(policy) => {
            Err(anyhow::anyhow!("maxmemory-policy is {policy}: Redis would drop carts and stock when it is full; set noeviction"))
        }
        Err(error) => Err(error.into()),
    };
    report.check("Redis keeps what it is given", policy);
}

#[derive(Default)]
struct Report {
    failed: usize,
}

impl Report {
    fn check(&mut self, what: impl std::fmt::Display, result: anyhow::Result<()>) {
        match result {
            Ok(()) => say(format!("ok    {what}")),
            Err(error) => {
                self.failed += 1;
                say(format!("FAIL  {what}: {error:#}"));
            }
        }
    }

    #[expect(clippy::unused_self, reason = "a line of the report, though it counts for nothing")]
    fn note(&self, what: &str) {
        say(format!("note  {what}"));
    }
}
