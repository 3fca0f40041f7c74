//! deskferry
fn main() {}
