//! Foreign bytes for `lazaret_fuzz::signatures`, which says what must hold.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lazaret_fuzz::signatures(bytes));
