use std::sync::LazyLock;
use std::time::Duration;

use redis::Script;

use super::Cart;
use crate::kernel::{CustomerId, ShopId};
use crate::platform::{RedisFault, Services, Waiting};

const KIND: &str = "cart";

/// How long a cart that nobody touches stays in Redis; its copy stays for good.
const KEPT: Duration = Duration::from_hours(60 * 24);

/// Times a change is tried again because another one came first.
pub(super) const ATTEMPTS: u32 = 50;

/// Writes a cart if it is still at the version that was read (empty: not there).
static REPLACE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local now = redis.call('GET', KEYS[1])
         local version = now and string.match(now, '^%d+') or ''
         if version ~= ARGV[1] then return 0 end
         redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
         return 1",
    )
});

/// Reads a customer's cart from Redis.
pub(super) async fn read(services: &Services, shop: ShopId, customer: CustomerId) -> Result<Option<Cart>, RedisFault> {
    Ok(services.redis.shop(shop).get(KIND, customer).await?.as_deref().and_then(Cart::read))
}

/// Replaces the cart that was seen; `false` when it was changed in between. The copy follows.
pub(super) async fn replace(
    services: &Services,
    shop: ShopId,
    customer: CustomerId,
    seen: Option<i64>,
    cart: &Cart,
) -> Result<bool, RedisFault> {
    let args = [seen.map(|version| version.to_string()).unwrap_or_default(), cart.write(), KEPT.as_secs().to_string()];
    let done: i64 = services.redis.shop(shop).run(&REPLACE, &[(KIND, &customer.to_string())], &args).await?;
    if done == 1 {
        note_copy(services, shop, customer, cart);
    }
    Ok(done == 1)
}

/// Notes that the copy in the database is older than this.
pub(super) fn note_copy(services: &Services, shop: ShopId, customer: CustomerId, cart: &Cart) {
    services.behind.note(Waiting { shop, id: customer.uuid(), version: cart.version(), state: cart.write() });
}

/// The state of the cart that waits for its copy in this process.
pub(super) fn waiting(services: &Services, shop: ShopId, customer: CustomerId) -> Option<Cart> {
    services.behind.find(shop, customer.uuid()).and_then(|waiting| Cart::read(&waiting.state))
}

/// The newest state that is known outside the database, for an order to compare with the copy under its lock. Without Redis, what
/// waits for its copy here.
pub(in crate::ordering) async fn peek_cart(services: &Services, shop: ShopId, customer: CustomerId) -> Option<Cart> {
    let seen = read(services, shop, customer).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "Redis is away: a cart is bought from its copy");
        None
    });
    Cart::newer(seen, waiting(services, shop, customer))
}

/// Takes what was bought out of the cart in Redis. Best effort: who reads the cart compares with the database anyway.
pub(in crate::ordering) async fn forget_bought(services: &Services, shop: ShopId, customer: CustomerId, bought: i64) {
    for _ in 0..ATTEMPTS {
        let Ok(Some(seen)) = read(services, shop, customer).await else { return };
        let mut cart = seen.clone();
        cart.drop_bought(bought);
        if cart == seen {
            return;
        }
        cart.touch();
        match replace(services, shop, customer, Some(seen.version()), &cart).await {
            Ok(true) => return,
            Ok(false) => {}
            Err(error) => return tracing::debug!(%error, "a bought cart was not emptied in Redis"),
        }
    }
}
