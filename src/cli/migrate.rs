use super::say;
use crate::app::Backing;
use crate::platform::config::Config;
use crate::platform::migrate;

pub(super) async fn run(config: &Config) -> anyhow::Result<i32> {
    let backing = Backing::start(config).await?;
    // With a managed database the role of this very command is the owner's, unless another is named.
    let url = backing.owner_url.clone().unwrap_or_else(|| backing.database_url.clone());
    let applied = migrate(&url).await;
    backing.stop().await?;
    match applied? {
        0 => say("the schema is up to date"),
        1 => say("applied 1 migration"),
        n => say(format!("applied {n} migrations")),
    }
    Ok(0)
}
