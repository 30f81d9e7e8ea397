use std::path::PathBuf;

use anyhow::Context;

use super::say;
use crate::app::tenants::{self, ShopFiles};
use crate::app::{App, Backing};
use crate::kernel::Clock;
use crate::platform::config::Config;
use crate::platform::{Services, migrate};

/// The shops in `tenants/`, as `serve` introduces them.
pub(super) const DEMO_SHOPS: [(&str, &str); 2] = [("demo", "Mây & Lụa, Vietnamese clothing"), ("roastery", "Rang Mộc, a coffee roaster")];

/// Opens the demo shops that the binary carries, where they are not open yet: what was changed in one stays as it is. A demo shop
/// that cannot be opened keeps no other shop closed.
pub(super) async fn open_demo(services: &Services) {
    for files in tenants::embedded().unwrap_or_else(|error| {
        tracing::warn!("the demo shops cannot be read: {error:#}");
        Vec::new()
    }) {
        match tenants::open(services, &files).await {
            Ok(None) => {}
            Ok(Some(changes)) => tracing::info!("opened the demo shop {}: {} things made", files.shop.handle, changes.lines().len()),
            Err(error) => tracing::warn!("the demo shop {} was not opened: {error:#}", files.shop.handle),
        }
    }
}

pub(super) async fn run(config: &Config, folders: &[PathBuf]) -> anyhow::Result<i32> {
    // All folders are read before anything is changed: a mistake in the last one is known first.
    let shops = folders.iter().map(|folder| tenants::read(folder)).collect::<anyhow::Result<Vec<_>>>()?;
    let backing = Backing::start(config).await?;
    if let Some(owner_url) = &backing.owner_url {
        migrate(owner_url).await.context("the schema could not be brought up to date")?;
    }
    let app = App::build(config, &backing, Clock::system())?;
    let applied = apply_all(&app.services, &shops).await;
    app.stop().await;
    backing.stop().await?;
    applied.map(|()| 0)
}

async fn apply_all(services: &Services, shops: &[ShopFiles]) -> anyhow::Result<()> {
    services.db.check_role().await?;
    for files in shops {
        let handle = &files.shop.handle;
        let changes = tenants::apply(services, files).await.with_context(|| format!("shop {handle}"))?;
        for line in changes.lines() {
            say(format!("{handle}: {line}"));
        }
        if changes.lines().is_empty() {
            say(format!("{handle}: nothing to change"));
        }
    }
    Ok(())
}
