use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::CatalogError;
use super::derived::{record, refresh};
use super::input::{VariantInput, VariantPatch};
use super::options::MAX_VARIANTS;
use super::parse::{NewVariant, parse_variant, parse_variant_patch};
use super::queries::products::{self, ProductRow};
use super::queries::variants::{self, Placed, VariantRow};
use super::read::find_product;
use super::views::{ProductView, SellableVariant, VariantView};
use crate::kernel::{FieldError, Flaw, Invalid, ProductId, Status, VariantId};
use crate::platform::{DbResultExt, ShopTx};
use crate::tenancy::ShopInfo;

/// What the lines of carts and orders are made of, in the order of the ids; ids of no variant of the shop are left out.
///
/// # Errors
/// When the database gives no answer.
pub async fn sellable_variants(tx: &mut ShopTx, ids: &[VariantId]) -> Result<Vec<SellableVariant>, CatalogError> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    Ok(variants::sellable_variants(tx, &ids).await?)
}

/// Adds a variant behind those a product has.
///
/// # Errors
/// [`CatalogError::NotFound`], [`CatalogError::Invalid`], [`CatalogError::SkuTaken`].
pub async fn create_variant(
    tx: &mut ShopTx,
    shop: &ShopInfo,
    product: ProductId,
    input: &VariantInput,
) -> Result<VariantView, CatalogError> {
    let row = lock_live(tx, product).await?;
    let live = variants::variants_of(tx, &[product.uuid()]).await?;
    if input.id.is_some() {
        return Err(CatalogError::at("/id", Flaw::new("unknown")));
    }
    if row.options.is_empty() {
        return Err(CatalogError::at("/options", Flaw::new("too_many").with("max", 1)));
    }
    if live.len() >= MAX_VARIANTS {
        return Err(CatalogError::at("", Flaw::new("too_many").with("max", MAX_VARIANTS)));
    }
    let new = parse_variant(&row.options, input)?;
    refuse_double(&live, &new, None)?;
    let sku = new.sku.clone();
    let position = live.last().map_or(0, |last| last.position.saturating_add(1));
    insert_all(tx, product, vec![(position, new)], "").await?;
    let view = changed(tx, shop, product).await?;
    view.variants.into_iter().find(|variant| variant.sku == sku).ok_or(CatalogError::NotFound)
}

/// A variant as it is, and stays until this transaction ends; neither it nor its product is deleted.
pub(super) async fn lock_variant(tx: &mut ShopTx, shop: &ShopInfo, product: ProductId, id: VariantId) -> Result<VariantView, CatalogError> {
    lock_live(tx, product).await?;
    let view = find_product(tx, shop, product).await?.ok_or(CatalogError::NotFound)?;
    view.variants.into_iter().find(|variant| variant.id == id).ok_or(CatalogError::NotFound)
}

/// Changes a variant.
///
/// # Errors
/// [`CatalogError::NotFound`], [`CatalogError::Invalid`], [`CatalogError::SkuTaken`].
pub async fn update_variant(
    tx: &mut ShopTx,
    shop: &ShopInfo,
    product: ProductId,
    id: VariantId,
    patch: &VariantPatch,
) -> Result<VariantView, CatalogError> {
    let row = lock_live(tx, product).await?;
    let live = variants::variants_of(tx, &[product.uuid()]).await?;
    let now = live.iter().find(|variant| variant.id == id).ok_or(CatalogError::NotFound)?;
    let new = parse_variant_patch(&row.options, patch, as_new(now))?;
    refuse_double(&live, &new, Some(id))?;
    update_all(tx, product, vec![(id, now.position, new)], &live, "").await?;
    let view = changed(tx, shop, product).await?;
    view.variants.into_iter().find(|variant| variant.id == id).ok_or(CatalogError::NotFound)
}

/// Deletes a variant; orders keep what they say about it. A product keeps at least one.
///
/// # Errors
/// [`CatalogError::NotFound`], [`CatalogError::LastVariant`].
pub async fn delete_variant(tx: &mut ShopTx, product: ProductId, id: VariantId) -> Result<(), CatalogError> {
    lock_live(tx, product).await?;
    let live = variants::variants_of(tx, &[product.uuid()]).await?;
    if !live.iter().any(|variant| variant.id == id) {
        return Err(CatalogError::NotFound);
    }
    if live.len() == 1 {
        return Err(CatalogError::LastVariant);
    }
    variants::delete_variants(tx, &[id.uuid()]).await?;
    settle(tx, product).await
}

/// Puts a whole new list in the place of a product's variants: those meant by id or SKU are changed, the others deleted, the rest
/// made. The caller holds the product's lock.
pub(super) async fn replace_variants(tx: &mut ShopTx, product: ProductId, list: Vec<NewVariant>) -> Result<(), CatalogError> {
    let live = variants::variants_of(tx, &[product.uuid()]).await?;
    let plan = plan(&live, list)?;
    if !plan.drop.is_empty() {
        variants::delete_variants(tx, &plan.drop).await?;
    }
    update_all(tx, product, plan.keep, &live, "/variants").await?;
    insert_all(tx, product, plan.add, "/variants").await
}

/// What a whole new list does to the variants that are there; the numbers are places in the list.
#[derive(Debug, PartialEq, Eq)]
struct Plan {
    keep: Vec<Placed>,
    add: Vec<(i32, NewVariant)>,
    drop: Vec<Uuid>,
}

fn plan(live: &[VariantRow], list: Vec<NewVariant>) -> Result<Plan, Invalid> {
    let known: HashSet<VariantId> = live.iter().map(|variant| variant.id).collect();
    let mut claimed = HashSet::new();
    let mut errors = Vec::new();
    for (i, variant) in list.iter().enumerate() {
        let Some(id) = variant.id else { continue };
        let code = if !known.contains(&id) {
            "not_found"
        } else if claimed.insert(id) {
            continue;
        } else {
            "duplicate"
        };
        errors.push(FieldError { pointer: format!("/variants/{i}/id"), flaw: Flaw::new(code) });
    }
    if !errors.is_empty() {
        return Err(Invalid(errors));
    }
    // Ids speak first; a SKU means the variant that has it now, unless an id means that one already.
    let by_sku: HashMap<&str, VariantId> = live.iter().map(|variant| (variant.sku.as_str(), variant.id)).collect();
    let (mut keep, mut add) = (Vec::new(), Vec::new());
    for (i, variant) in (0..).zip(list) {
        let meant = variant.id.or_else(|| by_sku.get(variant.sku.as_str()).copied().filter(|id| claimed.insert(*id)));
        match meant {
            Some(id) => keep.push((id, i, variant)),
            None => add.push((i, variant)),
        }
    }
    let drop = live.iter().filter(|variant| !claimed.contains(&variant.id)).map(|variant| variant.id.uuid()).collect();
    Ok(Plan { keep, add, drop })
}

/// Makes variants; the numbers are their places.
pub(super) async fn insert_all(
    tx: &mut ShopTx,
    product: ProductId,
    list: Vec<(i32, NewVariant)>,
    pointer: &str,
) -> Result<(), CatalogError> {
    if list.is_empty() {
        return Ok(());
    }
    refuse_taken(tx, product, list.iter().map(|(i, variant)| (*i, variant.sku.as_str())), pointer).await?;
    let placed: Vec<Placed> = list.into_iter().map(|(i, variant)| (tx.new_id(), i, variant)).collect();
    variants::insert_variants(tx, product, &placed).await.on_constraint(CatalogError::of_constraint)
}

async fn update_all(
    tx: &mut ShopTx,
    product: ProductId,
    list: Vec<Placed>,
    live: &[VariantRow],
    pointer: &str,
) -> Result<(), CatalogError> {
    if list.is_empty() {
        return Ok(());
    }
    refuse_taken(tx, product, list.iter().map(|(_, i, variant)| (*i, variant.sku.as_str())), pointer).await?;
    let now: HashMap<VariantId, &VariantRow> = live.iter().map(|variant| (variant.id, variant)).collect();
    let moves =
        |id: &VariantId, new: &NewVariant| now.get(id).is_some_and(|now| now.sku != new.sku || now.option_values != new.option_values);
    let parked: Vec<Uuid> = list.iter().filter(|(id, _, new)| moves(id, new)).map(|(id, ..)| id.uuid()).collect();
    if !parked.is_empty() {
        variants::park_variants(tx, &parked).await?;
    }
    variants::update_variants(tx, &list).await.on_constraint(CatalogError::of_constraint)
}

/// Names the SKUs that other products have. Two requests at once may both pass here: the unique index has the last word.
async fn refuse_taken<'a>(
    tx: &mut ShopTx,
    product: ProductId,
    skus: impl Iterator<Item = (i32, &'a str)>,
    pointer: &str,
) -> Result<(), CatalogError> {
    let skus: Vec<(i32, &str)> = skus.collect();
    let wanted: Vec<String> = skus.iter().map(|(_, sku)| (*sku).to_owned()).collect();
    let taken = variants::taken_skus(tx, product, &wanted).await?;
    let at = |i: i32| if pointer.is_empty() { "/sku".to_owned() } else { format!("{pointer}/{i}/sku") };
    let errors: Vec<FieldError> = skus
        .into_iter()
        .filter(|(_, sku)| taken.iter().any(|taken| taken == sku))
        .map(|(i, _)| FieldError { pointer: at(i), flaw: Flaw::new("taken") })
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(CatalogError::SkuTaken(errors)) }
}

/// One variant beside the others of its product: no SKU and no combination twice.
fn refuse_double(live: &[VariantRow], new: &NewVariant, but: Option<VariantId>) -> Result<(), CatalogError> {
    let others = || live.iter().filter(|variant| Some(variant.id) != but);
    if others().any(|variant| variant.sku == new.sku) {
        return Err(CatalogError::SkuTaken(Invalid::at("/sku", Flaw::new("taken")).0));
    }
    if others().any(|variant| variant.option_values == new.option_values) {
        return Err(CatalogError::at("/options", Flaw::new("duplicate")));
    }
    Ok(())
}

fn as_new(row: &VariantRow) -> NewVariant {
    NewVariant {
        id: Some(row.id),
        sku: row.sku.clone(),
        option_values: row.option_values.clone(),
        price: row.price,
        compare_at_price: row.compare_at_price,
        cost: row.cost,
        barcode: row.barcode.clone(),
        weight_g: row.weight_g,
    }
}

/// The product, locked, unless it is deleted.
pub(super) async fn lock_live(tx: &mut ShopTx, product: ProductId) -> Result<ProductRow, CatalogError> {
    let row = products::lock_product(tx, product).await?;
    row.filter(|row| Status::from(row.status) != Status::Deleted).ok_or(CatalogError::NotFound)
}

/// What every change of a product ends with.
pub(super) async fn settle(tx: &mut ShopTx, product: ProductId) -> Result<(), CatalogError> {
    products::touch_product(tx, product).await?;
    refresh(tx, &[product.uuid()]).await?;
    Ok(record(tx, "product.changed", product.uuid()).await?)
}

async fn changed(tx: &mut ShopTx, shop: &ShopInfo, product: ProductId) -> Result<ProductView, CatalogError> {
    settle(tx, product).await?;
    find_product(tx, shop, product).await?.ok_or(CatalogError::NotFound)
}
