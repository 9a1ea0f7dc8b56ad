//! See Cargo.toml: this package is only there to name another one.
