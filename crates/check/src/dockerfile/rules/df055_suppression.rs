//! Ignore comment that cannot be justified.

use super::prelude::*;
use crate::dockerfile::ignores;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-055",
    title: "Ignore comment that cannot be justified",
    severity: Severity::Negligible,
    fix: FixKind::Manual,
    peers: &["DL1001"],
    about: "An ignore comment is an exception, and an exception has a reason. Ours without \
            one silences nothing; those of other tools do, but nobody knows why. Write \
            `# lazaret:ignore=LZ-DF-008 reason exp:2026-12-31`.",
    good: "FROM debian:12\n# lazaret:ignore=LZ-DF-048 kept until the registry shows labels\nMAINTAINER me\n",
    bad: "FROM debian:12\n# lazaret:ignore=LZ-DF-048\nMAINTAINER me\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    let today = file.settings.today.as_deref();
    for ignore in ignores::of_file(file) {
        let message = match (
            ignore.form,
            ignore.is_valid(today),
            ignore.reason.is_empty(),
        ) {
            ("lazaret", false, true) => "no reason is given, so nothing is silenced",
            (_, false, _) => "the date has passed, so nothing is silenced",
            (_, true, true) => "no reason is given",
            (_, true, false) => continue,
        };
        let finding = Finding::new(&CHECK, file.source, ignore.span.clone(), message)
            .remedy("write # lazaret:ignore=ID and why")
            // hadolint's rule forbids its own comments whatever they say, and is off by default.
            .aliases(&[]);
        findings.add(finding);
    }
}
