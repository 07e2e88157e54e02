//! Base image past the end of its support.

use super::prelude::*;
use super::reference::Parts;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-003",
    title: "Base image past the end of its support",
    severity: Severity::High,
    fix: FixKind::Suggested,
    peers: &[],
    about: "Nobody writes fixes for a release that is past its end, and scanners find less in \
            it because advisories stop, too. The tag of an official image tells the release; \
            dates are those that its publisher has announced. Build upon one that is \
            supported.",
    good: "FROM debian:12.7\n",
    bad: "FROM debian:9\n",
};

/// Official repositories with releases and the last day of their support. Sources: the
/// publishers' own pages (Debian LTS, Ubuntu standard support, Alpine, Red Hat, Python,
/// Node.js, PHP, Ruby), as of 2025. The advisory database knows more; it is asked when an
/// image is scanned.
const ENDS: [(&str, &[(&str, &str)]); 8] = [
    (
        "debian",
        &[
            ("7", "2018-05-31"),
            ("8", "2020-06-30"),
            ("9", "2022-06-30"),
            ("10", "2024-06-30"),
            ("11", "2026-08-31"),
            ("12", "2028-06-30"),
            ("wheezy", "2018-05-31"),
            ("jessie", "2020-06-30"),
            ("stretch", "2022-06-30"),
            ("buster", "2024-06-30"),
            ("bullseye", "2026-08-31"),
            ("bookworm", "2028-06-30"),
        ],
    ),
    (
        "ubuntu",
        &[
            ("12.04", "2017-04-28"),
            ("14.04", "2019-04-25"),
            ("16.04", "2021-04-30"),
            ("18.04", "2023-05-31"),
            ("20.04", "2025-05-31"),
            ("22.04", "2027-04-30"),
            ("24.04", "2029-04-30"),
            ("trusty", "2019-04-25"),
            ("xenial", "2021-04-30"),
            ("bionic", "2023-05-31"),
            ("focal", "2025-05-31"),
            ("jammy", "2027-04-30"),
            ("23.04", "2024-01-25"),
            ("23.10", "2024-07-11"),
            ("24.10", "2025-07-10"),
        ],
    ),
    (
        "alpine",
        &[
            ("3.10", "2021-05-01"),
            ("3.11", "2021-11-01"),
            ("3.12", "2022-05-01"),
            ("3.13", "2022-11-01"),
            ("3.14", "2023-05-01"),
            ("3.15", "2023-11-01"),
            ("3.16", "2024-05-23"),
            ("3.17", "2024-11-22"),
            ("3.18", "2025-05-09"),
            ("3.19", "2025-11-01"),
            ("3.20", "2026-04-01"),
            ("3.21", "2026-11-01"),
        ],
    ),
    (
        "centos",
        &[
            ("6", "2020-11-30"),
            ("7", "2024-06-30"),
            ("8", "2021-12-31"),
            ("centos6", "2020-11-30"),
            ("centos7", "2024-06-30"),
            ("centos8", "2021-12-31"),
        ],
    ),
    (
        "python",
        &[
            ("2", "2020-01-01"),
            ("2.7", "2020-01-01"),
            ("3.5", "2020-09-30"),
            ("3.6", "2021-12-23"),
            ("3.7", "2023-06-27"),
            ("3.8", "2024-10-07"),
            ("3.9", "2025-10-31"),
            ("3.10", "2026-10-31"),
        ],
    ),
    (
        "node",
        &[
            ("8", "2019-12-31"),
            ("10", "2021-04-30"),
            ("12", "2022-04-30"),
            ("14", "2023-04-30"),
            ("16", "2023-09-11"),
            ("17", "2022-06-01"),
            ("18", "2025-04-30"),
            ("19", "2023-06-01"),
            ("20", "2026-04-30"),
            ("21", "2024-06-01"),
            ("23", "2025-06-01"),
        ],
    ),
    (
        "php",
        &[
            ("5", "2018-12-31"),
            ("7.2", "2020-11-30"),
            ("7.3", "2021-12-06"),
            ("7.4", "2022-11-28"),
            ("8.0", "2023-11-26"),
            ("8.1", "2025-12-31"),
            ("8.2", "2026-12-31"),
        ],
    ),
    (
        "ruby",
        &[
            ("2.5", "2021-04-05"),
            ("2.6", "2022-04-12"),
            ("2.7", "2023-03-31"),
            ("3.0", "2024-04-23"),
            ("3.1", "2025-03-26"),
            ("3.2", "2026-03-31"),
        ],
    ),
];

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    let Some(today) = file.settings.today.as_deref() else {
        return;
    };
    for stage in &file.stages {
        let (Base::Image(image), Some(word)) = (&stage.base, &stage.image) else {
            continue;
        };
        let parts = Parts::of(image);
        let Some((release, end)) = end_of(&parts).filter(|(_, end)| *end < today) else {
            continue;
        };
        let from = &file.instructions[stage.from];
        let message = format!("{release} has been without support since {end}");
        // What only builds does not ship with what nobody mends any more.
        let severity = match stage.is_below {
            true => Severity::High,
            false => Severity::Medium,
        };
        findings.add(
            file.finding(&CHECK, from, word.span.clone(), message)
                .severity(severity)
                .remedy("build upon a release that is supported"),
        );
    }
}

/// The release that a reference names, and its last day.
fn end_of(parts: &Parts) -> Option<(String, &'static str)> {
    if parts.registry != "docker.io" || parts.path.first().is_none_or(|p| p != "library") {
        return None;
    }
    let name = parts.path.get(1)?;
    let tag = parts.tag.as_deref()?;
    // `3.8.19-slim-bookworm` is of the line 3.8, `stretch-20220125` of stretch.
    let version = tag.split('-').next().unwrap_or(tag);
    let (_, releases) = ENDS.iter().find(|(known, _)| known == name)?;
    let is_of = |release: &str| {
        version
            .strip_prefix(release)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let best = releases
        .iter()
        .filter(|(release, _)| is_of(release))
        .max_by_key(|(release, _)| release.len());
    best.map(|(release, end)| (format!("{name} {release}"), *end))
}
