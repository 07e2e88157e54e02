//! What a provider of log-ins tells: OpenID Connect Discovery 1.0, its keys, and ID tokens.
//!
//! Pure: foreign bytes in, plain data out. Asking the provider, cookies and accounts are the
//! centre's.

mod claims;
mod discovery;
mod jws;

pub use claims::{Claims, Expected, check, claim, is_let_in, name, role, subject};
pub use discovery::Discovery;
pub use jws::{Jwks, TokenError};
