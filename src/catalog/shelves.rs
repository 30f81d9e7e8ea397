use serde::Serialize;
use utoipa::ToSchema;

use super::CatalogError;
use super::queries::categories::{self, CategoryRow};
use super::tree::Tree;
use super::views::Link;
use crate::kernel::CategoryId;
use crate::platform::ShopTx;

/// A category as shoppers see it, with those below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CategoryNode {
    /// Its id.
    pub id: CategoryId,
    /// Names its page.
    pub slug: String,
    /// What it is called.
    pub name: String,
    /// The one it stands below.
    pub parent_id: Option<CategoryId>,
    /// Active products in it and in those below it.
    pub product_count: i64,
    /// Those right below it.
    #[schema(no_recursion)]
    pub children: Vec<Self>,
}

/// A category's own page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CategoryPage {
    /// The category.
    #[serde(flatten)]
    pub category: CategoryNode,
    /// The way from the top to it, itself at the end.
    pub breadcrumbs: Vec<Link>,
}

/// The tree of active categories.
///
/// # Errors
/// When the database gives no answer.
pub async fn category_tree(tx: &mut ShopTx) -> Result<Vec<CategoryNode>, CatalogError> {
    let rows = categories::all_categories(tx).await?;
    let tree = Tree::active(&rows);
    Ok(tree.below(None).iter().map(|row| node(&tree, row)).collect())
}

/// An active category by slug; one below a hidden one is not here.
///
/// # Errors
/// When the database gives no answer.
pub async fn find_category(tx: &mut ShopTx, slug: &str) -> Result<Option<CategoryPage>, CatalogError> {
    let rows = categories::all_categories(tx).await?;
    let tree = Tree::active(&rows);
    let Some(row) = tree.flat().into_iter().find(|row| row.slug == slug) else { return Ok(None) };
    let path = tree.path(row.id).unwrap_or_default();
    let breadcrumbs = path.into_iter().map(|row| Link { slug: row.slug.clone(), name: row.name.clone() }).collect();
    Ok(Some(CategoryPage { category: node(&tree, row), breadcrumbs }))
}

/// As deep as the tree, which has six levels at most.
fn node(tree: &Tree<'_>, row: &CategoryRow) -> CategoryNode {
    let children: Vec<CategoryNode> = tree.below(Some(row.id)).iter().map(|row| node(tree, row)).collect();
    CategoryNode {
        id: row.id,
        slug: row.slug.clone(),
        name: row.name.clone(),
        parent_id: row.parent_id,
        product_count: row.active_products + children.iter().map(|child| child.product_count).sum::<i64>(),
        children,
    }
}
