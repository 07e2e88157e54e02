//! Events that come in an envelope: CloudEvents 1.0 and Azure's Event Grid, one or many.

use serde::Deserialize;
use serde_json::Value;

/// An event in an envelope.
#[derive(Deserialize)]
pub(super) struct Enveloped {
    /// CloudEvents call it `type`, Event Grid `eventType`.
    #[serde(rename = "type", alias = "eventType", default)]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) data: Value,
}

/// One, or a list of them.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMany {
    One(Value),
    Many(Vec<Value>),
}

impl OneOrMany {
    pub(super) fn into_vec(self) -> Vec<Value> {
        match self {
            Self::One(Value::Array(many)) | Self::Many(many) => many,
            Self::One(one) => vec![one],
        }
    }
}
