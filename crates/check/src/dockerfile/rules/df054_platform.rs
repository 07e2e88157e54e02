//! Platform fixed in FROM.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-054",
    title: "Platform fixed in FROM",
    severity: Severity::Low,
    fix: FixKind::Manual,
    peers: &["DL3029", "DL3065"],
    about: "`FROM --platform=linux/amd64` makes an image for one kind of machine, whatever \
            the caller asks for; on others it is emulated, or does not start. The target's \
            platform is the default, so `$TARGETPLATFORM` says nothing; `$BUILDPLATFORM` is \
            right for stages that cross-compile.",
    good: "FROM --platform=$BUILDPLATFORM golang:1.22 AS build\nFROM debian:12\n",
    bad: "FROM --platform=linux/amd64 debian:12\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for from in file.of(Keyword::From) {
        let Some(flag) = from.flag("platform") else {
            continue;
        };
        let name = flag.value.trim_start_matches(['$', '{']);
        let name = name.split(['}', ':']).next().unwrap_or(name);
        let finding = |message: String| file.finding(&CHECK, from, flag.span.clone(), message);
        if flag.value.starts_with('$') && name == "TARGETPLATFORM" {
            findings.add(
                finding("the target's platform is what FROM takes anyway".into())
                    .severity(Severity::Negligible)
                    .remedy("leave --platform out")
                    .aliases(&["DL3065"]),
            );
        } else if !flag.value.contains('$') {
            findings.add(
                finding(format!("this stage is for {} alone", flag.value))
                    .remedy("leave --platform out, and let the caller choose")
                    .aliases(&["DL3029"]),
            );
        }
    }
}
