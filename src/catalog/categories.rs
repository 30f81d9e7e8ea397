use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::CatalogError;
use super::derived::{record, refresh};
use super::input::some;
use super::lists::{ListFilter, page_of, window};
use super::names::{NameOf, free_name};
use super::parse::{parse_slug, parse_status};
use super::queries::categories::{self, CategoryFields, CategoryRow};
use super::tree::{MAX_CATEGORIES, Tree};
use crate::kernel::{CategoryId, Check, Flaw, Page, PageRequest, Status, fold, line};
use crate::platform::{DbResultExt, ShopTx};

/// A category as staff see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CategoryView {
    /// Its id.
    pub id: CategoryId,
    /// Names its page; unique among the shop's categories that are not deleted.
    pub slug: String,
    /// What it is called.
    pub name: String,
    /// The one it stands below.
    pub parent_id: Option<CategoryId>,
    /// Its place among those below the same one, smallest first; equal places go by name.
    pub position: i32,
    /// A hidden one is not shown to shoppers, nor are those below it; their products are.
    pub status: Status,
    /// Products directly in it that are not deleted.
    pub product_count: i64,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was last changed.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
}

impl From<&CategoryRow> for CategoryView {
    fn from(row: &CategoryRow) -> Self {
        Self {
            id: row.id,
            slug: row.slug.clone(),
            name: row.name.clone(),
            parent_id: row.parent_id,
            position: row.position,
            status: Status::from(row.status),
            product_count: row.products,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A category about to be made.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CategoryInput {
    /// What it is called.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Names its page; made from the name when not given.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub slug: Option<String>,
    /// The one it stands below; at most six levels.
    #[serde(default)]
    pub parent_id: Option<CategoryId>,
    /// Its place among those below the same one; 0 when not given.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1_000_000)]
    pub position: Option<i64>,
    /// `active` when not given; `deleted` is not allowed.
    #[serde(default)]
    pub status: Option<Status>,
}

/// What changes about a category; what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CategoryPatch {
    /// What it is called. The slug stays unless it is changed too.
    #[serde(default, deserialize_with = "some")]
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// Names its page; null makes it anew from the name.
    #[serde(default, deserialize_with = "some")]
    #[schema(value_type = Option<String>, max_length = 200)]
    pub slug: Option<Option<String>>,
    /// The one it stands below; null puts it at the top.
    #[serde(default, deserialize_with = "some")]
    #[schema(value_type = Option<CategoryId>)]
    pub parent_id: Option<Option<CategoryId>>,
    /// Its place among those below the same one.
    #[serde(default, deserialize_with = "some")]
    #[schema(nullable = false, minimum = 0, maximum = 1_000_000)]
    pub position: Option<i64>,
    /// `active` or `hidden`.
    #[serde(default, deserialize_with = "some")]
    #[schema(nullable = false)]
    pub status: Option<Status>,
}

struct Parsed {
    name: String,
    slug: Option<String>,
    position: i32,
    status: Status,
}

/// Parses a category as it will be; `parent` is what is wrong with where it shall stand.
fn parse(name: &str, slug: Option<&str>, position: i64, status: Status, parent: Result<(), Flaw>) -> Result<Parsed, CatalogError> {
    let mut check = Check::default();
    let name = check.at("/name", line(name, 1, 200));
    let slug = check.opt("/slug", slug, parse_slug);
    check.at("/parent_id", parent);
    let position = check.at("/position", parse_position(position));
    let status = check.at("/status", parse_status(status));
    check.finish()?;
    match (name, slug, position, status) {
        (Some(name), Some(slug), Some(position), Some(status)) => Ok(Parsed { name, slug, position, status }),
        _ => Err(CatalogError::NotFound),
    }
}

fn parse_position(position: i64) -> Result<i32, Flaw> {
    const MAX: i32 = 1_000_000;
    match i32::try_from(position) {
        Ok(position @ 0..=MAX) => Ok(position),
        _ if position < 0 => Err(Flaw::new("too_small").with("min", 0)),
        _ => Err(Flaw::new("too_large").with("max", MAX)),
    }
}

/// The shop's categories, each before those below it; `None` asks for all of them on one page. Filtered ones come in the same order.
///
/// # Errors
/// When the database gives no answer.
pub async fn list_categories(tx: &mut ShopTx, filter: &ListFilter, page: Option<PageRequest>) -> Result<Page<CategoryView>, CatalogError> {
    let rows = categories::all_categories(tx).await?;
    let tree = Tree::new(&rows);
    let wanted = filter.wanted().as_deref().map(fold);
    let shown = |row: &&CategoryRow| {
        filter.status.is_none_or(|status| Status::from(row.status) == status)
            && wanted.as_deref().is_none_or(|wanted| fold(&row.name).contains(wanted))
    };
    let found: Vec<&CategoryRow> = if filter.status == Some(Status::Deleted) {
        rows.iter().filter(shown).collect()
    } else {
        tree.flat().into_iter().filter(shown).collect()
    };
    let (limit, offset) = window(page);
    let (limit, offset) = (usize::try_from(limit).unwrap_or_default(), usize::try_from(offset).unwrap_or(usize::MAX));
    let data = found.iter().skip(offset).take(limit).map(|row| CategoryView::from(*row)).collect();
    Ok(page_of(data, page, i64::try_from(found.len()).unwrap_or(i64::MAX)))
}

/// A category by id, also a deleted one.
///
/// # Errors
/// When the database gives no answer.
pub async fn find_category_by_id(tx: &mut ShopTx, id: CategoryId) -> Result<Option<CategoryView>, CatalogError> {
    Ok(categories::all_categories(tx).await?.iter().find(|row| row.id == id).map(CategoryView::from))
}

/// Makes a category.
///
/// # Errors
/// [`CatalogError::Invalid`], [`CatalogError::SlugTaken`] for a slug that was asked for.
pub async fn create_category(tx: &mut ShopTx, input: &CategoryInput) -> Result<CategoryView, CatalogError> {
    categories::lock_tree(tx).await?;
    let rows = categories::all_categories(tx).await?;
    let tree = Tree::new(&rows);
    let parent = tree.may_stand_below(None, input.parent_id);
    let status = input.status.unwrap_or(Status::Active);
    let parsed = parse(&input.name, input.slug.as_deref(), input.position.unwrap_or_default(), status, parent)?;
    refuse_full(&tree)?;
    let slug = match parsed.slug {
        Some(slug) => slug,
        None => free_name(tx, NameOf::Category, &parsed.name, None).await?,
    };
    let id = tx.new_id::<CategoryId>();
    let (position, status) = (parsed.position, parsed.status);
    let fields = CategoryFields { slug: &slug, name: &parsed.name, parent_id: input.parent_id, position, status };
    categories::insert_category(tx, id, &fields).await.on_constraint(CatalogError::of_constraint)?;
    record(tx, "category.created", id.uuid()).await?;
    find_category_by_id(tx, id).await?.ok_or(CatalogError::NotFound)
}

fn refuse_full(tree: &Tree<'_>) -> Result<(), CatalogError> {
    if tree.len() >= MAX_CATEGORIES {
        return Err(CatalogError::at("", Flaw::new("too_many").with("max", MAX_CATEGORIES)));
    }
    Ok(())
}

/// Changes a category; moving one moves what is below it.
///
/// # Errors
/// [`CatalogError::NotFound`], [`CatalogError::Invalid`] (`cycle` at `/parent_id`), [`CatalogError::SlugTaken`].
pub async fn update_category(tx: &mut ShopTx, id: CategoryId, patch: &CategoryPatch) -> Result<CategoryView, CatalogError> {
    categories::lock_tree(tx).await?;
    let rows = categories::all_categories(tx).await?;
    let tree = Tree::new(&rows);
    let now = tree.get(id).ok_or(CatalogError::NotFound)?;
    apply(tx, &tree, now, patch).await
}

/// The category as it is, and stays until this transaction ends, unless it is deleted.
pub(super) async fn lock_category(tx: &mut ShopTx, id: CategoryId) -> Result<CategoryView, CatalogError> {
    categories::lock_tree(tx).await?;
    let category = find_category_by_id(tx, id).await?;
    category.filter(|category| category.status != Status::Deleted).ok_or(CatalogError::NotFound)
}

async fn apply(tx: &mut ShopTx, tree: &Tree<'_>, now: &CategoryRow, patch: &CategoryPatch) -> Result<CategoryView, CatalogError> {
    let id = now.id;
    let parent_id = patch.parent_id.unwrap_or(now.parent_id);
    let parent = if parent_id == now.parent_id { Ok(()) } else { tree.may_stand_below(Some(id), parent_id) };
    let slug = patch.slug.as_ref().map_or(Some(now.slug.as_str()), Option::as_deref);
    let name = patch.name.as_deref().unwrap_or(&now.name);
    let status = patch.status.unwrap_or(Status::from(now.status));
    let parsed = parse(name, slug, patch.position.unwrap_or(now.position.into()), status, parent)?;
    let slug = match parsed.slug {
        Some(slug) => slug,
        None => free_name(tx, NameOf::Category, &parsed.name, Some(&now.slug)).await?,
    };
    let (position, status) = (parsed.position, parsed.status);
    let fields = CategoryFields { slug: &slug, name: &parsed.name, parent_id, position, status };
    categories::update_category(tx, id, &fields).await.on_constraint(CatalogError::of_constraint)?;
    if parsed.name != now.name {
        let products = categories::products_in(tx, id).await?;
        refresh(tx, &products).await?;
    }
    record(tx, "category.changed", id.uuid()).await?;
    find_category_by_id(tx, id).await?.ok_or(CatalogError::NotFound)
}

/// Deletes a category. What is below it, categories and products, moves up to its parent; at the top, products lose it.
///
/// # Errors
/// [`CatalogError::NotFound`].
pub async fn delete_category(tx: &mut ShopTx, id: CategoryId) -> Result<(), CatalogError> {
    categories::lock_tree(tx).await?;
    let rows = categories::all_categories(tx).await?;
    let now = Tree::new(&rows).get(id).ok_or(CatalogError::NotFound)?;
    let moved = categories::delete_category(tx, id, now.parent_id).await?;
    refresh(tx, &moved).await?;
    Ok(record(tx, "category.deleted", id.uuid()).await?)
}

/// Brings a deleted category back, empty, below the one it stood below if that is still here, else at the top; one that is not
/// deleted stays as it is.
///
/// # Errors
/// [`CatalogError::NotFound`], [`CatalogError::SlugTaken`].
pub async fn restore_category(tx: &mut ShopTx, id: CategoryId) -> Result<CategoryView, CatalogError> {
    categories::lock_tree(tx).await?;
    let rows = categories::all_categories(tx).await?;
    let row = rows.iter().find(|row| row.id == id).ok_or(CatalogError::NotFound)?;
    let tree = Tree::new(&rows);
    if Status::from(row.status) == Status::Deleted {
        refuse_full(&tree)?;
        let parent = row.parent_id.filter(|parent| tree.may_stand_below(None, Some(*parent)).is_ok());
        categories::restore_category(tx, id, parent).await.on_constraint(CatalogError::of_constraint)?;
        record(tx, "category.restored", id.uuid()).await?;
    }
    find_category_by_id(tx, id).await?.ok_or(CatalogError::NotFound)
}
