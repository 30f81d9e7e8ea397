//! Carts, orders, their life cycle and their numbers.
