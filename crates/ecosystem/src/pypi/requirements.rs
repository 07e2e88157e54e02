//! `requirements.txt` and files of its kind.
//!
//! Files that `-r` and `-c` name are read where a scan finds them. Editable installs,
//! addresses and paths tell no version and are gaps, as is a line that pip would refuse.
//! Encodings are pip's: a byte order mark decides, without one the file is UTF-8 and
//! anything else is taken as Latin-1. Format: pip's documentation, "Requirements File
//! Format".

use std::borrow::Cow;

use lazaret_model::GapKind;

use super::requirement::Requirement;
use crate::document::{add, unique};
use crate::{Found, Input, ReadError};

/// Most gaps of one file: a file of another kind must not fill a report.
const MAX_GAPS: usize = 100;

/// `requirements.txt`, `requirements-dev.txt`, `requirements/base.txt`, …
pub(super) fn wants(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    let file = parts.next().unwrap_or_default();
    let folder = parts.next().unwrap_or_default();
    let stem = file.strip_suffix(".txt");
    stem.is_some_and(|stem| stem.contains("requirements") || folder == "requirements")
}

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let text = decoded(input.bytes);
    if text.contains('\0') {
        return Err(ReadError::new("not a text file"));
    }
    let mut found = Found::default();
    let mut joined = String::new();
    for line in text.lines() {
        let line = without_comment(line);
        if let Some(head) = line.strip_suffix('\\') {
            joined.push_str(head);
            continue;
        }
        joined.push_str(line);
        take(&mut found, joined.trim());
        joined.clear();
    }
    take(&mut found, joined.trim());
    Ok(unique(found))
}

fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    let utf16 = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = rest
            .chunks_exact(2)
            .map(|pair| {
                unit([
                    pair.first().copied().unwrap_or(0),
                    pair.last().copied().unwrap_or(0),
                ])
            })
            .collect();
        Cow::Owned(String::from_utf16_lossy(&units))
    };
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return utf16(rest, u16::from_le_bytes);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return utf16(rest, u16::from_be_bytes);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().copied().map(char::from).collect()),
    }
}

/// The line up to its comment. Requirements hold no `#`, so that one counts wherever it
/// stands; in an address it is a fragment unless space comes before it.
fn without_comment(line: &str) -> &str {
    let is_address = line.contains(":/") || line.trim_start().starts_with('-');
    let at = line.match_indices('#').map(|(at, _)| at).find(|at| {
        let before = line.get(..*at).unwrap_or_default();
        !is_address || before.is_empty() || before.ends_with([' ', '\t'])
    });
    line.get(..at.unwrap_or(line.len()))
        .unwrap_or(line)
        .trim_end()
}

/// Adds what one line of requirements asks for.
pub(crate) fn requirement_line(found: &mut Found, line: &str) {
    take(found, without_comment(line).trim());
}

fn take(found: &mut Found, line: &str) {
    if line.is_empty() {
        return;
    }
    if line.starts_with('-') {
        option(found, line);
        return;
    }
    // Options of one requirement (`--hash`, `--config-settings`) follow it.
    let text = line.split(" --").next().unwrap_or(line);
    match Requirement::parse(text) {
        Some(requirement) if !requirement.is_address() => add(found, requirement.package()),
        Some(requirement) => gap(
            found,
            GapKind::MissingVersion,
            requirement.name,
            "comes from an address",
        ),
        None if is_place(text) => gap(
            found,
            GapKind::MissingVersion,
            text,
            "names a place and no package",
        ),
        None => gap(found, GapKind::Unreadable, text, "is no requirement"),
    }
}

/// Whether the line is an address, a path or a file instead of a requirement.
fn is_place(text: &str) -> bool {
    text.contains('/')
        || [".whl", ".zip", ".tar.gz"]
            .iter()
            .any(|e| text.ends_with(e))
}

fn option(found: &mut Found, line: &str) {
    let end = line.find([' ', '=', '\t']).unwrap_or(line.len());
    let (option, rest) = line.split_at(end);
    let argument = rest.trim_start_matches(['=', ' ', '\t']).trim();
    match option {
        "-e" | "--editable" => gap(
            found,
            GapKind::MissingVersion,
            argument,
            "is installed from its source",
        ),
        "-r" | "--requirement" | "-c" | "--constraint" if !wants(argument) => {
            gap(
                found,
                GapKind::Unsupported,
                argument,
                "is a file of requirements that only its name here tells of",
            );
        }
        _ => {}
    }
}

fn gap(found: &mut Found, kind: GapKind, subject: &str, what: &str) {
    if found.gaps.len() < MAX_GAPS {
        let subject: String = subject.chars().take(200).collect();
        found.gaps.push((kind, format!("`{subject}` {what}")));
    }
}
