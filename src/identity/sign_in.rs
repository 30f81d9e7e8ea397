use std::time::Duration;

use super::permissions::Permission;
use super::{IdentityError, StaffView, queries};
use crate::kernel::{CustomerId, Email, Phone, ShopId};
use crate::platform::Services;
use crate::platform::http::{Limit, Problem, RateLimit};

/// Attempts to sign in to one account from one address, right or wrong.
const PER_ACCOUNT: Limit = Limit { name: "sign-in-account", quota: 10, window: Duration::from_secs(300) };
/// Attempts to sign in to one account from anywhere: far more than its owner needs, so that a stranger's guesses do not lock the
/// owner out before they are many, and far fewer than guessing needs.
const PER_ACCOUNT_ANYWHERE: Limit = Limit { name: "sign-in-account-anywhere", quota: 100, window: Duration::from_secs(300) };
/// Attempts to sign in from one address, to any account of the shop.
const PER_ADDRESS: Limit = Limit { name: "sign-in-address", quota: 60, window: Duration::from_secs(300) };

async fn limit(services: &Services, shop: ShopId, account: &str, from: &str) -> Result<(), Problem> {
    let redis = services.redis.shop(shop);
    RateLimit::count(services.limits, &redis, PER_ADDRESS, from).await?;
    // The account's name goes into a key: as a hash, for it may be any text.
    let account = hex::encode(&crate::platform::crypto::sha256(account.as_bytes())[..16]);
    RateLimit::count(services.limits, &redis, PER_ACCOUNT, &format!("{account}:{from}")).await?;
    RateLimit::count(services.limits, &redis, PER_ACCOUNT_ANYWHERE, &account).await
}

async fn verify(services: &Services, password: &str, hash: Option<String>) -> Result<bool, IdentityError> {
    // Nothing longer was ever accepted; hashing it would only cost time.
    let password: String = password.chars().take(129).collect();
    services.passwords.verify(password, hash).await.map_err(|error| IdentityError::Hashing(error.to_string()))
}

/// Checks a member of staff's e-mail and password. No transaction is open while the password is hashed; an unknown account
/// takes as long as a wrong password.
///
/// # Errors
/// 401 `invalid-credentials`, 429 after too many attempts.
pub async fn sign_in_staff(services: &Services, shop: ShopId, email: &str, password: &str, from: &str) -> Result<StaffView, Problem> {
    let email = Email::parse(email).map(|email| email.as_str().to_owned()).unwrap_or_default();
    limit(services, shop, &format!("staff {email}"), from).await?;
    let mut tx = services.db.begin(shop).await?;
    let found = queries::staff::find_staff_by_email(&mut tx, &email).await?;
    drop(tx);
    let matches = verify(services, password, found.as_ref().map(|row| row.password_hash.clone())).await?;
    let row = found.filter(|_| matches).ok_or(IdentityError::InvalidCredentials)?;
    Ok(view(row))
}

/// A member of staff of the shop, for a session that is refreshed.
pub(super) async fn find_staff(tx: &mut crate::platform::ShopTx, id: crate::kernel::StaffId) -> Result<Option<StaffView>, IdentityError> {
    Ok(queries::staff::find_staff(tx, id).await?.map(view))
}

fn view(row: queries::staff::StaffRow) -> StaffView {
    let permissions = row.permissions.iter().filter_map(|name| Permission::from_name(name)).collect();
    StaffView { id: row.id, name: row.name, email: row.email, role: row.role, permissions }
}

/// Checks a customer's e-mail or phone and password; otherwise as [`sign_in_staff`].
///
/// # Errors
/// 401 `invalid-credentials`, 429 after too many attempts.
pub async fn sign_in_customer(services: &Services, shop: ShopId, login: &str, password: &str, from: &str) -> Result<CustomerId, Problem> {
    let email = Email::parse(login).ok();
    let phone = if email.is_none() { Phone::parse(login).ok() } else { None };
    let account = email.as_ref().map(Email::as_str).or(phone.as_ref().map(Phone::as_str)).unwrap_or_default();
    limit(services, shop, &format!("customer {account}"), from).await?;
    let mut tx = services.db.begin(shop).await?;
    let found = queries::customers::find_credentials(&mut tx, email.as_ref().map(Email::as_str), phone.as_ref().map(Phone::as_str)).await?;
    drop(tx);
    let matches = verify(services, password, found.as_ref().map(|row| row.password_hash.clone())).await?;
    Ok(found.filter(|_| matches).ok_or(IdentityError::InvalidCredentials)?.id)
}
