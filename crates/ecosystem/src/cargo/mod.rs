//! Rust crates: `Cargo.lock`. What is built into an executable is the probe's matter.

use std::borrow::Cow;

use lazaret_model::Package;
use lazaret_version::Scheme;

use crate::document::{self, add, file_name, items, string, unique};
use crate::recognise::never;
use crate::{Ecosystem, EvidenceKind, Found, Input, ReadError, Reader};

/// Rust crates.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "cargo",
    title: "Rust crate",
    osv: &["crates.io"],
    scheme: Scheme::Cargo,
    normalise: |name| Cow::Borrowed(name),
    readers: &[Reader {
        id: "cargo/lock",
        revision: 1,
        evidence: EvidenceKind::Locked,
        recognises: never,
        wants: |path| file_name(path) == "Cargo.lock",
        max_bytes: 64 << 20,
        read,
    }],
};

fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let lock = document::toml(input.bytes)?;
    let mut found = Found::default();
    for entry in items(&lock, "package") {
        let (name, version) = (string(entry, "name"), string(entry, "version"));
        if !version.is_empty() {
            add(&mut found, Package::new("cargo", name, version));
        }
    }
    Ok(unique(found))
}
