//! The nouns against what others wrote down about them.

#![allow(
    clippy::print_stdout,
    reason = "a test that counts says so to who runs it"
)]

mod purl;
