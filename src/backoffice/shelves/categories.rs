use axum::response::Response;
use serde::Serialize;

use super::parts::{Editing, Outcome, Shown, act, settle};
use crate::backoffice::choices;
use crate::backoffice::form::{Choice, chosen, filled};
use crate::backoffice::lists::Filters;
use crate::backoffice::visit::Visit;
use crate::catalog::{
    CategoryInput, CategoryPatch, CategoryView, create_category, delete_category, find_category_by_id, list_categories, restore_category,
    update_category,
};
use crate::identity::permissions::{ProductsRead, ProductsWrite};
use crate::identity::{SignedInStaff, Staff};
use crate::kernel::{CategoryId, Page, Status};
use crate::platform::ShopTx;
use crate::platform::http::{PathParam, Problem};
use crate::platform::pages::{Fields, FormState};

const LIST: &str = "/admin/categories";
const PER_PAGE: i64 = 100;
const FIELDS: [&str; 3] = ["name", "slug", "parent_id"];

#[derive(Serialize)]
struct CategoriesPage {
    filters: Shown,
    editing: Option<Editing>,
    categories: Page<CategoryRow>,
    parent_options: Vec<Choice>,
    #[serde(flatten)]
    state: FormState,
}

#[derive(Serialize)]
struct CategoryRow {
    id: CategoryId,
    name: String,
    slug: String,
    parent_id: Option<CategoryId>,
    depth: usize,
    product_count: i64,
}

/// The tree of categories.
pub(in crate::backoffice) async fn list(visit: Visit, staff: Staff<ProductsRead>, asked: Filters) -> Result<Response, Problem> {
    let mut tx = visit.begin().await?;
    let state = FormState::filled(filled(FIELDS.map(|name| (name, String::new()))));
    draw(&visit, &mut tx, &staff, &asked, None, state).await
}

/// The same, with one of them in the form.
pub(in crate::backoffice) async fn edit(
    visit: Visit,
    staff: Staff<ProductsRead>,
    PathParam(id): PathParam<CategoryId>,
    asked: Filters,
) -> Result<Response, Problem> {
    let mut tx = visit.begin().await?;
    let category = find_live(&mut tx, id).await?;
    let parent = category.parent_id.map(|id| id.to_string()).unwrap_or_default();
    let values = [("name", category.name.clone()), ("slug", category.slug.clone()), ("parent_id", parent)];
    draw(&visit, &mut tx, &staff, &asked, Some(&category), FormState::filled(filled(values))).await
}

async fn find_live(tx: &mut ShopTx, id: CategoryId) -> Result<CategoryView, Problem> {
    find_category_by_id(tx, id).await?.filter(|category| category.status != Status::Deleted).ok_or_else(Problem::not_found)
}

async fn draw(
    visit: &Visit,
    tx: &mut ShopTx,
    staff: &SignedInStaff,
    asked: &Filters,
    editing: Option<&CategoryView>,
    state: FormState,
) -> Result<Response, Problem> {
    let filters = Shown::of(asked);
    let all = list_categories(tx, &filters.filter(), None).await?.data;
    let parents = choices::categories(tx).await?;
    let request = asked.page(PER_PAGE);
    let depths = choices::depths(&all);
    let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let skipped = usize::try_from(request.offset()).unwrap_or(usize::MAX);
    let rows = all.into_iter().skip(skipped).take(usize::try_from(PER_PAGE).unwrap_or_default());
    let row = |category: CategoryView| CategoryRow {
        depth: depths.get(&category.id).copied().unwrap_or_default(),
        id: category.id,
        name: category.name,
        slug: category.slug,
        parent_id: category.parent_id,
        product_count: category.product_count,
    };
    let page = CategoriesPage {
        categories: Page::new(rows.map(row).collect(), request, total),
        parent_options: choices::of_categories(&possible_parents(parents, editing)),
        editing: editing.map(|category| Editing { id: category.id.to_string(), name: category.name.clone() }),
        filters,
        state,
    };
    visit.page(tx, staff, "admin/categories.html", page).await
}

/// A category stands neither below itself nor below one of its own. The list has each before those below it.
fn possible_parents(all: Vec<CategoryView>, editing: Option<&CategoryView>) -> Vec<CategoryView> {
    let mut within: Vec<CategoryId> = editing.iter().map(|category| category.id).collect();
    all.into_iter()
        .filter(|category| {
            let below = within.contains(&category.id) || category.parent_id.is_some_and(|parent| within.contains(&parent));
            if below {
                within.push(category.id);
            }
            !below
        })
        .collect()
}

/// Makes a category.
pub(in crate::backoffice) async fn create(visit: Visit, staff: Staff<ProductsWrite>, fields: Fields) -> Result<Response, Problem> {
    let input = CategoryInput {
        name: fields.get("name").to_owned(),
        slug: fields.given("slug").map(str::to_owned),
        parent_id: chosen(&fields, "parent_id"),
        ..CategoryInput::default()
    };
    let mut tx = visit.begin().await?;
    let result = create_category(&mut tx, &input).await;
    let state = FormState::filled(fields.entered(&FIELDS));
    match settle(visit, tx, result, state, (LIST, "record_created")).await? {
        Outcome::Done(response) => Ok(response),
        Outcome::Refused(visit, state) => {
            let mut tx = visit.begin().await?;
            draw(&visit, &mut tx, &staff, &Filters::none(), None, state).await
        }
    }
}

/// Changes a category.
pub(in crate::backoffice) async fn save(
    visit: Visit,
    staff: Staff<ProductsWrite>,
    PathParam(id): PathParam<CategoryId>,
    fields: Fields,
) -> Result<Response, Problem> {
    let patch = CategoryPatch {
        name: Some(fields.get("name").to_owned()),
        slug: Some(fields.given("slug").map(str::to_owned)),
        parent_id: Some(chosen(&fields, "parent_id")),
        ..CategoryPatch::default()
    };
    let mut tx = visit.begin().await?;
    let result = update_category(&mut tx, id, &patch).await;
    let state = FormState::filled(fields.entered(&FIELDS));
    match settle(visit, tx, result, state, (LIST, "record_saved")).await? {
        Outcome::Done(response) => Ok(response),
        Outcome::Refused(visit, state) => {
            let mut tx = visit.begin().await?;
            let category = find_live(&mut tx, id).await?;
            draw(&visit, &mut tx, &staff, &Filters::none(), Some(&category), state).await
        }
    }
}

/// Deletes a category; its products stay.
pub(in crate::backoffice) async fn delete(
    visit: Visit,
    _: Staff<ProductsWrite>,
    PathParam(id): PathParam<CategoryId>,
) -> Result<Response, Problem> {
    let mut tx = visit.begin().await?;
    let result = delete_category(&mut tx, id).await;
    act(visit, tx, result, LIST, "record_deleted").await
}

/// Brings a deleted category back.
pub(in crate::backoffice) async fn restore(
    visit: Visit,
    _: Staff<ProductsWrite>,
    PathParam(id): PathParam<CategoryId>,
) -> Result<Response, Problem> {
    let mut tx = visit.begin().await?;
    let result = restore_category(&mut tx, id).await;
    act(visit, tx, result, LIST, "record_restored").await
}
