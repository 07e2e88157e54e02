//! Google Artifact Registry: Pub/Sub messages of the topic `gcr`, pushed or as they are.
//!
//! Source: "Configure Pub/Sub notifications", "Push subscriptions". The names carry the
//! registry's host before the repository.

use crate::api::RegistryKind;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::{EventError, Found, Reader, json, shape};

pub(super) const READER: Reader = Reader {
    kind: RegistryKind::Gar,
    read,
};

#[derive(Deserialize)]
struct Envelope {
    message: Option<Message>,
    #[serde(flatten)]
    event: Event,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    data: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Event {
    action: String,
    digest: String,
    tag: String,
}

fn read(body: &[u8]) -> Result<Found, EventError> {
    let kind = RegistryKind::Gar;
    let envelope: Envelope = json(kind, body)?;
    let event = match envelope.message {
        Some(message) => {
            let data = STANDARD.decode(&message.data);
            json(
                kind,
                &data.map_err(|_| shape(kind, "`data` is not base64"))?,
            )?
        }
        None => envelope.event,
    };
    let mut found = Found::default();
    match event.action.as_str() {
        "" => return Err(shape(kind, "it has no `action`")),
        "INSERT" => tell(&event, &mut found),
        _ => found.ignored = 1,
    }
    Ok(found)
}

fn tell(event: &Event, found: &mut Found) {
    let without_host = |name: &str| name.split_once('/').map(|(_, rest)| rest.to_owned());
    let digest = without_host(&event.digest);
    let digest = digest.as_deref().and_then(|name| name.split_once('@'));
    let tag = without_host(&event.tag);
    let tag = tag.as_deref().and_then(|name| name.rsplit_once(':'));
    let repository = digest.map(|(r, _)| r).or(tag.map(|(r, _)| r));
    match repository {
        Some(repository) => {
            // Two names of one push are of one repository.
            let tag = tag.filter(|(r, _)| *r == repository).map(|(_, tag)| tag);
            found.push(repository, tag, digest.map(|(_, digest)| digest));
        }
        None => found.ignored += 1,
    }
}
