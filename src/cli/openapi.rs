use std::path::Path;

use anyhow::Context;

use super::say;
use crate::app::documents;

pub(super) fn run(out: &Path) -> anyhow::Result<i32> {
    let documents = documents();
    std::fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    for (name, document) in [("platform", &documents.platform), ("store", &documents.store), ("admin", &documents.admin)] {
        let path = out.join(format!("{name}.json"));
        let mut text = document.to_pretty_json()?;
        text.push('\n');
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        say(path.display());
    }
    Ok(0)
}
