//! Documents of exploitability statements (VEX) among the files of a target.
//!
//! No standard says where an image keeps them. What is read is what the tools that write
//! them and the hubs that collect them agree on: the endings `.openvex.json`, `.vex.json`
//! and `.vex.cdx.json`, the bare names, and every JSON file of a folder `.vex` or of
//! `usr/share/vex`. What else lies in an image is not taken for a statement about it.
//!
//! Sources: OpenVEX's own examples and `vexctl`; aquasecurity/vexhub, "Discovery of VEX
//! Documents"; CycloneDX, "Recognized file patterns" (`*.cdx.json`).

use lazaret_model::{VexDocument, VexOrigin};

use crate::facts::LayerFacts;
use crate::tree::Tree;

/// Raised whenever other files would be read.
pub(crate) const REVISION: u32 = 1;

/// Largest document, in bytes.
pub(crate) const MAX_BYTES: u64 = 16 << 20;

/// Most bytes of documents that one layer keeps.
pub(crate) const MAX_LAYER_BYTES: u64 = 32 << 20;

/// Whether a file is by its path a document of statements.
pub(crate) fn wants(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let Some(stem) = name.strip_suffix(".json") else {
        return false;
    };
    let by_name = matches!(stem, "openvex" | "vex" | "vex.cdx")
        || [".openvex", ".vex", ".vex.cdx"]
            .iter()
            .any(|ending| stem.ends_with(ending));
    let by_folder = folder.split('/').any(|part| part == ".vex")
        || folder == "usr/share/vex"
        || folder.starts_with("usr/share/vex/");
    by_name || by_folder
}

/// The documents that the finished tree still has, by path.
pub(crate) fn visible(layers: &[LayerFacts], tree: &Tree<'_>) -> Vec<VexDocument> {
    let mut found = Vec::new();
    for (index, layer) in layers.iter().enumerate() {
        let kept = layer.statements.iter();
        for (path, text) in kept.filter(|(path, _)| !tree.hidden(index, path)) {
            found.push(VexDocument {
                origin: VexOrigin::Inside,
                name: format!("/{path}"),
                subjects: Vec::new(),
                text: text.clone(),
            });
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_told_by_name_or_folder() {
        for path in [
            "app/openvex.json",
            "a.openvex.json",
            "opt/app/app.vex.json",
            "app.vex.cdx.json",
            ".vex/anything.json",
            "src/.vex/deep/a.json",
            "usr/share/vex/debian.json",
        ] {
            assert!(wants(path), "{path}");
        }
        for path in [
            "app/package.json",
            "vex/a.json",
            "a.vex",
            "convex.json",
            "usr/share/vexation/a.json",
            ".vex/README.md",
            "bom.cdx.json",
        ] {
            assert!(!wants(path), "{path}");
        }
    }
}
