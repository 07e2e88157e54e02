//! Image built with ADD.

use lazaret_model::{FixKind, Severity};

use crate::Check;
use crate::image::{Facts, Rule, Told};

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-IM-012",
    title: "Image built with ADD",
    severity: Severity::Low,
    fix: FixKind::Manual,
    peers: &["CIS-DI-0009"],
    about: "ADD fetches addresses and unpacks archives; the history tells that it was used, \
            and no longer whether the content was proved. COPY does what it says. The root \
            file system that every base image begins with is no finding.",
    good: r#"{"config":{"User":"1"},"history":[{"created_by":"ADD rootfs.tar.xz / # buildkit"},{"created_by":"COPY app /app # buildkit"}],"rootfs":{"type":"layers","diff_ids":[]}}"#,
    bad: r#"{"config":{"User":"1"},"history":[{"created_by":"ADD https://example.org/app.tgz /app # buildkit"}],"rootfs":{"type":"layers","diff_ids":[]}}"#,
};

fn run(facts: &Facts) -> Vec<Told> {
    let mut told = Vec::new();
    for (number, step) in facts.history.iter().enumerate() {
        let (keyword, rest) = step.instruction();
        let target = rest.split_whitespace().last().unwrap_or_default();
        if keyword != "ADD" || (target == "/" && !rest.contains("://")) {
            continue;
        }
        let message = match rest.contains("://") {
            true => "a file was fetched with ADD",
            false => "ADD was used where COPY does what it says",
        };
        told.push(
            Told::new(message, "use COPY, or ADD with --checksum")
                .of(format!("build step {}", number + 1)),
        );
    }
    told
}
