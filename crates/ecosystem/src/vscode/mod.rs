//! Extensions of Visual Studio Code and of the editors made from it.
//!
//! `extensions.json` lists what an editor has installed; a `.vsix` is what it installs
//! from and brings npm packages of its own. Names are `publisher.name` and are compared
//! without case, as the editor does. Formats: the editor's documentation of extension
//! packaging; the purl type definition `vscode-extension`.

mod archive;

use std::borrow::Cow;

use lazaret_model::{GapKind, Package};
use lazaret_version::Scheme;

use crate::document::{self, Value, add, string, unique};
use crate::recognise::{beginning, ends, first};
use crate::{Ecosystem, EvidenceKind, Found, Input, ReadError, Reader};

const KIND: &str = "vscode-extension";

/// Extensions of Visual Studio Code.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: KIND,
    title: "Visual Studio Code extension",
    osv: &["VSCode"],
    scheme: Scheme::Semver,
    normalise: |name| Cow::Owned(name.to_lowercase()),
    readers: &[
        Reader {
            id: "vscode-extension/installed",
            revision: 1,
            evidence: EvidenceKind::Installed,
            recognises: |i| {
                let text = beginning(i);
                first(i) == Some(b'[')
                    && text.contains("\"identifier\"")
                    && text.contains("\"version\"")
                    || ends(i, "extensions.json") && first(i) == Some(b'[')
            },
            wants: |path| {
                path.ends_with("/extensions/extensions.json")
                    || path == "extensions/extensions.json"
            },
            max_bytes: 16 << 20,
            read: installed,
        },
        Reader {
            id: "vscode-extension/archive",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: |i| ends(i, ".vsix"),
            wants: |path| path.ends_with(".vsix"),
            max_bytes: 256 << 20,
            read: archive::read,
        },
    ],
};

fn installed(input: Input<'_>) -> Result<Found, ReadError> {
    let list = document::json(input.bytes)?;
    let Some(entries) = list.as_array() else {
        return Err(ReadError::new("no list of extensions"));
    };
    let mut found = Found::default();
    for entry in entries {
        let identity = entry.get("identifier").unwrap_or(&Value::Null);
        let (id, version) = (string(identity, "id"), string(entry, "version"));
        if version.is_empty() {
            let detail = format!("`{id}` is listed without a version");
            found.gaps.push((GapKind::MissingVersion, detail));
            continue;
        }
        let mut package = Package::new(KIND, id, version);
        let metadata = entry.get("metadata").unwrap_or(&Value::Null);
        match string(metadata, "targetPlatform") {
            "" | "undefined" | "universal" | "unknown" => {}
            platform => package.purl.set("platform", platform),
        }
        add(&mut found, package);
    }
    Ok(unique(found))
}
