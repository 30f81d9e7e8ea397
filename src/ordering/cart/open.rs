use std::collections::HashMap;

use super::Cart;
use crate::catalog::{SellableVariant, sellable_variants};
use crate::kernel::VariantId;
use crate::ordering::OrderingError;
use crate::ordering::queries::carts::StoredCart;
use crate::platform::ShopTx;

/// What the catalog says of some variants at one moment.
#[derive(Debug, Default)]
pub(in crate::ordering) struct Goods(HashMap<VariantId, SellableVariant>);

impl Goods {
    /// Reads them in one statement.
    pub(in crate::ordering) async fn read(tx: &mut ShopTx, variants: &[VariantId]) -> Result<Self, OrderingError> {
        if variants.is_empty() {
            return Ok(Self::default());
        }
        let found = sellable_variants(tx, variants).await?;
        Ok(Self(found.into_iter().map(|variant| (variant.variant_id, variant)).collect()))
    }

    /// A variant of this shop, on sale or not.
    pub(in crate::ordering) fn find(&self, variant: VariantId) -> Option<&SellableVariant> {
        self.0.get(&variant)
    }

    /// A variant that can be bought.
    pub(in crate::ordering) fn sellable(&self, variant: VariantId) -> Option<&SellableVariant> {
        self.find(variant).filter(|variant| variant.sellable)
    }
}

/// A cart put together from Redis and its copy, with what the catalog says of its lines.
#[derive(Debug)]
pub(super) struct Opened {
    /// Without what was bought.
    pub(super) cart: Cart,
    pub(super) goods: Goods,
    /// The copy was newer than what Redis had, or Redis had nothing.
    pub(super) from_copy: bool,
}

impl Opened {
    /// `seen` is from Redis, `waiting` waits for its copy in this process, `also` is a variant the caller asks about.
    pub(super) async fn new(
        tx: &mut ShopTx,
        seen: Option<Cart>,
        waiting: Option<Cart>,
        stored: &StoredCart,
        also: Option<VariantId>,
    ) -> Result<Self, OrderingError> {
        let (cart, from_copy) = newest(seen, waiting, stored);
        let variants: Vec<VariantId> = cart.lines().keys().copied().chain(also.filter(|v| cart.quantity(*v) == 0)).collect();
        let goods = Goods::read(tx, &variants).await?;
        Ok(Self { cart, goods, from_copy })
    }
}

/// The newest of what Redis has, what waits for its copy here, and the copy, without what was bought; and whether a copy it was.
pub(in crate::ordering) fn newest(seen: Option<Cart>, waiting: Option<Cart>, stored: &StoredCart) -> (Cart, bool) {
    let copy = Cart::newer(Some(stored.cart.clone()), waiting);
    let seen_version = seen.as_ref().map_or(0, Cart::version);
    let from_copy = copy.as_ref().is_some_and(|copy| copy.version() > seen_version);
    let mut cart = Cart::newer(seen, copy).unwrap_or_default();
    cart.drop_bought(stored.bought);
    (cart, from_copy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn cart(lines: &[(u128, i64)]) -> Cart {
        let mut cart = Cart::default();
        for (n, quantity) in lines {
            cart.set(Uuid::from_u128(*n).into(), *quantity);
        }
        cart
    }

    #[test]
    fn the_newer_of_redis_and_the_copies_is_taken() {
        let (one, two, three) = (cart(&[(1, 1)]), cart(&[(1, 1), (2, 1)]), cart(&[(1, 1), (2, 1), (3, 1)]));
        let stored = |cart: &Cart| StoredCart { cart: cart.clone(), bought: 0 };
        assert_eq!(newest(Some(two.clone()), None, &stored(&one)), (two.clone(), false));
        assert_eq!(newest(Some(one.clone()), None, &stored(&two)), (two.clone(), true));
        assert_eq!(newest(None, Some(three.clone()), &stored(&two)), (three, true));
        assert_eq!(newest(Some(two.clone()), Some(two.clone()), &stored(&one)), (two, false));
        assert_eq!(newest(None, None, &StoredCart::default()), (Cart::default(), false));
    }

    #[test]
    fn a_cart_that_was_bought_is_empty_in_redis_too() {
        let two = cart(&[(1, 1), (2, 1)]);
        let (left, _) = newest(Some(two.clone()), None, &StoredCart { cart: Cart::default(), bought: two.version() });
        assert!(left.in_order().is_empty());
    }
}
