//! Gives what libFuzzer makes up to `container::track`.
#![no_main]
#![allow(missing_docs, reason = "the macro makes them")]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| clipfit_fuzz::container::track(bytes));
