//! `gradle/verification-metadata.xml`: every component whose artifacts were verified.
//! Format: the schema `dependency-verification-1.3.xsd`.

use lazaret_model::Package;

use crate::document::{add, unique};
use crate::xml::{self, children};
use crate::{Found, Input, ReadError};

pub(in crate::maven) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let text = xml::decoded(input.bytes)?;
    let document = xml::document(&text)?;
    let root = document.root_element();
    if root.tag_name().name() != "verification-metadata" {
        return Err(ReadError::new("the document is no verification metadata"));
    }
    let mut found = Found::default();
    for component in children(root, "components").flat_map(|list| children(list, "component")) {
        let told = |name| component.attribute(name).unwrap_or_default().trim();
        let (group, artifact, version) = (told("group"), told("name"), told("version"));
        if !group.is_empty() && !artifact.is_empty() {
            let name = format!("{group}:{artifact}");
            add(&mut found, Package::new("maven", name, version));
        }
    }
    Ok(unique(found))
}
