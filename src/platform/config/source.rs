use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

use super::Mistakes;

/// Every setting there is; any other `SHOPHOUSE_…` in the environment is warned about.
pub const KNOWN: &[&str] = &[
    "SHOPHOUSE_LISTEN",
    "SHOPHOUSE_BASE_URL",
    "SHOPHOUSE_METRICS_LISTEN",
    "SHOPHOUSE_DATA_DIR",
    "SHOPHOUSE_DATABASE_URL",
    "SHOPHOUSE_MIGRATION_DATABASE_URL",
    "SHOPHOUSE_DATABASE_CONNECTIONS",
    "SHOPHOUSE_REDIS_URL",
    "SHOPHOUSE_MASTER_KEY",
    "SHOPHOUSE_LIMITS",
    "SHOPHOUSE_DEMO",
    "SHOPHOUSE_LOG",
    "SHOPHOUSE_CONFIG_FILE",
];

/// Where settings are read from.
#[derive(Debug, Clone, Default)]
pub struct Source {
    values: BTreeMap<String, String>,
}

impl Source {
    /// The environment, over the lines of a file when one is named.
    ///
    /// # Errors
    /// When the named file cannot be read.
    pub fn environment(file: Option<&Path>) -> anyhow::Result<Self> {
        #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
        let environment: BTreeMap<String, String> = std::env::vars().filter(|(name, _)| name.starts_with("SHOPHOUSE_")).collect();
        let named = environment.get("SHOPHOUSE_CONFIG_FILE").map(Path::new);
        let mut values = BTreeMap::new();
        if let Some(file) = file.or(named) {
            let text =
                std::fs::read_to_string(file).map_err(|error| anyhow::anyhow!("cannot read settings from {}: {error}", file.display()))?;
            values = lines(&text)?;
        }
        values.extend(environment);
        Ok(Self { values })
    }

    /// Settings given directly.
    pub fn of(values: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { values: values.into_iter().collect() }
    }

    /// Names that look like settings and are none.
    pub fn unknown(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str).filter(|name| !KNOWN.contains(name))
    }

    /// A setting's text; an empty one counts as not set.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.values.get(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    pub(super) fn parsed<T: FromStr>(&self, mistakes: &mut Mistakes, name: &str, what: &str) -> Option<T> {
        let text = self.get(name)?;
        let value = text.parse().ok();
        if value.is_none() {
            mistakes.add(name, &format!("must be {what}"));
        }
        value
    }

    pub(super) fn url(&self, mistakes: &mut Mistakes, name: &str, schemes: &[&str]) -> Option<String> {
        let text = self.get(name)?;
        if text.split(',').all(|url| schemes.iter().any(|scheme| url.trim().starts_with(&format!("{scheme}://")))) {
            return Some(text);
        }
        mistakes.add(name, &format!("must begin with {}://", schemes.join(":// or ")));
        None
    }

    pub(super) fn flag(&self, mistakes: &mut Mistakes, name: &str) -> Option<bool> {
        match self.get(name)?.as_str() {
            "1" | "true" | "on" => Some(true),
            "0" | "false" | "off" => Some(false),
            _ => {
                mistakes.add(name, "must be 1 or 0");
                None
            }
        }
    }
}

fn lines(text: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let mut values = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, value) =
            line.split_once('=').ok_or_else(|| anyhow::anyhow!("line {} of the settings file is not NAME=value", number + 1))?;
        values.insert(name.trim().to_owned(), value.trim().trim_matches('"').to_owned());
    }
    Ok(values)
}
