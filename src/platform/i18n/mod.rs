//! Languages and the words people read.
//!
//! Owns the catalogues in `templates/locales/{vi,en}/*.toml`, embedded in the binary, and the choice of a language from what a
//! browser asks for. Promises: a key that is missing is shown as itself, never an error to a visitor; both languages have the
//! same keys and placeholders (tested). Leaves to others: formatting of money (`kernel`) and of dates (`platform::templates`).
//!
//! To add a text: the same dotted key in a file of each language; `{name}` is filled from the arguments. A text that depends on
//! a count has `key.other` (and `key.one` in English) and is asked for with the argument `n`. To add a language: a folder, a
//! [`Lang`] variant, its plural rule.

mod catalogue;
mod lang;

pub use catalogue::{CatalogueError, check, has_key, keys, placeholders, translate};
pub use lang::{Lang, UnknownLang};
