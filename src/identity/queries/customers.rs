use crate::identity::{CustomerView, NewCustomer};
use crate::kernel::{CustomerId, Email, PageRequest, Phone};
use crate::platform::{DbError, ShopTx};

pub(in crate::identity) struct Credentials {
    pub(in crate::identity) id: CustomerId,
    pub(in crate::identity) password_hash: String,
}

pub(in crate::identity) async fn insert_customer(
    tx: &mut ShopTx,
    id: CustomerId,
    number: i64,
    new: &NewCustomer,
    password_hash: &str,
) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "INSERT INTO customers (shop_id, id, number, name, email, phone, password_hash, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
        shop,
        id.uuid(),
        number,
        new.name.as_str(),
        new.email.as_ref().map(Email::as_str),
        new.phone.as_ref().map(Phone::as_str),
        password_hash,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::identity) async fn find_customer(tx: &mut ShopTx, id: CustomerId) -> Result<Option<CustomerView>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        CustomerView,
        r#"SELECT id AS "id: CustomerId",
                  number,
                  name,
                  email,
                  phone,
                  created_at
           FROM customers
           WHERE shop_id = $1 AND id = $2 AND status <> -2"#,
        shop,
        id.uuid()
    )
    .fetch_optional(tx.conn())
    .await?)
}

/// As [`find_customer`], and nobody else changes them until the transaction ends.
pub(in crate::identity) async fn lock_customer(tx: &mut ShopTx, id: CustomerId) -> Result<Option<CustomerView>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        CustomerView,
        r#"SELECT id AS "id: CustomerId",
                  number,
                  name,
                  email,
                  phone,
                  created_at
           FROM customers
           WHERE shop_id = $1 AND id = $2 AND status <> -2
           FOR UPDATE"#,
        shop,
        id.uuid()
    )
    .fetch_optional(tx.conn())
    .await?)
}

/// By e-mail address or by telephone number, whichever is given.
pub(in crate::identity) async fn find_credentials(
    tx: &mut ShopTx,
    email: Option<&str>,
    phone: Option<&str>,
) -> Result<Option<Credentials>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        Credentials,
        r#"SELECT id AS "id: CustomerId",
                  password_hash
           FROM customers
           WHERE shop_id = $1 AND status = 1 AND (email = $2 OR phone = $3)"#,
        shop,
        email,
        phone
    )
    .fetch_optional(tx.conn())
    .await?)
}

pub(in crate::identity) async fn rename_customer(tx: &mut ShopTx, id: CustomerId, name: &str) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "UPDATE customers
         SET name = $3, updated_at = $4
         WHERE shop_id = $1 AND id = $2 AND status <> -2",
        shop,
        id.uuid(),
        name,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Part of a telephone number as it is kept, when that is what somebody looks for: `0912 345` is kept as `+84912345…`.
fn phone_part(q: &str) -> Option<String> {
    let written = q.chars().all(|c| c.is_ascii_digit() || " +-.()".contains(c));
    let digits: String = q.chars().filter(char::is_ascii_digit).collect();
    let part = digits.trim_start_matches('0');
    (written && !part.is_empty()).then(|| part.to_owned())
}

pub(in crate::identity) async fn count_customers(tx: &mut ShopTx, q: Option<&str>) -> Result<i64, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_scalar!(
        r#"SELECT COUNT(*) AS "count!"
           FROM customers
           WHERE shop_id = $1
             AND status <> -2
             AND ($2::text IS NULL OR strpos(lower(name), lower($2)) > 0 OR strpos(email, lower($2)) > 0 OR strpos(phone, $3) > 0)"#,
        shop,
        q,
        q.and_then(phone_part)
    )
    .fetch_one(tx.conn())
    .await?)
}

pub(in crate::identity) async fn list_customers(tx: &mut ShopTx, q: Option<&str>, page: PageRequest) -> Result<Vec<CustomerView>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        CustomerView,
        r#"SELECT id AS "id: CustomerId",
                  number,
                  name,
                  email,
                  phone,
                  created_at
           FROM customers
           WHERE shop_id = $1
             AND status <> -2
             AND ($2::text IS NULL OR strpos(lower(name), lower($2)) > 0 OR strpos(email, lower($2)) > 0 OR strpos(phone, $3) > 0)
           ORDER BY created_at DESC, id DESC
           LIMIT $4 OFFSET $5"#,
        shop,
        q,
        q.and_then(phone_part),
        page.limit(),
        page.offset()
    )
    .fetch_all(tx.conn())
    .await?)
}

pub(in crate::identity) async fn list_known_emails(tx: &mut ShopTx, emails: &[String]) -> Result<Vec<String>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_scalar!(
        r#"SELECT email AS "email!"
           FROM customers
           WHERE shop_id = $1 AND status <> -2 AND email = ANY($2)"#,
        shop,
        emails
    )
    .fetch_all(tx.conn())
    .await?)
}
