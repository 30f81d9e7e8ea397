//! What forms of several rows need besides `platform::pages`.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::kernel::{FieldError, Flaw, Id};
use crate::platform::http::Problem;
use crate::platform::i18n::Lang;
use crate::platform::pages::Fields;

/// What stands beside the fields of a form, by field; `form` is for the form as a whole.
pub(super) type Errors = BTreeMap<String, String>;

/// One choice of a list in a form.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
}

/// The rows ticked for removal, from 0.
pub(super) fn removed(fields: &Fields) -> BTreeSet<usize> {
    fields.all("remove").into_iter().filter_map(|row| row.parse().ok()).collect()
}

/// A value of a row as text; nothing where the row has none.
pub(super) fn cell(column: &[&str], row: usize) -> String {
    column.get(row).map(|text| (*text).to_owned()).unwrap_or_default()
}

/// An id chosen in a form: `None` for no choice, an id that is nobody's for what is no id, so that the domain refuses it.
pub(super) fn chosen<I: Id + std::str::FromStr>(fields: &Fields, name: &str) -> Option<I> {
    fields.given(name).map(|text| text.trim().parse().unwrap_or_else(|_| I::from_uuid(uuid::Uuid::nil())))
}

/// What a form may fill in, as a map of texts.
pub(super) fn filled<'a>(values: impl IntoIterator<Item = (&'a str, String)>) -> Map<String, Value> {
    values.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect()
}

/// A problem that the person can mend by typing something else belongs on the form; any other goes on to the error page.
pub(super) fn mendable(problem: impl Into<Problem>) -> Result<Problem, Problem> {
    let problem = problem.into();
    match problem.status() {
        StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY => Ok(problem),
        _ => Err(problem),
    }
}

/// The field that a pointer's first segment names, when the form has it.
pub(super) fn field_of(pointer: &str, fields: &[&str]) -> Option<String> {
    let first = pointer.strip_prefix('/')?.split('/').next()?;
    fields.contains(&first).then(|| first.to_owned())
}

/// The row and the field a pointer below `list` names: `/variants/2/price` is row 2, `price`; `/variants/2` is row 2, nothing.
pub(super) fn row_of<'a>(pointer: &'a str, list: &str) -> Option<(usize, &'a str)> {
    let mut parts = pointer.strip_prefix('/')?.split('/');
    (parts.next()? == list).then_some(())?;
    let row = parts.next()?.parse().ok()?;
    Some((row, parts.next().unwrap_or_default()))
}

/// The message of a flaw that the page itself found.
pub(super) fn message(lang: Lang, flaw: Flaw) -> String {
    Problem::message(lang, &FieldError { pointer: String::new(), flaw })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{CategoryId, Invalid};

    #[test]
    fn a_pointer_leads_to_its_row_or_its_field() {
        assert_eq!(row_of("/variants/2/price", "variants"), Some((2, "price")));
        assert_eq!(row_of("/variants/2", "variants"), Some((2, "")));
        assert_eq!(row_of("/variants", "variants"), None);
        assert_eq!(row_of("/lines/0/sku", "variants"), None);
        assert_eq!(field_of("/name", &["name"]).as_deref(), Some("name"));
        assert_eq!(field_of("", &["name"]), None);
    }

    #[test]
    fn only_what_the_person_can_mend_stays_on_the_form() {
        assert!(mendable(Invalid::at("/slug", Flaw::new("taken"))).is_ok());
        assert!(mendable(Problem::new(StatusCode::CONFLICT, "receipt-completed")).is_ok());
        assert!(mendable(Problem::internal()).is_err());
        assert!(mendable(Problem::not_found()).is_err());
    }

    #[test]
    fn rows_and_choices_are_read_as_they_were_sent() {
        let fields = Fields::parse(b"sku=A&sku=&remove=1&remove=x&category_id=&brand_id=7");
        assert_eq!(cell(&fields.all("sku"), 0), "A");
        assert_eq!(cell(&fields.all("price"), 0), "");
        assert_eq!(removed(&fields), BTreeSet::from([1]));
        assert_eq!(chosen::<CategoryId>(&fields, "category_id"), None);
        assert_eq!(chosen::<CategoryId>(&fields, "brand_id").map(CategoryId::uuid), Some(uuid::Uuid::nil()));
    }
}
