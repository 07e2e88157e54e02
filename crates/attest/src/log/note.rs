//! Heads of a log's tree, signed by the log.
//!
//! Source: C2SP signed-note and tlog-checkpoint.

use crate::encoding::base64;
use crate::key::Style;
use crate::root::Log;

const WHAT: &str = "checkpoint";
/// Longest note, in bytes.
const MAX: usize = 64 << 10;
/// Most signatures of a note: the log's and its witnesses'.
const MOST: usize = 32;

/// The head of a tree.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) size: u64,
    pub(super) root: Vec<u8>,
}

/// What a note says, when the log has signed it.
pub(super) fn open(note: &str, log: &Log) -> Result<Head, String> {
    let note = read(note)?;
    // Four bytes of a hint stand before the signature; the key itself decides.
    let is_signed = note.signatures.iter().any(|bytes| {
        let signature = bytes.get(4..).unwrap_or_default();
        let text = note.text.as_bytes();
        log.key().verifies(text, signature, Style::Usual)
    });
    match is_signed {
        true => Ok(note.head),
        false => Err("the log has not signed the checkpoint".to_owned()),
    }
}

/// A note that nobody has verified.
pub(super) struct Note<'a> {
    text: &'a str,
    signatures: Vec<Vec<u8>>,
    head: Head,
}

pub(super) fn read(note: &str) -> Result<Note<'_>, String> {
    if note.len() > MAX {
        return Err(format!("the log's checkpoint has more than {MAX} bytes"));
    }
    let (text, signatures) = note
        .find("\n\n")
        .and_then(|at| Some((note.get(..=at)?, note.get(at + 2..)?)))
        .ok_or("the log's checkpoint is no signed note")?;
    let mut lines = text.lines().skip(1);
    let size = lines.next().and_then(|line| line.parse().ok());
    let root = lines.next().and_then(|line| base64(WHAT, line).ok());
    let (Some(size), Some(root)) = (size, root) else {
        return Err("the log's checkpoint names no tree".to_owned());
    };
    let signatures = signatures.lines().take(MOST).filter_map(signature);
    Ok(Note {
        text,
        signatures: signatures.collect(),
        head: Head { size, root },
    })
}

/// The bytes of a line `— NAME BASE64`.
fn signature(line: &str) -> Option<Vec<u8>> {
    let (_, text) = line.strip_prefix("\u{2014} ")?.rsplit_once(' ')?;
    base64(WHAT, text).ok()
}
