use super::say;
use crate::app::{App, Backing};
use crate::inventory;
use crate::kernel::Clock;
use crate::platform::Services;
use crate::platform::config::Config;
use crate::tenancy;

pub(super) async fn run(config: &Config) -> anyhow::Result<i32> {
    let backing = Backing::start(config).await?;
    let app = App::build(config, &backing, Clock::system())?;
    let audited = audit(&app.services).await;
    app.stop().await;
    backing.stop().await?;
    let (shops, differences) = audited?;
    say(format!("{shops} shops checked, {differences} differences"));
    Ok(i32::from(differences > 0))
}

/// Checks each shop in a snapshot of its own: what is sold meanwhile is no difference.
async fn audit(services: &Services) -> anyhow::Result<(usize, usize)> {
    services.db.check_role().await?;
    let shops = tenancy::list_shops(&mut services.db.begin_platform().await?).await?;
    let mut differences = 0;
    for (shop, handle, _) in &shops {
        let mut tx = services.db.begin_snapshot(*shop).await?;
        for difference in inventory::audit_shop(&mut tx).await? {
            say(format!("{handle}: {difference}"));
            differences += 1;
        }
    }
    Ok((shops.len(), differences))
}
