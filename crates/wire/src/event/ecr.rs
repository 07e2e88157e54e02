//! Amazon ECR's push events, as EventBridge delivers them, or in an envelope of SNS.
//!
//! Source: Amazon ECR user guide, "EventBridge"; Amazon SNS developer guide, "HTTP/HTTPS
//! notification JSON format". A subscription of SNS sends nothing before a person has opened
//! the page that its first message names.

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
    /// What SNS sends: `Notification`, `SubscriptionConfirmation`, `UnsubscribeConfirmation`.
    #[serde(rename = "Type", default)]
    envelope: String,
    #[serde(rename = "SubscribeURL", default)]
    subscribe: String,
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
    if matches!(
        event.envelope.as_str(),
        "SubscriptionConfirmation" | "UnsubscribeConfirmation"
    ) {
        return Ok(Found {
            ignored: 1,
            confirm: Some(event.subscribe).filter(|page| is_of_sns(page)),
            ..Found::default()
        });
    }
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

/// Whether an address is one of SNS: anybody else's is not shown to people as one to open.
fn is_of_sns(page: &str) -> bool {
    let host = page
        .strip_prefix("https://sns.")
        .and_then(|rest| rest.split_once('/'));
    let is_plain = |host: &str| {
        host.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b))
    };
    let is_amazon =
        |host: &str| host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn");
    let shown = |page: &str| page.len() <= 2000 && page.bytes().all(|b| b.is_ascii_graphic());
    host.is_some_and(|(host, _)| is_plain(host) && is_amazon(host)) && shown(page)
}
