use time::OffsetDateTime;
use uuid::Uuid;

use crate::inventory::receipts::{NewLine, NewReceipt, ReceiptFilter, ReceiptLine, ReceiptStatus, ReceiptSummary};
use crate::kernel::{LocationId, PageRequest, ReceiptId, SupplierId, VariantId};
use crate::platform::{DbError, ShopTx};
use crate::tenancy::ShopInfo;

/// What a change of a receipt depends on, read under its lock.
pub(in crate::inventory) struct LockedReceipt {
    pub(in crate::inventory) number: i64,
    pub(in crate::inventory) status: ReceiptStatus,
    pub(in crate::inventory) location_id: LocationId,
}

/// A receipt's head, with the names and sums that belong to it.
pub(in crate::inventory) struct ReceiptRow {
    id: ReceiptId,
    number: i64,
    status: ReceiptStatus,
    supplier_id: Option<SupplierId>,
    supplier_name: Option<String>,
    location_id: LocationId,
    location_name: String,
    reference: String,
    units: i64,
    total_cost: i64,
    created_at: OffsetDateTime,
    completed_at: Option<OffsetDateTime>,
}

impl ReceiptRow {
    pub(in crate::inventory) fn view(self, shop: &ShopInfo) -> ReceiptSummary {
        ReceiptSummary {
            id: self.id,
            number: self.number,
            status: self.status,
            supplier_id: self.supplier_id,
            supplier_name: self.supplier_name,
            location_id: self.location_id,
            location_name: self.location_name,
            reference: self.reference,
            units: self.units,
            total_cost: self.total_cost,
            currency: shop.currency.code(),
            created_at: self.created_at,
            completed_at: self.completed_at,
        }
    }
}

pub(in crate::inventory) async fn lock(tx: &mut ShopTx, id: ReceiptId) -> Result<Option<LockedReceipt>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        LockedReceipt,
        r#"SELECT number,
                  status,
                  location_id AS "location_id: LocationId"
           FROM receipts
           WHERE shop_id = $1 AND id = $2
           FOR NO KEY UPDATE"#,
        shop,
        id.uuid()
    )
    .fetch_optional(tx.conn())
    .await?)
}

pub(in crate::inventory) async fn insert(
    tx: &mut ShopTx,
    id: ReceiptId,
    number: i64,
    new: &NewReceipt,
    location: LocationId,
    completed: bool,
) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    let status = if completed { ReceiptStatus::Completed } else { ReceiptStatus::Draft };
    sqlx::query!(
        "INSERT INTO receipts (shop_id, id, number, status, supplier_id, location_id, reference, created_at, completed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        shop,
        id.uuid(),
        number,
        status.as_str(),
        new.supplier_id.map(SupplierId::uuid),
        location.uuid(),
        new.reference,
        now,
        completed.then_some(now)
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::inventory) async fn insert_lines(tx: &mut ShopTx, id: ReceiptId, lines: &[NewLine]) -> Result<(), DbError> {
    let shop = tx.shop_id().uuid();
    let variants: Vec<Uuid> = lines.iter().map(|line| line.variant_id.uuid()).collect();
    let quantities: Vec<i64> = lines.iter().map(|line| line.quantity).collect();
    let costs: Vec<Option<i64>> = lines.iter().map(|line| line.unit_cost).collect();
    sqlx::query!(
        "INSERT INTO receipt_lines (shop_id, receipt_id, position, variant_id, quantity, unit_cost)
         SELECT $1, $2, l.position, l.variant_id, l.quantity, l.unit_cost
         FROM UNNEST($3::uuid[], $4::bigint[], $5::bigint[]) WITH ORDINALITY AS l (variant_id, quantity, unit_cost, position)",
        shop,
        id.uuid(),
        &variants,
        &quantities,
        &costs as &[Option<i64>]
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::inventory) async fn delete_lines(tx: &mut ShopTx, id: ReceiptId) -> Result<(), DbError> {
    let shop = tx.shop_id().uuid();
    sqlx::query!(
        "DELETE FROM receipt_lines
         WHERE shop_id = $1 AND receipt_id = $2",
        shop,
        id.uuid()
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Changes what is given; the supplier's outer option says whether it is.
#[expect(clippy::option_option, reason = "the outer says whether the field was given")]
pub(in crate::inventory) async fn update(
    tx: &mut ShopTx,
    id: ReceiptId,
    supplier: Option<Option<SupplierId>>,
    location: Option<LocationId>,
    reference: Option<&str>,
) -> Result<(), DbError> {
    let shop = tx.shop_id().uuid();
    sqlx::query!(
        "UPDATE receipts
         SET supplier_id = CASE WHEN $3 THEN $4 ELSE supplier_id END,
             location_id = COALESCE($5, location_id),
             reference = COALESCE($6, reference)
         WHERE shop_id = $1 AND id = $2 AND status = 'draft'",
        shop,
        id.uuid(),
        supplier.is_some(),
        supplier.flatten().map(SupplierId::uuid),
        location.map(LocationId::uuid),
        reference
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::inventory) async fn mark_completed(tx: &mut ShopTx, id: ReceiptId) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "UPDATE receipts
         SET status = 'completed', completed_at = $3
         WHERE shop_id = $1 AND id = $2 AND status = 'draft'",
        shop,
        id.uuid(),
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Between draft and deleted.
pub(in crate::inventory) async fn set_status(tx: &mut ShopTx, id: ReceiptId, status: ReceiptStatus) -> Result<(), DbError> {
    let shop = tx.shop_id().uuid();
    sqlx::query!(
        "UPDATE receipts
         SET status = $3
         WHERE shop_id = $1 AND id = $2 AND status <> 'completed'",
        shop,
        id.uuid(),
        status.as_str()
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::inventory) async fn bare_lines(tx: &mut ShopTx, id: ReceiptId) -> Result<Vec<NewLine>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        NewLine,
        r#"SELECT variant_id AS "variant_id: VariantId",
                  quantity,
                  unit_cost
           FROM receipt_lines
           WHERE shop_id = $1 AND receipt_id = $2
           ORDER BY position"#,
        shop,
        id.uuid()
    )
    .fetch_all(tx.conn())
    .await?)
}

pub(in crate::inventory) async fn lines(tx: &mut ShopTx, id: ReceiptId) -> Result<Vec<ReceiptLine>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        ReceiptLine,
        r#"SELECT l.variant_id AS "variant_id: VariantId",
                  v.sku,
                  p.name AS product_name,
                  l.quantity,
                  l.unit_cost
           FROM receipt_lines l
           JOIN variants v ON v.shop_id = l.shop_id AND v.id = l.variant_id
           JOIN products p ON p.shop_id = v.shop_id AND p.id = v.product_id
           WHERE l.shop_id = $1 AND l.receipt_id = $2
           ORDER BY l.position"#,
        shop,
        id.uuid()
    )
    .fetch_all(tx.conn())
    .await?)
}

pub(in crate::inventory) async fn find(tx: &mut ShopTx, id: ReceiptId) -> Result<Option<ReceiptRow>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        ReceiptRow,
        r#"SELECT r.id AS "id: ReceiptId",
                  r.number,
                  r.status,
                  r.supplier_id AS "supplier_id: SupplierId",
                  s.name AS "supplier_name?",
                  r.location_id AS "location_id: LocationId",
                  l.name AS location_name,
                  r.reference,
                  COALESCE((SELECT SUM(quantity)
                            FROM receipt_lines
                            WHERE shop_id = $1 AND receipt_id = r.id), 0)::bigint AS "units!",
                  COALESCE((SELECT SUM(quantity * unit_cost)
                            FROM receipt_lines
                            WHERE shop_id = $1 AND receipt_id = r.id), 0)::bigint AS "total_cost!",
                  r.created_at,
                  r.completed_at
           FROM receipts r
           JOIN locations l ON l.shop_id = r.shop_id AND l.id = r.location_id
           LEFT JOIN suppliers s ON s.shop_id = r.shop_id AND s.id = r.supplier_id
           WHERE r.shop_id = $1 AND r.id = $2 AND r.status <> 'deleted'"#,
        shop,
        id.uuid()
    )
    .fetch_optional(tx.conn())
    .await?)
}

pub(in crate::inventory) async fn count(tx: &mut ShopTx, filter: ReceiptFilter) -> Result<i64, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_scalar!(
        r#"SELECT COUNT(*) AS "count!"
           FROM receipts
           WHERE shop_id = $1
             AND (status = $2 OR ($2::text IS NULL AND status <> 'deleted'))
             AND ($3::uuid IS NULL OR supplier_id = $3)"#,
        shop,
        filter.status.map(ReceiptStatus::as_str),
        filter.supplier_id.map(SupplierId::uuid)
    )
    .fetch_one(tx.conn())
    .await?)
}

pub(in crate::inventory) async fn list(tx: &mut ShopTx, filter: ReceiptFilter, page: PageRequest) -> Result<Vec<ReceiptRow>, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_as!(
        ReceiptRow,
        r#"SELECT r.id AS "id!: ReceiptId",
                  r.number AS "number!",
                  r.status AS "status!",
                  r.supplier_id AS "supplier_id: SupplierId",
                  s.name AS "supplier_name?",
                  r.location_id AS "location_id!: LocationId",
                  l.name AS location_name,
                  r.reference AS "reference!",
                  t.units AS "units!",
                  t.total_cost AS "total_cost!",
                  r.created_at AS "created_at!",
                  r.completed_at
           FROM (
               -- The page first: sums and names are looked up for its rows alone.
               SELECT *
               FROM receipts
               WHERE shop_id = $1
                 AND (status = $2 OR ($2::text IS NULL AND status <> 'deleted'))
                 AND ($3::uuid IS NULL OR supplier_id = $3)
               ORDER BY created_at DESC, id DESC
               LIMIT $4 OFFSET $5
           ) AS r
           JOIN locations l ON l.shop_id = r.shop_id AND l.id = r.location_id
           LEFT JOIN suppliers s ON s.shop_id = r.shop_id AND s.id = r.supplier_id
           CROSS JOIN LATERAL (
               SELECT COALESCE(SUM(quantity), 0)::bigint AS units,
                      COALESCE(SUM(quantity * unit_cost), 0)::bigint AS total_cost
               FROM receipt_lines
               WHERE shop_id = $1 AND receipt_id = r.id
           ) AS t
           ORDER BY r.created_at DESC, r.id DESC"#,
        shop,
        filter.status.map(ReceiptStatus::as_str),
        filter.supplier_id.map(SupplierId::uuid),
        page.limit(),
        page.offset()
    )
    .fetch_all(tx.conn())
    .await?)
}
