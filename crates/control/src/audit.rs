//! An exported audit log, held against itself: no centre, no database, no network.

use std::io::BufRead;

use lazaret_store::{AuditEntry, AuditHead, verify_chain};

/// Longest line, in bytes: an entry's reason has some thousand characters, its details a few more.
const MAX_LINE: usize = 4 << 20;

/// What an intact export holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// Number of the first entry; 1 where the export is whole, 0 where nothing is in it.
    pub first: i64,
    /// The end of it: number and hash of the last entry.
    pub head: AuditHead,
    /// Whether an entry has the hash that was asked for.
    pub has_noted: bool,
}

/// Why an export proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// It cannot be read.
    #[error("line {line} of the export")]
    Read {
        /// From 1.
        line: usize,
        /// Why.
        source: std::io::Error,
    },
    /// A line is no entry.
    #[error("line {line} of the export is no entry of an audit log")]
    Entry {
        /// From 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// An entry was changed, taken away, put in or put elsewhere.
    #[error(transparent)]
    Broken(#[from] lazaret_store::Broken),
}

/// Checks lines of JSON as `GET /api/v1/audit/export` gives them, the oldest first. An export
/// that begins later than with the first entry proves what is in it. `noted` is the hash of an
/// entry that somebody wrote down elsewhere.
///
/// # Errors
/// The first line that is none, and the first entry that does not follow from the one before.
pub fn verify_export(export: impl BufRead, noted: Option<&str>) -> Result<Chain, ExportError> {
    let mut chain = Chain {
        first: 0,
        head: AuditHead::genesis(),
        has_noted: false,
    };
    let mut lines = Lines(export);
    let mut line = 0;
    loop {
        line += 1;
        let text = lines.next_line();
        let text = text.map_err(|source| ExportError::Read { line, source })?;
        let Some(text) = text else { return Ok(chain) };
        if text.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let entry = serde_json::from_slice::<AuditEntry>(&text);
        let entry = entry.map_err(|source| ExportError::Entry { line, source })?;
        if chain.first == 0 {
            chain.first = entry.seq;
            if entry.seq > 1 {
                chain.head = AuditHead {
                    seq: entry.seq - 1,
                    hash: entry.previous.clone(),
                };
            }
        }
        chain.head = verify_chain(&chain.head, [&entry])?;
        chain.has_noted |= noted == Some(entry.hash.as_str());
    }
}

/// Lines of bounded length.
struct Lines<R>(R);

impl<R: BufRead> Lines<R> {
    fn next_line(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let most = u64::try_from(MAX_LINE).unwrap_or(u64::MAX);
        let read = std::io::Read::take(&mut self.0, most).read_until(b'\n', &mut line)?;
        match read {
            0 => Ok(None),
            n if n == MAX_LINE && line.last() != Some(&b'\n') => Err(std::io::Error::new(
                std::io::ErrorKind::InvalidData,
                "the line is longer than 4 MiB",
            )),
            _ => Ok(Some(line)),
        }
    }
}
