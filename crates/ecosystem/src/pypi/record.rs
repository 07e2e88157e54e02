//! `RECORD` of an installed wheel: `path,sha256=<base 64>,size`, one file in a line.
//!
//! Paths count from the folder that holds the `.dist-info`, and may lead out of it
//! (`../../../bin/pip`). Whatever installed the wheel writes the file anew, with what it made
//! itself. Format: PyPA's "Recording installed projects", and PEP 427 for the digests.

use crate::sums::{self, Algorithm, Stated, SumReader, Sums};
use crate::{Input, ReadError};

pub(crate) const READER: SumReader = SumReader {
    id: "pypi/record",
    revision: 1,
    wants: |path| folder(path).is_some(),
    max_bytes: 64 << 20,
    read,
};

/// The folder that paths count from, with a closing slash, and the name of the project.
fn folder(path: &str) -> Option<(&str, &str)> {
    let info = path.strip_suffix(".dist-info/RECORD")?;
    let at = info.rfind('/').map_or(0, |at| at + 1);
    let (folder, project) = info.split_at(at);
    let (name, _version) = project.split_once('-')?;
    (!name.is_empty()).then_some((folder, name))
}

fn read(input: Input<'_>) -> Result<Sums, ReadError> {
    let (folder, name) = folder(input.path).ok_or_else(|| ReadError::new("not a RECORD"))?;
    let mut stated = Stated::new("pypi", name, Algorithm::Sha256);
    // A long folder with many short files would otherwise make much out of little.
    let mut room = input.bytes.len().saturating_mul(4).saturating_add(1 << 20);
    for line in input.bytes.split(|b| *b == b'\n') {
        let Ok(line) = std::str::from_utf8(line) else {
            continue;
        };
        // From the right: a path may hold a comma, and stands in quotes then.
        let mut fields = line.trim_end().rsplitn(3, ',').skip(1);
        let (Some(digest), Some(path)) = (fields.next(), fields.next()) else {
            continue;
        };
        let digest = digest
            .strip_prefix("sha256=")
            .and_then(|d| sums::of_base64(d, Algorithm::Sha256));
        let path = path.trim_matches('"');
        let length = folder.len() + path.len();
        if digest.is_some() && length <= room {
            room -= length;
            stated.push(&resolved(folder, path), digest);
        }
    }
    let mut sums = Sums::default();
    sums.push(stated);
    Ok(sums)
}

/// `path` as counted from the root, where it counts from `folder`.
fn resolved(folder: &str, path: &str) -> String {
    if path.starts_with('/') {
        return path.to_owned();
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
