use std::collections::BTreeSet;

use super::input::{ProductInput, ProductPatch, VariantInput, VariantPatch};
use super::options::{MAX_VARIANTS, ProductOption, parse_choice, parse_options};
use crate::kernel::{BrandId, CategoryId, Check, Flaw, Invalid, LongText, Price, Sku, Slug, Status, SupplierId, VariantId, line};

/// What a product refers to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Refs {
    pub(super) category: Option<CategoryId>,
    pub(super) brand: Option<BrandId>,
    pub(super) supplier: Option<SupplierId>,
}

/// A product's own fields, every one of them parsed.
#[derive(Debug, Clone)]
pub(super) struct NewProduct {
    pub(super) name: String,
    /// `None`: to be made from the name.
    pub(super) slug: Option<String>,
    pub(super) description: String,
    pub(super) refs: Refs,
    pub(super) status: Status,
    pub(super) options: Vec<ProductOption>,
}

/// A variant, every field parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NewVariant {
    /// The variant that was meant by id.
    pub(super) id: Option<VariantId>,
    pub(super) sku: String,
    /// A value for each of the product's options, in their order.
    pub(super) option_values: Vec<String>,
    pub(super) price: i64,
    pub(super) compare_at_price: Option<i64>,
    pub(super) cost: Option<i64>,
    pub(super) barcode: String,
    pub(super) weight_g: Option<i32>,
}

/// Parses a new product and its variants.
///
/// # Errors
/// The flaws of all fields.
pub(super) fn parse_product(input: &ProductInput) -> Result<(NewProduct, Vec<NewVariant>), Invalid> {
    let mut check = Check::default();
    let name = check.at("/name", line(&input.name, 1, 200));
    let slug = check.opt("/slug", input.slug.as_deref(), parse_slug);
    let description = check.at("/description", parse_description(input.description.as_deref()));
    let status = check.at("/status", parse_status(input.status.unwrap_or(Status::Active)));
    let options = nested(&mut check, "/options", parse_options(&input.options));
    // Without readable options the variants are held to their other rules only once the options are mended.
    let variants = options.as_ref().and_then(|options| nested(&mut check, "/variants", parse_variants(options, &input.variants)));
    for (i, _) in input.variants.iter().enumerate().take(MAX_VARIANTS).filter(|(_, variant)| variant.id.is_some()) {
        check.flaw(format!("/variants/{i}/id"), Flaw::new("unknown"));
    }
    let refs = Refs { category: input.category_id, brand: input.brand_id, supplier: input.supplier_id };
    match (name, slug, description, status, options, variants) {
        (Some(name), Some(slug), Some(description), Some(status), Some(options), Some(variants)) => {
            check.finish()?;
            Ok((NewProduct { name, slug, description, refs, status, options }, variants))
        }
        _ => Err(check.into_invalid()),
    }
}

/// Parses a change of a product into the product as it will be, and the whole list of its variants when that changes too.
///
/// # Errors
/// The flaws of all fields.
pub(super) fn parse_product_patch(patch: &ProductPatch, now: NewProduct) -> Result<(NewProduct, Option<Vec<NewVariant>>), Invalid> {
    let mut check = Check::default();
    let name = patch.name.as_deref().map_or(Some(now.name), |name| check.at("/name", line(name, 1, 200)));
    let slug = patch.slug.as_ref().map_or(Some(now.slug), |slug| check.opt("/slug", slug.as_deref(), parse_slug));
    let description =
        patch.description.as_ref().map_or(Some(now.description), |text| check.at("/description", parse_description(text.as_deref())));
    let status = check.at("/status", parse_status(patch.status.unwrap_or(now.status)));
    let options = patch
        .options
        .as_ref()
        .map_or(Some(now.options), |options| nested(&mut check, "/options", parse_options(options.as_deref().unwrap_or_default())));
    let variants = match (&patch.variants, &options) {
        (Some(variants), Some(options)) => nested(&mut check, "/variants", parse_variants(options, variants)).map(Some),
        _ => Some(None),
    };
    let refs = Refs {
        category: patch.category_id.unwrap_or(now.refs.category),
        brand: patch.brand_id.unwrap_or(now.refs.brand),
        supplier: patch.supplier_id.unwrap_or(now.refs.supplier),
    };
    match (name, slug, description, status, options, variants) {
        (Some(name), Some(slug), Some(description), Some(status), Some(options), Some(variants)) => {
            check.finish()?;
            Ok((NewProduct { name, slug, description, refs, status, options }, variants))
        }
        _ => Err(check.into_invalid()),
    }
}

/// A status that may be set: deleting has a way of its own.
///
/// # Errors
/// `not_allowed` for `deleted`.
pub(super) fn parse_status(status: Status) -> Result<Status, Flaw> {
    if status == Status::Deleted { Err(Flaw::new("not_allowed")) } else { Ok(status) }
}

/// A slug as it is stored.
///
/// # Errors
/// As [`Slug::parse`].
pub(super) fn parse_slug(text: &str) -> Result<String, Flaw> {
    Slug::parse(text).map(|slug| slug.as_str().to_owned())
}

fn parse_description(text: Option<&str>) -> Result<String, Flaw> {
    LongText::parse(text.unwrap_or_default()).map(LongText::into_string)
}

pub(super) fn nested<T>(check: &mut Check, pointer: &str, parsed: Result<T, Invalid>) -> Option<T> {
    parsed.map_err(|invalid| check.nest(pointer, invalid)).ok()
}

/// Parses the whole list of a product's variants: at least one, exactly one without options, no SKU and no combination twice.
///
/// # Errors
/// The flaws of all variants, with pointers inside the list.
pub(super) fn parse_variants(options: &[ProductOption], input: &[VariantInput]) -> Result<Vec<NewVariant>, Invalid> {
    let max = if options.is_empty() { 1 } else { MAX_VARIANTS };
    if input.is_empty() {
        return Err(Invalid::at("", Flaw::new("required")));
    }
    if input.len() > max {
        return Err(Invalid::at("", Flaw::new("too_many").with("max", max)));
    }
    let mut check = Check::default();
    let (mut skus, mut choices) = (BTreeSet::new(), BTreeSet::new());
    let mut variants = Vec::with_capacity(input.len());
    for (i, variant) in input.iter().enumerate() {
        let parsed = nested(&mut check, &format!("/{i}"), parse_variant(options, variant));
        if Sku::parse(&variant.sku).is_ok_and(|sku| !skus.insert(sku)) {
            check.flaw(format!("/{i}/sku"), Flaw::new("duplicate"));
        }
        let Some(variant) = parsed else { continue };
        if !choices.insert(variant.option_values.clone()) {
            check.flaw(format!("/{i}/options"), Flaw::new("duplicate"));
        }
        variants.push(variant);
    }
    check.finish()?;
    Ok(variants)
}

/// Parses one variant.
///
/// # Errors
/// The flaws of all its fields.
pub(super) fn parse_variant(options: &[ProductOption], input: &VariantInput) -> Result<NewVariant, Invalid> {
    let mut check = Check::default();
    let sku = check.at("/sku", Sku::parse(&input.sku));
    let option_values = nested(&mut check, "/options", parse_choice(options, &input.options));
    let price = check.at("/price", Price::parse(input.price));
    let compare_at_price = check.opt("/compare_at_price", input.compare_at_price, Price::parse);
    let cost = check.opt("/cost", input.cost, Price::parse);
    let barcode = check.at("/barcode", line(input.barcode.as_deref().unwrap_or_default(), 0, 64));
    let weight_g = check.opt("/weight_g", input.weight_g, parse_weight);
    match (sku, option_values, price, compare_at_price, cost, barcode, weight_g) {
        (Some(sku), Some(option_values), Some(price), Some(compare_at_price), Some(cost), Some(barcode), Some(weight_g)) => {
            Ok(NewVariant {
                id: input.id,
                sku: sku.as_str().to_owned(),
                option_values,
                price: price.amount(),
                compare_at_price: compare_at_price.map(Price::amount),
                cost: cost.map(Price::amount),
                barcode,
                weight_g,
            })
        }
        _ => Err(check.into_invalid()),
    }
}

/// Parses a change of a variant into the variant as it will be.
///
/// # Errors
/// The flaws of all fields.
pub(super) fn parse_variant_patch(options: &[ProductOption], patch: &VariantPatch, now: NewVariant) -> Result<NewVariant, Invalid> {
    let chosen = options.iter().map(|option| option.name.clone()).zip(now.option_values).collect();
    let whole = VariantInput {
        id: now.id,
        sku: patch.sku.clone().unwrap_or(now.sku),
        options: patch.options.clone().unwrap_or(chosen),
        price: patch.price.unwrap_or(now.price),
        compare_at_price: patch.compare_at_price.unwrap_or(now.compare_at_price),
        cost: patch.cost.unwrap_or(now.cost),
        barcode: patch.barcode.clone().unwrap_or(Some(now.barcode)),
        weight_g: patch.weight_g.unwrap_or(now.weight_g.map(i64::from)),
    };
    parse_variant(options, &whole)
}

fn parse_weight(grams: i64) -> Result<i32, Flaw> {
    const MAX: i32 = 10_000_000;
    match i32::try_from(grams) {
        Ok(grams @ 0..=MAX) => Ok(grams),
        Ok(..0) => Err(Flaw::new("too_small").with("min", 0)),
        _ if grams < 0 => Err(Flaw::new("too_small").with("min", 0)),
        _ => Err(Flaw::new("too_large").with("max", MAX)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variant(sku: &str, pairs: &[(&str, &str)]) -> VariantInput {
        let options = pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        VariantInput { sku: sku.to_owned(), options, price: 1_000, ..VariantInput::default() }
    }

    fn sizes() -> Vec<ProductOption> {
        vec![ProductOption { name: "Cỡ".to_owned(), values: vec!["S".to_owned(), "M".to_owned()] }]
    }

    fn flaws(invalid: Invalid) -> Vec<(String, &'static str)> {
        invalid.0.into_iter().map(|error| (error.pointer, error.flaw.code)).collect()
    }

    #[test]
    fn a_product_without_options_has_exactly_one_variant() {
        assert_eq!(parse_variants(&[], &[variant("A", &[])]).unwrap().len(), 1);
        assert_eq!(flaws(parse_variants(&[], &[]).unwrap_err()), [(String::new(), "required")]);
        let two = [variant("A", &[]), variant("B", &[])];
        assert_eq!(flaws(parse_variants(&[], &two).unwrap_err()), [(String::new(), "too_many")]);
    }

    #[test]
    fn each_sku_and_each_combination_comes_once() {
        let list = [variant("A", &[("Cỡ", "S")]), variant("A", &[("Cỡ", "M")]), variant("B", &[("Cỡ", "M")])];
        let invalid = parse_variants(&sizes(), &list).unwrap_err();
        assert_eq!(flaws(invalid), [("/1/sku".to_owned(), "duplicate"), ("/2/options".to_owned(), "duplicate")]);
    }

    #[test]
    fn every_flaw_of_a_product_is_named_at_once() {
        let mut bad = variant(" ", &[("Cỡ", "XL")]);
        bad.price = -1;
        bad.weight_g = Some(i64::MAX);
        let input = ProductInput { slug: Some("Á".to_owned()), options: sizes(), variants: vec![bad], ..ProductInput::default() };
        let found = flaws(parse_product(&input).unwrap_err());
        let expected = [
            ("/name", "required"),
            ("/slug", "slug"),
            ("/variants/0/sku", "required"),
            ("/variants/0/options/Cỡ", "not_allowed"),
            ("/variants/0/price", "too_small"),
            ("/variants/0/weight_g", "too_large"),
        ];
        assert_eq!(found, expected.map(|(pointer, code)| (pointer.to_owned(), code)));
    }

    #[test]
    fn a_change_of_a_variant_keeps_what_it_does_not_name() {
        let now = parse_variant(&sizes(), &variant("A", &[("Cỡ", "S")])).unwrap();
        let patch = VariantPatch { price: Some(5), ..VariantPatch::default() };
        let changed = parse_variant_patch(&sizes(), &patch, now.clone()).unwrap();
        assert_eq!(changed, NewVariant { price: 5, ..now });
    }
}
