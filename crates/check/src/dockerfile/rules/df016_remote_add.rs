//! Remote file added without proof of its content.

use super::df015_add::is_remote;
use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-016",
    title: "Remote file added without proof of its content",
    severity: Severity::High,
    fix: FixKind::Suggested,
    peers: &["DS-0005", "CIS-DI-0009"],
    about: "ADD of an address takes whatever the server answers on the day of the build. \
            `--checksum=sha256:…` refuses anything else; a git source is held by naming a \
            full commit, `repository.git#<commit>`.",
    good: "FROM debian:12\nADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https://example.org/app.tar.xz /\n",
    bad: "FROM debian:12\nADD https://example.org/app.tar.xz /\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for add in file.of(Keyword::Add) {
        let Some((sources, _)) = add.paths() else {
            continue;
        };
        if add.flag("checksum").is_some() {
            continue;
        }
        for source in sources.iter().filter(|s| is_remote(&s.value)) {
            let (address, reference) = source.value.split_once('#').unwrap_or((&source.value, ""));
            let commit = reference.split(':').next().unwrap_or(reference);
            let is_commit = commit.len() >= 40 && commit.bytes().all(|b| b.is_ascii_hexdigit());
            if is_commit {
                continue;
            }
            let plain = address.to_ascii_lowercase().starts_with("http://");
            let message = match plain {
                true => format!("{address} is fetched without encryption or proof of its content"),
                false => format!("{address} is fetched without proof of its content"),
            };
            findings.add(
                file.finding(&CHECK, add, source.span.clone(), message)
                    .remedy("give ADD --checksum=sha256:…, or a git source its full commit"),
            );
        }
    }
}
