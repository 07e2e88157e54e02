//! Core metadata of an installed distribution: headers as in mail.
//!
//! Only the headers count: what follows the first empty line is the description, which
//! may hold anything.

use lazaret_model::{GapKind, Package};

use crate::document::add;
use crate::{Found, Input, ReadError};

pub(super) fn wants(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    let file = parts.next().unwrap_or_default();
    let folder = parts.next().unwrap_or_default();
    match file {
        "METADATA" => folder.ends_with(".dist-info"),
        "PKG-INFO" => folder.ends_with(".egg-info") || folder == "EGG-INFO",
        _ => file.ends_with(".egg-info"),
    }
}

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let text = String::from_utf8_lossy(input.bytes);
    let text = text.trim_start_matches('\u{feff}');
    let (mut name, mut version, mut license, mut expression) = ("", "", "", "");
    for line in text.lines() {
        if line.trim().is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) {
            continue;
        }
        let Some((key, value)) = line.split_once(':') else {
            continue;
        };
        let slot = match key.to_ascii_lowercase().as_str() {
            "name" => &mut name,
            "version" => &mut version,
            "license" => &mut license,
            "license-expression" => &mut expression,
            _ => continue,
        };
        if slot.is_empty() {
            *slot = value.trim();
        }
    }
    if name.is_empty() {
        return Err(ReadError::new("metadata without a Name header"));
    }
    let mut found = Found::default();
    if version.is_empty() {
        let detail = format!("{name}: metadata without a Version header");
        found.gaps.push((GapKind::MissingVersion, detail));
        return Ok(found);
    }
    let mut package = Package::new("pypi", name, version);
    let license = if expression.is_empty() {
        license
    } else {
        expression
    };
    if !license.is_empty() && license != "UNKNOWN" {
        package.licenses.push(license.to_owned());
    }
    add(&mut found, package);
    Ok(found)
}
