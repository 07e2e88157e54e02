//! Container-Optimized OS: the package list of its image, `etc/cos-package-info.json`.
//!
//! `installedPackages` are in the image; `buildTimePackages` only made it. Versions are
//! those of the image's build; the ebuild's own version is kept as a property. Source:
//! Google's cos-customizer and cos/tools, `pkg/cos/package_info.go`.

use std::borrow::Cow;

use lazaret_model::Package;
use lazaret_version::Scheme;

use crate::document::{self, add, file_name, items, string};
use crate::recognise::{beginning, ends, mentions};
use crate::{Ecosystem, EvidenceKind, Found, Input, ReadError, Reader};

/// Packages of Container-Optimized OS.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "cos",
    title: "Container-Optimized OS package",
    osv: &[],
    scheme: Scheme::Portage,
    normalise: |name| Cow::Borrowed(name),
    readers: &[Reader {
        id: "cos/package-info",
        revision: 1,
        evidence: EvidenceKind::Installed,
        recognises: |input| {
            let text = beginning(input);
            text.contains("\"installedPackages\"")
                || (mentions(input, "cos") && ends(input, ".json"))
        },
        wants: |path| path.starts_with("etc/") && file_name(path) == "cos-package-info.json",
        max_bytes: 16 << 20,
        read,
    }],
};

fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let list = document::json(input.bytes)?;
    if !list.is_object() {
        return Err(ReadError::new("the package list is not an object"));
    }
    let mut found = Found::default();
    for entry in items(&list, "installedPackages") {
        let text = |key: &str| string(entry, key);
        let mut package = Package::new("cos", text("name"), text("version"));
        for (property, key) in [
            ("cos.category", "category"),
            ("cos.ebuild_version", "ebuild_version"),
        ] {
            if !text(key).is_empty() {
                package
                    .properties
                    .insert(property.to_owned(), text(key).to_owned());
            }
        }
        add(&mut found, package);
    }
    Ok(found)
}
