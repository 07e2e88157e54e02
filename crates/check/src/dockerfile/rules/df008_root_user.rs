//! Final image runs as root.

use super::prelude::*;
use super::reference::Parts;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-008",
    title: "Final image runs as root",
    severity: Severity::High,
    fix: FixKind::Suggested,
    peers: &[
        "DL3002",
        "DS-0002",
        "CKV_DOCKER_3",
        "CKV_DOCKER_8",
        "CIS-DI-0001",
    ],
    about: "The last USER of the stage that ships, or of the stages below it, decides who the \
            program runs as. Root in a container is root for every file that is mounted, and \
            the first half of most escapes. A USER in a stage that does not ship changes \
            nothing. Create a user with a number and end the last stage with it.",
    good: "FROM debian:12\nUSER 10001\nCMD [\"/app\"]\n",
    bad: "FROM debian:12\nUSER root\nCMD [\"/app\"]\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    let Some(mut stage) = file.last_stage().filter(|s| s.is_real()) else {
        return;
    };
    let resource = match file.stages.len() {
        1 => String::new(),
        n => file.stage_name(n - 1),
    };
    loop {
        let own = file.of_stage(stage);
        let user = own
            .iter()
            .rfind(|i| i.keyword == Keyword::User && !i.onbuild);
        if let Some(user) = user {
            let name = user.words.first().map_or("", |w| w.value.as_str());
            if is_root(name) {
                let message = "the last USER of the image that ships is root";
                findings.add(
                    Finding::new(&CHECK, file.source, user.span.clone(), message)
                        .resource(resource)
                        .remedy("end the stage with USER and a number other than 0"),
                );
            }
            return;
        }
        match stage.base {
            Base::Stage(parent) => stage = &file.stages[parent],
            _ => break,
        }
    }
    let from = &file.instructions[stage.from];
    let message =
        "no USER in the image that ships, so it runs as root unless its base says otherwise";
    let finding = Finding::new(&CHECK, file.source, from.line_span.clone(), message)
        .resource(resource)
        .aliases(&["DS-0002", "CKV_DOCKER_3", "CIS-DI-0001"])
        .remedy("end the stage with USER and a number other than 0");
    match &stage.base {
        Base::Image(image) if is_known_ordinary(image) => {}
        Base::Unknown => findings.add(finding.unknown()),
        _ => findings.add(finding),
    }
}

/// Whether the base is known to name an ordinary user: its tag says so, or its publisher
/// has no others.
fn is_known_ordinary(image: &str) -> bool {
    let parts = Parts::of(image);
    let says = |tag: &str| {
        let mut words = tag.split(['-', '_', '.']);
        words.any(|word| matches!(word, "nonroot" | "rootless" | "unprivileged"))
    };
    let tag = parts.tag.as_deref().is_some_and(says);
    let name = parts.path.last().is_some_and(|name| says(name));
    tag || name || parts.registry == "cgr.dev"
}

/// Whether a `USER` word names root: `root`, `0`, either with a group.
fn is_root(word: &str) -> bool {
    matches!(word.split(':').next(), Some("root" | "0"))
}
