//! What the interface and the console ask: the store's rows as the nouns of `wire`.
//!
//! Handlers read a request and call one function of here; pages of the console do the
//! same, so that both show the same thing.

pub mod edge;
pub mod hold;
pub mod image;
pub mod job;
pub mod policy;
pub mod registry;
pub mod replay;
pub mod verdict;
pub mod vulnerability;
