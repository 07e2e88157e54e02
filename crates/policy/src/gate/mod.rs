//! The gate of a pipeline: which findings and gaps stop it.

mod condition;
mod owner;

use lazaret_model::{
    Decision, Digest, Finding, FixStatus, GapKind, Misconfiguration, Outcome, Reason, Report,
    Severity, Suppression,
};

pub use condition::{FailOn, InvalidGate};
pub use owner::Owner;

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
    /// Only what this one brought counts, and what nobody is known to have brought.
    pub only: Option<Owner>,
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
        if let Some(only) = self.only {
            owner::hide_others(report, only);
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
        let owner = |f: &Finding| Owner::of_finding(&report.target, f);
        let hits = open.iter().filter(|f| condition.holds(f, owner(f)));
        refuse(hits.map(|f| f.key.clone()).collect(), "finding", "findings");
        let hits = wrong.iter().filter(|m| condition.holds_for(m));
        refuse(
            hits.map(|m| m.key()).collect(),
            "misconfiguration",
            "misconfigurations",
        );
        for (one, several, found) in &others {
            let owner = |layer| Owner::of_layer(&report.target, layer);
            let hits = found
                .iter()
                .filter(|other| condition.holds_at(other.severity, owner(other.layer)));
            let hits = hits.map(|other| other.key.to_owned()).collect();
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

/// What counts beside vulnerabilities and misconfigurations.
struct Other<'a> {
    severity: Severity,
    key: &'a str,
    layer: Option<&'a Digest>,
}

/// The words for one and several, and each.
type Others<'a> = [(&'static str, &'static str, Vec<Other<'a>>); 3];

fn others(report: &Report) -> Others<'_> {
    fn other<'a>(severity: Severity, key: &'a str, layer: &'a Option<Digest>) -> Other<'a> {
        let layer = layer.as_ref();
        Other {
            severity,
            key,
            layer,
        }
    }
    let secrets = report.secrets.iter().filter(|s| s.counts());
    let licenses = report.licenses.iter().filter(|l| l.counts());
    let signs = report.signs.iter().filter(|s| s.suppressed.is_none());
    let secrets = secrets.map(|s| other(s.severity, &s.key, &s.layer));
    let licenses = licenses.map(|l| other(l.severity, &l.key, &l.layer));
    let signs = signs.map(|s| other(s.severity, &s.key, &s.layer));
    [
        ("secret", "secrets", secrets.collect()),
        (
            "forbidden licence",
            "forbidden licences",
            licenses.collect(),
        ),
        ("sign of tampering", "signs of tampering", signs.collect()),
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
