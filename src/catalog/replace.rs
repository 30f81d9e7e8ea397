use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::CatalogError;
use super::parse::NewVariant;
use super::queries::variants::{self, Placed, VariantRow};
use crate::kernel::{FieldError, Flaw, Invalid, ProductId, VariantId};
use crate::platform::{DbResultExt, ShopTx};

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

pub(super) async fn update_all(
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

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> VariantId {
        VariantId::from(Uuid::from_u128(n))
    }

    fn there(n: u128, sku: &str) -> VariantRow {
        VariantRow {
            id: id(n),
            product_id: ProductId::from(Uuid::nil()),
            sku: sku.to_owned(),
            barcode: String::new(),
            option_values: Vec::new(),
            price: 0,
            compare_at_price: None,
            cost: None,
            weight_g: None,
            position: 0,
            on_hand: 0,
            reserved: 0,
        }
    }

    fn wanted(n: Option<u128>, sku: &str) -> NewVariant {
        NewVariant {
            id: n.map(id),
            sku: sku.to_owned(),
            option_values: Vec::new(),
            price: 0,
            compare_at_price: None,
            cost: None,
            barcode: String::new(),
            weight_g: None,
        }
    }

    /// What is kept and where, what is made, what goes.
    struct Planned {
        keep: Vec<(VariantId, i32)>,
        add: Vec<(i32, String)>,
        drop: Vec<Uuid>,
    }

    fn planned(live: &[VariantRow], list: Vec<NewVariant>) -> Planned {
        let plan = plan(live, list).unwrap();
        Planned {
            keep: plan.keep.into_iter().map(|(id, place, _)| (id, place)).collect(),
            add: plan.add.into_iter().map(|(place, variant)| (place, variant.sku)).collect(),
            drop: plan.drop,
        }
    }

    #[test]
    fn a_variant_is_meant_by_its_id_or_else_by_its_sku() {
        let live = [there(1, "A"), there(2, "B"), there(3, "C")];
        let Planned { keep, add, drop } = planned(&live, vec![wanted(None, "B"), wanted(Some(1), "A2"), wanted(None, "D")]);
        assert_eq!(keep, [(id(2), 0), (id(1), 1)]);
        assert_eq!(add, [(2, "D".to_owned())]);
        assert_eq!(drop, [id(3).uuid()]);
    }

    #[test]
    fn the_sku_that_one_meant_by_id_gives_up_makes_a_new_variant() {
        let live = [there(1, "A")];
        let Planned { keep, add, drop } = planned(&live, vec![wanted(None, "A"), wanted(Some(1), "B")]);
        assert_eq!((keep, add), (vec![(id(1), 1)], vec![(0, "A".to_owned())]));
        assert!(drop.is_empty());
    }

    #[test]
    fn an_id_that_is_not_here_or_comes_twice_is_refused() {
        let live = [there(1, "A")];
        let list = vec![wanted(Some(1), "A"), wanted(Some(9), "B"), wanted(Some(1), "C")];
        let flaws: Vec<_> = plan(&live, list).unwrap_err().0.into_iter().map(|e| (e.pointer, e.flaw.code)).collect();
        assert_eq!(flaws, [("/variants/1/id".to_owned(), "not_found"), ("/variants/2/id".to_owned(), "duplicate")]);
    }
}
