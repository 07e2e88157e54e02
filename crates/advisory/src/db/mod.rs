//! The advisory database: one immutable file, written once and looked up in.
//!
//! A file is written by [`crate::build`] from feeds and read by [`Db`]. It is a pure
//! function of its sources: no clock, no random number, no order of a hash map goes into
//! it, so the same sources give the same bytes and the digest names the content. The
//! format is described in `docs/advisory-database.md`; each part is in one module here:
//!
//! - `container`: header, table of sections, digests;
//! - `table`: sorted keys with payloads (package names, ids, end-of-life dates);
//! - `blocks`: records in compressed blocks (advisories, records about CVE ids);
//! - `statement`, `body`, `record`: what the records hold; `codec`: numbers and texts;
//! - `write`: all of it together; `reader`, `facts`, `search`: the way back.
//!
//! A file may come from anywhere. The header is checked when a file is opened, sections
//! when [`Db::verify`] is called, and every offset and length whenever it is used: broken
//! bytes are an error that names the section, never a panic and never an empty answer.
//!
//! Off the shelf, SQLite and redb answered as fast but were four times as large on disk
//! and in the page cache, and their files are not functions of their content.

mod about;
mod blocks;
mod body;
mod bytes;
mod codec;
mod container;
mod dump;
mod exercise;
mod facts;
mod reader;
mod record;
mod search;
mod statement;
mod table;
mod write;

use std::path::PathBuf;

pub use body::AdvisoryBody;
pub use container::FORMAT_VERSION;
pub use dump::DumpError;
pub use exercise::exercise;
pub use facts::{Group, IdRecord};
pub use reader::{AdvisoryHead, AdvisoryIndex, Db, GroupIndex, Space, Statement};
pub use search::{Hit, Matched};

pub(crate) use blocks::MAX_RECORD_BYTES;
pub(crate) use body::{decode_cve, decode_end_of_life, decode_kev};
pub(crate) use body::{encode_cve, encode_end_of_life, encode_kev};
pub(crate) use codec::{Decoder, Encoder, Interner, MAX_LIST_BYTES, Malformed, Strings};
pub(crate) use record::{decode as decode_record, encode as encode_record};
pub(crate) use table::MAX_KEY_BYTES;
pub(crate) use write::{Content, CveBytes, GroupContent, write};

/// Why a database cannot be opened or read.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The file cannot be read.
    #[error("open advisory database {}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        #[source]
        source: std::io::Error,
    },
    /// The file is something else.
    #[error("not an advisory database")]
    NotADatabase,
    /// The file is of another version of the format.
    #[error(
        "advisory database has format version {found}, this program reads version {FORMAT_VERSION}"
    )]
    Version {
        /// The file's version.
        found: u32,
    },
    /// The file ends too early, for example after an interrupted copy.
    #[error("advisory database is cut short")]
    Truncated,
    /// The header contradicts itself.
    #[error("advisory database is damaged: {0} is wrong")]
    Header(&'static str),
    /// A section is not what the header says.
    #[error("advisory database is damaged: section {section} does not have the stated digest")]
    Digest {
        /// The section.
        section: &'static str,
    },
    /// A section cannot be read.
    #[error("advisory database is damaged: section {section}: {what}")]
    Damaged {
        /// The section.
        section: &'static str,
        /// What was wrong.
        what: &'static str,
    },
    /// An index that this database did not hand out.
    #[error("advisory database has no {kind} {index}")]
    NoSuchIndex {
        /// `advisory` or `group`.
        kind: &'static str,
        /// The index.
        index: u32,
    },
}
