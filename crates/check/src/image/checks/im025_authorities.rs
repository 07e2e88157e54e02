//! Authority added that certificates are trusted by.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::image::{Facts, Rule, Told};

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-IM-025",
    title: "Authority added that certificates are trusted by",
    severity: Severity::Medium,
    fix: FixKind::Manual,
    peers: &[],
    about: "Whoever has the key of an added authority reads and changes every connection of \
            the container. An organisation's own is meant; one of a proxy that was needed \
            for the build is forgotten. Mount it for the step that needs it.",
    good: r#"{"config":{"User":"1"},"rootfs":{"type":"layers","diff_ids":[]},"files":[{"path":"etc/ssl/certs/ca-certificates.crt"}]}"#,
    bad: r#"{"config":{"User":"1"},"rootfs":{"type":"layers","diff_ids":[]},"files":[{"path":"usr/local/share/ca-certificates/proxy.crt"}]}"#,
};

fn run(facts: &Facts) -> Vec<Told> {
    let added = facts.places.iter().filter(|place| place.is_authority());
    added
        .map(|place| {
            Told::new(
                format!(
                    "/{} is trusted beside the distribution's authorities",
                    place.path
                ),
                "mount it for the step that needs it: RUN --mount=type=secret",
            )
            .of(format!("/{}", place.path))
        })
        .collect()
}
