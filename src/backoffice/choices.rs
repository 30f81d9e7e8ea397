//! What forms offer to choose from.

use std::collections::HashMap;

use super::form::Choice;
use crate::catalog::{CategoryView, ListFilter, list_brands, list_categories, list_suppliers};
use crate::identity::{Permission, SignedInStaff};
use crate::kernel::CategoryId;
use crate::platform::ShopTx;
use crate::platform::http::Problem;
use crate::stores::list_locations;

/// How deep each category of a list stands; the list has each before those below it. One whose parent is not in the list is at
/// the top.
pub(super) fn depths(categories: &[CategoryView]) -> HashMap<CategoryId, usize> {
    let mut depths = HashMap::new();
    for category in categories {
        let depth = category.parent_id.and_then(|parent| depths.get(&parent)).map_or(0, |depth: &usize| depth + 1);
        depths.insert(category.id, depth);
    }
    depths
}

/// Categories as a list to choose from, each as far in as it stands deep.
pub(super) fn of_categories(categories: &[CategoryView]) -> Vec<Choice> {
    let depths = depths(categories);
    let label =
        |category: &CategoryView| format!("{}{}", "— ".repeat(depths.get(&category.id).copied().unwrap_or_default()), category.name);
    categories.iter().map(|category| Choice { value: category.id.to_string(), label: label(category) }).collect()
}

/// All categories that are not deleted.
pub(super) async fn categories(tx: &mut ShopTx) -> Result<Vec<CategoryView>, Problem> {
    Ok(list_categories(tx, &ListFilter::default(), None).await?.data)
}

pub(super) async fn brands(tx: &mut ShopTx) -> Result<Vec<Choice>, Problem> {
    let brands = list_brands(tx, &ListFilter::default(), None).await?.data;
    Ok(brands.into_iter().map(|brand| Choice { value: brand.id.to_string(), label: brand.name }).collect())
}

/// Suppliers, for those who may know them.
pub(super) async fn suppliers(tx: &mut ShopTx, staff: &SignedInStaff) -> Result<Vec<Choice>, Problem> {
    if !staff.may(Permission::SuppliersRead) {
        return Ok(Vec::new());
    }
    let suppliers = list_suppliers(tx, &ListFilter::default(), None).await?.data;
    Ok(suppliers.into_iter().map(|supplier| Choice { value: supplier.id.to_string(), label: supplier.name }).collect())
}

pub(super) async fn locations(tx: &mut ShopTx) -> Result<Vec<Choice>, Problem> {
    let locations = list_locations(tx).await?;
    Ok(locations.into_iter().map(|location| Choice { value: location.id.to_string(), label: location.name }).collect())
}
