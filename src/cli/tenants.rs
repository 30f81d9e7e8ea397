use crate::platform::{Services, config::Config};
use std::path::PathBuf;
pub(super) const DEMO_SHOPS: [(&str, &str); 2] = [("demo", "Mây & Lụa, Vietnamese clothing"), ("roastery", "Rang Mộc, a coffee roaster")];
pub(super) async fn apply_demo(_: &Services) -> anyhow::Result<()> {
    Ok(())
}
pub(super) async fn run(_: &Config, _: &[PathBuf]) -> anyhow::Result<i32> {
    Ok(0)
}
