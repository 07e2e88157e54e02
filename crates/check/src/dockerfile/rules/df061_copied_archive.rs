//! Archive copied and then unpacked.

use super::df015_add::is_archive;
use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-061",
    title: "Archive copied and then unpacked",
    severity: Severity::Negligible,
    fix: FixKind::Suggested,
    peers: &["DL3010"],
    about: "The archive stays in the layer that COPY made, beside what RUN unpacked from it, \
            and removing it later changes nothing. Unpack it from a mount, `RUN \
            --mount=type=bind,source=app.tar,target=/tmp/app.tar tar -xf /tmp/app.tar`, or \
            let ADD do both in one layer where the archive is your own.",
    good: "FROM debian:12\nRUN --mount=type=bind,source=app.tar,target=/tmp/app.tar tar -xf /tmp/app.tar\n",
    bad: "FROM debian:12\nCOPY app.tar /tmp/\nRUN tar -xf /tmp/app.tar\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    let mut archives: Vec<(&Instruction, String)> = Vec::new();
    for instruction in &file.instructions {
        match instruction.keyword {
            Keyword::From => archives.clear(),
            Keyword::Copy if instruction.flag("from").is_none() => {
                let Some((sources, target)) = instruction.paths() else {
                    continue;
                };
                let to = base_name(&target.value);
                for source in sources.iter().filter(|s| is_archive(&s.value)) {
                    let name = if is_archive(to) {
                        to
                    } else {
                        base_name(&source.value)
                    };
                    archives.push((instruction, name.to_owned()));
                }
            }
            Keyword::Run => {
                for command in instruction.script.commands.iter().filter(|c| unpacks(c)) {
                    let is_used =
                        |name: &str| command.args().iter().any(|w| base_name(&w.value) == name);
                    if let Some(at) = archives.iter().position(|(_, name)| is_used(name)) {
                        let (copy, name) = archives.remove(at);
                        let line = file.source.line_of(instruction.span.start);
                        let message =
                            format!("{name} stays in its layer, and is unpacked on line {line}");
                        findings.add(
                            file.finding(&CHECK, copy, copy.line_span.clone(), message)
                                .remedy("unpack it from a mount"),
                        );
                    }
                }
            }
            _ => {}
        }
        // A file cannot make this grow without bound.
        archives.truncate(100);
    }
}

fn unpacks(command: &Command) -> bool {
    match command.name() {
        "tar" | "bsdtar" => {
            let bare = command
                .args()
                .first()
                .is_some_and(|w| !w.value.starts_with('-') && w.value.contains('x'));
            bare || command.has_any_flag(&["x", "extract", "get"])
        }
        name => [
            "unzip",
            "gunzip",
            "bunzip2",
            "unlzma",
            "unxz",
            "zgz",
            "uncompress",
            "zcat",
            "gzcat",
            "unzstd",
        ]
        .contains(&name),
    }
}
