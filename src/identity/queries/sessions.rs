use time::OffsetDateTime;

use crate::identity::SignedInStaff;
use crate::identity::permissions::Permission;
use crate::identity::sessions::{Owner, RememberedCustomer};
use crate::kernel::{CustomerId, SessionId, StaffId};
use crate::platform::{DbError, ShopTx};

pub(in crate::identity) struct SessionRow {
    staff_id: Option<StaffId>,
    customer_id: Option<CustomerId>,
    pub(in crate::identity) kind: String,
    pub(in crate::identity) generation: i32,
    pub(in crate::identity) expires_at: OffsetDateTime,
    pub(in crate::identity) revoked_at: Option<OffsetDateTime>,
}

impl SessionRow {
    pub(in crate::identity) fn owner(&self) -> Option<Owner> {
        self.staff_id.map(Owner::Staff).or_else(|| self.customer_id.map(Owner::Customer))
    }
}

pub(in crate::identity) async fn insert_session(
    tx: &mut ShopTx,
    id: SessionId,
    owner: Owner,
    kind: &str,
    expires_at: OffsetDateTime,
) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    let (staff, customer) = match owner {
        Owner::Staff(id) => (Some(id.uuid()), None),
        Owner::Customer(id) => (None, Some(id.uuid())),
    };
    sqlx::query!(
        "INSERT INTO sessions (shop_id, id, staff_id, customer_id, kind, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        shop,
        id.uuid(),
        staff,
        customer,
        kind,
        now,
        expires_at
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::identity) async fn lock_session(tx: &mut ShopTx, id: SessionId) -> Result<Option<SessionRow>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        SessionRow,
        r#"SELECT staff_id AS "staff_id: StaffId",
                  customer_id AS "customer_id: CustomerId",
                  kind,
                  generation,
                  expires_at,
                  revoked_at
           FROM sessions
           WHERE shop_id = $1 AND id = $2
           FOR UPDATE"#,
        shop,
        id.uuid()
    )
    .fetch_optional(tx.conn())
    .await?)
}

pub(in crate::identity) async fn advance(
    tx: &mut ShopTx,
    id: SessionId,
    generation: i32,
    expires_at: OffsetDateTime,
) -> Result<(), DbError> {
    let shop = tx.shop_id().uuid();
    sqlx::query!(
        "UPDATE sessions
         SET generation = $3, expires_at = $4
         WHERE shop_id = $1 AND id = $2",
        shop,
        id.uuid(),
        generation,
        expires_at
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::identity) async fn revoke(tx: &mut ShopTx, id: SessionId) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "UPDATE sessions
         SET revoked_at = $3
         WHERE shop_id = $1 AND id = $2 AND revoked_at IS NULL",
        shop,
        id.uuid(),
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::identity) async fn find_session_customer(
    tx: &mut ShopTx,
    id: SessionId,
    kind: &str,
) -> Result<Option<RememberedCustomer>, DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    Ok(sqlx::query_as!(
        RememberedCustomer,
        r#"SELECT c.id AS "id: CustomerId",
                  c.name
           FROM sessions s
           JOIN customers c ON c.shop_id = s.shop_id AND c.id = s.customer_id
           WHERE s.shop_id = $1
             AND s.id = $2
             AND s.kind = $3
             AND s.revoked_at IS NULL
             AND s.expires_at > $4
             AND c.status = 1"#,
        shop,
        id.uuid(),
        kind,
        now
    )
    .fetch_optional(tx.conn())
    .await?)
}

/// The staff of a session that is good now; of any kind of session when none is named.
pub(in crate::identity) async fn find_session_staff(
    tx: &mut ShopTx,
    id: SessionId,
    kind: Option<&str>,
) -> Result<Option<SignedInStaff>, DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    let row = sqlx::query!(
        r#"SELECT p.id AS "id: StaffId",
                  p.name,
                  p.email,
                  r.code AS role,
                  r.permissions
           FROM sessions s
           JOIN staff p ON p.shop_id = s.shop_id AND p.id = s.staff_id
           JOIN roles r ON r.shop_id = p.shop_id AND r.id = p.role_id
           WHERE s.shop_id = $1
             AND s.id = $2
             AND ($3::text IS NULL OR s.kind = $3)
             AND s.revoked_at IS NULL
             AND s.expires_at > $4
             AND p.status = 1"#,
        shop,
        id.uuid(),
        kind,
        now
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| SignedInStaff {
        id: row.id,
        name: row.name,
        email: row.email,
        role: row.role,
        permissions: row.permissions.iter().filter_map(|name| Permission::from_name(name)).collect(),
        session: id,
    }))
}
