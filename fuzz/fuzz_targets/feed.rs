//! Foreign bytes for `lazaret_fuzz::feed`, which says what must hold.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lazaret_fuzz::feed(bytes));
