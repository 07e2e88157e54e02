//! Advisories: the feeds they come from, and the database they are looked up in.
//!
//! [`feed`] reads what upstreams publish, [`build`] turns it into one immutable file,
//! [`db`] looks things up in such a file, [`delta`] tells two of them apart, [`update`] keeps it current, and [`starter`] is
//! the small database inside the program. This crate knows packages only as names in
//! name spaces: whether a statement concerns an installed package is decided in `match`.

pub mod build;
pub mod db;
pub mod delta;
pub mod feed;
pub mod starter;
pub mod update;

pub use db::{AdvisoryBody, AdvisoryHead, AdvisoryIndex, Db, DbError, GroupIndex, Statement};
