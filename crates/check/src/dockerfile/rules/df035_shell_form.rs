//! Shell form of CMD, ENTRYPOINT or HEALTHCHECK.

use super::prelude::*;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-035",
    title: "Shell form of CMD, ENTRYPOINT or HEALTHCHECK",
    severity: Severity::Low,
    fix: FixKind::Auto,
    peers: &["DL3025"],
    about: "In the shell form, process 1 is a shell that does not pass signals on: the \
            program is killed instead of stopped, and arguments given to the container are \
            lost. It also needs a shell in the image. Write the words as a JSON array.",
    good: "FROM debian:12\nCMD [\"/app\", \"serve\"]\n",
    bad: "FROM debian:12\nCMD /app serve\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for instruction in &file.instructions {
        let (words, at) = match instruction.keyword {
            Keyword::Cmd | Keyword::Entrypoint if instruction.json.is_none() => {
                (instruction.words.as_slice(), 0)
            }
            Keyword::Healthcheck => match shell_check(instruction) {
                Some(words) => (words, 1),
                None => continue,
            },
            _ => continue,
        };
        let (Some(first), Some(last)) = (words.first(), words.last()) else {
            continue;
        };
        let message = format!(
            "{} starts a shell that starts the program",
            instruction.keyword.name()
        );
        let finding = file
            .finding(&CHECK, instruction, instruction.line_span.clone(), message)
            .remedy("write the words as a JSON array");
        let _ = at;
        let text = file
            .source
            .text
            .get(first.span.start..last.span.end)
            .unwrap_or("");
        findings.add(match is_plain(text) {
            true => finding.edit(first.span.start..last.span.end, array(words)),
            false => finding.fix(FixKind::Suggested),
        });
    }
}

/// The words behind `CMD` of a health check in shell form.
fn shell_check(instruction: &Instruction) -> Option<&[Word]> {
    let (first, rest) = instruction.words.split_first()?;
    let is_shell = first.value.eq_ignore_ascii_case("cmd")
        && rest.first().is_some_and(|w| !w.raw.starts_with('['));
    is_shell.then_some(rest)
}

/// Whether the text means the same without a shell.
fn is_plain(text: &str) -> bool {
    !text.contains([
        '$', '|', '&', ';', '<', '>', '(', ')', '`', '*', '?', '[', '~', '#', '\\', '{', '\'', '"',
        '=', '\n', '!',
    ])
}

fn array(words: &[Word]) -> String {
    let quoted: Vec<String> = words.iter().map(|w| format!("\"{}\"", w.value)).collect();
    format!("[{}]", quoted.join(", "))
}
