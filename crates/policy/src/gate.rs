//! The gate of a pipeline: which findings and gaps stop it.

use std::str::FromStr;

use lazaret_model::{
    Decision, Finding, FixKind, FixStatus, GapKind, Misconfiguration, Outcome, Reason, Report,
    Severity, Suppression,
};

/// What makes a gate say no.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Gate {
    /// Conditions on findings; one that holds is enough.
    pub fail_on: Vec<FailOn>,
    /// Whether gaps stop the gate, too.
    pub fail_on_gaps: bool,
    /// Levels that count at all; empty means all.
    pub severities: Vec<Severity>,
    /// Findings without a published fix do not count.
    pub ignore_unfixed: bool,
}

/// A condition on one finding.
#[derive(Debug, Clone, PartialEq)]
pub enum FailOn {
    /// This level or worse.
    Severity(Severity),
    /// Known to be exploited.
    Kev,
    /// A CVSS base score of at least this, 0.0 to 10.0.
    Cvss(f64),
    /// A probability of exploitation of at least this, 0.0 to 1.0.
    Epss(f64),
    /// A fix is published.
    Fixable,
}

/// A condition that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no condition; write a severity (`high`), `kev`, `fixable`, `cvss>=7.0` or `epss>=0.1`, several joined by commas"
)]
pub struct InvalidGate(String);

impl FromStr for FailOn {
    type Err = InvalidGate;

    fn from_str(text: &str) -> Result<Self, InvalidGate> {
        let text = text.trim().to_ascii_lowercase();
        let refuse = || InvalidGate(text.chars().take(60).collect());
        let number = |t: &str, most: f64| {
            t.trim()
                .parse::<f64>()
                .ok()
                .filter(|n| (0.0..=most).contains(n))
                .ok_or_else(refuse)
        };
        if let Some(rest) = text.strip_prefix("cvss") {
            return number(rest.trim().strip_prefix(">=").ok_or_else(refuse)?, 10.0)
                .map(Self::Cvss);
        }
        if let Some(rest) = text.strip_prefix("epss") {
            return number(rest.trim().strip_prefix(">=").ok_or_else(refuse)?, 1.0).map(Self::Epss);
        }
        match text.as_str() {
            "kev" => Ok(Self::Kev),
            "fixable" => Ok(Self::Fixable),
            level => level.parse().map(Self::Severity).map_err(|_| refuse()),
        }
    }
}

impl FailOn {
    fn holds(&self, finding: &Finding) -> bool {
        match self {
            Self::Severity(level) => finding.severity >= *level,
            Self::Kev => finding.kev,
            Self::Cvss(least) => finding
                .cvss
                .iter()
                .filter_map(|c| c.score)
                .any(|s| s >= *least),
            Self::Epss(least) => finding.epss.is_some_and(|e| e.score >= *least),
            Self::Fixable => finding.status == FixStatus::Fixed,
        }
    }

    /// Whether it holds for a misconfiguration: a severity, or `fixable` where the program
    /// can mend it alone. The others are about vulnerabilities.
    fn holds_for(&self, answer: &Misconfiguration) -> bool {
        match self {
            Self::Severity(level) => answer.severity >= *level,
            Self::Fixable => answer.fix == FixKind::Auto,
            Self::Kev | Self::Cvss(_) | Self::Epss(_) => false,
        }
    }

    /// Whether it holds for anything else of this severity.
    fn holds_at(&self, severity: Severity) -> bool {
        matches!(self, Self::Severity(level) if severity >= *level)
    }

    fn words(&self) -> String {
        match self {
            Self::Severity(Severity::Critical) => "of severity critical".into(),
            Self::Severity(level) => format!("of severity {level} or worse"),
            Self::Kev => "known to be exploited".into(),
            Self::Cvss(least) => format!("with a CVSS score of {least:.1} or more"),
            Self::Epss(least) => format!("with a probability of exploitation of {least} or more"),
            Self::Fixable => "with a published fix".into(),
        }
    }
}

impl Gate {
    /// Marks the findings that the gate's filters take out; they stay in the report.
    pub fn filter(&self, report: &mut Report) {
        for finding in report
            .findings
            .iter_mut()
            .filter(|f| f.suppressed.is_none())
        {
            let (by, reason) =
                if !self.severities.is_empty() && !self.severities.contains(&finding.severity) {
                    ("severity", "a severity that was not asked for")
                } else if self.ignore_unfixed && finding.status != FixStatus::Fixed {
                    ("unfixed", "no fix is published")
                } else {
                    continue;
                };
            finding.suppressed = Some(Suppression {
                by: by.into(),
                reason: reason.into(),
                rule: None,
            });
        }
        if self.severities.is_empty() {
            return;
        }
        let hide = |severity: Severity, suppressed: &mut Option<Suppression>| {
            if suppressed.is_none() && !self.severities.contains(&severity) {
                *suppressed = Some(Suppression {
                    by: "severity".into(),
                    reason: "a severity that was not asked for".into(),
                    rule: None,
                });
            }
        };
        for answer in &mut report.misconfigurations {
            hide(answer.severity, &mut answer.suppressed);
        }
        for secret in &mut report.secrets {
            hide(secret.severity, &mut secret.suppressed);
        }
        for license in report.licenses.iter_mut().filter(|l| l.forbidden) {
            hide(license.severity, &mut license.suppressed);
        }
        for sign in &mut report.signs {
            hide(sign.severity, &mut sign.suppressed);
        }
    }
}

/// The decision on a report whose findings have been filtered.
///
/// A finding in doubt counts like one that is sure: doubt is not innocence. Without any
/// condition the gate lets everything pass and says what it saw.
pub fn decide(report: &Report, gate: &Gate) -> Decision {
    let open: Vec<&Finding> = report
        .findings
        .iter()
        .filter(|f| f.suppressed.is_none())
        .collect();
    let wrong: Vec<&Misconfiguration> = report
        .misconfigurations
        .iter()
        .filter(|m| m.counts())
        .collect();
    let others = others(report);
    let mut reasons = Vec::new();
    let mut outcome = Outcome::Allow;
    for condition in &gate.fail_on {
        let mut refuse = |hits: Vec<String>, one: &str, several: &str| {
            if hits.is_empty() {
                return;
            }
            outcome = Outcome::Block;
            let noun = if hits.len() == 1 { one } else { several };
            reasons.push(Reason {
                rule: "fail-on".into(),
                message: format!("{} {noun} {}", hits.len(), condition.words()),
                findings: hits,
                outcome: Outcome::Block,
                ..Reason::default()
            });
        };
        let hits = open.iter().filter(|f| condition.holds(f));
        refuse(hits.map(|f| f.key.clone()).collect(), "finding", "findings");
        let hits = wrong.iter().filter(|m| condition.holds_for(m));
        refuse(
            hits.map(|m| m.key()).collect(),
            "misconfiguration",
            "misconfigurations",
        );
        for (one, several, found) in &others {
            let hits = found.iter().filter(|(level, _)| condition.holds_at(*level));
            let hits = hits.map(|(_, key)| (*key).to_owned()).collect();
            refuse(hits, one, several);
        }
    }
    let gaps = report
        .gaps
        .iter()
        .filter(|g| g.kind != GapKind::Skipped)
        .count();
    if gate.fail_on_gaps && gaps > 0 {
        outcome = Outcome::Block;
        let message = format!("{gaps} gaps: what was not examined is not known to be good");
        reasons.push(Reason {
            rule: "fail-on-gaps".into(),
            message,
            outcome: Outcome::Block,
            about: "gap".into(),
            ..Reason::default()
        });
    }
    let further: usize = others.iter().map(|(_, _, found)| found.len()).sum();
    let seen = open.len() + wrong.len() + further + gaps;
    if outcome == Outcome::Allow && gate.fail_on.is_empty() && seen > 0 {
        outcome = Outcome::Warn;
        let misconfigurations = match wrong.len() {
            0 => String::new(),
            n => format!(", {n} misconfigurations"),
        };
        let further: String = others
            .iter()
            .filter(|(_, _, found)| !found.is_empty())
            .map(|(one, several, found)| match found.len() {
                1 => format!(", 1 {one}"),
                n => format!(", {n} {several}"),
            })
            .collect();
        let message = format!(
            "{} findings{misconfigurations}{further} and {gaps} gaps, and no condition to judge \
             them by",
            open.len()
        );
        reasons.push(Reason {
            rule: "no-condition".into(),
            message,
            outcome: Outcome::Warn,
            ..Reason::default()
        });
    }
    Decision {
        outcome,
        reasons,
        policy: None,
    }
}

/// What counts beside vulnerabilities and misconfigurations: the words for one and several,
/// and each with its level and key.
type Others<'a> = [(&'static str, &'static str, Vec<(Severity, &'a str)>); 3];

fn others(report: &Report) -> Others<'_> {
    let secrets = report.secrets.iter().filter(|s| s.counts());
    let licenses = report.licenses.iter().filter(|l| l.counts());
    let signs = report.signs.iter().filter(|s| s.suppressed.is_none());
    [
        (
            "secret",
            "secrets",
            secrets.map(|s| (s.severity, s.key.as_str())).collect(),
        ),
        (
            "forbidden licence",
            "forbidden licences",
            licenses.map(|l| (l.severity, l.key.as_str())).collect(),
        ),
        (
            "sign of tampering",
            "signs of tampering",
            signs.map(|s| (s.severity, s.key.as_str())).collect(),
        ),
    ]
}

/// The decision of a gate and of a policy together: the worse one, with all reasons.
pub fn combine(gate: Decision, policy: Decision) -> Decision {
    let mut reasons = [gate.reasons, policy.reasons].concat();
    // Stable: the gate's come first among equals.
    reasons.sort_by_key(|reason| std::cmp::Reverse((reason.outcome, reason.would)));
    Decision {
        outcome: gate.outcome.max(policy.outcome),
        reasons,
        policy: policy.policy,
    }
}
