use std::time::Duration;

use axum::http::StatusCode;

use super::OrderingError;
use super::cart::{Cart, forget_bought, peek_cart};
use super::input::{OrderInput, OrderRequest};
use super::place::{Placed, place_order};
use crate::identity::Customer;
use crate::kernel::OrderId;
use crate::platform::Services;
use crate::platform::http::{Answer, IdempotencyKey, Once, Problem};
use crate::tenancy::ShopInfo;

/// What orders' idempotency keys are filed under, wherever an order is placed from.
const ROUTE: &str = "POST /orders";

/// Times an order is begun anew that lost to another transaction.
const ATTEMPTS: u32 = 3;

/// When to ask whether an order was committed whose connection was lost at the commit.
const ASK_AFTER: [Duration; 4] = [Duration::ZERO, Duration::from_millis(200), Duration::from_millis(800), Duration::from_secs(2)];

/// An order that was placed, now or by an earlier request with the same key.
#[derive(Debug)]
pub struct PlacedOrder {
    /// Its id.
    pub id: OrderId,
    /// What the API answers.
    pub answer: Answer,
}

/// Places an order once, from key to committed answer: how the API and the checkout page buy.
///
/// The key comes first; what stands between it and the order (the gate's hold) and what follows the commit (its settling) have
/// their places here. A refused order leaves nothing, its key neither.
///
/// # Errors
/// 400 without a key, 422 for flaws or a key that was used for another body, 409 as [`OrderingError`] says, 503 when nobody knows
/// what became of the order: the same key will tell.
pub async fn checkout(
    services: &Services,
    shop: &ShopInfo,
    customer: &Customer,
    input: &OrderInput,
    key: IdempotencyKey,
    body_hash: [u8; 32],
) -> Result<PlacedOrder, Problem> {
    let key = key.required()?;
    let request = input.parse()?;
    let buyer = Buyer { services, shop, customer, key, body_hash };
    // Redis is asked before the transaction begins; whether its answer is bought is decided under the cart's lock.
    let cart = if request.lines.is_none() { peek_cart(services, shop.id, customer.id).await } else { None };
    for attempt in 1.. {
        match buyer.attempt(&request, cart.clone()).await {
            Err(Fault::Lost(error)) if attempt < ATTEMPTS => tracing::debug!(%error, attempt, "an order is begun anew"),
            Err(Fault::Lost(error)) => return Err(error.into()),
            Err(Fault::Refused(problem)) => return Err(problem),
            Ok(answer) => return placed(answer),
        }
    }
    Err(Problem::internal())
}

/// Who orders, and under which key.
struct Buyer<'a> {
    services: &'a Services,
    shop: &'a ShopInfo,
    customer: &'a Customer,
    key: IdempotencyKey,
    body_hash: [u8; 32],
}

/// Why an attempt came to nothing.
enum Fault {
    /// It lost to another transaction and may be begun anew.
    Lost(OrderingError),
    /// It is refused.
    Refused(Problem),
}

impl<E: Into<Problem>> From<E> for Fault {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

impl Buyer<'_> {
    async fn attempt(&self, request: &OrderRequest, cart: Option<Cart>) -> Result<Answer, Fault> {
        let mut tx = self.services.db.begin(self.shop.id).await?;
        let claim = match self.claim(&mut tx).await? {
            Once::Again(answer) => return Ok(answer),
            Once::First(claim) => claim,
        };
        let Placed { order, bought } = place_order(&mut tx, self.shop, self.customer, request, cart)
            .await
            .map_err(|error| if error.is_retryable() { Fault::Lost(error) } else { Fault::Refused(error.into()) })?;
        let answer = claim.keep(&mut tx, StatusCode::CREATED, &order).await?;
        let answer = match tx.commit().await {
            Ok(()) => answer,
            Err(error) => {
                tracing::warn!(%error, "the commit of an order was not confirmed");
                self.ask().await?
            }
        };
        tracing::info!(shop.id = %self.shop.id, order.id = %order.id, "placed order {}", order.number);
        if let Some(version) = bought {
            forget_bought(self.services, self.shop.id, self.customer.id, version).await;
        }
        Ok(answer)
    }

    async fn claim(&self, tx: &mut crate::platform::ShopTx) -> Result<Once, Problem> {
        Once::claim(tx, self.key.clone(), self.customer.actor().key(), ROUTE, self.body_hash).await
    }

    /// Whether the order was committed after all. The claim waits for a commit that is still under way on the lost connection, so
    /// its answer is the last word.
    async fn ask(&self) -> Result<Answer, Problem> {
        for wait in ASK_AFTER {
            tokio::time::sleep(wait).await;
            let Ok(mut tx) = self.services.db.begin(self.shop.id).await else { continue };
            match self.claim(&mut tx).await {
                Ok(Once::Again(answer)) => return Ok(answer.first_told()),
                // Nobody has the key: the order was rolled back, and so is this claim.
                Ok(Once::First(_)) => return Err(Problem::unavailable()),
                Err(problem) if problem.status() == StatusCode::UNPROCESSABLE_ENTITY => return Err(problem),
                Err(_) => {}
            }
        }
        Err(Problem::unavailable())
    }
}

fn placed(answer: Answer) -> Result<PlacedOrder, Problem> {
    let id = answer.field("id").and_then(|id| id.parse().ok()).ok_or_else(Problem::internal)?;
    Ok(PlacedOrder { id, answer })
}
