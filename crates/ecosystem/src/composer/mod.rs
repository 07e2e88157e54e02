//! PHP packages: Composer's `installed.json` and `composer.lock`.
//!
//! Format: Composer's documentation and the schema of its lock file. Versions are kept as
//! written; the order of versions tolerates a leading `v`.

use std::borrow::Cow;
use std::collections::HashSet;

use lazaret_model::Package;
use lazaret_version::Scheme;

use crate::document::{self, Value, add, file_name, items, string, unique};
use crate::recognise::{beginning, first};
use crate::{Ecosystem, EvidenceKind, Found, Input, ReadError, Reader};

/// PHP packages.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "composer",
    title: "PHP package",
    osv: &["Packagist"],
    scheme: Scheme::Composer,
    normalise: |name| Cow::Owned(name.to_lowercase()),
    readers: &[
        Reader {
            id: "composer/installed",
            revision: 2,
            evidence: EvidenceKind::Installed,
            recognises: |i| {
                let text = beginning(i);
                let is_object = first(i) == Some(b'{') && text.contains("\"dev-package-names\"");
                is_object
                    || matches!(first(i), Some(b'[' | b'{'))
                        && text.contains("\"version_normalized\"")
            },
            wants: |path| {
                path == "composer/installed.json" || path.ends_with("/composer/installed.json")
            },
            max_bytes: 64 << 20,
            read: installed,
        },
        Reader {
            id: "composer/lock",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: |i| {
                let has = |key: &str| beginning(i).contains(key);
                first(i) == Some(b'{')
                    && has("\"packages\"")
                    && (has("\"content-hash\"")
                        || has("getcomposer.org")
                        || has("\"packages-dev\""))
            },
            wants: |path| file_name(path) == "composer.lock",
            max_bytes: 64 << 20,
            read: lock,
        },
    ],
};

/// Version 1 is a list of packages; version 2 an object that holds the list.
fn installed(input: Input<'_>) -> Result<Found, ReadError> {
    let list = document::json(input.bytes)?;
    let mut found = Found::default();
    if let Some(entries) = list.as_array() {
        entries.iter().for_each(|e| take(&mut found, e, false));
    } else if list.get("packages").is_some_and(Value::is_array) {
        let for_development: HashSet<&str> = items(&list, "dev-package-names")
            .filter_map(Value::as_str)
            .collect();
        for entry in items(&list, "packages") {
            let development = for_development.contains(string(entry, "name"));
            take(&mut found, entry, development);
        }
    } else {
        return Err(ReadError::new("no list of packages"));
    }
    Ok(unique(found))
}

fn lock(input: Input<'_>) -> Result<Found, ReadError> {
    let lock = document::json(input.bytes)?;
    if !lock.is_object() {
        return Err(ReadError::new("the lock file is not an object"));
    }
    let mut found = Found::default();
    items(&lock, "packages").for_each(|e| take(&mut found, e, false));
    items(&lock, "packages-dev").for_each(|e| take(&mut found, e, true));
    Ok(unique(found))
}

fn take(found: &mut Found, entry: &Value, development: bool) {
    let (name, version) = (string(entry, "name"), string(entry, "version"));
    if version.is_empty() {
        return;
    }
    let mut package = Package::new("composer", name, version);
    package.development = development;
    package.licenses = items(entry, "license")
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    add(found, package);
}
