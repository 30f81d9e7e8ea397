use std::collections::BTreeMap;

use anyhow::Context;

use super::Changes;
use super::apply::keep;
use super::catalog::{ProductRow, VariantRow};
use super::files::ShopFiles;
use crate::catalog::{
    self, BrandInput, BrandPatch, CategoryInput, CategoryPatch, ListFilter, ProductFilter, ProductInput, ProductOption, ProductPatch,
    ProductView, SupplierInput, SupplierPatch, VariantInput,
};
use crate::identity::Actor;
use crate::inventory::{self, ReceiptInput, ReceiptLineInput, ReceiptTarget};
use crate::kernel::{BrandId, CategoryId, Email, PageRequest, Phone, Status, SupplierId, VariantId};
use crate::platform::media::Stored;
use crate::platform::{Services, ShopTx};
use crate::tenancy::ShopInfo;

/// Where the files' names lead in the shop.
struct Names {
    brands: BTreeMap<String, BrandId>,
    categories: BTreeMap<String, CategoryId>,
    suppliers: BTreeMap<String, SupplierId>,
}

/// Brings brands, categories, suppliers and products to what the files say, and receives the opening stock of new variants.
pub(super) async fn apply(
    services: &Services,
    tx: &mut ShopTx,
    shop: &ShopInfo,
    files: &ShopFiles,
    changes: &mut Changes,
) -> anyhow::Result<()> {
    let names = Names {
        brands: brands(tx, files, changes).await?,
        categories: categories(tx, files, changes).await?,
        suppliers: suppliers(tx, files, changes).await?,
    };
    let current = current_products(tx, shop).await?;
    let mut opening = Vec::new();
    for row in &files.products {
        let wanted = input(row, &names).with_context(|| at(row))?;
        let before = current.get(&row.slug);
        let view = match before {
            None => Some(catalog::create_product(tx, shop, &wanted).await.with_context(|| at(row))?),
            Some(before) if differs(before, &wanted) => {
                Some(catalog::update_product(tx, shop, before.id, &patch(&wanted)).await.with_context(|| at(row))?)
            }
            Some(_) => None,
        };
        if let Some(view) = &view {
            changes.say(format!("product {}", row.slug));
            opening.extend(opening_lines(row, before, view));
        }
        if let Some(product) = view.as_ref().or(before) {
            pictures(services, tx, shop, files, row, product, changes).await.with_context(|| at(row))?;
        }
    }
    receive(tx, shop, opening, changes).await
}

/// What is said before anything that is wrong with a product.
fn at(row: &ProductRow) -> String {
    format!("catalog.csv, row {}, product {}", row.place, row.slug)
}

async fn brands(tx: &mut ShopTx, files: &ShopFiles, changes: &mut Changes) -> anyhow::Result<BTreeMap<String, BrandId>> {
    let known = catalog::list_brands(tx, &ListFilter::default(), None).await?.data;
    let mut known: BTreeMap<_, _> = known.into_iter().map(|brand| (brand.slug, (brand.id, brand.name))).collect();
    for wanted in &files.shop.brands {
        let name = wanted.name.clone();
        let view = match known.get(&wanted.slug) {
            Some((_, now)) if *now == name => continue,
            Some((id, _)) => catalog::update_brand(tx, *id, &BrandPatch { name: Some(name), ..BrandPatch::default() }).await,
            None => catalog::create_brand(tx, &BrandInput { name, slug: Some(wanted.slug.clone()), ..BrandInput::default() }).await,
        };
        let view = view.with_context(|| format!("shop.toml, brand {}", wanted.slug))?;
        changes.say(format!("brand {}", wanted.slug));
        known.insert(view.slug, (view.id, view.name));
    }
    Ok(known.into_iter().map(|(slug, (id, _))| (slug, id)).collect())
}

async fn categories(tx: &mut ShopTx, files: &ShopFiles, changes: &mut Changes) -> anyhow::Result<BTreeMap<String, CategoryId>> {
    let known = catalog::list_categories(tx, &ListFilter::default(), None).await?.data;
    let mut known: BTreeMap<_, _> = known.into_iter().map(|c| (c.slug, (c.id, c.name, c.parent_id, c.position))).collect();
    for (wanted, position) in files.shop.categories.iter().zip(1..) {
        let parent_id = match &wanted.parent {
            Some(parent) => {
                Some(known.get(parent).with_context(|| format!("shop.toml, category {}: no category {parent} above it", wanted.slug))?.0)
            }
            None => None,
        };
        let name = wanted.name.clone();
        let view = match known.get(&wanted.slug) {
            Some((_, now, parent, place)) if *now == name && *parent == parent_id && i64::from(*place) == position => continue,
            Some((id, ..)) => {
                let patch =
                    CategoryPatch { name: Some(name), parent_id: Some(parent_id), position: Some(position), ..CategoryPatch::default() };
                catalog::update_category(tx, *id, &patch).await
            }
            None => {
                let slug = Some(wanted.slug.clone());
                catalog::create_category(tx, &CategoryInput { name, slug, parent_id, position: Some(position), ..CategoryInput::default() })
                    .await
            }
        };
        let view = view.with_context(|| format!("shop.toml, category {}", wanted.slug))?;
        changes.say(format!("category {}", wanted.slug));
        known.insert(view.slug, (view.id, view.name, view.parent_id, view.position));
    }
    Ok(known.into_iter().map(|(slug, (id, ..))| (slug, id)).collect())
}

async fn suppliers(tx: &mut ShopTx, files: &ShopFiles, changes: &mut Changes) -> anyhow::Result<BTreeMap<String, SupplierId>> {
    let known = catalog::list_suppliers(tx, &ListFilter::default(), None).await?.data;
    let mut known: BTreeMap<_, _> = known.into_iter().map(|supplier| (supplier.code.clone(), supplier)).collect();
    for wanted in &files.shop.suppliers {
        // As they are kept; what cannot be read is refused where the supplier is made or changed.
        let email = Email::parse(&wanted.email).map_or_else(|_| wanted.email.clone(), |email| email.as_str().to_owned());
        let phone = Phone::parse(&wanted.phone).map_or_else(|_| wanted.phone.clone(), |phone| phone.as_str().to_owned());
        let (name, email, phone, address) = (&wanted.name, &email, &phone, &wanted.address);
        let view = match known.get(&wanted.code) {
            Some(now) if (&now.name, &now.email, &now.phone, &now.address) == (name, email, phone, address) => continue,
            Some(now) => {
                let patch = SupplierPatch {
                    name: Some(name.clone()),
                    email: Some(Some(email.clone())),
                    phone: Some(Some(phone.clone())),
                    address: Some(Some(address.clone())),
                    ..SupplierPatch::default()
                };
                catalog::update_supplier(tx, now.id, &patch).await
            }
            None => {
                let input = SupplierInput {
                    name: name.clone(),
                    code: Some(wanted.code.clone()),
                    email: Some(email.clone()),
                    phone: Some(phone.clone()),
                    address: Some(address.clone()),
                    ..SupplierInput::default()
                };
                catalog::create_supplier(tx, &input).await
            }
        };
        let view = view.with_context(|| format!("shop.toml, supplier {}", wanted.code))?;
        changes.say(format!("supplier {}", wanted.code));
        known.insert(view.code.clone(), view);
    }
    Ok(known.into_iter().map(|(code, view)| (code, view.id)).collect())
}

/// The shop's products that are not deleted, by slug.
async fn current_products(tx: &mut ShopTx, shop: &ShopInfo) -> anyhow::Result<BTreeMap<String, ProductView>> {
    let mut products = BTreeMap::new();
    let mut number = 1;
    loop {
        let page = catalog::list_products(tx, shop, &ProductFilter::default(), PageRequest::parse(Some(number), Some(100))?).await?;
        products.extend(page.data.into_iter().map(|product| (product.slug.clone(), product)));
        if number >= page.total_pages {
            return Ok(products);
        }
        number += 1;
    }
}

fn input(row: &ProductRow, names: &Names) -> anyhow::Result<ProductInput> {
    fn id<T: Copy>(known: &BTreeMap<String, T>, name: Option<&String>, what: &str) -> anyhow::Result<Option<T>> {
        name.map(|name| known.get(name).copied().with_context(|| format!("no {what} {name} in shop.toml"))).transpose()
    }
    Ok(ProductInput {
        name: row.name.clone(),
        slug: Some(row.slug.clone()),
        description: Some(row.description.trim().to_owned()),
        category_id: id(&names.categories, row.category.as_ref(), "category")?,
        brand_id: id(&names.brands, row.brand.as_ref(), "brand")?,
        supplier_id: id(&names.suppliers, row.supplier.as_ref(), "supplier")?,
        status: Some(if row.hidden { Status::Hidden } else { Status::Active }),
        options: row.options.iter().map(|(name, values)| ProductOption { name: name.clone(), values: values.clone() }).collect(),
        variants: row.variants.iter().map(variant).collect(),
    })
}

fn variant(row: &VariantRow) -> VariantInput {
    VariantInput {
        id: None,
        sku: row.sku.clone(),
        options: row.choices.iter().cloned().collect(),
        price: row.price,
        compare_at_price: row.compare_at_price,
        cost: row.cost,
        barcode: row.barcode.clone(),
        weight_g: row.weight_g,
    }
}

fn patch(wanted: &ProductInput) -> ProductPatch {
    ProductPatch {
        name: Some(wanted.name.clone()),
        slug: None,
        description: Some(wanted.description.clone()),
        category_id: Some(wanted.category_id),
        brand_id: Some(wanted.brand_id),
        supplier_id: Some(wanted.supplier_id),
        status: wanted.status,
        options: Some(Some(wanted.options.clone())),
        variants: Some(wanted.variants.clone()),
    }
}

fn differs(now: &ProductView, wanted: &ProductInput) -> bool {
    let same_variant = |(now, wanted): (&catalog::VariantView, &VariantInput)| {
        now.sku == wanted.sku
            && now.options.len() == wanted.options.len()
            && now.options.iter().all(|(name, value)| wanted.options.get(name) == Some(value))
            && now.price == wanted.price
            && now.compare_at_price == wanted.compare_at_price
            && now.cost == wanted.cost
            && Some(now.barcode.as_str()) == wanted.barcode.as_deref().or(Some(""))
            && now.weight_g.map(i64::from) == wanted.weight_g
    };
    now.name != wanted.name
        || Some(&now.description) != wanted.description.as_ref()
        || now.category_id != wanted.category_id
        || now.brand_id != wanted.brand_id
        || now.supplier_id != wanted.supplier_id
        || Some(now.status) != wanted.status
        || now.options != wanted.options
        || now.variants.len() != wanted.variants.len()
        || !now.variants.iter().zip(&wanted.variants).all(same_variant)
}

/// The opening stock of the variants that this very run made.
fn opening_lines(row: &ProductRow, before: Option<&ProductView>, now: &ProductView) -> Vec<ReceiptLineInput> {
    let was_there = |id: VariantId| before.is_some_and(|before| before.variants.iter().any(|variant| variant.id == id));
    let line = |wanted: &VariantRow| {
        let variant = now.variants.iter().find(|variant| variant.sku == wanted.sku)?;
        let new = wanted.opening_stock > 0 && !was_there(variant.id);
        new.then_some(ReceiptLineInput { variant_id: variant.id, quantity: wanted.opening_stock, unit_cost: wanted.cost })
    };
    row.variants.iter().filter_map(line).collect()
}

/// Puts the product's pictures in the files' order; when they are already there, in this order, nothing is touched.
async fn pictures(
    services: &Services,
    tx: &mut ShopTx,
    shop: &ShopInfo,
    files: &ShopFiles,
    row: &ProductRow,
    product: &ProductView,
    changes: &mut Changes,
) -> anyhow::Result<()> {
    let mut wanted: Vec<Stored> = Vec::new();
    for name in &row.images {
        wanted.push(keep(services, tx, files, &format!("images/{name}")).await?);
    }
    let urls = wanted.iter().map(|stored| shop.media_url(&stored.key));
    if product.images.iter().map(|image| image.url.clone()).eq(urls) {
        return Ok(());
    }
    for image in &product.images {
        catalog::remove_image(tx, product.id, image.id).await?;
    }
    for stored in &wanted {
        catalog::add_image(tx, shop, product.id, stored, &row.name).await?;
    }
    changes.say(format!("pictures of {}", row.slug));
    Ok(())
}

/// Receives the opening stock, in receipts of as many lines as one may have.
async fn receive(tx: &mut ShopTx, shop: &ShopInfo, opening: Vec<ReceiptLineInput>, changes: &mut Changes) -> anyhow::Result<()> {
    for lines in opening.chunks(inventory::MAX_LINES) {
        let units: i64 = lines.iter().map(|line| line.quantity).sum();
        let reference = if shop.locale == crate::platform::i18n::Lang::Vi { "Tồn đầu kỳ" } else { "Opening stock" };
        let input = ReceiptInput {
            reference: Some(reference.to_owned()),
            lines: lines.to_vec(),
            status: ReceiptTarget::Completed,
            ..ReceiptInput::default()
        };
        inventory::create_receipt(tx, shop, &input, &Actor::System).await?;
        changes.say(format!("opening stock of {} variants, {units} units", lines.len()));
    }
    Ok(())
}
