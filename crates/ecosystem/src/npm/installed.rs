//! `package.json` of an installed package.

use lazaret_model::{GapKind, Package};

use crate::document::{self, Value, add};
use crate::{Found, Input, ReadError};

/// `…/node_modules/x/package.json` or `…/node_modules/@scope/x/package.json`.
pub(super) fn wants(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    if parts.next() != Some("package.json") {
        return false;
    }
    let name = parts.next().unwrap_or_default();
    match parts.next() {
        Some("node_modules") => !name.starts_with(['.', '@']),
        Some(scope) if scope.starts_with('@') => parts.next() == Some("node_modules"),
        _ => false,
    }
}

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let manifest = document::json(input.bytes)?;
    if !manifest.is_object() {
        return Err(ReadError::new("the manifest is not an object"));
    }
    let mut found = Found::default();
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

fn word<'a>(manifest: &'a Value, key: &str) -> Result<&'a str, ReadError> {
    match manifest.get(key) {
        None | Some(Value::Null) => Ok(""),
        Some(Value::String(text)) => Ok(text),
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
