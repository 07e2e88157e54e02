//! Flatpak: the metainfo that an installed application or runtime exports.
//!
//! Flatpak keeps commits, not versions; the version for people is the newest release of
//! the AppStream metainfo. Format: freedesktop.org, "AppStream", component metadata.

use std::borrow::Cow;

use lazaret_model::Package;
use lazaret_version::Scheme;

use crate::document::text;
use crate::recognise::beginning;
use crate::{Ecosystem, EvidenceKind, Found, Input, ReadError, Reader};

/// Flatpak applications.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "flatpak",
    title: "Flatpak application",
    osv: &[],
    scheme: Scheme::Generic,
    normalise: |name| Cow::Borrowed(name),
    readers: &[Reader {
        id: "flatpak/metainfo",
        revision: 1,
        evidence: EvidenceKind::Installed,
        recognises: |input| {
            let text = beginning(input);
            (text.contains("<component") || text.contains("<application"))
                && text.contains("<id")
                && text.contains("<release")
        },
        wants: |path| {
            (path.contains("flatpak/app/") || path.contains("flatpak/runtime/"))
                && (path.ends_with(".metainfo.xml") || path.ends_with(".appdata.xml"))
        },
        max_bytes: 4 << 20,
        read,
    }],
};

fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let tree = roxmltree::Document::parse(text(input.bytes)?)
        .map_err(|e| ReadError::new(format!("not XML: {e}")))?;
    let root = tree.root_element();
    if !matches!(root.tag_name().name(), "component" | "application") {
        return Err(ReadError::new("not the metainfo of a component"));
    }
    let child = |name: &str| root.children().find(|n| n.has_tag_name(name));
    let value = |name: &str| child(name).and_then(|n| n.text()).map(str::trim);
    let id = value("id").filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| ReadError::new("the component has no id"))?;
    // Releases are listed from the newest down.
    let version = child("releases")
        .into_iter()
        .flat_map(|releases| releases.children())
        .find_map(|release| release.attribute("version"))
        .map(str::trim)
        .filter(|version| !version.is_empty())
        .ok_or_else(|| ReadError::new("no release states a version"))?;
    let mut package = Package::new("flatpak", id, version);
    let license = value("project_license").filter(|l| !l.is_empty());
    package.licenses = license.into_iter().map(str::to_owned).collect();
    Ok(Found {
        packages: vec![package],
        ..Found::default()
    })
}
