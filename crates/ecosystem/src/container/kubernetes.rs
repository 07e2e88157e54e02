//! The images of the containers of Kubernetes manifests.
//!
//! Whatever holds a list called `containers`, `initContainers` or `ephemeralContainers` is
//! a pod specification, be it in a `Pod`, a `Deployment`, a `CronJob` or a resource of
//! somebody's own. A file may hold many documents. Source: Kubernetes' API reference,
//! "PodSpec". Templates of Helm are no manifests before they are rendered.

use lazaret_model::GapKind;

use super::reference::image;
use crate::document::{Value, add, text, unique};
use crate::recognise::beginning;
use crate::{Found, Input, ReadError};

/// Deepest nesting that is followed.
const MAX_DEPTH: usize = 64;

pub(super) fn is_one(input: Input<'_>) -> bool {
    let text = beginning(input);
    text.contains("apiVersion:") && text.contains("kind:")
}

/// Whether a word of the path begins as the system is called.
pub(super) fn named(input: Input<'_>) -> bool {
    input
        .path
        .split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| word.starts_with("k8s") || word.starts_with("kube"))
}

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let mut found = Found::default();
    let text = text(input.bytes)?;
    if !text.contains("apiVersion:") || !text.contains("image:") {
        return Ok(found);
    }
    if text.contains("{{") {
        let detail = "a template, which names its images only once it is rendered".to_owned();
        found.gaps.push((GapKind::Unsupported, detail));
        return Ok(found);
    }
    let documents: Vec<Value> = serde_saphyr::from_multiple(text).map_err(|e| {
        let reason = e.to_string();
        let line = reason.lines().next().unwrap_or_default();
        ReadError::new(format!("not YAML: {line}"))
    })?;
    for document in &documents {
        if document.get("apiVersion").is_some() && document.get("kind").is_some() {
            walk(document, 0, &mut found);
        }
    }
    found.gaps.truncate(20);
    Ok(unique(found))
}

fn walk(value: &Value, depth: usize, found: &mut Found) {
    if depth > MAX_DEPTH {
        return;
    }
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let pod = ["containers", "initContainers", "ephemeralContainers"];
                if pod.contains(&key.as_str()) {
                    containers(value, found);
                }
                walk(value, depth + 1, found);
            }
        }
        Value::Array(items) => {
            for item in items {
                walk(item, depth + 1, found);
            }
        }
        _ => {}
    }
}

fn containers(list: &Value, found: &mut Found) {
    let images = list.as_array().into_iter().flatten();
    for told in images.filter_map(|c| c.get("image").and_then(Value::as_str)) {
        match image(told) {
            Some(package) => add(found, package),
            None => found.gaps.push((
                GapKind::Unreadable,
                format!("`{told}` is no reference to an image"),
            )),
        }
    }
}
