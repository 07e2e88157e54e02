//! From a stored inventory to a decision: the corridor's last two steps.
//!
//! Pure but for the clock that it is told: the same inventory, database, policy,
//! environment and time give the same report. Blocking, and worth a thread: matching takes
//! milliseconds to a second.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use lazaret_advisory::Db;
use lazaret_match::MatchOptions;
use lazaret_model::{Finding, Inventory, Outcome, Reason, Report, Severity};
use lazaret_policy::{Circumstances, Exposure, Policy, PolicyError, Pull, Tally, Unexamined};
use lazaret_scan::{ExamineError, examine};
use lazaret_wire::api::SeverityCounts;
use lazaret_wire::edge::{GateRules, OnUnknown, Rule};

/// A policy, ready to decide.
#[derive(Debug)]
pub(crate) struct Judge {
    /// Its generation; 0 is the policy inside the program.
    pub(crate) generation: i64,
    /// Its documents, each with its name; none for generation 0.
    pub(crate) documents: Vec<(String, String)>,
    policy: Policy,
    reads_names: bool,
    reads_exposure: bool,
}

/// An inventory held against a database.
pub(crate) struct Matched {
    report: Report,
}

impl Judge {
    /// The policy of some documents (exceptions among them), each with its name.
    ///
    /// # Errors
    /// With everything that is wrong in any of them.
    pub(crate) fn read(
        generation: i64,
        documents: &[(String, String)],
    ) -> Result<Self, PolicyError> {
        let named: Vec<(&str, &[u8])> = documents
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_bytes()))
            .collect();
        if named.is_empty() {
            return Ok(Self {
                generation,
                ..Self::builtin()
            });
        }
        Ok(Self {
            generation,
            documents: documents.to_vec(),
            policy: Policy::read(&named)?,
            reads_names: documents.iter().any(|(_, text)| reads_names(text)),
            reads_exposure: documents
                .iter()
                .any(|(_, text)| says(text).contains("exposure")),
        })
    }

    /// The policy inside the program.
    fn builtin() -> Self {
        Self {
            generation: 0,
            documents: Vec::new(),
            policy: Policy::builtin(),
            reads_names: false,
            reads_exposure: false,
        }
    }

    /// Whether a decision may rest on more of an image than what is the same for its class:
    /// its names, digests and times.
    pub(crate) fn reads_names(&self) -> bool {
        self.reads_names
    }

    /// What gates do with pulls that no rule judges, in an environment; empty: none is said.
    pub(crate) fn gate(&self, environment: &str) -> GateRules {
        let pulls = self.policy.pulls(environment);
        let pull = |pull: Pull| match pull {
            Pull::Allow => Rule::Allow,
            Pull::Refuse => Rule::Refuse,
        };
        GateRules {
            unknown: pulls.unknown.map(|unknown| match unknown {
                Unexamined::Allow => OnUnknown::Allow,
                Unexamined::Wait => OnUnknown::Wait,
                Unexamined::Refuse => OnUnknown::Refuse,
            }),
            wait_seconds: pulls.wait_seconds,
            held: pulls.held.map(pull),
            running: pulls.running.map(pull),
            running_grace_seconds: pulls.running_grace_seconds,
            rollback: pulls.rollback.map(pull),
        }
    }

    /// Whether a rule that keeps the image back says that what runs already is refused, too.
    pub(crate) fn is_even_if_running(&self, report: &Report) -> bool {
        let kept = |reason: &&Reason| reason.outcome >= Outcome::Hold;
        let mut reasons = report.decision.reasons.iter().filter(kept);
        reasons.any(|reason| self.policy.is_even_if_running(&reason.rule))
    }

    /// Whether a decision may rest on from where an image can be reached.
    pub(crate) fn reads_exposure(&self) -> bool {
        self.reads_exposure
    }

    /// The decision on what was matched, for an environment (empty: none is said) in which it can
    /// be reached from there.
    pub(crate) fn decide(
        &self,
        matched: &Matched,
        environment: &str,
        exposure: Option<Exposure>,
        now: Timestamp,
    ) -> Report {
        self.decide_once(matched.report.clone(), environment, exposure, now)
    }

    /// As [`Judge::decide`], for what is needed no more: the largest reports take as long to copy
    /// as to make.
    pub(crate) fn decide_once(
        &self,
        mut report: Report,
        environment: &str,
        exposure: Option<Exposure>,
        now: Timestamp,
    ) -> Report {
        let circumstances = Circumstances {
            exposure,
            ..circumstances(environment, now)
        };
        self.policy.excuse(&mut report, &circumstances);
        report.decision = self.policy.decide(&report, &circumstances);
        self.doubt(&mut report, environment);
        report
    }

    /// Where a policy knows no such environment, somebody is to know: the image was judged by
    /// the rules of none.
    fn doubt(&self, report: &mut Report, environment: &str) {
        let environment = Some(environment).filter(|name| !name.is_empty());
        let unknown = environment.and_then(|name| self.policy.check_environment(name).err());
        if let Some(why) = unknown {
            report.decision.outcome = report.decision.outcome.max(Outcome::Warn);
            report.decision.reasons.push(Reason {
                rule: "environment".into(),
                message: why,
                outcome: Outcome::Warn,
                ..Reason::default()
            });
        }
    }

    /// Whether a decision is a sum over findings, so that images are decided on in parts.
    pub(crate) fn is_divisible(&self) -> bool {
        !self.reads_names && !self.reads_exposure && self.policy.is_divisible()
    }

    /// What the rules say of the findings in a report, which are a component's, and how many
    /// of them count. What is excused is excused in the report.
    pub(crate) fn tally(
        &self,
        report: &mut Report,
        environment: &str,
        now: Timestamp,
    ) -> (Tally, SeverityCounts) {
        let circumstances = circumstances(environment, now);
        self.policy.excuse(report, &circumstances);
        (self.policy.tally(report, &circumstances), counts(report))
    }

    /// Whether a component's tally is the same in every image of an environment.
    pub(crate) fn is_of_findings_alone(&self) -> bool {
        !self.reads_names && self.policy.is_of_findings_alone()
    }

    /// What [`Judge::tally`] may see of an image beside the findings: where it is the same, a
    /// component's tally is.
    pub(crate) fn beside(&self, bare: &Report, environment: &str, now: Timestamp) -> String {
        self.policy.beside(bare, &circumstances(environment, now))
    }

    /// The decision on an image of which `bare` is everything but the findings, and `parts`
    /// is what the rules say of those.
    pub(crate) fn decide_in_parts(
        &self,
        bare: &Report,
        parts: &Tally,
        environment: &str,
        now: Timestamp,
    ) -> Report {
        let mut report = bare.clone();
        let circumstances = circumstances(environment, now);
        self.policy.excuse(&mut report, &circumstances);
        report.decision = self.policy.decide_in_parts(&report, parts, &circumstances);
        self.doubt(&mut report, environment);
        report
    }
}

/// A report with what a centre without a policy of its own decides on it, for an environment;
/// empty: none is said.
pub fn decided(report: Report, environment: &str, now: Timestamp) -> Report {
    static BUILTIN: LazyLock<Judge> = LazyLock::new(Judge::builtin);
    BUILTIN.decide(&Matched { report }, environment, None, now)
}

fn circumstances(environment: &str, now: Timestamp) -> Circumstances {
    let environment = Some(environment).filter(|name| !name.is_empty());
    Circumstances {
        now,
        environment: environment.map(str::to_owned),
        ..Circumstances::default()
    }
}

impl Matched {
    /// What was found, before anything is excused.
    pub(crate) fn findings(&self) -> &[Finding] {
        &self.report.findings
    }

    /// All that is known, before anything is excused.
    pub(crate) fn report(&self) -> &Report {
        &self.report
    }

    /// The same.
    pub(crate) fn into_report(self) -> Report {
        self.report
    }
}

/// Facts about an image that are the same for its class.
const OF_CLASS: [&str; 13] = [
    "attested",
    "base_digest",
    "base_name",
    "base_source",
    "end_of_life",
    "kind",
    "layers",
    "os",
    "os_version",
    "platform",
    "signatures_asked",
    "signed",
    "signers",
];

/// A document without its comments; a line of a condition never begins like one.
fn says(document: &str) -> String {
    let said = document
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'));
    said.collect::<Vec<_>>().join("\n")
}

/// Whether a document may look at an image's own names, digests or times. Read from its text,
/// and wrong to one side alone: what is not plainly another fact counts as one of these.
fn reads_names(document: &str) -> bool {
    let document = says(document);
    let document = document.as_str();
    document.match_indices("image").any(|(at, word)| {
        let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if document[..at].ends_with(is_letter) {
            return false;
        }
        let rest = &document[at + word.len()..];
        match rest.chars().next() {
            Some('.') => {
                let fact = rest.trim_start_matches(['.', '?']);
                let end = fact.find(|c| !is_letter(c)).unwrap_or(fact.len());
                !OF_CLASS.contains(&&fact[..end])
            }
            // Words of a comment, or of a sentence.
            Some(' ' | '\n' | '-') | None => false,
            Some(c) => !c.is_ascii_alphabetic() || rest.starts_with('s'),
        }
    })
}

/// Holds an inventory against a database.
///
/// # Errors
/// When the database turns out to be damaged.
pub(crate) fn matched(
    inventory: Inventory,
    database: &Db,
    now: Timestamp,
) -> Result<Matched, ExamineError> {
    let today = now.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d").to_string();
    let options = MatchOptions {
        today: Some(today),
        ..MatchOptions::default()
    };
    examine(inventory, database, &options).map(|report| Matched { report })
}

/// Open findings by severity.
pub(crate) fn counts(report: &Report) -> SeverityCounts {
    let mut counts = SeverityCounts::default();
    for finding in report.findings.iter().filter(|f| f.suppressed.is_none()) {
        let count = match finding.severity {
            Severity::Critical => &mut counts.critical,
            Severity::High => &mut counts.high,
            Severity::Medium => &mut counts.medium,
            Severity::Low | Severity::Negligible => &mut counts.low,
            Severity::Unknown => &mut counts.unknown,
        };
        *count = count.saturating_add(1);
    }
    counts
}
