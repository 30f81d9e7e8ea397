use std::path::Path;

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
    let figures = telemetry::start_metrics()?;
    // Bound first: a second server on the same address should find out before it starts a database.
    let listener = TcpListener::bind(config.server.listen)
        .await
        .with_context(|| format!("SHOPHOUSE_LISTEN: cannot listen on {}", config.server.listen))?;
    let backing = Backing::start(&config).await?;
    let served = prepare_and_serve(&config, &backing, listener, stop, figures).await;
    let stopped = backing.stop().await;
    served.and(stopped).map(|()| 0)
}

async fn prepare_and_serve(
    config: &Config,
    backing: &Backing,
    listener: TcpListener,
    stop: impl Future<Output = ()>,
    figures: metrics_exporter_prometheus::PrometheusHandle,
) -> anyhow::Result<()> {
    if let Some(owner_url) = &backing.owner_url {
        let applied = migrate(owner_url).await.context("the schema could not be brought up to date")?;
        if applied > 0 {
            tracing::info!("applied {applied} migrations");
        }
    }
    let mut app = App::build(config, backing, Clock::system())?;
    app.services.db.check_role().await?;
    anyhow::ensure!(
        app.services.db.schema_is_current().await?,
        "the database's schema is not the one this program was built for; run `shophouse migrate` as the role that owns it"
    );
    if config.demo {
        tenants::apply_demo(&app.services).await.context("the demo shops in tenants/ could not be applied")?;
    }
    let metrics_task = match config.server.metrics_listen {
        Some(address) => Some(serve_metrics(address, figures).await?),
        None => None,
    };
    app.start();
    greet(config, Path::new("tenants").is_dir());
    let served = serve(&app, listener, stop).await;
    if let Some(task) = metrics_task {
        task.abort();
    }
    app.stop().await;
    served
}

async fn serve_metrics(
    address: std::net::SocketAddr,
    figures: metrics_exporter_prometheus::PrometheusHandle,
) -> anyhow::Result<tokio::task::JoinHandle<()>> {
    let listener = TcpListener::bind(address).await.with_context(|| format!("SHOPHOUSE_METRICS_LISTEN: cannot listen on {address}"))?;
    let router = axum::Router::new().route("/metrics", axum::routing::get(move || async move { figures.render() }));
    #[expect(clippy::disallowed_methods, reason = "a listener of its own, ended with the server")]
    Ok(tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "the metrics listener ended");
        }
    }))
}

/// Says where to look, once the server answers.
fn greet(config: &Config, demo_here: bool) {
    let base = &config.server.base_url;
    say(format!("\nShophouse is open at {base}"));
    if config.demo && demo_here {
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
