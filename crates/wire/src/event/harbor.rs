//! Harbor's webhooks, in its own form and as CloudEvents.
//!
//! Source: Harbor's `pkg/notifier/formats`. Both carry the same resources.

use crate::api::RegistryKind;
use serde::Deserialize;

use super::{EventError, Found, Reader, json, shape};

pub(super) const READER: Reader = Reader {
    kind: RegistryKind::Harbor,
    read,
};

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(alias = "data")]
    event_data: Option<Data>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Data {
    resources: Vec<Resource>,
    repository: Repository,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Resource {
    digest: String,
    tag: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Repository {
    repo_full_name: String,
}

fn read(body: &[u8]) -> Result<Found, EventError> {
    let event: Event = json(RegistryKind::Harbor, body)?;
    let mut found = Found::default();
    if !matches!(
        event.kind.as_str(),
        "PUSH_ARTIFACT" | "pushImage" | "harbor.artifact.pushed"
    ) {
        if event.kind.is_empty() {
            return Err(shape(RegistryKind::Harbor, "it has no `type`"));
        }
        found.ignored = 1;
        return Ok(found);
    }
    let data = event
        .event_data
        .ok_or_else(|| shape(RegistryKind::Harbor, "it has no `event_data`"))?;
    for resource in &data.resources {
        // An untagged artifact repeats its digest where the tag would be.
        let tag = Some(resource.tag.as_str()).filter(|tag| !tag.contains(':'));
        let repository = &data.repository.repo_full_name;
        found.push(repository, tag, Some(&resource.digest));
    }
    Ok(found)
}
