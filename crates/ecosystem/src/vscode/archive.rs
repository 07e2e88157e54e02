//! `.vsix`: an extension as a ZIP archive, with the npm packages that it brings.
//!
//! Archives inside are not followed: the editor does not install from them. A member that
//! cannot be read is a gap, the others count.

use lazaret_model::{GapKind, Package};

use super::KIND;
use crate::archive::Members;
use crate::document::{add, unique};
use crate::{Found, Input, ReadError};

/// Largest manifest that is read, in bytes.
const MAX_MANIFEST: u64 = 4 << 20;
/// Most gaps of one archive.
const MAX_GAPS: usize = 100;

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let mut members = Members::open(input.bytes)?;
    let mut found = Found::default();
    if members.has_more() {
        let detail = "more members than are looked at".to_owned();
        found.gaps.push((GapKind::Limit, detail));
    }
    for index in 0..members.len() {
        let Some(name) = members.name(index) else {
            continue;
        };
        let is_identity = name == "extension.vsixmanifest";
        if !is_identity && !crate::npm::is_installed_manifest(&name) {
            continue;
        }
        let told = members.read(index, MAX_MANIFEST).and_then(|bytes| {
            if is_identity {
                identity(&bytes)
            } else {
                crate::npm::installed_manifest(Input {
                    path: &name,
                    bytes: &bytes,
                })
            }
        });
        match told {
            Ok(one) => {
                for package in one.packages {
                    add(&mut found, package.at(format!("{}!{name}", input.path)));
                }
                found.gaps.extend(one.gaps);
            }
            Err(error) if found.gaps.len() < MAX_GAPS => {
                let detail = format!("{name}: {error}");
                found.gaps.push((GapKind::Unreadable, detail));
            }
            Err(_) => {}
        }
    }
    Ok(unique(found))
}

/// The extension itself: `Identity` in the manifest of the archive.
fn identity(bytes: &[u8]) -> Result<Found, ReadError> {
    let text = crate::document::text(bytes)?;
    let document =
        roxmltree::Document::parse(text).map_err(|e| ReadError::new(format!("not XML: {e}")))?;
    let mut found = Found::default();
    let element = document
        .descendants()
        .find(|n| n.tag_name().name() == "Identity");
    if let Some(element) = element {
        let attribute = |name: &str| element.attribute(name).unwrap_or_default();
        let (publisher, id) = (attribute("Publisher"), attribute("Id"));
        if !publisher.is_empty() && !id.is_empty() && !attribute("Version").is_empty() {
            let name = format!("{publisher}.{id}");
            let mut package = Package::new(KIND, name, attribute("Version"));
            package.purl.set("platform", attribute("TargetPlatform"));
            add(&mut found, package);
        }
    }
    Ok(found)
}
