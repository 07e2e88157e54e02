//! `packages.config`: a package with its version on each line. Format: NuGet's
//! "packages.config reference".

use lazaret_model::{GapKind, Package};

use crate::document::{add, unique};
use crate::xml::{self, children};
use crate::{Found, Input, ReadError};

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let text = xml::decoded(input.bytes)?;
    let document = xml::document(&text)?;
    let root = document.root_element();
    if root.tag_name().name() != "packages" {
        return Err(ReadError::new("the document is no list of packages"));
    }
    let mut found = Found::default();
    for node in children(root, "package") {
        let name = node.attribute("id").unwrap_or_default().trim();
        let version = node.attribute("version").unwrap_or_default().trim();
        if version.is_empty() {
            let detail = format!("{name}: the entry states no version");
            found.gaps.push((GapKind::MissingVersion, detail));
            continue;
        }
        let mut package = Package::new("nuget", name, version);
        package.development = node.attribute("developmentDependency") == Some("true");
        add(&mut found, package);
    }
    Ok(unique(found))
}
