//! Checksums in the database of apk: after `R:` a line `Z:Q1` with a SHA-1 in base 64, or
//! `Z:Q2` with a SHA-256.
//!
//! Files below `etc` are left out: apk protects them as settings that are made to be changed
//! (apk's `protected_paths.d`). The checksum of a link is that of its target.

use crate::sums::{self, Algorithm, Stated, SumReader, Sums};
use crate::{Input, ReadError};

pub(crate) const READER: SumReader = SumReader {
    id: "apk/checksums",
    revision: 1,
    wants: super::is_installed,
    max_bytes: 256 << 20,
    read,
};

/// The package whose lines are read.
#[derive(Default)]
struct Entry<'a> {
    name: &'a str,
    directory: &'a str,
    file: &'a str,
    sha1: Vec<(String, [u8; sums::KEPT])>,
    sha256: Vec<(String, [u8; sums::KEPT])>,
}

fn read(input: Input<'_>) -> Result<Sums, ReadError> {
    let mut found = Sums::default();
    let mut entry = Entry::default();
    // A long directory with many short files would otherwise make much out of little.
    let mut room = input.bytes.len().saturating_mul(4).saturating_add(1 << 20);
    for line in input.bytes.split(|b| *b == b'\n') {
        let line = std::str::from_utf8(line).unwrap_or("-").trim_end();
        match line.split_once(':') {
            Some(("P", name)) => entry.name = name,
            Some(("F", directory)) => entry.directory = directory.trim_matches('/'),
            Some(("R", file)) => entry.file = file,
            Some(("Z", sum)) => {
                let length = entry.directory.len() + entry.file.len() + 1;
                let fits = room >= length && !entry.file.is_empty();
                if fits && !is_settings(entry.directory) {
                    room -= length;
                    entry.take(sum);
                }
                entry.file = "";
            }
            None if line.is_empty() => std::mem::take(&mut entry).close(&mut found),
            _ => {}
        }
    }
    entry.close(&mut found);
    Ok(found)
}

fn is_settings(directory: &str) -> bool {
    directory == "etc" || directory.starts_with("etc/")
}

impl Entry<'_> {
    fn take(&mut self, sum: &str) {
        let path = match self.directory {
            "" => self.file.to_owned(),
            directory => format!("{directory}/{}", self.file),
        };
        if let Some(digest) = sum.strip_prefix("Q1") {
            let digest = sums::of_base64(digest, Algorithm::Sha1);
            self.sha1.extend(digest.map(|d| (path, d)));
        } else if let Some(digest) = sum.strip_prefix("Q2") {
            let digest = sums::of_base64(digest, Algorithm::Sha256);
            self.sha256.extend(digest.map(|d| (path, d)));
        }
    }

    fn close(self, found: &mut Sums) {
        for (algorithm, files) in [
            (Algorithm::Sha1, self.sha1),
            (Algorithm::Sha256, self.sha256),
        ] {
            let mut stated = Stated::new("apk", self.name, algorithm);
            for (path, digest) in files {
                stated.push(&path, Some(digest));
            }
            if !self.name.is_empty() {
                found.push(stated);
            }
        }
    }
}
