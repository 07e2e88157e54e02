//! Images and artifacts from registries.
//!
//! Source: OCI Distribution Specification 1.1 (pull), Docker's token authentication. A tag
//! is resolved once; from there on everything is asked for and verified by digest. Broken
//! lines are taken up where they broke. No client is built before the first request.

mod artifact;
mod auth;
mod blob;
mod endpoint;
mod error;
mod options;
mod pull;
mod retry;

pub use artifact::{Artifact, pull_artifact};
pub use error::RegistryError;
pub use options::RegistryOptions;
pub use pull::open;
