//! The dashboard: first steps, figures, latest orders, what runs low, what sells best.

mod checklist;
mod page;

pub(super) use page::show;
