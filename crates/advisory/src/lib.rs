//! Advisory feeds, and the database that is built from them.

pub mod feed;
