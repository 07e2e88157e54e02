//! Foreign bytes for `lazaret_fuzz::oidc`, which says what must hold.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lazaret_fuzz::oidc(bytes));
