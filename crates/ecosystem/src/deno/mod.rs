//! What Deno programs import: `deno.lock` (versions 1 to 5), `deno.json`, and sources.
//!
//! A package is named by a specifier: `npm:name@1.0.0`, `jsr:@scope/name@1.0.0`, or the
//! address of a host that serves npm packages or Deno modules. Sources count when a person
//! names them. Packages of npm are reported as such. A package of JSR is written
//! `scope/name`, the parts that the registry keeps. Format: Deno's documentation,
//! "Modules and dependencies", and the crate `deno_lockfile`.

mod import;
mod specifier;

use std::borrow::Cow;

use lazaret_version::Scheme;

use crate::document::{self, Value, add, file_name, members, unique};
use crate::recognise::{beginning, called, ends, first};
use crate::{Ecosystem, EvidenceKind, Found, Input, ReadError, Reader};

/// Packages of the JavaScript registry JSR.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "jsr",
    title: "JSR package",
    osv: &[],
    scheme: Scheme::Semver,
    normalise: |name| Cow::Borrowed(name),
    readers: &[
        Reader {
            id: "jsr/deno-lock",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: |i| {
                let text = beginning(i);
                let has = |key: &str| text.contains(key);
                first(i) == Some(b'{')
                    && has("\"version\"")
                    && (has("\"specifiers\"") || has("\"remote\"") && called(i, "deno"))
            },
            wants: |path| file_name(path) == "deno.lock",
            max_bytes: 64 << 20,
            read: lock,
        },
        Reader {
            id: "jsr/deno-configuration",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: |i| called(i, "deno") && (ends(i, ".json") || ends(i, ".jsonc")),
            wants: |path| matches!(file_name(path), "deno.json" | "deno.jsonc"),
            max_bytes: 4 << 20,
            read: configuration,
        },
        Reader {
            id: "jsr/deno-source",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: import::recognises,
            wants: |_| false,
            max_bytes: 16 << 20,
            read: import::read,
        },
    ],
};

/// Modules of `deno.land`, which the files above name beside packages.
pub static MODULES: Ecosystem = Ecosystem {
    kind: "deno",
    title: "Deno module",
    osv: &[],
    scheme: Scheme::Semver,
    normalise: |name| Cow::Borrowed(name),
    readers: &[],
};

fn lock(input: Input<'_>) -> Result<Found, ReadError> {
    let lock = document::json(input.bytes)?;
    if !lock.is_object() {
        return Err(ReadError::new("the lock file is not an object"));
    }
    let mut found = Found::default();
    // Version 3 holds both registries below `packages`, version 2 npm's packages twice.
    let nested = lock.get("packages").unwrap_or(&Value::Null);
    let npm = lock.get("npm").unwrap_or(&Value::Null);
    for (table, key, registry) in [
        (&lock, "npm", "npm"),
        (&lock, "jsr", "jsr"),
        (nested, "npm", "npm"),
        (nested, "jsr", "jsr"),
        (npm, "packages", "npm"),
    ] {
        for (key, _) in members(table, key) {
            if let Some(package) = specifier::locked(registry, key) {
                add(&mut found, package);
            }
        }
    }
    let remote = members(&lock, "remote").chain(lock.as_object().into_iter().flatten());
    for (address, _) in remote {
        if let Some(package) = specifier::package(address) {
            add(&mut found, package);
        }
    }
    Ok(unique(found))
}

fn configuration(input: Input<'_>) -> Result<Found, ReadError> {
    let file = document::jsonc(input.bytes)?;
    let mut found = Found::default();
    let scopes = members(&file, "scopes").filter_map(|(_, scope)| scope.as_object());
    let imports = members(&file, "imports").chain(scopes.flatten());
    for (_, target) in imports {
        if let Some(package) = target.as_str().and_then(specifier::package) {
            add(&mut found, package);
        }
    }
    Ok(unique(found))
}
