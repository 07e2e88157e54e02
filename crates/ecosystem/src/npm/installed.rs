//! `package.json` of an installed package, or of a project that a person names.

use lazaret_model::{GapKind, Package};

use crate::document::{self, Value, add, file_name};
use crate::recognise::{ends, first};
use crate::{Found, Input, ReadError};

/// Largest manifest that is recognised by its content, in bytes.
const MAX_PROJECT: usize = 4 << 20;

/// `…/node_modules/x/package.json` or `…/node_modules/@scope/x/package.json`, and the same in
/// the folders that Debian's Node.js looks in.
pub(super) fn wants(path: &str) -> bool {
    let Some((folder, name)) = path
        .strip_suffix("/package.json")
        .and_then(|package| package.rsplit_once('/'))
    else {
        return false;
    };
    if name.starts_with(['.', '@']) {
        return false;
    }
    match folder.rsplit_once('/') {
        Some((above, scope)) if scope.starts_with('@') => holds_packages(above),
        _ => holds_packages(folder),
    }
}

/// Whether the folders in `folder` are packages. Source of Debian's: its `nodejs` package,
/// the patch of the module search path.
fn holds_packages(folder: &str) -> bool {
    if folder == "node_modules" || folder.ends_with("/node_modules") {
        return true;
    }
    let Some(above) = folder.strip_suffix("/nodejs") else {
        return false;
    };
    // The second is `usr/lib` or, for modules with native code, `usr/lib/<triplet>`.
    above == "usr/share"
        || above == "usr/lib"
        || above
            .strip_prefix("usr/lib/")
            .is_some_and(|triplet| !triplet.contains('/'))
}

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let manifest = document::json(input.bytes)?;
    if !manifest.is_object() {
        return Err(ReadError::new("the manifest is not an object"));
    }
    let mut found = Found::default();
    if !wants(input.path) && is_of_another_host(&manifest) {
        return Ok(found);
    }
    let name = word(&manifest, "name")?;
    let version = word(&manifest, "version")?;
    match (name, version) {
        ("", _) => {}
        (name, "") => {
            let detail = format!("{name}: the manifest states no version");
            found.gaps.push((GapKind::MissingVersion, detail));
        }
        (name, version) => {
            let mut package = Package::new("npm", name, version);
            package.licenses = licenses(&manifest);
            add(&mut found, package);
        }
    }
    Ok(found)
}

/// A manifest of npm's shape at a place where any project may have its own.
pub(super) fn recognises(input: Input<'_>) -> bool {
    const OBJECTS: &[&str] = &[
        "dependencies",
        "devDependencies",
        "peerDependencies",
        "optionalDependencies",
        "scripts",
        "contributes",
    ];
    if !ends(input, ".json") || first(input) != Some(b'{') || input.bytes.len() > MAX_PROJECT {
        return false;
    }
    let named = file_name(input.path) == "package.json";
    let Ok(manifest) = document::json(input.bytes) else {
        return named;
    };
    let is_text = |key: &str| manifest.get(key).is_some_and(Value::is_string);
    let is_object = |key: &&str| manifest.get(key).is_some_and(Value::is_object);
    // The shape is shared by manifests of other tools; what they have beside it tells.
    let is_lock = manifest.get("lockfileVersion").is_some();
    is_text("name") && !is_lock && (named || is_text("version") && OBJECTS.iter().any(is_object))
}

/// Whether the manifest is that of an extension of Visual Studio Code or of a package of
/// Unity, which share npm's format and none of its registry.
fn is_of_another_host(manifest: &Value) -> bool {
    let engine = |name: &str| {
        manifest
            .get("engines")
            .is_some_and(|e| e.get(name).is_some())
    };
    manifest.get("contributes").is_some() || engine("vscode") || manifest.get("unity").is_some()
}

fn word<'a>(manifest: &'a Value, key: &str) -> Result<&'a str, ReadError> {
    match manifest.get(key) {
        None | Some(Value::Null) => Ok(""),
        Some(Value::String(text)) => Ok(text.trim()),
        Some(_) => Err(ReadError::new(format!("{key} is not a string"))),
    }
}

/// `license` as a string or as the older object, or the oldest `licenses`.
fn licenses(manifest: &Value) -> Vec<String> {
    let one = |v: &Value| match v {
        Value::String(text) => Some(text.clone()),
        other => other.get("type").and_then(Value::as_str).map(str::to_owned),
    };
    let single = manifest.get("license").and_then(one);
    let many = document::items(manifest, "licenses").filter_map(one);
    match single {
        Some(license) => vec![license],
        None => many.collect(),
    }
}
