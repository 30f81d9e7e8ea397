use crate::identity::NewStaff;
use crate::kernel::{RoleId, StaffId};
use crate::platform::{DbError, ShopTx};

pub(in crate::identity) struct StaffRow {
    pub(in crate::identity) id: StaffId,
    pub(in crate::identity) name: String,
    pub(in crate::identity) email: String,
    pub(in crate::identity) role: String,
    pub(in crate::identity) permissions: Vec<String>,
    pub(in crate::identity) password_hash: String,
}

pub(in crate::identity) async fn insert_role(
    tx: &mut ShopTx,
    id: RoleId,
    code: &str,
    name: &str,
    permissions: &[String],
) -> Result<(), DbError> {
    let shop = tx.shop_id().uuid();
    sqlx::query!(
        "INSERT INTO roles (shop_id, id, code, name, permissions)
         VALUES ($1, $2, $3, $4, $5)",
        shop,
        id.uuid(),
        code,
        name,
        permissions
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::identity) async fn find_role(tx: &mut ShopTx, code: &str) -> Result<Option<RoleId>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_scalar!(
        r#"SELECT id AS "id: RoleId"
           FROM roles
           WHERE shop_id = $1 AND code = $2"#,
        shop,
        code
    )
    .fetch_optional(tx.conn())
    .await?)
}

pub(in crate::identity) async fn insert_staff(
    tx: &mut ShopTx,
    id: StaffId,
    role: RoleId,
    new: &NewStaff,
    password_hash: &str,
) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "INSERT INTO staff (shop_id, id, role_id, name, email, phone, password_hash, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
        shop,
        id.uuid(),
        role.uuid(),
        new.name.as_str(),
        new.email.as_str(),
        new.phone.as_ref().map(crate::kernel::Phone::as_str),
        password_hash,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::identity) async fn find_staff_by_email(tx: &mut ShopTx, email: &str) -> Result<Option<StaffRow>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        StaffRow,
        r#"SELECT p.id AS "id: StaffId",
                  p.name,
                  p.email,
                  r.code AS role,
                  r.permissions,
                  p.password_hash
           FROM staff p
           JOIN roles r ON r.shop_id = p.shop_id AND r.id = p.role_id
           WHERE p.shop_id = $1 AND p.email = $2 AND p.status = 1"#,
        shop,
        email
    )
    .fetch_optional(tx.conn())
    .await?)
}

pub(in crate::identity) async fn find_staff(tx: &mut ShopTx, id: StaffId) -> Result<Option<StaffRow>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        StaffRow,
        r#"SELECT p.id AS "id: StaffId",
                  p.name,
                  p.email,
                  r.code AS role,
                  r.permissions,
                  p.password_hash
           FROM staff p
           JOIN roles r ON r.shop_id = p.shop_id AND r.id = p.role_id
           WHERE p.shop_id = $1 AND p.id = $2 AND p.status = 1"#,
        shop,
        id.uuid()
    )
    .fetch_optional(tx.conn())
    .await?)
}

pub(in crate::identity) async fn list_emails(tx: &mut ShopTx) -> Result<Vec<String>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_scalar!(
        "SELECT email
         FROM staff
         WHERE shop_id = $1 AND status <> -2",
        shop
    )
    .fetch_all(tx.conn())
    .await?)
}
