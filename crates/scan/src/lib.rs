//! From an opened target to an inventory, and from there to a report.
//!
//! This is the one pipeline: the command line and every other entrance call the same two
//! functions. [`catalog`] (and its relatives for directories and streams) reads each
//! layer once and puts the layers' facts on top of each other; [`examine`] matches an
//! inventory, wherever it came from. Nothing here prints, decides or asks a network.

mod base;
mod behind;
mod budget;
mod cache;
mod catalog;
mod changed;
mod claim;
mod collect;
mod configuration;
mod diversions;
mod facts;
mod inventory;
mod layers;
mod licenses;
mod links;
mod look;
mod merge;
mod ownership;
mod paths;
mod rebase;
mod report;
mod requirements;
mod settings;
mod squash;
mod statements;
mod stream;
mod tree;
mod unread;

pub use lazaret_inspect::secrets;

pub use base::{KnownBase, built_on, built_on_named, recognised};
pub use cache::{Cache, CacheError};
pub use catalog::{CatalogError, catalog, catalog_directory, described};
pub use facts::{FileFacts, LayerFacts, LicenseText, OwnerFacts};
pub use licenses::{Forbidden, add_licenses};
pub use look::secrets_of_file;
pub use rebase::{Rebased, rebased};
pub use report::{ExamineError, examine, inventory_report};
pub use settings::{Look, NoProgress, Progress, Settings};
pub use stream::{Source, catalog_daemon, catalog_stream};
