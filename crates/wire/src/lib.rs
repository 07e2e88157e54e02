//! What centre, edge and command line say to each other: messages and the client.
//!
//! [`api`] is the interface below `/api/v1` that people and programs use, [`edge`] the
//! protocol below `/edge/v1` that edges speak, [`Problem`] the one shape of every error,
//! [`sign`] the signature under what edges believe without asking. The OpenAPI document
//! is generated from these types. [`event`] reads what registries tell, [`oidc`] what a provider
//! of log-ins does. Plain data and pure functions but for [`Client`] and [`Outgoing`]; no handler, no SQL.

pub mod api;
mod client;
pub mod edge;
pub mod event;
pub mod oidc;
mod outgoing;
mod page;
mod problem;
pub mod sign;

pub use client::{Call, Client, ClientError, Identity, Watch};
pub use outgoing::{Answer, FetchError, Outgoing};
pub use page::{Cursor, MAX_LIMIT, Page, PageQuery};
pub use problem::{PROBLEM_JSON, Problem};
