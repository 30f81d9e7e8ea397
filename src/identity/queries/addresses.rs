use crate::identity::AddressView;
use crate::kernel::{Address, AddressId, CustomerId};
use crate::platform::{DbError, ShopTx};

pub(in crate::identity) async fn list_addresses(tx: &mut ShopTx, customer: CustomerId) -> Result<Vec<AddressView>, DbError> {
    let shop = tx.shop_id().uuid();
    let rows = sqlx::query!(
        r#"SELECT id AS "id: AddressId",
                  name,
                  phone,
                  line1,
                  ward,
                  district,
                  province,
                  country,
                  is_default
           FROM customer_addresses
           WHERE shop_id = $1 AND customer_id = $2
           ORDER BY is_default DESC, created_at DESC, id DESC"#,
        shop,
        customer.uuid()
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| AddressView {
            id: row.id,
            address: Address {
                name: row.name,
                phone: row.phone,
                line1: row.line1,
                ward: row.ward,
                district: row.district,
                province: row.province,
                country: row.country,
            },
            is_default: row.is_default,
        })
        .collect())
}

/// Locks the customer, so that two addresses saved at once are counted one after the other.
pub(in crate::identity) async fn lock_count(tx: &mut ShopTx, customer: CustomerId) -> Result<i64, DbError> {
    let shop = tx.shop_id().uuid();
    sqlx::query!(
        "SELECT id
         FROM customers
         WHERE shop_id = $1 AND id = $2
         FOR UPDATE",
        shop,
        customer.uuid()
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(sqlx::query_scalar!(
        r#"SELECT COUNT(*) AS "count!"
           FROM customer_addresses
           WHERE shop_id = $1 AND customer_id = $2"#,
        shop,
        customer.uuid()
    )
    .fetch_one(tx.conn())
    .await?)
}

pub(in crate::identity) async fn clear_default(tx: &mut ShopTx, customer: CustomerId) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "UPDATE customer_addresses
         SET is_default = false, updated_at = $3
         WHERE shop_id = $1 AND customer_id = $2 AND is_default",
        shop,
        customer.uuid(),
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::identity) async fn insert_address(
    tx: &mut ShopTx,
    id: AddressId,
    customer: CustomerId,
    address: &Address,
    is_default: bool,
) -> Result<(), DbError> {
    let (shop, now) = (tx.shop_id().uuid(), tx.now());
    sqlx::query!(
        "INSERT INTO customer_addresses
             (shop_id, id, customer_id, name, phone, line1, ward, district, province, country, is_default, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)",
        shop,
        id.uuid(),
        customer.uuid(),
        address.name,
        address.phone,
        address.line1,
        address.ward,
        address.district,
        address.province,
        address.country,
        is_default,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::identity) async fn delete_address(tx: &mut ShopTx, customer: CustomerId, id: AddressId) -> Result<bool, DbError> {
    let shop = tx.shop_id().uuid();
    let done = sqlx::query!(
        "DELETE FROM customer_addresses
         WHERE shop_id = $1 AND customer_id = $2 AND id = $3",
        shop,
        customer.uuid(),
        id.uuid()
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}
