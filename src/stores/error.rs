use axum::http::StatusCode;

use crate::kernel::{FieldError, Flaw, Invalid};
use crate::platform::DbError;
use crate::platform::http::Problem;

/// What can go wrong with locations.
#[derive(Debug, thiserror::Error)]
pub enum StoresError {
    /// A field breaks a rule.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Not here.
    #[error("not found")]
    NotFound,
    /// Another location of the shop has the code.
    #[error("the code is taken")]
    CodeTaken,
    /// The default location can't go, nor stop being the default before another one is.
    #[error("it is the default location")]
    IsDefault,
    /// Goods lie there.
    #[error("goods lie there")]
    NotEmpty,
    /// The shop has as many locations as it may have.
    #[error("too many locations")]
    TooMany,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<StoresError> for Problem {
    fn from(error: StoresError) -> Self {
        let conflict = || Self::new(StatusCode::CONFLICT, "conflict");
        match error {
            StoresError::Invalid(invalid) => invalid.into(),
            StoresError::NotFound => Self::not_found(),
            StoresError::CodeTaken => conflict().with_errors(vec![FieldError { pointer: "/code".to_owned(), flaw: Flaw::new("taken") }]),
            StoresError::IsDefault => {
                conflict().with_errors(vec![FieldError { pointer: "/is_default".to_owned(), flaw: Flaw::new("not_allowed") }])
            }
            StoresError::NotEmpty | StoresError::TooMany => conflict(),
            StoresError::Db(error) => error.into(),
        }
    }
}
