//! Azure Container Registry: its own webhooks, and Event Grid (also as CloudEvents).
//!
//! Source: "Azure Container Registry webhook reference" and "Azure Container Registry as
//! an Event Grid source". Event Grid proves an address first: it sends a code and waits to
//! be sent it back.

use crate::api::RegistryKind;
use serde_json::{Value, json};

use super::cloud::{Enveloped, OneOrMany};
use super::distribution::Event;
use super::{EventError, Found, Reader, shape};

pub(super) const READER: Reader = Reader {
    kind: RegistryKind::Acr,
    read,
};

fn read(body: &[u8]) -> Result<Found, EventError> {
    let kind = RegistryKind::Acr;
    let events: OneOrMany = super::json(kind, body)?;
    let mut found = Found::default();
    for value in events.into_vec() {
        if value.get("action").is_some() {
            tell(value, &mut found)?;
            continue;
        }
        let event: Enveloped = serde_json::from_value(value)
            .map_err(|_| shape(kind, "it is neither a webhook's nor Event Grid's"))?;
        match event.kind.as_str() {
            "" => return Err(shape(kind, "it has neither `action` nor a type")),
            "Microsoft.ContainerRegistry.ImagePushed" => tell(event.data, &mut found)?,
            "Microsoft.EventGrid.SubscriptionValidationEvent" => {
                let code = event.data.get("validationCode").and_then(Value::as_str);
                let code = code.filter(|code| code.len() <= 200);
                found.answer = code.map(|code| json!({ "validationResponse": code }));
            }
            _ => found.ignored += 1,
        }
    }
    Ok(found)
}

fn tell(value: Value, found: &mut Found) -> Result<(), EventError> {
    let event: Event = serde_json::from_value(value)
        .map_err(|_| shape(RegistryKind::Acr, "its `target` makes no sense"))?;
    event.tell(found);
    Ok(())
}
