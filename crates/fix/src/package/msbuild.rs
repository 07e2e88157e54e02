//! Projects of .NET: `PackageReference`, `PackageVersion` and `packages.config`. Source:
//! NuGet, "PackageReference in project files", "Central Package Management".

use std::ops::Range;

use lazaret_check::Edit;
use roxmltree::{Document, Node};

use super::{Bump, Editor, Unchanged};

pub(super) static EDITOR: Editor = Editor {
    wants: |path| {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        let ends = [".csproj", ".fsproj", ".vbproj", ".props", ".targets"];
        name == "packages.config" || ends.iter().any(|e| name.ends_with(e))
    },
    kind: "nuget",
    edit,
    then: None,
};

/// Elements that name a package, with the attributes of name and version.
const ELEMENTS: [(&str, &str, &str); 5] = [
    ("PackageReference", "Include", "Version"),
    ("PackageReference", "Update", "Version"),
    ("PackageReference", "Include", "VersionOverride"),
    ("PackageVersion", "Include", "Version"),
    ("package", "id", "version"),
];

fn edit(text: &str, bump: &Bump) -> Result<Vec<Edit>, Unchanged> {
    let document = Document::parse(text)
        .map_err(|error| Unchanged::new(format!("the file is no XML: {error}")))?;
    let mut edits = Vec::new();
    for node in document.descendants().filter(Node::is_element) {
        for (element, id, version) in ELEMENTS {
            let is_it = node.tag_name().name() == element
                && node
                    .attribute(id)
                    .is_some_and(|n| n.eq_ignore_ascii_case(&bump.name));
            let place = is_it.then(|| place(node, version, text)).flatten();
            edits.extend(place.and_then(|range| said(range, text, bump)));
        }
    }
    Ok(edits)
}

/// The bytes of the version: an attribute, or an element inside.
fn place(node: Node<'_, '_>, name: &str, text: &str) -> Option<Range<usize>> {
    if let Some(attribute) = node.attributes().find(|a| a.name() == name) {
        return Some(attribute.range_value());
    }
    let inside = node.children().find(|n| n.tag_name().name() == name)?;
    let only = inside.children().next().filter(Node::is_text)?;
    let raw = text.get(only.range())?;
    let start = only.range().start + (raw.len() - raw.trim_start().len());
    Some(start..start + raw.trim().len())
}

/// `1.2.3`, or `[1.2.3]` for that version and no other.
fn said(range: Range<usize>, text: &str, bump: &Bump) -> Option<Edit> {
    let value = text.get(range.clone())?;
    let inner = value.strip_prefix('[').and_then(|v| v.strip_suffix(']'));
    let (value, skip) = inner.map_or((value, 0), |inner| (inner, 1));
    let start = range.start + skip;
    (value == bump.from).then(|| Edit {
        range: start..start + value.len(),
        text: bump.to.clone(),
    })
}
