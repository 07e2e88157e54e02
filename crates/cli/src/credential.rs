//! The rules for credentials, listed and explained.

use std::io::Write;

use anyhow::Result;

use lazaret_scan::secrets::{self, Rule};

use crate::check::wrapped;
use crate::{Verdict, scan};

/// What to do about any of them.
const MEND: &str = "Revoke it where it was issued: whoever had the image or the repository has it, \
    and a layer keeps what a later one deletes. Then build without it (a secret mount of the \
    build, a variable of the running container). Where it is meant to be there: a comment \
    `lazaret:allow` on its line, or its id in `.trivyignore`.";

/// The rule with that id.
pub(crate) fn rule(id: &str) -> Option<&'static Rule> {
    secrets::rules().find(|rule| rule.id.eq_ignore_ascii_case(id))
}

pub(crate) fn list() -> Result<Verdict> {
    let mut rules: Vec<&Rule> = secrets::rules().collect();
    rules.sort_by_key(|rule| rule.id);
    let mut out = anstream::stdout();
    for rule in rules {
        let (severity, confidence) = (rule.severity.name(), rule.confidence.name());
        writeln!(
            out,
            "{:34}  {severity:8}  {confidence:6}  {}",
            rule.id, rule.title
        )?;
    }
    Ok(Verdict::Allowed)
}

pub(crate) fn explain(rule: &Rule) -> Result<Verdict> {
    let mut out = anstream::stdout();
    writeln!(out, "{}: {}", rule.id, rule.title)?;
    writeln!(
        out,
        "severity {}, confidence {}",
        rule.severity, rule.confidence
    )?;
    writeln!(out)?;
    let mut about = format!("Looked for in {}, where ", rule.place());
    let keywords: Vec<String> = rule.keywords().iter().map(|k| format!("`{k}`")).collect();
    about += &format!("{} stands", keywords.join(" or "));
    if rule.least_entropy() > 0.0 {
        let least = rule.least_entropy();
        about += &format!("; placeholders and values below {least} bits a byte do not count");
    }
    about.push('.');
    let width = scan::width().clamp(40, 100);
    for text in [about.as_str(), MEND] {
        for line in wrapped(text, width) {
            writeln!(out, "{line}")?;
        }
        writeln!(out)?;
    }
    example(rule, &mut out)?;
    Ok(Verdict::Allowed)
}

/// How a made-up one is reported. The text itself is not shown: other scanners would find it
/// in the logs of a pipeline.
fn example(rule: &Rule, out: &mut dyn Write) -> std::io::Result<()> {
    let context = secrets::context(&rule.example_path());
    for text in rule.good_examples() {
        let found = secrets::find(text.as_bytes(), &context);
        let Some(hit) = found.hits.iter().find(|hit| hit.rule == rule.id) else {
            continue;
        };
        write!(
            out,
            "Reported as {}, {} confidence",
            hit.redacted, hit.confidence
        )?;
        match hit.why.as_slice() {
            [] => writeln!(out, ".")?,
            why => writeln!(out, ": {}.", why.join("; "))?,
        }
        break;
    }
    Ok(())
}
