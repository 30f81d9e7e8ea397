use time::OffsetDateTime;
use uuid::Uuid;

use crate::inventory::shelves::{MovementActor, MovementDocument, MovementFilter, MovementView};
use crate::inventory::{DocumentKind, MovementKind};
use crate::kernel::{LocationId, MovementId, PageRequest, VariantId};
use crate::platform::{DbError, ShopTx};

struct MovementRow {
    id: MovementId,
    variant_id: VariantId,
    sku: String,
    product_name: String,
    kind: MovementKind,
    on_hand_delta: i64,
    reserved_delta: i64,
    location_id: Option<LocationId>,
    location_name: Option<String>,
    reason: String,
    document_kind: DocumentKind,
    document_id: Uuid,
    document_number: Option<i64>,
    actor_kind: String,
    actor_name: String,
    created_at: OffsetDateTime,
}

impl MovementRow {
    fn view(self) -> MovementView {
        MovementView {
            id: self.id,
            variant_id: self.variant_id,
            sku: self.sku,
            product_name: self.product_name,
            kind: self.kind,
            on_hand_delta: self.on_hand_delta,
            reserved_delta: self.reserved_delta,
            location_id: self.location_id,
            location_name: self.location_name,
            reason: self.reason,
            document: MovementDocument { kind: self.document_kind, id: self.document_id, number: self.document_number },
            actor: MovementActor { kind: self.actor_kind, name: self.actor_name },
            at: self.created_at,
        }
    }
}

pub(in crate::inventory) async fn count(tx: &mut ShopTx, filter: MovementFilter) -> Result<i64, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_scalar!(
        r#"SELECT COUNT(*) AS "count!"
           FROM stock_movements
           WHERE shop_id = $1
             AND ($2::uuid IS NULL OR variant_id = $2)
             AND ($3::text IS NULL OR kind = $3)"#,
        shop,
        filter.variant_id.map(VariantId::uuid),
        filter.kind.map(MovementKind::as_str)
    )
    .fetch_one(tx.conn())
    .await?)
}

pub(in crate::inventory) async fn list(tx: &mut ShopTx, filter: MovementFilter, page: PageRequest) -> Result<Vec<MovementView>, DbError> {
    let shop = tx.shop_id().uuid();
    let rows = sqlx::query_as!(
        MovementRow,
        r#"SELECT m.id AS "id!: MovementId",
                  m.variant_id AS "variant_id!: VariantId",
                  v.sku,
                  p.name AS product_name,
                  m.kind AS "kind!: String",
                  m.on_hand_delta AS "on_hand_delta!",
                  m.reserved_delta AS "reserved_delta!",
                  m.location_id AS "location_id: LocationId",
                  l.name AS "location_name?",
                  m.reason AS "reason!",
                  m.document_kind AS "document_kind!: String",
                  m.document_id AS "document_id!",
                  m.document_number,
                  m.actor_kind AS "actor_kind!",
                  COALESCE(st.name, c.name, '') AS "actor_name!",
                  m.created_at AS "created_at!"
           FROM (
               -- The page first: names are looked up for its rows alone.
               SELECT *
               FROM stock_movements
               WHERE shop_id = $1
                 AND ($2::uuid IS NULL OR variant_id = $2)
                 AND ($3::text IS NULL OR kind = $3)
               ORDER BY created_at DESC, id DESC
               LIMIT $4 OFFSET $5
           ) AS m
           JOIN variants v ON v.shop_id = m.shop_id AND v.id = m.variant_id
           JOIN products p ON p.shop_id = v.shop_id AND p.id = v.product_id
           LEFT JOIN locations l ON l.shop_id = m.shop_id AND l.id = m.location_id
           LEFT JOIN staff st ON m.actor_kind = 'staff' AND st.shop_id = m.shop_id AND st.id = m.actor_id
           LEFT JOIN customers c ON m.actor_kind = 'customer' AND c.shop_id = m.shop_id AND c.id = m.actor_id
           ORDER BY m.created_at DESC, m.id DESC"#,
        shop,
        filter.variant_id.map(VariantId::uuid),
        filter.kind.map(MovementKind::as_str),
        page.limit(),
        page.offset()
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(MovementRow::view).collect())
}
