//! Pages for staff, under `/admin`.
