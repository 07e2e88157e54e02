//! Notifications of Docker Distribution (`application/vnd.docker.distribution.events.v2+json`).
//!
//! Source: distribution's documentation, "Work with notifications". Blobs are told as
//! well; only manifests and indexes are images.

use crate::api::RegistryKind;
use serde::Deserialize;

use super::{EventError, Found, MANIFESTS, Reader, json};

pub(super) const READER: Reader = Reader {
    kind: RegistryKind::Distribution,
    read,
};

#[derive(Deserialize)]
struct Envelope {
    events: Vec<Event>,
}

/// An event; Azure's webhooks send the same without the envelope.
#[derive(Deserialize)]
pub(super) struct Event {
    #[serde(default)]
    action: String,
    #[serde(default)]
    target: Target,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Target {
    #[serde(rename = "mediaType")]
    media_type: String,
    repository: String,
    digest: String,
    tag: String,
}

impl Event {
    pub(super) fn tell(&self, found: &mut Found) {
        let target = &self.target;
        if self.action == "push" && MANIFESTS.contains(&target.media_type.as_str()) {
            found.push(&target.repository, Some(&target.tag), Some(&target.digest));
        } else {
            found.ignored += 1;
        }
    }
}

fn read(body: &[u8]) -> Result<Found, EventError> {
    let envelope: Envelope = json(RegistryKind::Distribution, body)?;
    let mut found = Found::default();
    for event in &envelope.events {
        event.tell(&mut found);
    }
    Ok(found)
}
