//! The one wiring: the only place that knows every slice.
