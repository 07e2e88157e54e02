//! What bytes say beyond packages: credentials, licences, signs of tampering.
//!
//! Pure: bytes and names in, facts out. Nothing here walks a tree, opens a file or knows
//! which layer it looks at; everything has bounds, because all of it may be hostile.

pub mod licenses;
pub mod secrets;
pub mod signs;
