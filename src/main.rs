//! The `shophouse` program.

fn main() {}
