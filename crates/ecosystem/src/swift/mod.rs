//! Swift packages: `Package.resolved`, versions 1 to 3.
//!
//! A package is known by the address of its repository, written without scheme and
//! `.git`. Format: the Swift Package Manager's `PinsStore`.

use std::borrow::Cow;

use lazaret_model::{GapKind, Package};
use lazaret_version::Scheme;

use crate::document::{self, Value, add, file_name, items, string, unique};
use crate::recognise::beginning;
use crate::{Ecosystem, EvidenceKind, Found, Input, ReadError, Reader};

/// Swift packages.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "swift",
    title: "Swift package",
    osv: &["SwiftURL"],
    scheme: Scheme::Swift,
    normalise,
    readers: &[Reader {
        id: "swift/resolved",
        revision: 1,
        evidence: EvidenceKind::Locked,
        recognises: |i| {
            let text = beginning(i);
            text.contains("\"pins\"") && text.contains("\"state\"")
        },
        wants: |path| file_name(path) == "Package.resolved" || path.ends_with("-Package.resolved"),
        max_bytes: 16 << 20,
        read,
    }],
};

/// Hosts and what the large ones keep below them do not tell case apart.
fn normalise(name: &str) -> Cow<'_, str> {
    Cow::Owned(address(name).to_lowercase())
}

/// `https://host/path.git`, `ssh://git@host/path.git` and `git@host:path.git` are all
/// `host/path`.
fn address(location: &str) -> Cow<'_, str> {
    let rest = location
        .split_once("://")
        .map_or(location, |(_, rest)| rest);
    let is_short = rest.len() == location.len() && !rest.starts_with('/');
    let bare = rest
        .split_once('@')
        .filter(|(user, _)| !user.contains('/'))
        .map_or(rest, |(_, bare)| bare);
    let bare = bare.strip_suffix('/').unwrap_or(bare);
    let bare = bare.strip_suffix(".git").unwrap_or(bare);
    match bare.split_once(':') {
        Some((host, path)) if is_short => Cow::Owned(format!("{host}/{path}")),
        _ => Cow::Borrowed(bare),
    }
}

fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let resolved = document::json(input.bytes)?;
    if !resolved.is_object() {
        return Err(ReadError::new("the file is not an object"));
    }
    let mut found = Found::default();
    // Version 1 keeps the pins one level deeper.
    let first = resolved.get("object").unwrap_or(&Value::Null);
    for pin in items(&resolved, "pins").chain(items(first, "pins")) {
        let location = match string(pin, "location") {
            "" => string(pin, "repositoryURL"),
            location => location,
        };
        let name = match location {
            // A package of a registry.
            "" => Cow::Borrowed(string(pin, "identity")),
            location => address(location),
        };
        let state = pin.get("state").unwrap_or(&Value::Null);
        let (version, branch) = (string(state, "version"), string(state, "branch"));
        if !version.is_empty() {
            add(&mut found, Package::new("swift", name, version));
        } else if !branch.is_empty() {
            // What the branch held that day has no version.
            let package = Package::new("swift", name, branch).asked_for(branch);
            add(&mut found, package);
        } else {
            let detail = format!("{name}: pinned to a revision, which has no version");
            found.gaps.push((GapKind::MissingVersion, detail));
        }
    }
    Ok(unique(found))
}
