use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{Display, Write},
    sync::LazyLock,
};

use rust_embed::RustEmbed;

use super::Lang;

#[derive(RustEmbed)]
#[folder = "templates/locales/"]
#[include = "*.toml"]
struct Files;

/// A catalogue file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// Not TOML, or not UTF-8.
    #[error("locales/{file}: {reason}")]
    Unreadable {
        /// The file below `templates/locales/`.
        file: String,
        /// What the parser said.
        reason: String,
    },
    /// A value that is neither a text nor a table.
    #[error("locales/{file}: `{key}` must be a text")]
    NotText {
        /// The file below `templates/locales/`.
        file: String,
        /// The dotted key.
        key: String,
    },
    /// One key in two files of a language.
    #[error("locales/{file}: `{key}` is already in another file")]
    Twice {
        /// The file below `templates/locales/`.
        file: String,
        /// The dotted key.
        key: String,
    },
}

/// Dotted key to text, one map a language.
#[derive(Default)]
struct Catalogues {
    vi: BTreeMap<String, String>,
    en: BTreeMap<String, String>,
}

impl Catalogues {
    fn of(&self, lang: Lang) -> &BTreeMap<String, String> {
        match lang {
            Lang::Vi => &self.vi,
            Lang::En => &self.en,
        }
    }

    fn of_mut(&mut self, lang: Lang) -> &mut BTreeMap<String, String> {
        match lang {
            Lang::Vi => &mut self.vi,
            Lang::En => &mut self.en,
        }
    }
}

static CATALOGUES: LazyLock<Result<Catalogues, CatalogueError>> = LazyLock::new(read_all);

fn read_all() -> Result<Catalogues, CatalogueError> {
    let mut catalogues = Catalogues::default();
    for file in Files::iter() {
        let Some(lang) = file.split('/').next().and_then(|code| code.parse().ok()) else {
            continue;
        };
        let Some(embedded) = Files::get(&file) else {
            continue;
        };
        let unreadable = |reason: String| CatalogueError::Unreadable { file: file.clone().into_owned(), reason };
        let text = std::str::from_utf8(&embedded.data).map_err(|error| unreadable(error.to_string()))?;
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| unreadable(error.to_string()))?;
        flatten(&file, "", &table, catalogues.of_mut(lang))?;
    }
    Ok(catalogues)
}

fn flatten(file: &str, prefix: &str, table: &toml::Table, into: &mut BTreeMap<String, String>) -> Result<(), CatalogueError> {
    for (name, value) in table {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            toml::Value::Table(inner) => flatten(file, &key, inner, into)?,
            toml::Value::String(text) => {
                if into.insert(key.clone(), text.clone()).is_some() {
                    return Err(CatalogueError::Twice { file: file.to_owned(), key });
                }
            }
            _ => return Err(CatalogueError::NotText { file: file.to_owned(), key }),
        }
    }
    Ok(())
}

/// Whether the embedded catalogues can be read; asked once at start, so that a bad file stops the server and not a visitor.
///
/// # Errors
/// The first file that cannot be used.
pub fn check() -> Result<(), CatalogueError> {
    CATALOGUES.as_ref().map(|_| ()).map_err(Clone::clone)
}

/// The text behind a key, with `{name}` filled from `args`. With an argument `n` the plural form of that count is taken where
/// there is one. A missing key answers the key itself; a placeholder without an argument stays as written.
#[must_use]
pub fn translate(lang: Lang, key: &str, args: &[(&str, &dyn Display)]) -> String {
    match find(lang, key, args) {
        Some(text) => fill(text, args),
        None => key.to_owned(),
    }
}

/// Whether [`translate`] would find a text, as it is asked there (plural forms included).
#[must_use]
pub fn has_key(lang: Lang, key: &str, args: &[(&str, &dyn Display)]) -> bool {
    find(lang, key, args).is_some()
}

fn find(lang: Lang, key: &str, args: &[(&str, &dyn Display)]) -> Option<&'static str> {
    let texts = CATALOGUES.as_ref().ok()?.of(lang);
    if let Some((_, count)) = args.iter().find(|(name, _)| *name == "n") {
        let form = lang.plural(&count.to_string());
        for form in [form, "other"] {
            if let Some(text) = texts.get(&format!("{key}.{form}")) {
                return Some(text);
            }
        }
    }
    texts.get(key).map(String::as_str)
}

fn fill(text: &str, args: &[(&str, &dyn Display)]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let argument = after.split_once('}').and_then(|(name, tail)| Some((args.iter().find(|(known, _)| *known == name)?.1, tail)));
        if let Some((value, tail)) = argument {
            // Writing to a String does not fail; the value's own Display might, and then shows nothing.
            if write!(filled, "{value}").is_err() {
                return text.to_owned();
            }
            rest = tail;
        } else {
            filled.push('{');
            rest = after;
        }
    }
    filled.push_str(rest);
    filled
}

/// Every key of a language, with English `.one` forms left out: they are a form of their `.other`, not a text of their own.
#[must_use]
pub fn keys(lang: Lang) -> BTreeSet<&'static str> {
    let Ok(catalogues) = CATALOGUES.as_ref() else {
        return BTreeSet::new();
    };
    let texts = catalogues.of(lang);
    texts
        .keys()
        .map(String::as_str)
        .filter(|key| key.strip_suffix(".one").is_none_or(|stem| !texts.contains_key(&format!("{stem}.other"))))
        .collect()
}

/// The placeholders in a key's text.
#[must_use]
pub fn placeholders(lang: Lang, key: &str) -> BTreeSet<&'static str> {
    let Some(text) = CATALOGUES.as_ref().ok().and_then(|catalogues| catalogues.of(lang).get(key)) else {
        return BTreeSet::new();
    };
    text.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name)).collect()
}

#[cfg(test)]
mod tests {
    use super::{Lang, check, fill, keys, placeholders, translate};

    #[test]
    fn both_languages_have_the_same_keys() {
        assert_eq!(check(), Ok(()));
        let (vi, en) = (keys(Lang::Vi), keys(Lang::En));
        let only_vi: Vec<_> = vi.difference(&en).collect();
        let only_en: Vec<_> = en.difference(&vi).collect();
        assert!(only_vi.is_empty() && only_en.is_empty(), "only in vi: {only_vi:?}; only in en: {only_en:?}");
    }

    #[test]
    fn both_languages_have_the_same_placeholders() {
        for key in keys(Lang::Vi) {
            assert_eq!(placeholders(Lang::Vi, key), placeholders(Lang::En, key), "{key}");
        }
    }

    #[test]
    fn a_count_chooses_its_plural_form() {
        assert_eq!(translate(Lang::En, "cart.items", &[("n", &1)]), "1 item");
        assert_eq!(translate(Lang::En, "cart.items", &[("n", &3)]), "3 items");
        assert_eq!(translate(Lang::Vi, "cart.items", &[("n", &1)]), "1 sản phẩm");
    }

    #[test]
    fn a_missing_key_is_shown_as_itself() {
        assert_eq!(translate(Lang::Vi, "no.such.key", &[]), "no.such.key");
    }

    #[test]
    fn only_known_placeholders_are_filled_and_values_are_not_read_again() {
        assert_eq!(fill("{a} {b} {", &[("a", &"{b}"), ("c", &1)]), "{b} {b} {");
    }
}
