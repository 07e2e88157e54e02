//! Rust: the list that cargo-auditable puts into a program.
//!
//! A zlib stream of JSON in the section `.dep-v0`. The section table stands at the end of
//! a file, too late for a stream, so the list is known by its beginning instead. Packages
//! of kind `build` are left out: they are not in the program.

use flate2::{Decompress, FlushDecompress, Status};
use lazaret_model::{GapKind, Package};
use serde::Deserialize;

use super::stream::Stream;
use crate::Found;

/// How every list begins.
const BEGINNING: &[u8; 13] = b"{\"packages\":[";

/// Largest list, in bytes.
const MAX_LIST: usize = 8 << 20;

#[derive(Deserialize)]
struct List {
    packages: Vec<Crate>,
}

#[derive(Deserialize)]
struct Crate {
    name: String,
    version: String,
    #[serde(default)]
    kind: Option<String>,
    #[serde(default)]
    root: bool,
}

/// Whether the bytes begin a compressed list.
pub(super) fn is_list(bytes: &[u8]) -> bool {
    // Block type 3 is an error.
    if bytes.get(2).is_none_or(|b| (b >> 1) & 3 == 3) {
        return false;
    }
    let mut out = [0_u8; BEGINNING.len()];
    let mut inflater = Decompress::new(true);
    let _ = inflater.decompress(bytes, &mut out, FlushDecompress::None);
    out == *BEGINNING
}

fn inflate(bytes: &[u8]) -> Result<Vec<u8>, &'static str> {
    let mut out = Vec::new();
    let mut inflater = Decompress::new(true);
    loop {
        out.reserve(64 << 10);
        let (read, held) = (inflater.total_in(), out.len());
        let rest = usize::try_from(read)
            .ok()
            .and_then(|at| bytes.get(at..))
            .unwrap_or_default();
        match inflater.decompress_vec(rest, &mut out, FlushDecompress::None) {
            Ok(Status::StreamEnd) => return Ok(out),
            Ok(_) if out.len() > MAX_LIST => {
                return Err("a list of crates that is larger than is read");
            }
            Ok(_) if out.len() == held && inflater.total_in() == read => {
                return Err("a list of crates that is cut off");
            }
            Ok(_) => {}
            Err(_) => return Err("a list of crates that cannot be inflated"),
        }
    }
}

/// Adds the packages of a Rust program.
pub(super) fn read(stream: &Stream, found: &mut Found) {
    for capture in &stream.crates {
        let json = match inflate(&capture.data) {
            Ok(json) => json,
            Err(reason) => {
                found.gaps.push((GapKind::Unreadable, reason.to_owned()));
                continue;
            }
        };
        match serde_json::from_slice::<List>(&json) {
            Ok(list) => found
                .packages
                .extend(list.packages.into_iter().filter_map(package)),
            Err(error) => {
                found
                    .gaps
                    .push((GapKind::Unreadable, format!("a list of crates: {error}")));
            }
        }
    }
}

fn package(told: Crate) -> Option<Package> {
    if told.kind.as_deref().is_some_and(|k| k != "runtime") || told.name.is_empty() {
        return None;
    }
    let mut package = Package::new("cargo", told.name, told.version);
    if told.root {
        package
            .properties
            .insert("cargo.root".to_owned(), "true".to_owned());
    }
    Some(package)
}
