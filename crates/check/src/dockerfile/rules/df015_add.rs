use lazaret_model::{FixKind, Severity};

use crate::dockerfile::{Dockerfile, Keyword, Rule};
use crate::{Check, Finding, Findings};

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-015",
    title: "ADD where COPY would do",
    severity: Severity::Medium,
    fix: FixKind::Auto,
    peers: &["DL3020", "DS-0005", "CKV_DOCKER_4", "CIS-DI-0009"],
    about: "ADD unpacks archives and fetches addresses, COPY does what it says. Where a plain \
            file or directory of the build context is meant, COPY says so, and a file that \
            somebody replaces by an archive is not unpacked over the image.",
    good: "FROM debian:12\nCOPY app /app\n",
    bad: "FROM debian:12\nADD app /app\n",
};

/// Endings of files that ADD unpacks, or that people mean it to.
const ARCHIVES: [&str; 14] = [
    ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tb2", ".tar.xz", ".txz", ".tar.zst",
    ".tzst", ".gz", ".bz2", ".xz",
];

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for add in file.of(Keyword::Add) {
        let Some((sources, _)) = add.paths() else {
            continue;
        };
        let needs_add = |word: &str| {
            let lower = word.to_ascii_lowercase();
            lower.contains("://")
                || lower.starts_with("git@")
                || ARCHIVES.iter().any(|end| lower.ends_with(end))
        };
        if sources.iter().any(|s| needs_add(&s.value)) {
            continue;
        }
        let message = "ADD of plain files";
        findings.add(
            Finding::new(&CHECK, file.source, add.line_span.clone(), message)
                .within(add.span.clone())
                .remedy("write COPY")
                .edit(add.keyword_span.clone(), "COPY"),
        );
    }
}
