//! File lists: `info/<package>[:<architecture>].list`, and in distroless images
//! `status.d/<package>.md5sums`.
//!
//! `.list` is preferred to `.md5sums` because it names links, too. Its directories are
//! left out: a line that the next line continues below is one.

use memchr::memchr;

use crate::{Found, Input, OwnedFiles, ReadError};

/// Most files that one package may own.
const MAX_PATHS: usize = 500_000;

fn owner(path: &str) -> Option<&str> {
    let name = match path.strip_prefix("var/lib/dpkg/info/") {
        Some(name) => name.strip_suffix(".list")?,
        None => path
            .strip_prefix("var/lib/dpkg/status.d/")?
            .strip_suffix(".md5sums")?,
    };
    let name = name.split(':').next().unwrap_or(name);
    (!name.is_empty() && !name.contains('/')).then_some(name)
}

pub(super) fn wants(path: &str) -> bool {
    owner(path).is_some()
}

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let owner = owner(input.path).ok_or_else(|| ReadError::new("not a file list"))?;
    Ok(owned(input, "deb", owner))
}

/// The files that a list gives to the package `owner`.
pub(crate) fn owned(input: Input<'_>, kind: &'static str, owner: &str) -> Found {
    let sums = input.path.ends_with(".md5sums");
    let mut paths: Vec<String> = Vec::new();
    let mut rest = input.bytes;
    while !rest.is_empty() && paths.len() < MAX_PATHS {
        let end = memchr(b'\n', rest).unwrap_or(rest.len());
        let line = &rest[..end];
        rest = rest.get(end + 1..).unwrap_or_default();
        let Ok(line) = std::str::from_utf8(line) else {
            continue;
        };
        let path = if sums {
            line.split_once(' ').map_or("", |(_, p)| p)
        } else {
            line
        };
        let path = path.trim().trim_start_matches("./").trim_start_matches('/');
        if path.is_empty() || path == "." {
            continue;
        }
        let directory = paths.last().is_some_and(|last| {
            path.strip_prefix(last.as_str())
                .is_some_and(|r| r.starts_with('/'))
        });
        if directory {
            paths.pop();
        }
        paths.push(path.to_owned());
    }
    let mut found = Found::default();
    if !rest.is_empty() {
        found.gaps.push((
            lazaret_model::GapKind::Limit,
            format!("more than {MAX_PATHS} files"),
        ));
    }
    found.owned.push(OwnedFiles {
        kind,
        package: owner.to_owned(),
        paths,
    });
    found
}
