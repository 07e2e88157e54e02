//! Foreign bytes for `lazaret_fuzz::signing_trust`, which says what must hold.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lazaret_fuzz::signing_trust(bytes));
