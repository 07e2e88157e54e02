//! Foreign bytes for `lazaret_fuzz::executable`, which says what must hold.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lazaret_fuzz::executable(bytes));
