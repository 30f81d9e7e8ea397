use axum::http::StatusCode;

use crate::kernel::Invalid;
use crate::platform::http::Problem;
use crate::platform::{DbError, Passwords};

/// What can go wrong with people and their sessions.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// A field breaks a rule.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Another account of the shop has the e-mail address.
    #[error("the e-mail address is taken")]
    EmailTaken,
    /// Another account of the shop has the telephone number.
    #[error("the telephone number is taken")]
    PhoneTaken,
    /// No such account, or another password: which of the two is not said.
    #[error("no such account or another password")]
    InvalidCredentials,
    /// The session is over.
    #[error("the session is over")]
    SessionExpired,
    /// Not here.
    #[error("not found")]
    NotFound,
    /// Hashing failed.
    #[error("{0}")]
    Hashing(String),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<IdentityError> for Problem {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::Invalid(invalid) => invalid.into(),
            IdentityError::EmailTaken => Self::new(StatusCode::CONFLICT, "email-taken"),
            IdentityError::PhoneTaken => Self::new(StatusCode::CONFLICT, "phone-taken"),
            IdentityError::InvalidCredentials => Self::new(StatusCode::UNAUTHORIZED, "invalid-credentials"),
            IdentityError::SessionExpired => Self::new(StatusCode::UNAUTHORIZED, "session-expired"),
            IdentityError::NotFound => Self::not_found(),
            IdentityError::Hashing(cause) => {
                tracing::error!(cause, "a password could not be hashed");
                Self::internal()
            }
            IdentityError::Db(error) => error.into(),
        }
    }
}

/// Passwords that come first in every list of stolen ones and still have eight letters.
const WELL_KNOWN: &[&str] = &[
    "12345678",
    "123456789",
    "1234567890",
    "password",
    "password1",
    "passw0rd",
    "qwertyuiop",
    "qwerty123",
    "11111111",
    "00000000",
    "iloveyou",
    "abc12345",
    "abcd1234",
    "1q2w3e4r",
    "1qaz2wsx",
    "matkhau1",
    "matkhau123",
    "88888888",
    "87654321",
    "66666666",
    "12341234",
    "123123123",
    "987654321",
    "anhyeuem",
    "emyeuanh",
    "asdfghjk",
    "zxcvbnm1",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
    "trustno1",
    "letmein1",
    "welcome1",
    "admin123",
    "administrator",
    "changeme",
    "qwertyui",
    "q1w2e3r4",
];

/// A password as it is chosen: 8–128 characters, none of the well-known ones.
///
/// # Errors
/// `too_short`, `too_long`, `weak_password`.
pub(super) fn parse_password(text: &str) -> Result<String, crate::kernel::Flaw> {
    use crate::kernel::Flaw;
    let length = text.chars().count();
    if length < 8 {
        Err(Flaw::new("too_short").with("min", 8))
    } else if length > 128 {
        Err(Flaw::new("too_long").with("max", 128))
    } else if text.contains('\0') {
        Err(Flaw::new("control_characters"))
    } else if WELL_KNOWN.contains(&text.to_lowercase().as_str()) {
        Err(Flaw::new("weak_password"))
    } else {
        Ok(text.to_owned())
    }
}

/// Hashes a password, off the async threads.
pub(super) async fn hash_password(passwords: &Passwords, password: String) -> Result<String, IdentityError> {
    passwords.hash(password).await.map_err(|error| IdentityError::Hashing(error.to_string()))
}
