//! OCaml packages of opam: what a switch has installed, and locked dependencies.
//!
//! Format: the opam manual, "File formats". `switch-state` lists `name.version`; a
//! `*.opam.locked` file depends on one version of each package.

use std::borrow::Cow;

use lazaret_model::Package;
use lazaret_version::Scheme;

use crate::document::{self, add, unique};
use crate::recognise::mentions;
use crate::{Ecosystem, EvidenceKind, Found, Input, ReadError, Reader};

/// OCaml packages.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "opam",
    title: "OCaml package",
    osv: &["opam"],
    scheme: Scheme::Opam,
    normalise: |name| Cow::Borrowed(name),
    readers: &[
        Reader {
            id: "opam/switch",
            revision: 1,
            evidence: EvidenceKind::Installed,
            recognises: |i| mentions(i, "opam") && mentions(i, "install"),
            wants: |path| path.ends_with(".opam-switch/switch-state"),
            max_bytes: 16 << 20,
            read: switch,
        },
        Reader {
            id: "opam/locked",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: |_| false,
            wants: |path| path.ends_with("opam.locked"),
            max_bytes: 16 << 20,
            read: locked,
        },
    ],
};

/// The list `installed`, or a list that `opam list` printed: `name.version` first on
/// each line.
fn switch(input: Input<'_>) -> Result<Found, ReadError> {
    let text = document::text(input.bytes)?;
    let mut found = Found::default();
    if let Some(list) = field(text, "installed") {
        for entry in list.split('"').skip(1).step_by(2) {
            installed(&mut found, entry)?;
        }
    } else {
        let words = text.lines().filter_map(|l| l.split_whitespace().next());
        for entry in words.filter(|w| !w.starts_with('#')) {
            installed(&mut found, entry)?;
        }
    }
    Ok(unique(found))
}

fn installed(found: &mut Found, entry: &str) -> Result<(), ReadError> {
    let (name, version) = entry
        .split_once('.')
        .filter(|(name, version)| !name.is_empty() && !version.is_empty())
        .ok_or_else(|| ReadError::new("an entry is not name and version"))?;
    add(found, Package::new("opam", name, version));
    Ok(())
}

/// The list in brackets behind a field at the margin.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let at = text
        .match_indices(name)
        .find(|(at, _)| *at == 0 || text.as_bytes().get(at - 1) == Some(&b'\n'))?
        .0;
    let rest = text
        .get(at + name.len()..)?
        .trim_start()
        .strip_prefix(':')?;
    let list = rest.trim_start().strip_prefix('[')?;
    Some(list.split(']').next().unwrap_or(list))
}

/// `"name" {= "version"}`, with more conditions behind it.
fn locked(input: Input<'_>) -> Result<Found, ReadError> {
    let text = document::text(input.bytes)?;
    let depends = field(text, "depends").ok_or_else(|| ReadError::new("no field `depends`"))?;
    let mut found = Found::default();
    let mut rest = depends;
    while let Some((_, after)) = rest.split_once('"') {
        let Some((name, after)) = after.split_once('"') else {
            break;
        };
        rest = after;
        let Some(conditions) = after.trim_start().strip_prefix('{') else {
            continue;
        };
        let (conditions, after) = conditions.split_once('}').unwrap_or((conditions, ""));
        rest = after;
        let version = conditions
            .trim_start()
            .strip_prefix('=')
            .and_then(|c| c.split('"').nth(1));
        if let Some(version) = version {
            let mut package = Package::new("opam", name, version);
            package.development = ["with-test", "with-doc", "with-dev-setup"]
                .iter()
                .any(|word| conditions.contains(word));
            add(&mut found, package);
        }
    }
    Ok(unique(found))
}
