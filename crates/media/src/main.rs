//! The media engine.
fn main() {}
