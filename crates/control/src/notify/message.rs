//! What is told, in the words of each receiver. Pure: an event in, a request out.
//!
//! Sources: Slack, "Incoming webhooks"; Microsoft, "Workflows webhook" (adaptive cards);
//! Atlassian, "Create issue" (REST v2); PagerDuty, "Events API v2".

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::receiver::{Receiver, ReceiverKind};
use crate::keys::hex;

/// Something that is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Notice {
    /// Id, the same however often it is delivered.
    pub(crate) id: String,
    /// What happened: `verdict.changed`, `hold.changed`, `release.requested`, …
    pub(crate) event: String,
    /// When, RFC 3339.
    pub(crate) at: String,
    /// In one line.
    pub(crate) title: String,
    /// In some more.
    pub(crate) text: String,
    /// Where people read more.
    pub(crate) link: String,
    /// Of notices with the same key, the matter is the same.
    pub(crate) key: String,
    /// Whether somebody should be woken.
    pub(crate) is_grave: bool,
    /// The whole of it, for programs.
    pub(crate) data: Value,
}

/// A request to a receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) url: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

/// Longest text that any receiver is sent, in characters.
const MOST: usize = 2_000;

/// The request that tells `receiver` of `notice`, sent at `at` (seconds since 1970). None for a
/// receiver that is told by mail.
pub(crate) fn message(receiver: &Receiver, notice: &Notice, at: i64) -> Option<Message> {
    let (url, secret) = (receiver.url.clone(), receiver.secret.0.as_str());
    let plain = |body: Value| Message {
        url: url.clone(),
        headers: Vec::new(),
        body: body.to_string(),
    };
    Some(match receiver.kind {
        ReceiverKind::Email => return None,
        ReceiverKind::Webhook => signed(url, secret, notice, at),
        ReceiverKind::Slack => plain(json!({
            "text": format!("*{}*\n{}\n<{}|Open in Lazaret>", slack(&notice.title),
                slack(&shortened(&notice.text)), notice.link),
        })),
        ReceiverKind::Teams => plain(json!({
            "type": "message",
            "attachments": [{
                "contentType": "application/vnd.microsoft.card.adaptive",
                "content": {
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                    "type": "AdaptiveCard",
                    "version": "1.4",
                    "body": [
                        {"type": "TextBlock", "weight": "Bolder", "wrap": true, "text": notice.title},
                        {"type": "TextBlock", "wrap": true, "text": shortened(&notice.text)},
                    ],
                    "actions": [{"type": "Action.OpenUrl", "title": "Open in Lazaret", "url": notice.link}],
                },
            }],
        })),
        ReceiverKind::Jira => Message {
            url: format!("{}/rest/api/2/issue", url.trim_end_matches('/')),
            headers: vec![("authorization", authorization(secret))],
            body: json!({"fields": {
                "project": {"key": receiver.project},
                "issuetype": {"name": "Task"},
                "summary": notice.title.chars().take(250).collect::<String>(),
                "description": format!("{}\n\n{}", shortened(&notice.text), notice.link),
                "labels": ["lazaret"],
            }})
            .to_string(),
        },
        ReceiverKind::Pagerduty => plain(json!({
            "routing_key": secret,
            "event_action": "trigger",
            // Of the same matter one incident is opened.
            "dedup_key": notice.key,
            "payload": {
                "summary": notice.title.chars().take(1_000).collect::<String>(),
                "source": "lazaret",
                "severity": if notice.is_grave { "critical" } else { "warning" },
                "custom_details": {"text": shortened(&notice.text)},
            },
            "links": [{"href": notice.link, "text": "Open in Lazaret"}],
        })),
    })
}

/// A webhook with its signature: HMAC-SHA-256 over `TIME.BODY`, so that an old one cannot be
/// sent again.
fn signed(url: String, secret: &str, notice: &Notice, at: i64) -> Message {
    let body = serde_json::to_string(notice).unwrap_or_default();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{at}.{body}").as_bytes());
    Message {
        url,
        headers: vec![
            ("x-lazaret-timestamp", at.to_string()),
            (
                "x-lazaret-signature",
                format!("sha256={}", hex(tag.as_ref())),
            ),
            ("x-lazaret-event", notice.event.clone()),
            ("x-lazaret-delivery", notice.id.clone()),
        ],
        body,
    }
}

/// `user:token` is basic, anything else a bearer token.
fn authorization(secret: &str) -> String {
    match secret.contains(':') {
        true => format!("Basic {}", STANDARD.encode(secret)),
        false => format!("Bearer {secret}"),
    }
}

pub(super) fn shortened(text: &str) -> String {
    match text.chars().count() > MOST {
        true => text.chars().take(MOST).chain("…".chars()).collect(),
        false => text.to_owned(),
    }
}

/// Slack's three characters (Slack, "Escaping text").
fn slack(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
