//! See Cargo.toml: this package exists only to name another one.
