use uuid::Uuid;

use crate::kernel::{SupplierId, VariantId};
use crate::platform::{DbError, ShopTx};

pub(in crate::inventory) async fn supplier_is_here(tx: &mut ShopTx, id: SupplierId) -> Result<bool, DbError> {
    let shop = tx.shop_id().uuid();
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (
               SELECT FROM suppliers
               WHERE shop_id = $1 AND id = $2 AND status <> -2
           ) AS "exists!""#,
        shop,
        id.uuid()
    )
    .fetch_one(tx.conn())
    .await?)
}

/// Those of the variants that are here and not deleted.
pub(in crate::inventory) async fn variants_here(tx: &mut ShopTx, ids: &[VariantId]) -> Result<Vec<VariantId>, DbError> {
    let shop = tx.shop_id().uuid();
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    Ok(sqlx::query_scalar!(
        r#"SELECT v.id AS "id: VariantId"
           FROM variants v
           JOIN products p ON p.shop_id = v.shop_id AND p.id = v.product_id
           WHERE v.shop_id = $1 AND v.id = ANY ($2) AND v.status <> -2 AND p.status <> -2"#,
        shop,
        &ids
    )
    .fetch_all(tx.conn())
    .await?)
}
