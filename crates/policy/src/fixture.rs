//! Fixtures: facts, and the decision that a policy must take on them.

mod facts;

use std::collections::BTreeSet;

use jiff::Timestamp;
use lazaret_model::{Outcome, Report};
use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::facts::{OUTCOME, outcome_name, time};
use crate::{Circumstances, Exposure, Policy};

pub(crate) use facts::Facts;

/// Largest file of fixtures, in bytes.
const MAX_BYTES: usize = 16 << 20;

/// A case that a policy is tried on.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// File and line.
    pub place: String,
    /// When and where the decision is taken.
    pub circumstances: Circumstances,
    /// What the decision is on.
    pub facts: CaseFacts,
    expect: Expectation,
}

/// What a case decides on.
#[derive(Debug, Clone)]
pub enum CaseFacts {
    /// Facts of the case itself.
    Own(Box<Report>),
    /// A report in a file, which is looked for beside the fixtures.
    File(String),
}

#[derive(Debug, Clone)]
struct Expectation {
    outcome: Outcome,
    rules: Option<BTreeSet<String>>,
    undecided: Option<BTreeSet<String>>,
    hidden: Option<BTreeSet<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    tests: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: Spanned<String>,
    #[serde(default)]
    now: Option<String>,
    #[serde(default)]
    environment: Option<String>,
    #[serde(default)]
    exposure: Option<Exposure>,
    #[serde(default)]
    report: Option<String>,
    #[serde(default)]
    facts: Option<Facts>,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    outcome: String,
    #[serde(default)]
    rules: Option<BTreeSet<String>>,
    #[serde(default)]
    undecided: Option<BTreeSet<String>>,
    #[serde(default)]
    hidden: Option<BTreeSet<String>>,
}

/// The cases of a file of fixtures. `now` is the time of cases that state none.
///
/// # Errors
/// With what is wrong, and where.
pub fn cases(name: &str, bytes: &[u8], now: Timestamp) -> Result<Vec<Case>, String> {
    if bytes.len() > MAX_BYTES {
        return Err(format!("{name}: fixtures have at most {MAX_BYTES} bytes"));
    }
    let text = str::from_utf8(bytes).map_err(|error| format!("{name}: {error}"))?;
    let file: File = serde_saphyr::from_str(text).map_err(|error| {
        let line = error.location().map_or(0, |location| location.line());
        format!("{name}:{line}: {}", error.without_snippet())
    })?;
    let mut cases = Vec::new();
    for entry in file.tests {
        let place = format!("{name}:{}", entry.name.referenced.line());
        let case = case(entry, place.clone(), now);
        cases.push(case.map_err(|why| format!("{place}: {why}"))?);
    }
    if cases.is_empty() {
        return Err(format!("{name}: there is no test in it"));
    }
    Ok(cases)
}

fn case(entry: Entry, place: String, now: Timestamp) -> Result<Case, String> {
    let facts = match (entry.report, entry.facts) {
        (Some(file), None) => CaseFacts::File(file),
        (None, Some(facts)) => CaseFacts::Own(Box::new(facts.report()?)),
        (None, None) => CaseFacts::Own(Box::new(Facts::default().report()?)),
        (Some(_), Some(_)) => return Err("a case has `report` or `facts`, and not both".into()),
    };
    let now = match entry.now {
        Some(text) => time(&text).ok_or_else(|| {
            format!("`now: {text}` is no time such as 2026-12-31 or 2026-12-31T08:00:00Z")
        })?,
        None => now,
    };
    let all = [
        Outcome::Allow,
        Outcome::Warn,
        Outcome::Hold,
        Outcome::Quarantine,
        Outcome::Block,
    ];
    let outcome = OUTCOME
        .rank(&entry.expect.outcome)
        .and_then(|rank| all.get(rank));
    let outcome = outcome.copied().ok_or_else(|| {
        format!(
            "`outcome: {}` is none of {}",
            entry.expect.outcome,
            OUTCOME.words.join(", ")
        )
    })?;
    Ok(Case {
        name: entry.name.value,
        place,
        circumstances: Circumstances {
            now,
            environment: entry.environment,
            exposure: entry.exposure,
            bases: Vec::new(),
        },
        facts,
        expect: Expectation {
            outcome,
            rules: entry.expect.rules,
            undecided: entry.expect.undecided,
            hidden: entry.expect.hidden,
        },
    })
}

impl Case {
    /// What a policy decides otherwise than expected; nothing where all is as it should be.
    pub fn differences(&self, policy: &Policy, mut report: Report) -> Vec<String> {
        let mut told = Vec::new();
        if let Some(name) = &self.circumstances.environment
            && let Err(why) = policy.check_environment(name)
        {
            return vec![why];
        }
        policy.excuse(&mut report, &self.circumstances);
        let decision = policy.decide(&report, &self.circumstances);
        if decision.outcome != self.expect.outcome {
            let words = outcome_name;
            let by: Vec<String> = decision
                .reasons
                .iter()
                .map(|reason| format!("{}: {}", reason.rule, reason.message))
                .collect();
            let by = match by.is_empty() {
                true => "no rule speaks".to_owned(),
                false => by.join("; "),
            };
            told.push(format!(
                "outcome: expected {}, got {} ({by})",
                words(self.expect.outcome),
                words(decision.outcome)
            ));
        }
        let names = |undecided: bool| -> BTreeSet<String> {
            let of = decision.reasons.iter().filter(|r| r.undecided == undecided);
            of.map(|reason| reason.rule.clone()).collect()
        };
        let open = report.findings.iter();
        let hidden = open.filter(|f| f.suppressed.as_ref().is_some_and(|s| s.by == "exception"));
        let hidden = hidden.map(|finding| finding.id.clone()).collect();
        told.extend(compared("rules", self.expect.rules.as_ref(), &names(false)));
        told.extend(compared(
            "undecided",
            self.expect.undecided.as_ref(),
            &names(true),
        ));
        told.extend(compared("hidden", self.expect.hidden.as_ref(), &hidden));
        told
    }
}

fn compared(
    what: &str,
    expected: Option<&BTreeSet<String>>,
    got: &BTreeSet<String>,
) -> Option<String> {
    let expected = expected.filter(|expected| *expected != got)?;
    let list = |all: &BTreeSet<String>| match all.is_empty() {
        true => "none".to_owned(),
        false => all
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(", "),
    };
    Some(format!(
        "{what}: expected {}, got {}",
        list(expected),
        list(got)
    ))
}
