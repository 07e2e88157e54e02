//! `pom.xml`: versions of dependencies and of what manages them, and the properties that
//! say them. Source: Maven's "POM Reference".

use std::ops::Range;

use lazaret_check::Edit;
use roxmltree::{Document, Node};

use super::{Bump, Editor, Unchanged};

pub(super) static EDITOR: Editor = Editor {
    wants: |path| path.rsplit('/').next() == Some("pom.xml"),
    kind: "maven",
    edit,
    then: None,
};

fn edit(text: &str, bump: &Bump) -> Result<Vec<Edit>, Unchanged> {
    let document = Document::parse(text)
        .map_err(|error| Unchanged::new(format!("the file is no XML: {error}")))?;
    let (group, artifact) = bump.name.split_once(':').unwrap_or(("", &bump.name));
    let root = document.root_element();
    let mut edits = Vec::new();
    for node in root
        .descendants()
        .filter(|n| n.has_tag_name_local("dependency"))
    {
        let says = |name: &str, wanted: &str| {
            child(node, name).is_some_and(|n| filled(root, n.text().unwrap_or_default()) == wanted)
        };
        if !says("groupId", group) || !says("artifactId", artifact) {
            continue;
        }
        let Some(version) = child(node, "version") else {
            continue;
        };
        edits.extend(said(root, version, text, bump));
    }
    Ok(edits)
}

/// The edit of a version, or of the property that it names.
fn said(root: Node<'_, '_>, version: Node<'_, '_>, text: &str, bump: &Bump) -> Option<Edit> {
    let range = inner(version, text)?;
    let value = text.get(range.clone())?;
    if value == bump.from {
        return Some(Edit {
            range,
            text: bump.to.clone(),
        });
    }
    let range = inner(property(root, name_of_property(value)?)?, text)?;
    (text.get(range.clone()) == Some(bump.from.as_str())).then(|| Edit {
        range,
        text: bump.to.clone(),
    })
}

fn name_of_property(value: &str) -> Option<&str> {
    value.strip_prefix("${")?.strip_suffix('}')
}

/// The element of the project's own properties, the profiles' left out: which of those
/// count is decided when Maven runs.
fn property<'a>(root: Node<'a, 'a>, name: &str) -> Option<Node<'a, 'a>> {
    child(child(root, "properties")?, name)
}

fn filled(root: Node<'_, '_>, value: &str) -> String {
    let value = value.trim();
    let property = name_of_property(value).and_then(|name| property(root, name));
    property
        .and_then(|p| p.text())
        .map_or(value, str::trim)
        .to_owned()
}

fn child<'a>(node: Node<'a, 'a>, name: &str) -> Option<Node<'a, 'a>> {
    node.children().find(|n| n.has_tag_name_local(name))
}

/// The bytes of an element's text without blanks around it.
fn inner(node: Node<'_, '_>, text: &str) -> Option<Range<usize>> {
    let mut children = node.children();
    let (only, None) = (children.next()?, children.next()) else {
        return None;
    };
    if !only.is_text() {
        return None;
    }
    let range = only.range();
    let raw = text.get(range.clone())?;
    let start = range.start + (raw.len() - raw.trim_start().len());
    Some(start..start + raw.trim().len())
}

trait Local {
    /// Whether it is an element of this name, in whatever name space.
    fn has_tag_name_local(&self, name: &str) -> bool;
}

impl Local for Node<'_, '_> {
    fn has_tag_name_local(&self, name: &str) -> bool {
        self.is_element() && self.tag_name().name() == name
    }
}
