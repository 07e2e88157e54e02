//! Reports and bills of materials: every shape that leaves or enters the program as a
//! document.
//!
//! Sits above `lazaret-model` alone. [`format`] writes a [`Report`](lazaret_model::Report)
//! for people and for other programs, [`sbom`] writes and reads an
//! [`Inventory`](lazaret_model::Inventory), [`explain`] tells the chain of evidence of one
//! finding. Writers are pure: no clock, no network, the same bytes for the same report.
//!
//! Names and texts in a report come from images and feeds, so they are hostile. Every
//! writer escapes them for its own medium; nothing here emits a raw control character.

pub mod difference;
mod document;
pub mod explain;
pub mod format;
mod issue;
pub mod misconfiguration;
mod options;
mod owner;
pub mod sbom;
mod section;
mod text;
mod view;

pub use format::{ALL, Format, RenderError, by_name, check_template};
pub use options::{Options, Pipeline, Template};
