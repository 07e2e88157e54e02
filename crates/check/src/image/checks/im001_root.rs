//! Containers of the image run as root.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::image::{Facts, Rule, Told};

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-IM-001",
    title: "Containers of the image run as root",
    severity: Severity::High,
    fix: FixKind::Suggested,
    peers: &["CIS-DI-0001", "DS-0002"],
    about: "The image's configuration names no user, or root. Whoever takes over the program \
            is root in the container, and root for every file that is mounted. End the \
            Dockerfile with USER and a number other than 0.",
    good: r#"{"os":"linux","config":{"User":"10001"},"rootfs":{"type":"layers","diff_ids":[]}}"#,
    bad: r#"{"os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[]}}"#,
};

fn run(facts: &Facts) -> Vec<Told> {
    // Windows has no root; its default user is another matter.
    if facts.os.eq_ignore_ascii_case("windows") {
        return Vec::new();
    }
    let name = facts.user.split(':').next().unwrap_or_default();
    let message = match name {
        "" => "the image names no user, so its containers run as root",
        "0" | "root" => "the image's user is root",
        _ => return Vec::new(),
    };
    vec![Told::new(
        message,
        "end the Dockerfile with USER and a number other than 0",
    )]
}
