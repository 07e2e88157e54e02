//! The fields of a package as name and text, for formats that carry extras as properties.
//!
//! A text field stands as it is, every other as JSON, so that reading restores the value
//! exactly. Absent and empty fields are left out: they are the defaults.

use std::io;

use lazaret_model::Package;
use serde_json::{Map, Value};

/// What the names of the extras begin with.
pub(crate) const PREFIX: &str = "lazaret:";

/// Fields whose value is text. The others are written as JSON.
const TEXT: [&str; 7] = [
    "name",
    "version",
    "ref",
    "architecture",
    "module",
    "vendor",
    "owner",
];

/// The fields of `package` besides its purl.
pub(crate) fn of_package(package: &Package) -> io::Result<Vec<(String, String)>> {
    let Value::Object(fields) = serde_json::to_value(package)? else {
        return Ok(Vec::new());
    };
    let mut out = Vec::with_capacity(fields.len());
    for (name, value) in fields {
        let text = match value {
            Value::Null => continue,
            Value::Array(items) if items.is_empty() => continue,
            Value::String(text) if TEXT.contains(&name.as_str()) => text,
            _ if name == "purl" => continue,
            other => other.to_string(),
        };
        out.push((format!("{PREFIX}{name}"), text));
    }
    Ok(out)
}

/// The package whose purl and extras these are; `None` when they are not ours or were
/// damaged.
pub(crate) fn to_package<'a>(
    purl: &str,
    extras: impl Iterator<Item = (&'a str, &'a str)>,
) -> Option<Package> {
    let mut fields = Map::new();
    for (name, text) in extras {
        let Some(name) = name.strip_prefix(PREFIX) else {
            continue;
        };
        let value = if TEXT.contains(&name) {
            Value::String(text.to_owned())
        } else {
            serde_json::from_str(text).ok()?
        };
        fields.insert(name.to_owned(), value);
    }
    if !fields.contains_key("name") || !fields.contains_key("version") {
        return None;
    }
    fields.insert("purl".to_owned(), Value::String(purl.to_owned()));
    serde_json::from_value(Value::Object(fields)).ok()
}
