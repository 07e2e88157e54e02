//! Everybody may write in the image.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::image::{Facts, Rule, Told};

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-IM-019",
    title: "Everybody may write in the image",
    severity: Severity::Medium,
    fix: FixKind::Suggested,
    peers: &[],
    about: "A program that breaks in as any user changes what others read or run there. \
            Directories for temporary files have the sticky bit and are not told; give the \
            others to the user that needs them.",
    good: r#"{"config":{"User":"1"},"rootfs":{"type":"layers","diff_ids":[]},"files":[{"path":"tmp","mode":"1777","directory":true}]}"#,
    bad: r#"{"config":{"User":"1"},"rootfs":{"type":"layers","diff_ids":[]},"files":[{"path":"app","mode":"777","directory":true}]}"#,
};

fn run(facts: &Facts) -> Vec<Told> {
    let open = facts.places.iter().filter(|place| place.is_open());
    open.map(|place| {
        let kind = if place.directory { "directory" } else { "file" };
        Told::new(
            format!("everybody may write to the {kind} /{}", place.path),
            "take the right away: RUN chmod o-w PATH",
        )
        .of(format!("/{}", place.path))
    })
    .collect()
}
