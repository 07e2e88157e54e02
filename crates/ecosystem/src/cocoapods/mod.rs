//! CocoaPods: `Podfile.lock`.
//!
//! `PODS` lists what was installed, parts of a pod (`AppCenter/Core`) for themselves.
//! Format: CocoaPods' `Pod::Lockfile`. Vulnerability databases know these packages only
//! as Swift packages, by other names.

use std::borrow::Cow;

use lazaret_model::Package;
use lazaret_version::Scheme;

use crate::document::{self, add, file_name, items, unique};
use crate::recognise::{beginning, mentions};
use crate::{Ecosystem, EvidenceKind, Found, Input, ReadError, Reader};

/// Pods.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "cocoapods",
    title: "pod",
    osv: &[],
    scheme: Scheme::Gem,
    normalise: |name| Cow::Borrowed(name),
    readers: &[Reader {
        id: "cocoapods/lock",
        revision: 1,
        evidence: EvidenceKind::Locked,
        recognises: |i| {
            let text = beginning(i);
            text.starts_with("PODS:") || text.contains("\nCOCOAPODS:") || mentions(i, "podfilelock")
        },
        wants: |path| file_name(path) == "Podfile.lock",
        max_bytes: 16 << 20,
        read,
    }],
};

fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let lock = document::yaml(input.bytes)?;
    if !lock.is_object() {
        return Err(ReadError::new("the lock file is not a mapping"));
    }
    let mut found = Found::default();
    for pod in items(&lock, "PODS") {
        // A pod with dependencies is a mapping with one key.
        let entries = pod.as_object().into_iter().flat_map(|o| o.keys());
        for text in pod.as_str().into_iter().chain(entries.map(String::as_str)) {
            if let Some((name, version)) = entry(text) {
                add(&mut found, Package::new("cocoapods", name, version));
            }
        }
    }
    Ok(unique(found))
}

/// `name (version)`; a version that came from elsewhere has the source behind it.
fn entry(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = text.split_once(" (")?;
    let version = rest.split([')', ',']).next()?.trim();
    let bare = version.starts_with(|c: char| c.is_ascii_alphanumeric());
    bare.then_some((name, version))
}
