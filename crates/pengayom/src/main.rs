//! The `pengayom` command line.

fn main() {}
