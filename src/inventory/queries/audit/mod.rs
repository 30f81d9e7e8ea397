//! The statements of the audit. Each compares two sides in one pass and gives the rows where they differ, at most a thousand of a
//! kind: more says nothing new. They read other rooms' tables (orders, customers, events), which is what an audit is.

pub(in crate::inventory) mod documents;
pub(in crate::inventory) mod numbers;
pub(in crate::inventory) mod stock;
