use super::queries::shared;
use crate::kernel::{ProductId, Slug};
use crate::platform::{DbError, ShopTx};

/// What a name must be free among.
#[derive(Debug, Clone, Copy)]
pub(super) enum NameOf {
    /// Products' slugs.
    Product,
    /// Categories' slugs.
    Category,
    /// Brands' slugs.
    Brand,
    /// Suppliers' codes.
    Supplier,
}

impl NameOf {
    /// The kind in one word; also the name of a thing whose own holds no letter that can be spelt in a slug.
    const fn kind(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Category => "category",
            Self::Brand => "brand",
            Self::Supplier => "supplier",
        }
    }
}

/// A free slug (of a supplier: a code) made from a name, numbered when it is taken. Nobody else is given the same one until this
/// transaction ends. What a thing has already (`own`) it keeps where the name still suggests it: an address that is known stays.
pub(super) async fn free_name(tx: &mut ShopTx, of: NameOf, name: &str, own: Option<&str>) -> Result<String, DbError> {
    let root = root(of, name);
    let candidates = candidates(&root);
    if let Some(own) = own.filter(|own| candidates.iter().any(|candidate| candidate == own)) {
        return Ok(own.to_owned());
    }
    shared::lock_name(tx, of.kind(), &root).await?;
    let taken = match of {
        NameOf::Product => shared::taken_product_slugs(tx, &candidates).await?,
        NameOf::Category => shared::taken_category_slugs(tx, &candidates).await?,
        NameOf::Brand => shared::taken_brand_slugs(tx, &candidates).await?,
        NameOf::Supplier => shared::taken_supplier_codes(tx, &candidates).await?,
    };
    let free = candidates.into_iter().find(|candidate| !taken.contains(candidate));
    // After the first hundred of a name, a number nobody counts.
    Ok(free.unwrap_or_else(|| format!("{root}-{}", hex::encode(&tx.new_id::<ProductId>().uuid().as_bytes()[10..]))))
}

fn root(of: NameOf, name: &str) -> String {
    let slug = Slug::from_name(name).map_or_else(|| of.kind().to_owned(), |slug| slug.as_str().to_owned());
    if matches!(of, NameOf::Supplier) {
        slug.to_ascii_uppercase().chars().take(40).collect::<String>().trim_end_matches('-').to_owned()
    } else {
        slug
    }
}

fn candidates(root: &str) -> Vec<String> {
    std::iter::once(root.to_owned()).chain((2..=100).map(|n| format!("{root}-{n}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_gives_a_slug_and_a_supplier_a_code() {
        assert_eq!(root(NameOf::Product, "Áo thun trắng"), "ao-thun-trang");
        assert_eq!(root(NameOf::Product, "!!!"), "product");
        assert_eq!(root(NameOf::Supplier, "Dệt Nam Định"), "DET-NAM-DINH");
        assert_eq!(candidates("ao")[..3], ["ao", "ao-2", "ao-3"]);
    }
}
