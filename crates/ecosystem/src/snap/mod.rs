//! Snaps: `meta/snap.yaml` of each installed revision.
//!
//! Format: snapcraft.io, "The snap format". What a snap was built from is not told there.

use std::borrow::Cow;

use lazaret_model::Package;
use lazaret_version::Scheme;
use serde::Deserialize;

use crate::document::text;
use crate::recognise::{beginning, ends, mentions};
use crate::{Ecosystem, EvidenceKind, Found, Input, ReadError, Reader};

/// Snaps.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "snap",
    title: "snap",
    osv: &[],
    scheme: Scheme::Generic,
    normalise: |name| Cow::Borrowed(name),
    readers: &[Reader {
        id: "snap/meta",
        revision: 1,
        evidence: EvidenceKind::Installed,
        recognises: is_meta,
        wants: |path| path == "meta/snap.yaml" || path.ends_with("/meta/snap.yaml"),
        max_bytes: 4 << 20,
        read,
    }],
};

/// Name, version and a word of confinement make a snap; parts make its build recipe.
fn is_meta(input: Input<'_>) -> bool {
    let has = |key: &str| {
        beginning(input).lines().any(|line| {
            line.strip_prefix(key)
                .is_some_and(|rest| rest.starts_with(':'))
        })
    };
    let yaml = ends(input, ".yaml") || ends(input, ".yml");
    let snap = has("confinement") || has("grade") || has("architectures");
    !has("parts") && (has("name") || has("version")) && snap && (yaml || mentions(input, "snap"))
}

#[derive(Deserialize)]
struct Meta {
    name: String,
    version: String,
    #[serde(default)]
    architectures: Option<Vec<String>>,
}

fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let meta: Meta = serde_saphyr::from_str(text(input.bytes)?).map_err(|e| {
        let reason = e.to_string();
        let line = reason.lines().next().unwrap_or_default();
        ReadError::new(format!("no description of a snap: {line}"))
    })?;
    if meta.name.is_empty() || meta.version.is_empty() {
        return Err(ReadError::new("the snap has no name or no version"));
    }
    let mut package = Package::new("snap", meta.name, meta.version);
    // One that runs on several says nothing about the one it runs on here.
    if let Some([architecture]) = meta.architectures.as_deref() {
        package.architecture = Some(architecture.clone());
    }
    Ok(Found {
        packages: vec![package],
        ..Found::default()
    })
}
