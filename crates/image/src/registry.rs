//! Images and artifacts from registries.
//!
//! Source: OCI Distribution Specification 1.1 (pull), Docker's token authentication. A tag
//! is resolved once; from there on everything is asked for and verified by digest. Broken
//! lines are taken up where they broke. No client is built before the first request.

mod artifact;
mod auth;
mod blob;
mod catalog;
mod digest;
mod endpoint;
mod error;
mod link_local;
mod options;
mod pace;
mod pages;
mod pull;
mod referrers;
mod retry;
mod tags;
mod transport;

pub use artifact::{Artifact, pull_artifact};
pub use catalog::{Repositories, repositories};
pub use digest::digest;
pub use error::RegistryError;
pub use link_local::is_link_local;
pub use options::RegistryOptions;
pub use pull::open;
pub use referrers::attachments;
pub use tags::{Tags, tags};

/// Reads `bytes` as every small answer of a registry or a token service. What a fuzzer
/// calls.
#[doc(hidden)]
pub fn exercise(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = auth::challenge(text.lines());
        let _ = retry::retry_after(text, jiff::Timestamp::UNIX_EPOCH);
    }
    if let Ok(answer) = serde_json::from_slice::<auth::TokenAnswer>(bytes) {
        let _ = answer.token();
    }
}
