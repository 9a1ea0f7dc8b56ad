//! Gives what libFuzzer makes up to `job::browser`.
#![no_main]
#![allow(missing_docs, reason = "the macro makes them")]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| clipfit_fuzz::job::browser(bytes));
