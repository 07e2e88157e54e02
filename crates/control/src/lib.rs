//! The centre: the interface, the console, registry events, verdicts, quarantine.
//!
//! One process. [`serve`] opens the store, offers the set-up token where nobody is known
//! yet, answers HTTP until it is told to stop, and then lets what runs come to its end.
//! The folder `api` holds the routes, a file for each noun; `queries` what they and the
//! console ask of the store. SQL is the store's, layers are `scan`'s.

mod advisories;
mod api;
mod app;
pub mod audit;
pub mod auth;
pub mod console;
mod edges;
mod file;
mod harbor;
pub mod http;
mod judge;
pub mod keys;
mod metrics;
mod notify;
mod owner;
mod pages;
pub mod queries;
mod serve;
mod shelf;
mod spans;
mod watch;
mod work;

pub use api::openapi;
pub use app::{App, Centre, Settings};
pub use file::FileError;
pub use owner::Owner;
pub use serve::{ServeError, Served, serve};

/// What a centre writes down of images, for programs that fill a store as a centre would.
pub mod written {
    pub use crate::judge::decided;
    pub use crate::work::{Matches, Said, Shell, content, matches, shell};
}
