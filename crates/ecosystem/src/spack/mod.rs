//! Spack: the concrete specification beside each installed package, and lock files.
//!
//! Reads `.spack/spec.json` (since Spack 0.17) and `.spack/spec.yaml` (before it) of an
//! installed package, and `spack.lock` of an environment. A specification lists what the
//! package was built from, too, all of it concrete; `external` nodes were there before and
//! are not Spack's. Source: spack `lib/spack/spack/spec.py`, `environment.py`.

use std::borrow::Cow;

use lazaret_model::Package;
use lazaret_version::Scheme;

use crate::document::{self, Value, add, file_name, items, members, string, unique};
use crate::recognise::{beginning, mentions};
use crate::{Ecosystem, EvidenceKind, Found, Input, ReadError, Reader};

/// Spack packages.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "spack",
    title: "Spack package",
    osv: &[],
    scheme: Scheme::Generic,
    normalise: |name| Cow::Borrowed(name),
    readers: &[
        Reader {
            id: "spack/spec",
            revision: 1,
            evidence: EvidenceKind::Installed,
            recognises: |input| {
                let text = beginning(input);
                let spec = text.contains("\"spec\"") || text.starts_with("spec:");
                spec && (text.contains("\"nodes\"") || mentions(input, "spack"))
            },
            wants: |path| {
                path.ends_with("/.spack/spec.json") || path.ends_with("/.spack/spec.yaml")
            },
            max_bytes: 16 << 20,
            read: specification,
        },
        Reader {
            id: "spack/lock",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: |input| beginning(input).contains("\"spack-lockfile\""),
            wants: |path| file_name(path) == "spack.lock",
            max_bytes: 64 << 20,
            read: lock,
        },
    ],
};

fn specification(input: Input<'_>) -> Result<Found, ReadError> {
    let document = if input.bytes.trim_ascii_start().starts_with(b"{") {
        document::json(input.bytes)?
    } else {
        document::yaml(input.bytes)?
    };
    let spec = document
        .get("spec")
        .ok_or_else(|| ReadError::new("no specification"))?;
    let mut found = Found::default();
    for node in items(spec, "nodes") {
        take(&mut found, string(node, "name"), node);
    }
    // Before nodes had a list, each was an object with its name as its only key.
    for (name, node) in spec.as_array().into_iter().flatten().flat_map(named) {
        take(&mut found, name, node);
    }
    Ok(unique(found))
}

fn named(entry: &Value) -> impl Iterator<Item = (&String, &Value)> {
    entry.as_object().into_iter().flatten()
}

fn lock(input: Input<'_>) -> Result<Found, ReadError> {
    let lock = document::json(input.bytes)?;
    if !lock.get("concrete_specs").is_some_and(Value::is_object) {
        return Err(ReadError::new("no concrete specifications"));
    }
    let mut found = Found::default();
    for (_, node) in members(&lock, "concrete_specs") {
        match node.get("name") {
            Some(_) => take(&mut found, string(node, "name"), node),
            None => {
                for (name, node) in named(node) {
                    take(&mut found, name, node);
                }
            }
        }
    }
    Ok(unique(found))
}

fn take(found: &mut Found, name: &str, node: &Value) {
    if node.get("external").is_some_and(|e| !e.is_null()) {
        return;
    }
    let mut package = Package::new("spack", name, string(node, "version"));
    let target = node.get("arch").and_then(|arch| arch.get("target"));
    let target = target.and_then(|t| t.as_str().or_else(|| t.get("name").and_then(Value::as_str)));
    package.architecture = target.map(str::to_owned);
    add(found, package);
}
