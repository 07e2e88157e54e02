//! Advisories: the feeds they come from, and the database they are looked up in.

pub mod feed;
