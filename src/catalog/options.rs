use std::collections::{BTreeMap, BTreeSet};

use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;

use crate::kernel::{Check, Flaw, Invalid, line};

/// The most options a product may have.
pub const MAX_OPTIONS: usize = 3;
/// The most values an option may have.
pub const MAX_VALUES: usize = 100;
/// The most variants a product may have.
pub const MAX_VARIANTS: usize = 250;

/// Something a shopper chooses: its name and the values on offer, in the order they are shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductOption {
    /// What is chosen, e.g. `Màu`; at most 60 characters.
    #[schema(min_length = 1, max_length = 60)]
    pub name: String,
    /// What there is to choose from; at most 100 values of at most 100 characters.
    #[schema(min_items = 1, max_items = 100)]
    pub values: Vec<String>,
}

/// Parses a product's options: at most 3, each with 1–100 values, no name and no value twice.
///
/// # Errors
/// The flaws of all options, with pointers inside the list.
pub(super) fn parse_options(input: &[ProductOption]) -> Result<Vec<ProductOption>, Invalid> {
    if input.len() > MAX_OPTIONS {
        return Err(Invalid::at("", Flaw::new("too_many").with("max", MAX_OPTIONS)));
    }
    let mut check = Check::default();
    let mut names = BTreeSet::new();
    let mut options = Vec::with_capacity(input.len());
    for (i, option) in input.iter().enumerate() {
        let name = check.at(format!("/{i}/name"), line(&option.name, 1, 60).and_then(|name| unseen(&mut names, name)));
        let values = parse_values(&option.values);
        match values {
            Ok(values) => options.extend(name.map(|name| ProductOption { name, values })),
            Err(invalid) => check.nest(&format!("/{i}/values"), invalid),
        }
    }
    check.finish()?;
    Ok(options)
}

fn parse_values(input: &[String]) -> Result<Vec<String>, Invalid> {
    if input.is_empty() {
        return Err(Invalid::at("", Flaw::new("required")));
    }
    if input.len() > MAX_VALUES {
        return Err(Invalid::at("", Flaw::new("too_many").with("max", MAX_VALUES)));
    }
    let mut check = Check::default();
    let mut seen = BTreeSet::new();
    let values: Vec<String> = input
        .iter()
        .enumerate()
        .filter_map(|(i, value)| check.at(format!("/{i}"), line(value, 1, 100).and_then(|value| unseen(&mut seen, value))))
        .collect();
    check.finish()?;
    Ok(values)
}

fn unseen(seen: &mut BTreeSet<String>, text: String) -> Result<String, Flaw> {
    if seen.insert(text.clone()) { Ok(text) } else { Err(Flaw::new("duplicate")) }
}

/// The values a variant chose, in the order of the product's options: exactly one for each, among those on offer.
///
/// # Errors
/// `required` at an option without a value, `unknown` at a name that is no option, `not_allowed` at a value not on offer; pointers
/// are inside the variant's `options`.
pub(super) fn parse_choice(options: &[ProductOption], chosen: &BTreeMap<String, String>) -> Result<Vec<String>, Invalid> {
    let mut check = Check::default();
    let mut by_name = BTreeMap::new();
    for (name, value) in chosen {
        let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        match line(name, 1, 60) {
            Ok(known) if options.iter().any(|option| option.name == known) => {
                by_name.insert(known, (pointer, value));
            }
            _ => check.flaw(pointer, Flaw::new("unknown")),
        }
    }
    let mut values = Vec::with_capacity(options.len());
    for option in options {
        match by_name.get(&option.name) {
            None => check.flaw(format!("/{}", option.name.replace('~', "~0").replace('/', "~1")), Flaw::new("required")),
            Some((pointer, value)) => {
                let on_offer = |value: String| if option.values.contains(&value) { Ok(value) } else { Err(Flaw::new("not_allowed")) };
                values.extend(check.at(pointer.clone(), line(value, 1, 100).and_then(on_offer)));
            }
        }
    }
    check.finish()?;
    Ok(values)
}

/// Whether a variant's stored values are still on offer, after the product's options changed.
pub(super) fn fits(options: &[ProductOption], values: &[String]) -> bool {
    options.len() == values.len() && options.iter().zip(values).all(|(option, value)| option.values.contains(value))
}

/// A variant's values beside the names of what was chosen.
pub(super) fn named(options: &[ProductOption], values: Vec<String>) -> Vec<(String, String)> {
    options.iter().map(|option| option.name.clone()).zip(values).collect()
}

/// Writes pairs as an object that keeps their order: `{"Màu": "Đỏ", "Cỡ": "M"}`.
///
/// # Errors
/// What the serializer says.
pub fn serialize_choices<S: Serializer>(pairs: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(pairs.len()))?;
    for (name, value) in pairs {
        map.serialize_entry(name, value)?;
    }
    map.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn option(name: &str, values: &[&str]) -> ProductOption {
        ProductOption { name: name.to_owned(), values: values.iter().map(|&v| v.to_owned()).collect() }
    }

    fn chosen(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    fn flaws(invalid: Invalid) -> Vec<(String, &'static str)> {
        invalid.0.into_iter().map(|error| (error.pointer, error.flaw.code)).collect()
    }

    fn shirt() -> Vec<ProductOption> {
        vec![option("Màu", &["Đỏ", "Xanh"]), option("Cỡ", &["S", "M"])]
    }

    #[test]
    fn options_are_trimmed_and_kept_in_order() {
        let parsed = parse_options(&[option(" Màu ", &[" Đỏ", "Xanh"]), option("Cỡ", &["M"])]).unwrap();
        assert_eq!(parsed, vec![option("Màu", &["Đỏ", "Xanh"]), option("Cỡ", &["M"])]);
    }

    #[test]
    fn a_name_or_a_value_said_twice_is_refused_where_it_is() {
        let invalid = parse_options(&[option("Màu", &["Đỏ", "Đỏ "]), option("Màu", &["M"])]).unwrap_err();
        assert_eq!(flaws(invalid), [("/0/values/1".to_owned(), "duplicate"), ("/1/name".to_owned(), "duplicate")]);
    }

    #[test]
    fn there_are_three_options_and_a_hundred_values_at_most() {
        let many: Vec<String> = (0..=MAX_VALUES).map(|i| i.to_string()).collect();
        let invalid = parse_options(&[ProductOption { name: "Cỡ".to_owned(), values: many }]).unwrap_err();
        assert_eq!(flaws(invalid), [("/0/values".to_owned(), "too_many")]);
        let four = ["a", "b", "c", "d"].map(|name| option(name, &["1"]));
        assert_eq!(flaws(parse_options(&four).unwrap_err()), [(String::new(), "too_many")]);
        assert_eq!(flaws(parse_options(&[option("a", &[])]).unwrap_err()), [("/0/values".to_owned(), "required")]);
    }

    #[test]
    fn a_choice_is_put_into_the_order_of_the_options() {
        assert_eq!(parse_choice(&shirt(), &chosen(&[("Cỡ", "M"), ("Màu", "Đỏ")])).unwrap(), ["Đỏ", "M"]);
        assert_eq!(parse_choice(&[], &BTreeMap::new()).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn a_choice_names_every_option_and_nothing_else() {
        let invalid = parse_choice(&shirt(), &chosen(&[("Màu", "Tím"), ("a/b~c", "1")])).unwrap_err();
        assert_eq!(
            flaws(invalid),
            [("/a~1b~0c".to_owned(), "unknown"), ("/Màu".to_owned(), "not_allowed"), ("/Cỡ".to_owned(), "required")]
        );
        assert_eq!(flaws(parse_choice(&[], &chosen(&[("Màu", "Đỏ")])).unwrap_err()), [("/Màu".to_owned(), "unknown")]);
    }

    #[test]
    fn stored_values_fit_while_each_is_on_offer_at_its_place() {
        let values = ["Đỏ".to_owned(), "M".to_owned()];
        assert!(fits(&shirt(), &values));
        assert!(!fits(&shirt()[..1], &values));
        assert!(!fits(&[shirt()[1].clone(), shirt()[0].clone()], &values));
    }
}
