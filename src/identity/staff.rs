use serde::Serialize;
use utoipa::ToSchema;

use super::error::{hash_password, parse_password};
use super::permissions::{FIRST_ROLES, Permission};
use super::{IdentityError, SignedInStaff, queries};
use crate::kernel::{Check, Email, Name, Phone, RoleId, StaffId};
use crate::platform::i18n::Lang;
use crate::platform::{DbError, DbResultExt, Passwords, ShopTx};

/// A member of staff as their own session shows them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StaffView {
    /// Their id.
    pub id: StaffId,
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// The code of their role.
    pub role: String,
    /// What they may do.
    pub permissions: Vec<Permission>,
}

impl From<&SignedInStaff> for StaffView {
    fn from(staff: &SignedInStaff) -> Self {
        Self {
            id: staff.id,
            name: staff.name.clone(),
            email: staff.email.clone(),
            role: staff.role.clone(),
            permissions: staff.permissions.clone(),
        }
    }
}

/// A member of staff about to be made; every field parsed.
#[derive(Debug, Clone)]
pub struct NewStaff {
    /// Their name.
    pub name: Name,
    /// What they sign in with.
    pub email: Email,
    /// Where to call them.
    pub phone: Option<Phone>,
    /// The hash of their password.
    password_hash: String,
}

impl NewStaff {
    /// Parses the fields and hashes the password; call it before the transaction begins, for hashing takes its time.
    ///
    /// # Errors
    /// The flaws of all fields.
    pub async fn parse(passwords: &Passwords, name: &str, email: &str, phone: Option<&str>, password: &str) -> Result<Self, IdentityError> {
        let mut check = Check::default();
        let name = check.at("/name", Name::parse(name));
        let email = check.at("/email", Email::parse(email));
        let phone = check.opt("/phone", phone, Phone::parse);
        let password = check.at("/password", parse_password(password));
        let (Some(name), Some(email), Some(phone), Some(password)) = (name, email, phone, password) else {
            return Err(check.into_invalid().into());
        };
        Ok(Self { name, email, phone, password_hash: hash_password(passwords, password).await? })
    }
}

/// Makes the roles every new shop has.
///
/// # Errors
/// When the database gives no answer.
pub async fn create_first_roles(tx: &mut ShopTx, locale: Lang) -> Result<(), IdentityError> {
    for role in &FIRST_ROLES {
        let name = if locale == Lang::Vi { role.name_vi } else { role.name_en };
        let permissions = Permission::ALL.iter().filter(|p| (role.may)(**p)).map(|p| p.as_str().to_owned()).collect::<Vec<_>>();
        let id = tx.new_id::<RoleId>();
        queries::staff::insert_role(tx, id, role.code, name, &permissions).await?;
    }
    Ok(())
}

/// Makes a member of staff with a role.
///
/// # Errors
/// [`IdentityError::EmailTaken`]; [`IdentityError::NotFound`] for a role that is not there.
pub async fn create_staff(tx: &mut ShopTx, new: &NewStaff, role: &str) -> Result<StaffId, IdentityError> {
    let role = queries::staff::find_role(tx, role).await?.ok_or(IdentityError::NotFound)?;
    let id = tx.new_id::<StaffId>();
    queries::staff::insert_staff(tx, id, role, new, &new.password_hash)
        .await
        .on_constraint(|name| (name == "staff_email_key").then_some(IdentityError::EmailTaken))?;
    Ok(id)
}

/// The e-mail addresses of the shop's staff.
///
/// # Errors
/// When the database gives no answer.
pub async fn staff_emails(tx: &mut ShopTx) -> Result<Vec<String>, DbError> {
    queries::staff::list_emails(tx).await
}
