//! Amazon ECR's push events, as EventBridge delivers them, or in an envelope of SNS.
//!
//! Source: Amazon ECR user guide, "EventBridge".

use crate::api::RegistryKind;
use serde::Deserialize;

use super::{EventError, Found, Reader, json, shape};

pub(super) const READER: Reader = Reader {
    kind: RegistryKind::Ecr,
    read,
};

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "detail-type", default)]
    kind: String,
    #[serde(default)]
    detail: Detail,
    /// The event as a text, where SNS carries it.
    #[serde(rename = "Message")]
    message: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "kebab-case")]
struct Detail {
    result: String,
    repository_name: String,
    image_digest: String,
    image_tag: String,
    action_type: String,
}

fn read(body: &[u8]) -> Result<Found, EventError> {
    let mut event: Event = json(RegistryKind::Ecr, body)?;
    if let Some(message) = event.message.take() {
        event = json(RegistryKind::Ecr, message.as_bytes())?;
    }
    let mut found = Found::default();
    let detail = &event.detail;
    match event.kind.as_str() {
        "" => return Err(shape(RegistryKind::Ecr, "it has no `detail-type`")),
        "ECR Image Action" if detail.action_type == "PUSH" && detail.result == "SUCCESS" => {
            let (tag, digest) = (&detail.image_tag, &detail.image_digest);
            found.push(&detail.repository_name, Some(tag), Some(digest));
        }
        _ => found.ignored = 1,
    }
    Ok(found)
}
