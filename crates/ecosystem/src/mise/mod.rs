//! Tools that a project asks for by version: mise's configuration and lock file, and
//! asdf's `.tool-versions`.
//!
//! Sources: mise.jdx.dev, "Configuration" and "mise.lock"; asdf-vm.com, "Configuration".
//! Names stay as written, with the backend in front where one is given (`npm:prettier`).

use std::borrow::Cow;

use lazaret_model::Package;
use lazaret_version::Scheme;

use crate::document::{self, Value, add, file_name, members, text, unique};
use crate::recognise::{ends, mentions};
use crate::{Ecosystem, EvidenceKind, Found, Input, ReadError, Reader};

/// Tools of mise and asdf.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "mise",
    title: "tool of mise or asdf",
    osv: &[],
    scheme: Scheme::Generic,
    normalise: |name| Cow::Borrowed(name),
    readers: &[
        Reader {
            id: "mise/configuration",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: |input| ends(input, ".toml") && mentions(input, "mise"),
            wants: is_configuration,
            max_bytes: 4 << 20,
            read: configuration,
        },
        Reader {
            id: "mise/tool-versions",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: |input| {
                mentions(input, "asdf") || (mentions(input, "tool") && mentions(input, "versions"))
            },
            wants: |path| file_name(path) == ".tool-versions",
            max_bytes: 1 << 20,
            read: tool_versions,
        },
    ],
};

fn is_configuration(path: &str) -> bool {
    let name = file_name(path);
    let local = name.strip_prefix('.').unwrap_or(name);
    if local == "mise.lock" {
        return true;
    }
    let Some(stem) = local.strip_suffix(".toml") else {
        return false;
    };
    stem == "mise"
        || stem.starts_with("mise.")
        || path.ends_with("mise/config.toml")
        || path.contains(".config/mise/conf.d/")
}

/// `[tools]`: a version, a list of versions, or tables with a `version`.
fn configuration(input: Input<'_>) -> Result<Found, ReadError> {
    let configuration = document::toml(input.bytes)?;
    let mut found = Found::default();
    for (name, asked) in members(&configuration, "tools") {
        let all = match asked {
            Value::Array(all) => all.as_slice(),
            one => std::slice::from_ref(one),
        };
        for one in all {
            let version = match one {
                Value::Object(table) => table.get("version"),
                other => Some(other),
            };
            let version = match version {
                Some(Value::String(version)) => version.clone(),
                Some(Value::Number(version)) => version.to_string(),
                _ => String::new(),
            };
            add(&mut found, Package::new("mise", name, version));
        }
    }
    Ok(unique(found))
}

/// `name version [version …]` on each line; `#` begins a comment.
fn tool_versions(input: Input<'_>) -> Result<Found, ReadError> {
    let mut found = Found::default();
    for line in text(input.bytes)?.lines() {
        let line = line.split('#').next().unwrap_or_default();
        let mut words = line.split_ascii_whitespace();
        let Some(name) = words.next() else {
            continue;
        };
        for version in words {
            add(&mut found, Package::new("mise", name, version));
        }
    }
    Ok(unique(found))
}
