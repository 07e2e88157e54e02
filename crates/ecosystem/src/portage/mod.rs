//! Gentoo packages: the database of Portage.
//!
//! Reads `var/db/pkg/<category>/<name>-<version>/CONTENTS` for name, version and files,
//! and a `PF` that a person names. Format: Gentoo's "Package Manager Specification",
//! chapter 3.2 for names and versions, and portage `dbapi/vartree.py`. The slot, the
//! keyword and the repository lie in files of their own and are not read.

use std::borrow::Cow;

use lazaret_model::{GapKind, Package};
use lazaret_version::Scheme;

use crate::document::{file_name, text};
use crate::recognise::mentions;
use crate::{Ecosystem, EvidenceKind, Found, Input, OwnedFiles, ReadError, Reader};

/// Most files that one package may own.
const MAX_PATHS: usize = 500_000;

/// Gentoo packages.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "ebuild",
    title: "Gentoo package",
    osv: &[],
    scheme: Scheme::Portage,
    normalise: |name| Cow::Borrowed(name),
    readers: &[
        Reader {
            id: "portage/contents",
            revision: 1,
            evidence: EvidenceKind::Installed,
            recognises: |input| {
                file_name(input.path) == "CONTENTS" && folder(input.path).and_then(cut).is_some()
            },
            wants: |path| is_entry(path, "CONTENTS"),
            max_bytes: 64 << 20,
            read: contents,
        },
        Reader {
            id: "portage/name",
            revision: 1,
            evidence: EvidenceKind::Installed,
            recognises: |input| {
                input.bytes.len() < 512 && (mentions(input, "portage") || is_name(input.path))
            },
            // What the contents tell already.
            wants: |_| false,
            max_bytes: 512,
            read: name_file,
        },
    ],
};

fn is_name(path: &str) -> bool {
    file_name(path) == "PF"
}

fn is_entry(path: &str, file: &str) -> bool {
    let below = path.strip_prefix("var/db/pkg/");
    below.is_some_and(|below| below.split('/').count() == 3 && file_name(path) == file)
}

/// `<category>/<name>-<version>`: the last two folders of a path.
fn folder(path: &str) -> Option<&str> {
    let (above, _) = path.rsplit_once('/')?;
    let (rest, _) = above.rsplit_once('/')?;
    let start = rest.rfind('/').map_or(0, |at| at + 1);
    above.get(start..)
}

/// Name and version of `name-version`: the version begins at the last hyphen before a
/// digit, the one of the revision aside.
fn cut(text: &str) -> Option<(&str, &str)> {
    let is_revision = |part: &str| {
        part.strip_prefix('r')
            .is_some_and(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()))
    };
    let (mut name, mut last) = text.rsplit_once('-')?;
    if is_revision(last) {
        (name, last) = name.rsplit_once('-')?;
    }
    let version = text.get(name.len() + 1..)?;
    let good = last.starts_with(|c: char| c.is_ascii_digit())
        && Scheme::Portage.check(version).is_ok()
        && !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+_-/.".contains(&b));
    good.then_some((name, version))
}

fn contents(input: Input<'_>) -> Result<Found, ReadError> {
    let (name, version) = folder(input.path)
        .and_then(cut)
        .ok_or_else(|| ReadError::new("the folder names no package and version"))?;
    let mut found = Found::default();
    found.packages.push(Package::new("ebuild", name, version));
    let mut owned = OwnedFiles {
        kind: "ebuild",
        package: name.to_owned(),
        paths: Vec::new(),
    };
    for line in input.bytes.split(|b| *b == b'\n') {
        let Some(path) = std::str::from_utf8(line).ok().and_then(owned_path) else {
            continue;
        };
        if owned.paths.len() == MAX_PATHS {
            found
                .gaps
                .push((GapKind::Limit, format!("more than {MAX_PATHS} files")));
            break;
        }
        owned.paths.push(path.trim_start_matches('/').to_owned());
    }
    if !owned.paths.is_empty() {
        found.owned.push(owned);
    }
    Ok(found)
}

/// The path of `obj PATH MD5 TIME` and of `sym PATH -> TARGET TIME`; directories are
/// shared and belong to nobody.
fn owned_path(line: &str) -> Option<&str> {
    if let Some(rest) = line.strip_prefix("obj ") {
        let (rest, _time) = rest.trim_end().rsplit_once(' ')?;
        return rest.rsplit_once(' ').map(|(path, _md5)| path);
    }
    let link = line.strip_prefix("sym ")?;
    link.split_once(" -> ").map(|(path, _)| path)
}

/// `PF`: the name with version and revision, on one line.
fn name_file(input: Input<'_>) -> Result<Found, ReadError> {
    let line = text(input.bytes)?.trim();
    let (name, version) =
        cut(line).ok_or_else(|| ReadError::new(format!("`{line}` is no name with a version")))?;
    let category = folder(input.path)
        .filter(|f| is_name(input.path) && f.ends_with(&format!("/{line}")))
        .and_then(|f| f.split_once('/'))
        .map(|(category, _)| format!("{category}/{name}"));
    let package = Package::new(
        "ebuild",
        category.unwrap_or_else(|| name.to_owned()),
        version,
    );
    Ok(Found {
        packages: vec![package],
        ..Found::default()
    })
}
