//! One row for each combination of the options' values.

use super::form::{MAX_ROWS, OPTIONS, ProductForm, VariantRow};
use crate::kernel::{Flaw, Slug};

/// Makes the rows of all combinations, in their order. A row that has a combination's values keeps all its fields; a stored variant
/// that lacks a value (the option is new) takes the first combination that fits it, so that it keeps its stock. Other rows go, but
/// for stored variants, which only the person may give up.
///
/// # Errors
/// `too_many` when there are more combinations than a form shows; the rows then stay as they are.
pub(super) fn make_rows(form: &mut ProductForm) -> Result<(), Flaw> {
    let lists: Vec<Vec<String>> =
        form.options.iter().map(|option| if option.name.trim().is_empty() { Vec::new() } else { option.list() }).collect();
    let count = lists.iter().filter(|list| !list.is_empty()).try_fold(1_usize, |count, list| count.checked_mul(list.len()));
    if count.is_none_or(|count| count > MAX_ROWS) {
        return Err(Flaw::new("too_many").with("max", MAX_ROWS));
    }
    if lists.iter().all(Vec::is_empty) {
        return Ok(());
    }
    let wanted = combinations(&lists);
    let first = form.variants.iter().find(|row| !row.is_blank()).cloned().unwrap_or_default();
    let stem = stem(&first);
    let mut left: Vec<Option<VariantRow>> = form.variants.drain(..).map(Some).collect();
    let mut rows: Vec<Option<VariantRow>> = wanted.iter().map(|values| take(&mut left, |row| trimmed(row) == *values)).collect();
    for (row, values) in rows.iter_mut().zip(&wanted) {
        if row.is_none() {
            let mut adopted = take(&mut left, |row| !row.variant_id.is_empty() && fits(row, values));
            if let Some(adopted) = &mut adopted {
                adopted.options.clone_from(values);
            }
            *row = adopted;
        }
    }
    let made = rows.into_iter().zip(wanted).map(|(row, values)| row.unwrap_or_else(|| new_row(&first, &stem, values)));
    form.variants = made.chain(left.into_iter().flatten().filter(|row| !row.variant_id.is_empty())).collect();
    Ok(())
}

type Values = [String; OPTIONS];

fn combinations(lists: &[Vec<String>]) -> Vec<Values> {
    let mut made = vec![Values::default()];
    for (n, list) in lists.iter().enumerate().take(OPTIONS).filter(|(_, list)| !list.is_empty()) {
        made = made
            .iter()
            .flat_map(|values| {
                list.iter().map(move |value| {
                    let mut values = values.clone();
                    values[n].clone_from(value);
                    values
                })
            })
            .collect();
    }
    made
}

fn trimmed(row: &VariantRow) -> Values {
    row.options.each_ref().map(|value| value.trim().to_owned())
}

/// Whether each value the row has is the combination's, and it lacks at least one.
fn fits(row: &VariantRow, values: &Values) -> bool {
    let own = trimmed(row);
    own.iter().zip(values).all(|(own, value)| own.is_empty() || own == value) && own.iter().any(String::is_empty)
}

fn take(rows: &mut [Option<VariantRow>], wanted: impl Fn(&VariantRow) -> bool) -> Option<VariantRow> {
    rows.iter_mut().find(|row| row.as_ref().is_some_and(&wanted))?.take()
}

fn new_row(first: &VariantRow, stem: &str, values: Values) -> VariantRow {
    let sku = if stem.is_empty() { String::new() } else { format!("{stem}{}", suffix(&values)) };
    VariantRow {
        sku: if sku.chars().count() <= 64 { sku } else { String::new() },
        options: values,
        price: first.price.clone(),
        compare_at_price: first.compare_at_price.clone(),
        cost: first.cost.clone(),
        weight_g: first.weight_g.clone(),
        ..VariantRow::default()
    }
}

/// The first row's SKU without what its own values added to it: `AO-DO-M` of a red M is `AO`.
fn stem(first: &VariantRow) -> String {
    let sku = first.sku.trim();
    sku.strip_suffix(&suffix(&trimmed(first))).unwrap_or(sku).to_owned()
}

/// `-DO-M` for Đỏ and M.
fn suffix(values: &Values) -> String {
    let code = |value: &String| Slug::from_name(value).map(|slug| format!("-{}", slug.as_str().to_uppercase()));
    values.iter().filter_map(code).collect()
}

#[cfg(test)]
mod tests {
    use super::super::form::OptionRow;
    use super::*;

    fn form(options: &[(&str, &str)], rows: &[VariantRow]) -> ProductForm {
        let mut form = ProductForm { variants: rows.to_vec(), ..ProductForm::default() };
        form.options = options.iter().map(|(name, values)| OptionRow { name: (*name).to_owned(), values: (*values).to_owned() }).collect();
        form.options.resize_with(OPTIONS, OptionRow::default);
        form
    }

    fn row(id: &str, sku: &str, price: &str, values: &[&str]) -> VariantRow {
        let mut row = VariantRow { variant_id: id.to_owned(), sku: sku.to_owned(), price: price.to_owned(), ..VariantRow::default() };
        for (slot, value) in row.options.iter_mut().zip(values) {
            (*value).clone_into(slot);
        }
        row
    }

    fn shown(form: &ProductForm) -> Vec<(String, String, String)> {
        form.variants.iter().map(|row| (row.options.join("/"), row.sku.clone(), row.price.clone())).collect()
    }

    fn is(form: &ProductForm, expected: &[(&str, &str, &str)]) {
        let expected: Vec<_> = expected.iter().map(|(a, b, c)| ((*a).to_owned(), (*b).to_owned(), (*c).to_owned())).collect();
        assert_eq!(shown(form), expected);
    }

    #[test]
    fn each_combination_gets_a_row_with_a_price_and_a_sku_of_its_own() {
        let mut form = form(&[("Màu", "Đỏ, Xanh lá,,Đỏ "), ("Cỡ", "M")], &[row("", "AO", "199.000", &[]), VariantRow::default()]);
        make_rows(&mut form).unwrap();
        is(&form, &[("Đỏ/M/", "AO-DO-M", "199.000"), ("Xanh lá/M/", "AO-XANH-LA-M", "199.000")]);
    }

    #[test]
    fn a_row_that_is_there_keeps_its_fields_and_a_stored_one_is_never_lost() {
        let rows = [row("1", "AO-DO", "100", &["Đỏ"]), row("2", "CU", "90", &["Tím"]), row("", "X", "80", &["Vàng"])];
        let mut form = form(&[("Màu", "Xanh, Đỏ")], &rows);
        make_rows(&mut form).unwrap();
        is(&form, &[("Xanh//", "AO-XANH", "100"), ("Đỏ//", "AO-DO", "100"), ("Tím//", "CU", "90")]);
    }

    #[test]
    fn a_stored_variant_takes_the_first_combination_of_an_option_that_is_new() {
        let rows = [row("1", "AO-DO", "100", &["Đỏ"]), row("2", "AO-XANH", "90", &["Xanh"])];
        let mut form = form(&[("Màu", "Đỏ, Xanh"), ("Cỡ", "S, M")], &rows);
        make_rows(&mut form).unwrap();
        let ids: Vec<_> = form.variants.iter().map(|row| (row.variant_id.as_str(), row.options.join("/"))).collect();
        assert_eq!(ids, [("1", "Đỏ/S/".to_owned()), ("", "Đỏ/M/".to_owned()), ("2", "Xanh/S/".to_owned()), ("", "Xanh/M/".to_owned())]);
    }

    #[test]
    fn more_than_a_form_shows_is_refused_and_changes_nothing() {
        let many = (0..101).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
        let before = [row("", "A", "1", &[])];
        let mut form = form(&[("Số", &many)], &before);
        assert_eq!(make_rows(&mut form).unwrap_err().code, "too_many");
        assert_eq!(form.variants, before);
    }
}
