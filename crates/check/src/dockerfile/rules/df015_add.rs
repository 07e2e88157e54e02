//! ADD where COPY would do.

use super::prelude::*;

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

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for add in file.of(Keyword::Add) {
        let Some((sources, _)) = add.paths() else {
            continue;
        };
        let plain: Vec<&Word> = sources.iter().filter(|s| !needs_add(&s.value)).collect();
        let Some(first) = plain.first() else {
            continue;
        };
        let finding = file
            .finding(
                &CHECK,
                add,
                add.line_span.clone(),
                format!("ADD of {}, which is no archive", first.value),
            )
            .remedy("write COPY");
        findings.add(match plain.len() == sources.len() {
            true => finding.edit(add.keyword_span.clone(), "COPY"),
            false => finding
                .remedy("write COPY for what is no archive")
                .fix(FixKind::Manual),
        });
    }
}

/// Whether only ADD can take it: an archive, an address, or a variable that may be either.
pub(super) fn needs_add(source: &str) -> bool {
    is_archive(source) || is_remote(source) || source.starts_with('$')
}

/// Whether ADD unpacks a file of this name.
pub(super) fn is_archive(path: &str) -> bool {
    const ENDINGS: [&str; 18] = [
        ".tar", ".gz", ".tgz", ".bz2", ".tbz", ".tbz2", ".tb2", ".xz", ".txz", ".lzma", ".tlz",
        ".lz", ".z", ".tz", ".zst", ".tzst", ".tpz", ".taz",
    ];
    let lower = path.to_ascii_lowercase();
    ENDINGS.iter().any(|end| lower.ends_with(end))
}

/// Whether it is fetched from somewhere.
pub(super) fn is_remote(source: &str) -> bool {
    let lower = source.to_ascii_lowercase();
    lower.contains("://") || lower.starts_with("git@")
}
