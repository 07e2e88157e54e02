//! From an event of the store to what people read. Pure.

use lazaret_store::Leased;
use serde_json::Value;

use super::message::Notice;

/// The notice of an event. `link` makes the address of a page.
pub(super) fn notice(job: &Leased, at: &str, link: &dyn Fn(&str) -> String) -> Notice {
    let data: Value = serde_json::from_str(&job.payload).unwrap_or_default();
    let text = |name: &str| data[name].as_str().unwrap_or_default().to_owned();
    let digest = match text("digest") {
        digest if digest.is_empty() => data["key"]["digest"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        digest => digest,
    };
    let short: String = digest.chars().take(19).collect();
    let repository = text("repository");
    let name = match repository.is_empty() {
        true => short,
        false => format!("{repository}@{short}"),
    };
    let state = match text("after") {
        after if after.is_empty() => text("state"),
        after => after,
    };
    let (title, path) = match job.kind.as_str() {
        "verdict.changed" => {
            let environment = match text("environment") {
                none if none.is_empty() => String::new(),
                environment => format!(" in {environment}"),
            };
            let before = match text("before") {
                none if none.is_empty() => "new".to_owned(),
                before => before,
            };
            let title = format!("{name}{environment}: {before}, now {state}");
            (title, format!("/images/{digest}"))
        }
        "hold.changed" => (format!("{name} is {state}"), format!("/images/{digest}")),
        "release.requested" => (
            format!("{} asks for a release", text("by")),
            "/releases".to_owned(),
        ),
        "release.rejected" => (
            format!("{} has rejected a release", text("by")),
            "/releases".to_owned(),
        ),
        "policy.changed" => ("the policy has changed".to_owned(), "/policy".to_owned()),
        other => (other.replace('.', " "), "/".to_owned()),
    };
    Notice {
        id: job.id.clone(),
        event: job.kind.clone(),
        at: at.to_owned(),
        title,
        text: text("reason"),
        link: link(&path),
        key: format!("{}:{digest}", job.kind),
        is_grave: matches!(state.as_str(), "quarantine" | "block" | "quarantined"),
        data,
    }
}
