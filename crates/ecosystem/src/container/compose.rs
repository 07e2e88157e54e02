//! The images of the services of a compose file.
//!
//! Merge keys are followed, `extends` within the same file, too; defaults of variables are
//! filled in. A service that is only built names no image. Source: the Compose
//! Specification, "services", "extends" and "interpolation".

use lazaret_model::GapKind;

use super::is_yaml;
use super::reference::{filled, image};
use crate::document::{self, Value, add, file_name, members, unique};
use crate::recognise::beginning;
use crate::{Found, Input, ReadError};

/// Most services that extend each other in a row.
const MAX_CHAIN: usize = 16;

pub(super) fn wants(path: &str) -> bool {
    let name = file_name(path).to_ascii_lowercase();
    let Some(stem) = name.strip_suffix(".yml").or(name.strip_suffix(".yaml")) else {
        return false;
    };
    ["docker-compose", "compose", "podman-compose"]
        .iter()
        .any(|word| {
            stem.strip_prefix(word)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
        })
}

pub(super) fn is_one(input: Input<'_>) -> bool {
    let services = beginning(input)
        .lines()
        .any(|l| l.trim_end() == "services:");
    is_yaml(input) && (services || input.path.contains("compose"))
}

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let mut found = Found::default();
    if input.bytes.trim_ascii().is_empty() {
        return Ok(found);
    }
    let file = document::yaml(input.bytes)?;
    for (name, _) in members(&file, "services") {
        let Some(told) = image_of(&file, name) else {
            continue;
        };
        match filled(told, &|_| None).as_deref().map(image) {
            Some(Some(package)) => add(&mut found, package),
            Some(None) => found.gaps.push((
                GapKind::Unreadable,
                format!("`{told}` is no reference to an image"),
            )),
            None => found.gaps.push((
                GapKind::Unsupported,
                format!("`{told}` depends on a variable"),
            )),
        }
    }
    found.gaps.truncate(20);
    Ok(unique(found))
}

/// The image of a service, or of the one that it extends.
fn image_of<'a>(file: &'a Value, name: &'a str) -> Option<&'a str> {
    let services = file.get("services")?;
    let mut name = name;
    for _ in 0..MAX_CHAIN {
        let service = services.get(name)?;
        if let Some(image) = service.get("image").and_then(Value::as_str) {
            return Some(image);
        }
        let base = service.get("extends")?;
        if base.get("file").is_some() {
            return None;
        }
        name = base
            .as_str()
            .or_else(|| base.get("service").and_then(Value::as_str))?;
    }
    None
}
