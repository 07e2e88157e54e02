//! The database of installed packages: paragraphs of `K:value` lines.
//!
//! `P` name, `V` version, `A` architecture, `o` origin (the source package), `m`
//! maintainer, `L` licence; then `F` a directory and `R` a file in it. The first entry of
//! a name counts, as it does for apk itself.

use std::collections::HashSet;

use lazaret_model::{GapKind, Package, Source};
use memchr::memchr;

use crate::{Found, Input, OwnedFiles, ReadError};

/// Longest value that is kept, in bytes.
const MAX_VALUE: usize = 4096;

#[derive(Default)]
struct Entry {
    name: String,
    version: String,
    architecture: Option<String>,
    origin: Option<String>,
    vendor: Option<String>,
    license: Option<String>,
    directory: String,
    paths: Vec<String>,
    filled: bool,
}

struct State {
    found: Found,
    seen: HashSet<String>,
    broken: usize,
    /// Bytes that paths may still take: a long directory with many short files would
    /// otherwise make much out of little.
    room: usize,
}

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let room = input.bytes.len().saturating_mul(4).saturating_add(1 << 20);
    let mut state = State {
        found: Found::default(),
        seen: HashSet::new(),
        broken: 0,
        room,
    };
    let mut entry = Entry::default();
    let mut rest = input.bytes;
    while !rest.is_empty() {
        let end = memchr(b'\n', rest).unwrap_or(rest.len());
        let line = rest[..end].trim_ascii_end();
        rest = rest.get(end + 1..).unwrap_or_default();
        if line.is_empty() {
            state.close(std::mem::take(&mut entry));
        } else {
            state.take(&mut entry, line);
        }
    }
    state.close(entry);
    let State {
        mut found,
        broken,
        room,
        ..
    } = state;
    if found.packages.is_empty() && broken > 0 {
        return Err(ReadError::new(
            "no paragraph that names a package and its version",
        ));
    }
    if broken > 0 {
        let detail = format!("{broken} paragraphs that name no package or no version");
        found.gaps.push((GapKind::Unreadable, detail));
    }
    if room == 0 {
        found.gaps.push((
            GapKind::Limit,
            "the file lists are larger than is plausible".to_owned(),
        ));
    }
    Ok(found)
}

impl State {
    fn take(&mut self, entry: &mut Entry, line: &[u8]) {
        entry.filled = true;
        let (Some(key), Some(b':')) = (line.first(), line.get(1)) else {
            return;
        };
        let value = line.get(2..).unwrap_or_default();
        if value.len() > MAX_VALUE {
            return;
        }
        let Ok(value) = std::str::from_utf8(value) else {
            return;
        };
        let value = value.trim();
        let some = || Some(value.to_owned()).filter(|v| !v.is_empty());
        match key {
            b'P' => value.clone_into(&mut entry.name),
            b'V' => value.clone_into(&mut entry.version),
            b'A' => entry.architecture = some(),
            b'o' => entry.origin = some(),
            b'm' => entry.vendor = some(),
            b'L' => entry.license = some(),
            b'F' => value.clone_into(&mut entry.directory),
            b'R' => self.path(entry, value),
            _ => {}
        }
    }

    fn path(&mut self, entry: &mut Entry, file: &str) {
        let length = entry.directory.len() + file.len() + 1;
        if self.room < length {
            self.room = 0;
            return;
        }
        self.room -= length;
        entry.paths.push(match entry.directory.trim_matches('/') {
            "" => file.to_owned(),
            directory => format!("{directory}/{file}"),
        });
    }

    fn close(&mut self, entry: Entry) {
        if !entry.filled {
            return;
        }
        let word = |w: &str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_graphic());
        if !word(&entry.name) || !word(&entry.version) {
            self.broken += 1;
            return;
        }
        if !self.seen.insert(entry.name.clone()) {
            return;
        }
        let mut package = Package::new("apk", entry.name.clone(), entry.version.clone());
        package.source = Some(Source {
            name: entry.origin.unwrap_or_else(|| entry.name.clone()),
            version: entry.version,
        });
        package.architecture = entry.architecture;
        package.vendor = entry.vendor;
        package.licenses = entry.license.into_iter().collect();
        self.found.packages.push(package);
        if !entry.paths.is_empty() {
            let owned = OwnedFiles {
                kind: "apk",
                package: entry.name,
                paths: entry.paths,
            };
            self.found.owned.push(owned);
        }
    }
}
