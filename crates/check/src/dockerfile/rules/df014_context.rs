//! Whole build context copied.

use super::prelude::*;
use crate::dockerfile::Context;
use crate::dockerfile::dockerignore::leaves_out;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-014",
    title: "Whole build context copied",
    severity: Severity::Medium,
    fix: FixKind::Suggested,
    peers: &["DKL-LI-0003"],
    about: "`COPY .` takes everything that lies in the directory on the day of the build: \
            history of the repository, local settings, keys. A `.dockerignore` at the root of \
            the context keeps out what does not belong into an image; copying by name does so \
            without one. Where the file came without its directory, the answer is undecided.",
    good: "FROM debian:12\nCOPY src/ /app/src/\n",
    bad: "FROM debian:12\nCOPY . /app\n",
};

/// What is asked about: a path, and what lies there.
const UNWANTED: &[(&str, &str)] = &[(".git/config", ".git"), (".env", ".env")];

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for copy in file
        .instructions
        .iter()
        .filter(|i| matches!(i.keyword, Keyword::Copy | Keyword::Add))
    {
        if copy.flag("from").is_some() || copy.flag("exclude").is_some() {
            continue;
        }
        let Some((sources, _)) = copy.paths() else {
            continue;
        };
        let whole = |word: &&Word| matches!(word.value.as_str(), "." | "./" | "*" | "./*" | "/");
        let Some(source) = sources.iter().find(whole) else {
            continue;
        };
        let message = "the whole build context is copied, whatever lies there";
        let finding = file
            .finding(&CHECK, copy, source.span.clone(), message)
            .remedy("copy by name, and keep a .dockerignore that names .git, keys and .env files");
        match file.context {
            Context::Untold => findings.add(finding.unknown()),
            Context::Whole => findings.add(finding),
            Context::Listed(list) => {
                let open = UNWANTED
                    .iter()
                    .filter(|(path, _)| !leaves_out(&list.text, path));
                let open: Vec<&str> = open.map(|(_, shown)| *shown).collect();
                if !open.is_empty() {
                    let mut finding = finding.severity(Severity::Low);
                    finding.message = format!(
                        "the whole build context is copied, and {} does not keep out {}",
                        list.path,
                        listed(&open)
                    );
                    findings.add(finding);
                }
            }
        }
    }
}
