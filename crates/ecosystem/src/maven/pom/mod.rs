//! `pom.xml`: what a Maven project depends on.
//!
//! Only the file itself is read: a parent or an imported bill of materials that lies
//! elsewhere is out of reach, and a version that one of them would give stays open.
//! What counts is what Maven would resolve: dependencies with the versions that they or
//! the project's dependency management state, of the project and of its profiles that
//! are active by default. Plugins and managed entries that nothing uses are not
//! dependencies. Source: Maven's "POM Reference" and "Introduction to the Dependency
//! Mechanism".

mod properties;

use std::collections::BTreeMap;

use lazaret_model::{GapKind, Package};
use roxmltree::Node;

use super::coordinates::Coordinates;
use super::range;
use crate::document::{add, unique};
use crate::xml::{self, child, children, text_of};
use crate::{Found, Input, ReadError};
use properties::Properties;

/// The coordinates of the project in a `pom.xml`; its parent's where it states none.
pub(super) fn coordinates(bytes: &[u8]) -> Option<Coordinates> {
    let text = xml::decoded(bytes).ok()?;
    let document = xml::document(&text).ok()?;
    let project = document.root_element();
    let properties = Properties::new(project);
    let told = |key| properties.value(key).and_then(|v| properties.filled(&v));
    let coordinates = Coordinates {
        group: told("project.groupId")?,
        artifact: told("project.artifactId")?,
        version: told("project.version")?,
    };
    coordinates.complete().then_some(coordinates)
}

/// A `<dependency>`, with what the project's properties put into it.
struct Dependency {
    group: String,
    artifact: String,
    /// `None`: not stated, or not to be found in this file.
    version: Option<String>,
    scope: String,
    /// Type and classifier, which management tells apart.
    kind: (String, String),
}

impl Dependency {
    fn new(node: Node<'_, '_>, properties: &Properties) -> Option<Self> {
        let filled = |name| properties.filled(text_of(node, name));
        let told = |name| filled(name).filter(|t| !t.is_empty());
        let kind = filled("type").filter(|t| !t.is_empty());
        Some(Self {
            group: told("groupId")?,
            artifact: told("artifactId")?,
            version: told("version"),
            scope: filled("scope").unwrap_or_default(),
            kind: (
                kind.unwrap_or_else(|| "jar".to_owned()),
                filled("classifier").unwrap_or_default(),
            ),
        })
    }

    fn key(&self) -> (String, String, (String, String)) {
        (self.group.clone(), self.artifact.clone(), self.kind.clone())
    }

    fn package(self) -> Package {
        let name = format!("{}:{}", self.group, self.artifact);
        let mut package = match self.version.as_deref() {
            Some(version) => range::read(version).package("maven", name),
            None => Package::new("maven", name, "").asked_for(""),
        };
        package.development = self.scope == "test";
        package
    }
}

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let text = xml::decoded(input.bytes)?;
    let document = xml::document(&text)?;
    let project = document.root_element();
    if project.tag_name().name() != "project" {
        return Err(ReadError::new("the document is no project"));
    }
    let properties = Properties::new(project);
    let parts: Vec<Node<'_, '_>> = std::iter::once(project)
        .chain(properties::default_profiles(project))
        .collect();
    let mut managed = BTreeMap::new();
    for entry in parts
        .iter()
        .filter_map(|p| child(*p, "dependencyManagement"))
        .flat_map(dependencies)
        .filter_map(|node| Dependency::new(node, &properties))
    {
        managed.insert(entry.key(), entry);
    }
    let mut found = Found::default();
    for node in parts.into_iter().flat_map(dependencies) {
        let Some(mut dependency) = Dependency::new(node, &properties) else {
            let artifact = text_of(node, "artifactId");
            let detail = format!("dependency `{artifact}`: its name cannot be told from this file");
            found.gaps.push((GapKind::Unreadable, detail));
            continue;
        };
        if let Some(entry) = managed.get(&dependency.key()) {
            if text_of(node, "version").is_empty() {
                dependency.version.clone_from(&entry.version);
            }
            if dependency.scope.is_empty() {
                dependency.scope.clone_from(&entry.scope);
            }
        }
        add(&mut found, dependency.package());
    }
    Ok(unique(found))
}

/// The entries of `<dependencies>` directly below a node.
fn dependencies<'a, 'i>(node: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    children(node, "dependencies").flat_map(|list| children(list, "dependency"))
}
