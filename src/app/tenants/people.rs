use anyhow::Context;

use super::Changes;
use super::files::{Person, ShopFiles};
use crate::identity::{self, NewCustomer, NewStaff};
use crate::platform::{Passwords, ShopTx};

/// People of the files who are not in the shop yet, their passwords hashed: before the transaction, for hashing takes its time.
#[derive(Debug, Default)]
pub(super) struct NewPeople {
    staff: Vec<(NewStaff, String)>,
    customers: Vec<NewCustomer>,
}

/// The e-mail addresses the shop has already.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) staff: Vec<String>,
    pub(super) customers: Vec<String>,
}

impl Known {
    /// Looks them up.
    pub(super) async fn of(tx: &mut ShopTx, files: &ShopFiles) -> anyhow::Result<Self> {
        let emails: Vec<String> = files.shop.customers.iter().map(|person| person.email.to_lowercase()).collect();
        Ok(Self { staff: identity::staff_emails(tx).await?, customers: identity::known_customer_emails(tx, &emails).await? })
    }
}

/// Parses and hashes those who are new. The owner is made with the shop.
pub(super) async fn prepare(passwords: &Passwords, files: &ShopFiles, known: &Known) -> anyhow::Result<NewPeople> {
    let mut new = NewPeople::default();
    for person in files.shop.staff.iter().filter(|person| !known.staff.contains(&person.email.to_lowercase())) {
        let role = person.role.clone().with_context(|| format!("shop.toml, staff {}: a role is needed", person.email))?;
        let parsed = NewStaff::parse(passwords, &person.name, &person.email, person.phone.as_deref(), &person.password).await;
        new.staff.push((parsed.with_context(|| format!("shop.toml, staff {}", person.email))?, role));
    }
    for person in files.shop.customers.iter().filter(|person| !known.customers.contains(&person.email.to_lowercase())) {
        new.customers.push(customer(passwords, person).await.with_context(|| format!("shop.toml, customer {}", person.email))?);
    }
    Ok(new)
}

async fn customer(passwords: &Passwords, person: &Person) -> anyhow::Result<NewCustomer> {
    Ok(NewCustomer::parse(passwords, &person.name, Some(&person.email), person.phone.as_deref(), &person.password).await?)
}

/// Makes those who are new.
pub(super) async fn apply(tx: &mut ShopTx, new: &NewPeople, changes: &mut Changes) -> anyhow::Result<()> {
    for (staff, role) in &new.staff {
        identity::create_staff(tx, staff, role).await.with_context(|| format!("shop.toml, staff {} ({role})", staff.email.as_str()))?;
        changes.say(format!("staff {} as {role}", staff.email.as_str()));
    }
    for customer in &new.customers {
        let made = identity::register_customer(tx, customer).await.context("shop.toml, customers")?;
        changes.say(format!("customer {}", made.number));
    }
    Ok(())
}
