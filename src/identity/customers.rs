use std::time::Duration;

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::error::{hash_password, parse_password};
use super::{IdentityError, queries};
use crate::kernel::{Check, CustomerId, Email, Flaw, Name, Page, PageRequest, Phone};
use crate::platform::events::{self, NewEvent};
use crate::platform::http::Limit;
use crate::platform::{DbError, DbResultExt, Passwords, ShopTx};

/// New accounts from one address, through the API and the pages alike.
pub const REGISTRATIONS: Limit = Limit { name: "register", quota: 20, window: Duration::from_secs(3600) };

/// A customer as the API shows one.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CustomerView {
    /// Their id.
    pub id: CustomerId,
    /// Their number in the shop, from 1001.
    pub number: i64,
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: Option<String>,
    /// Their telephone number, E.164.
    pub phone: Option<String>,
    /// When they registered.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// A customer about to be made; every field parsed.
#[derive(Debug, Clone)]
pub struct NewCustomer {
    /// Their name.
    pub name: Name,
    /// Their e-mail address.
    pub email: Option<Email>,
    /// Their telephone number.
    pub phone: Option<Phone>,
    password_hash: String,
}

impl NewCustomer {
    /// Parses the fields and hashes the password; call it before the transaction begins.
    ///
    /// # Errors
    /// The flaws of all fields; `required` at `/email` when there is neither e-mail nor phone.
    pub async fn parse(
        passwords: &Passwords,
        name: &str,
        email: Option<&str>,
        phone: Option<&str>,
        password: &str,
    ) -> Result<Self, IdentityError> {
        let mut check = Check::default();
        let name = check.at("/name", Name::parse(name));
        let email = check.opt("/email", email, Email::parse);
        let phone = check.opt("/phone", phone, Phone::parse);
        let password = check.at("/password", parse_password(password));
        if email == Some(None) && phone == Some(None) {
            check.flaw("/email", Flaw::new("required"));
            return Err(check.into_invalid().into());
        }
        let (Some(name), Some(email), Some(phone), Some(password)) = (name, email, phone, password) else {
            return Err(check.into_invalid().into());
        };
        Ok(Self { name, email, phone, password_hash: hash_password(passwords, password).await? })
    }
}

/// Registers a customer, with the shop's next customer number.
///
/// # Errors
/// [`IdentityError::EmailTaken`], [`IdentityError::PhoneTaken`].
pub async fn register_customer(tx: &mut ShopTx, new: &NewCustomer) -> Result<CustomerView, IdentityError> {
    let id = tx.new_id::<CustomerId>();
    let number = events::next_number(tx, "customer").await?;
    queries::customers::insert_customer(tx, id, number, new, &new.password_hash).await.on_constraint(|name| match name {
        "customers_email_key" => Some(IdentityError::EmailTaken),
        "customers_phone_key" => Some(IdentityError::PhoneTaken),
        _ => None,
    })?;
    let registered = NewEvent {
        kind: "customer.registered",
        subject_id: id.uuid(),
        payload: serde_json::json!({ "customer_id": id, "number": number }),
    };
    events::append(tx, &[registered]).await?;
    find_customer(tx, id).await?.ok_or(IdentityError::NotFound)
}

/// A customer by id.
///
/// # Errors
/// When the database gives no answer.
pub async fn find_customer(tx: &mut ShopTx, id: CustomerId) -> Result<Option<CustomerView>, DbError> {
    queries::customers::find_customer(tx, id).await
}

/// The shop's customers, newest first; `q` is looked for in name, e-mail and phone.
///
/// # Errors
/// When the database gives no answer.
pub async fn list_customers(tx: &mut ShopTx, q: Option<&str>, page: PageRequest) -> Result<Page<CustomerView>, DbError> {
    let total = queries::customers::count_customers(tx, q).await?;
    let rows = queries::customers::list_customers(tx, q, page).await?;
    Ok(Page::new(rows, page, total))
}

/// A customer by id, whom nobody else changes until the transaction ends.
pub(super) async fn lock_customer(tx: &mut ShopTx, id: CustomerId) -> Result<Option<CustomerView>, DbError> {
    queries::customers::lock_customer(tx, id).await
}

/// Changes a customer's name.
pub(super) async fn rename_customer(tx: &mut ShopTx, id: CustomerId, name: &Name) -> Result<CustomerView, IdentityError> {
    queries::customers::rename_customer(tx, id, name.as_str()).await?;
    find_customer(tx, id).await?.ok_or(IdentityError::NotFound)
}

/// Which of these e-mail addresses belong to customers of the shop.
///
/// # Errors
/// When the database gives no answer.
pub async fn known_customer_emails(tx: &mut ShopTx, emails: &[String]) -> Result<Vec<String>, DbError> {
    queries::customers::list_known_emails(tx, emails).await
}
