use axum::http::StatusCode;

use crate::kernel::{FieldError, Flaw, Invalid};
use crate::platform::DbError;
use crate::platform::http::Problem;

/// What can go wrong with the catalog.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// A field breaks a rule.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Another record of the kind has the slug.
    #[error("the slug is taken")]
    SlugTaken,
    /// Another product's variant has the SKU; names the places in the request where they are known.
    #[error("a SKU is taken")]
    SkuTaken(Vec<FieldError>),
    /// Another supplier has the code.
    #[error("the code is taken")]
    CodeTaken,
    /// A product keeps at least one variant.
    #[error("the last variant of a product stays")]
    LastVariant,
    /// Not here.
    #[error("not found")]
    NotFound,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl CatalogError {
    /// One flaw at one place.
    pub(super) fn at(pointer: &str, flaw: Flaw) -> Self {
        Self::Invalid(Invalid::at(pointer, flaw))
    }

    /// What the constraints of products and variants stand for.
    pub(super) fn of_constraint(name: &str) -> Option<Self> {
        match name {
            "products_slug_key" | "categories_slug_key" | "brands_slug_key" => Some(Self::SlugTaken),
            "variants_sku_key" => Some(Self::SkuTaken(Vec::new())),
            "suppliers_code_key" => Some(Self::CodeTaken),
            _ => None,
        }
    }
}

impl From<CatalogError> for Problem {
    fn from(error: CatalogError) -> Self {
        match error {
            CatalogError::Invalid(invalid) => invalid.into(),
            CatalogError::SlugTaken => {
                Self::new(StatusCode::CONFLICT, "slug-taken").with_errors(Invalid::at("/slug", Flaw::new("taken")).0)
            }
            CatalogError::SkuTaken(errors) => Self::new(StatusCode::CONFLICT, "sku-taken").with_errors(errors),
            CatalogError::CodeTaken => {
                Self::new(StatusCode::CONFLICT, "code-taken").with_errors(Invalid::at("/code", Flaw::new("taken")).0)
            }
            CatalogError::LastVariant => Self::new(StatusCode::CONFLICT, "last-variant"),
            CatalogError::NotFound => Self::not_found(),
            CatalogError::Db(error) => error.into(),
        }
    }
}
