//! Rebuilds the binary when a file it carries changes: migrations, templates, demo shops.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-changed=templates");
    println!("cargo:rerun-if-changed=tenants");
}
