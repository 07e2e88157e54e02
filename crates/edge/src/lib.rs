//! The edge: the gate before a registry, and the workers that look where the images are.
//!
//! [`gate`] is a proxy that lets manifests through or refuses them; [`verdict`] is what
//! it decides from; [`unit`] takes jobs of its region and sends inventories. Neither asks anybody while somebody waits for an answer, but for an
//! image that nobody has examined, where the rules say to wait.

pub mod gate;
mod spans;
mod tls;
pub mod unit;
pub mod verdict;

pub use tls::{Tls, TlsError};
