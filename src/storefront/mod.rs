//! Pages for shoppers.
