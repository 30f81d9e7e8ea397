fn main() {
    println!("cargo:rerun-if-changed=migrations");
    // New files under templates/ are embedded by a macro that only sees the ones it knew.
    println!("cargo:rerun-if-changed=templates");
}
