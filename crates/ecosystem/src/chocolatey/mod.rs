//! Chocolatey: what was installed on Windows, one `.nuspec` for each package.
//!
//! Reads `chocolatey/lib/<id>/<id>.nuspec`. Format: NuGet's "`.nuspec` reference", whose
//! `id` and `version` Chocolatey takes over.

use std::borrow::Cow;

use lazaret_model::Package;
use lazaret_version::Scheme;

use crate::document::text;
use crate::recognise::{ends, mentions};
use crate::{Ecosystem, EvidenceKind, Found, Input, ReadError, Reader};

/// Chocolatey packages.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "chocolatey",
    title: "Chocolatey package",
    osv: &[],
    scheme: Scheme::Nuget,
    normalise: |name| Cow::Owned(name.to_lowercase()),
    readers: &[Reader {
        id: "chocolatey/nuspec",
        revision: 1,
        evidence: EvidenceKind::Installed,
        recognises: |input| ends(input, ".nuspec") && mentions(input, "chocolatey"),
        wants: |path| {
            let path = path.to_ascii_lowercase();
            path.ends_with(".nuspec") && path.contains("chocolatey/lib/")
        },
        max_bytes: 4 << 20,
        read,
    }],
};

fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let tree = roxmltree::Document::parse(text(input.bytes)?)
        .map_err(|e| ReadError::new(format!("not XML: {e}")))?;
    let metadata = tree
        .root_element()
        .children()
        .find(|n| n.tag_name().name() == "metadata");
    let value = |name: &str| {
        metadata
            .and_then(|m| m.children().find(|n| n.tag_name().name() == name))
            .and_then(|n| n.text())
            .map(str::trim)
            .unwrap_or_default()
    };
    let (id, version) = (value("id"), value("version"));
    if id.is_empty() {
        return Err(ReadError::new("the specification names no package"));
    }
    let mut package = Package::new("chocolatey", id, version);
    package.vendor = Some(value("authors").to_owned()).filter(|a| !a.is_empty());
    Ok(Found {
        packages: vec![package],
        ..Found::default()
    })
}
