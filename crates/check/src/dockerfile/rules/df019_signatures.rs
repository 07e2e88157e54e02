//! Proof of packages switched off.

use super::df018_tls::with_blank;
use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-019",
    title: "Proof of packages switched off",
    severity: Severity::High,
    fix: FixKind::Auto,
    peers: &[
        "CKV2_DOCKER_7",
        "CKV2_DOCKER_8",
        "CKV2_DOCKER_9",
        "CKV2_DOCKER_10",
        "CKV2_DOCKER_11",
        "CIS-DI-0011",
    ],
    about: "Package managers check who signed what they install. Switched off, any mirror and \
            whoever sits on the way decides what is in the image. Import the key of the \
            repository instead.",
    good: "FROM alpine:3.20\nRUN apk add --no-cache curl=8.9.0-r0\n",
    bad: "FROM alpine:3.20\nRUN apk add --no-cache --allow-untrusted curl=8.9.0-r0\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for (run, command) in commands(file) {
        let Some((word, aliases)) = culprit(command) else {
            continue;
        };
        let message = format!(
            "{} makes {} take packages from anybody",
            word.value,
            command.name()
        );
        let finding = file
            .finding(&CHECK, run, word.span.clone(), message)
            .remedy("leave it out, and import the key of the repository")
            .aliases(aliases);
        findings.add(match word.raw.starts_with("--") {
            true => finding.edit(with_blank(file, &word.span), ""),
            false => finding.fix(FixKind::Suggested),
        });
    }
}

type Culprit<'a> = (&'a ShellWord, &'static [&'static str]);

fn culprit(command: &Command) -> Option<Culprit<'_>> {
    let args = command.args();
    let exactly = |texts: &[&str]| args.iter().find(|w| texts.contains(&w.value.as_str()));
    let has = |texts: &[&str]| {
        args.iter().find(|w| {
            let lower = w.value.to_ascii_lowercase();
            texts.iter().any(|t| lower.contains(t))
        })
    };
    match command.name() {
        "apk" => exactly(&["--allow-untrusted"]).map(|w| (w, &["CKV2_DOCKER_7"][..])),
        "apt-get" | "apt" | "aptitude" => {
            exactly(&["--allow-unauthenticated", "--allow-insecure-repositories"])
                .map(|w| (w, &["CKV2_DOCKER_8"][..]))
                .or_else(|| exactly(&["--force-yes"]).map(|w| (w, &["CKV2_DOCKER_11"][..])))
                .or_else(|| {
                    has(&[
                        "allowunauthenticated=true",
                        "allowunauthenticated=1",
                        "allow-unauthenticated=true",
                    ])
                    .map(|w| (w, &["CKV2_DOCKER_8"][..]))
                })
        }
        "yum" | "dnf" | "microdnf" | "tdnf" => {
            exactly(&["--nogpgcheck", "--nogpg", "--no-gpgchecks"])
                .map(|w| (w, &["CKV2_DOCKER_9"][..]))
                .or_else(|| {
                    has(&["gpgcheck=0", "gpgcheck=false"]).map(|w| (w, &["CKV2_DOCKER_9"][..]))
                })
        }
        "rpm" => exactly(&["--nosignature", "--nodigest", "--noverify"])
            .map(|w| (w, &["CKV2_DOCKER_10"][..])),
        "zypper" => exactly(&["--no-gpg-checks", "--gpg-auto-import-keys", "--no-gpgcheck"])
            .map(|w| (w, &[][..])),
        "pacman" => has(&["siglevel = never", "siglevel=never"]).map(|w| (w, &[][..])),
        _ => None,
    }
}
