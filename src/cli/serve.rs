use anyhow::Context;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::{say, tenants};
use crate::app::{App, Backing, serve};
use crate::kernel::Clock;
use crate::platform::config::Config;
use crate::platform::{migrate, telemetry};

pub(super) async fn run(config: Config) -> anyhow::Result<i32> {
    let stop = stop_signal()?;
    // Bound first: a second server on the same address should find out before it starts a database.
    let listener = TcpListener::bind(config.server.listen)
        .await
        .with_context(|| format!("SHOPHOUSE_LISTEN: cannot listen on {}", config.server.listen))?;
    let backing = Backing::start(&config).await?;
    let served = prepare_and_serve(&config, &backing, listener, stop).await;
    let stopped = backing.stop().await;
    served.and(stopped).map(|()| 0)
}

async fn prepare_and_serve(
    config: &Config,
    backing: &Backing,
    listener: TcpListener,
    stop: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    if let Some(owner_url) = &backing.owner_url {
        let applied = migrate(owner_url).await.context("the schema could not be brought up to date")?;
        if applied > 0 {
            tracing::info!("applied {applied} migrations");
        }
    }
    let mut app = App::build(config, backing, Clock::system())?;
    app.services.db.check_role().await?;
    app.services.db.check_version().await?;
    anyhow::ensure!(
        app.services.db.schema_is_current().await?,
        "the database's schema is not the one this program was built for; run `shophouse migrate` as the role that owns it"
    );
    if config.demo {
        tenants::open_demo(&app.services).await;
    }
    let metrics_task = match config.server.metrics_listen {
        Some(address) => Some(serve_metrics(address).await?),
        None => None,
    };
    app.start();
    greet(config);
    let served = serve(&app, listener, stop).await;
    if let Some(task) = metrics_task {
        task.abort();
    }
    app.stop().await;
    served
}

async fn serve_metrics(address: std::net::SocketAddr) -> anyhow::Result<tokio::task::JoinHandle<()>> {
    let listener = TcpListener::bind(address).await.with_context(|| format!("SHOPHOUSE_METRICS_LISTEN: cannot listen on {address}"))?;
    // Counted only where somebody asks for it: what nobody collects would pile up.
    let figures = telemetry::start_metrics()?;
    let shown = figures.clone();
    let router = axum::Router::new().route("/metrics", axum::routing::get(move || async move { shown.render() }));
    #[expect(clippy::disallowed_methods, reason = "a listener of its own, ended with the server")]
    Ok(tokio::spawn(async move {
        let upkeep = async {
            loop {
                tokio::time::sleep(std::time::Duration::from_secs(5)).await;
                figures.run_upkeep();
            }
        };
        tokio::select! {
            served = axum::serve(listener, router) => {
                if let Err(error) = served {
                    tracing::error!(%error, "the metrics listener ended");
                }
            }
            () = upkeep => {}
        }
    }))
}

/// Says where to look, once the server answers.
fn greet(config: &Config) {
    let base = &config.server.base_url;
    say(format!("\nShophouse is open at {base}"));
    if config.demo {
        for (handle, what) in tenants::DEMO_SHOPS {
            let shop = shop_url(base, handle);
            say(format!("\n  {what}\n    storefront   {shop}\n    back office  {shop}/admin   owner@{handle}.example / demo shophouse 1"));
            say(format!("    shopper      khach@{handle}.example / demo shophouse 1"));
        }
    }
    say(format!("\n  sign up for a shop   {base}/sign-up\n  API documents        {base}/docs\n\nCtrl-C stops it.\n"));
}

fn shop_url(base: &str, handle: &str) -> String {
    base.replacen("://", &format!("://{handle}."), 1)
}

/// SIGTERM or Ctrl-C.
fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
