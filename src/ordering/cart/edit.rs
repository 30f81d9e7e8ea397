use super::open::Opened;
use super::store::{self, ATTEMPTS};
use super::{Cart, CartView};
use crate::kernel::{CustomerId, Flaw, Invalid, Quantity, VariantId};
use crate::ordering::OrderingError;
use crate::ordering::lines::MAX_LINES;
use crate::ordering::queries::carts::{StoredCart, find_cart, lock_cart, write_cart};
use crate::ordering::totals::totals;
use crate::platform::http::IfMatch;
use crate::platform::{RedisFault, Services};
use crate::tenancy::ShopInfo;

/// What is done to a cart.
#[derive(Debug, Clone, Copy)]
pub(in crate::ordering) enum Edit {
    /// Nothing: it is looked at.
    Look,
    /// A line is set to so many units; 0 takes it out.
    Set(VariantId, i64),
    /// So many units are put in beside those that are there.
    Add(VariantId, i64),
    /// A line that is there is taken out.
    Remove(VariantId),
    /// Everything is taken out.
    Clear,
}

impl Edit {
    fn variant(self) -> Option<VariantId> {
        match self {
            Self::Set(variant, _) | Self::Add(variant, _) | Self::Remove(variant) => Some(variant),
            Self::Look | Self::Clear => None,
        }
    }

    fn is_look(self) -> bool {
        matches!(self, Self::Look)
    }
}

/// A customer's cart, without what can no longer be bought.
///
/// # Errors
/// When the database gives no answer.
pub async fn read_cart(services: &Services, shop: &ShopInfo, customer: CustomerId) -> Result<CartView, OrderingError> {
    edit_cart(services, shop, customer, &IfMatch::default(), Edit::Look).await
}

/// Units in a customer's cart.
///
/// # Errors
/// As [`read_cart`].
pub async fn cart_count(services: &Services, shop: &ShopInfo, customer: CustomerId) -> Result<i64, OrderingError> {
    Ok(read_cart(services, shop, customer).await?.count)
}

/// Sets how many units of a variant are wanted, 0 to 1,000,000; 0 takes the line out. More than there is in stock is allowed.
///
/// # Errors
/// [`OrderingError::NotFound`] for an unknown variant, [`OrderingError::Unavailable`], [`OrderingError::CartFull`], flaws at
/// `/quantity`.
pub async fn set_cart_line(
    services: &Services,
    shop: &ShopInfo,
    customer: CustomerId,
    variant: VariantId,
    quantity: i64,
) -> Result<CartView, OrderingError> {
    edit_cart(services, shop, customer, &IfMatch::default(), Edit::Set(variant, quantity)).await
}

/// Puts units of a variant in, beside those that are there.
///
/// # Errors
/// As [`set_cart_line`].
pub async fn add_to_cart(
    services: &Services,
    shop: &ShopInfo,
    customer: CustomerId,
    variant: VariantId,
    quantity: i64,
) -> Result<CartView, OrderingError> {
    edit_cart(services, shop, customer, &IfMatch::default(), Edit::Add(variant, quantity)).await
}

/// Takes a line out.
///
/// # Errors
/// [`OrderingError::NotFound`] when there is no such line.
pub async fn remove_cart_line(
    services: &Services,
    shop: &ShopInfo,
    customer: CustomerId,
    variant: VariantId,
) -> Result<CartView, OrderingError> {
    edit_cart(services, shop, customer, &IfMatch::default(), Edit::Remove(variant)).await
}

/// Takes everything out.
///
/// # Errors
/// When the database gives no answer.
pub async fn clear_cart(services: &Services, shop: &ShopInfo, customer: CustomerId) -> Result<CartView, OrderingError> {
    edit_cart(services, shop, customer, &IfMatch::default(), Edit::Clear).await
}

/// Opens the cart, changes it, and puts it back if nobody else changed it in between; else begins anew.
pub(in crate::ordering) async fn edit_cart(
    services: &Services,
    shop: &ShopInfo,
    customer: CustomerId,
    if_match: &IfMatch,
    edit: Edit,
) -> Result<CartView, OrderingError> {
    for _ in 0..ATTEMPTS {
        let seen = match store::read(services, shop.id, customer).await {
            Ok(seen) => seen,
            Err(fault) => return edit_copy(services, shop, customer, if_match, edit, &fault).await,
        };
        let mut tx = services.db.begin(shop.id).await?;
        let stored = find_cart(&mut tx, customer).await?.unwrap_or_default();
        let waiting = store::waiting(services, shop.id, customer);
        let mut opened = Opened::new(&mut tx, seen.clone(), waiting, &stored, edit.variant()).await?;
        drop(tx);
        if_match.check(&opened.view(shop)).map_err(OrderingError::Precondition)?;
        if opened.from_copy {
            opened.cart.leap();
        }
        opened.apply(edit)?;
        let before = seen.as_ref().map_or(0, Cart::version);
        if seen.as_ref().map_or(opened.cart == Cart::default(), |seen| *seen == opened.cart) {
            if before > stored.cart.version() {
                // Another process died before it wrote the copy.
                store::note_copy(services, shop.id, customer, &opened.cart);
            }
            return Ok(opened.view(shop));
        }
        match store::replace(services, shop.id, customer, seen.as_ref().map(Cart::version), &opened.cart).await {
            Ok(false) if !edit.is_look() => {}
            Ok(_) => return Ok(opened.view(shop)),
            Err(fault) => return edit_copy(services, shop, customer, if_match, edit, &fault).await,
        }
    }
    Err(OrderingError::Busy)
}

/// The same without Redis, in the database. The version leaps, so that what Redis has when it comes back counts as older.
async fn edit_copy(
    services: &Services,
    shop: &ShopInfo,
    customer: CustomerId,
    if_match: &IfMatch,
    edit: Edit,
    fault: &RedisFault,
) -> Result<CartView, OrderingError> {
    tracing::warn!(error = %fault, "Redis is away: a cart is kept in the database");
    let mut tx = services.db.begin(shop.id).await?;
    let waiting = store::waiting(services, shop.id, customer);
    let stored =
        if edit.is_look() { find_cart(&mut tx, customer).await?.unwrap_or_default() } else { lock_cart(&mut tx, customer).await? };
    let mut opened = Opened::new(&mut tx, None, waiting, &stored, edit.variant()).await?;
    if_match.check(&opened.view(shop)).map_err(OrderingError::Precondition)?;
    if !edit.is_look() {
        opened.cart.leap();
    }
    opened.apply(edit)?;
    if !edit.is_look() {
        let StoredCart { bought, .. } = stored;
        write_cart(&mut tx, customer, &opened.cart, bought).await?;
        tx.commit().await?;
    }
    Ok(opened.view(shop))
}

impl Opened {
    fn view(&self, shop: &ShopInfo) -> CartView {
        CartView::new(shop, &self.cart, &self.goods)
    }

    /// Drops lines that can no longer be bought, then does what is asked.
    fn apply(&mut self, edit: Edit) -> Result<(), OrderingError> {
        let Self { cart, goods, .. } = self;
        cart.retain(|variant| goods.sellable(variant).is_some());
        match edit {
            Edit::Look => Ok(()),
            Edit::Clear => {
                cart.retain(|_| false);
                Ok(())
            }
            Edit::Remove(variant) if cart.quantity(variant) == 0 => Err(OrderingError::NotFound),
            Edit::Remove(variant) => {
                cart.set(variant, 0);
                Ok(())
            }
            Edit::Add(variant, quantity) => {
                let units = cart.quantity(variant).saturating_add(parse_units(quantity, 1)?);
                self.set(variant, units)
            }
            Edit::Set(variant, quantity) => self.set(variant, quantity),
        }
    }

    fn set(&mut self, variant: VariantId, quantity: i64) -> Result<(), OrderingError> {
        let quantity = parse_units(quantity, 0)?;
        let known = self.goods.find(variant).ok_or(OrderingError::NotFound)?;
        if quantity > 0 {
            if !known.sellable {
                return Err(OrderingError::Unavailable(Vec::new()));
            }
            if self.cart.quantity(variant) == 0 && self.cart.lines().len() >= MAX_LINES {
                return Err(OrderingError::CartFull);
            }
        }
        self.cart.set(variant, quantity);
        let prices = self.cart.in_order().into_iter().filter_map(|(variant, units)| Some((units, self.goods.find(variant)?.unit_price)));
        match totals(prices) {
            Ok(_) => Ok(()),
            Err(_) => Err(Invalid::at("/quantity", Flaw::new("too_large").with("max", Quantity::MAX)).into()),
        }
    }
}

fn parse_units(units: i64, min: i64) -> Result<i64, Invalid> {
    match units {
        0 if min == 0 => Ok(0),
        ..=0 => Err(Invalid::at("/quantity", Flaw::new("too_small").with("min", min))),
        units => Quantity::parse(units).map(Quantity::units).map_err(|flaw| Invalid::at("/quantity", flaw)),
    }
}
