//! Conditions of `--fail-on`.

use std::str::FromStr;

use lazaret_model::{Finding, FixKind, FixStatus, Misconfiguration, Severity};

use super::Owner;

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
    /// One of the others, for what this one brought or nobody is known to have brought.
    Of(Owner, Box<FailOn>),
}

/// A condition that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no condition; write a severity (`high`), `kev`, `fixable`, `cvss>=7.0` or `epss>=0.1`, several joined by commas, for one owner with `base:` or `app:` before it"
)]
pub struct InvalidGate(String);

impl FromStr for FailOn {
    type Err = InvalidGate;

    fn from_str(text: &str) -> Result<Self, InvalidGate> {
        let text = text.trim().to_ascii_lowercase();
        let owned = Owner::ALL.into_iter().find_map(|owner| {
            let rest = text.strip_prefix(owner.name())?.trim_start();
            Some((owner, rest.strip_prefix(':')?))
        });
        if let Some((owner, rest)) = owned {
            // One owner is enough.
            return match rest.parse()? {
                Self::Of(..) => Err(InvalidGate(text.chars().take(60).collect())),
                condition => Ok(Self::Of(owner, Box::new(condition))),
            };
        }
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
    pub(super) fn holds(&self, finding: &Finding, owner: Option<Owner>) -> bool {
        match self {
            Self::Of(one, inner) => one.may_be(owner) && inner.holds(finding, owner),
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
    /// can mend it alone. The others are about vulnerabilities. The configuration is the
    /// application's: whoever builds on an image may change all of it.
    pub(super) fn holds_for(&self, answer: &Misconfiguration) -> bool {
        match self {
            Self::Of(owner, inner) => *owner == Owner::App && inner.holds_for(answer),
            Self::Severity(level) => answer.severity >= *level,
            Self::Fixable => answer.fix == FixKind::Auto,
            Self::Kev | Self::Cvss(_) | Self::Epss(_) => false,
        }
    }

    /// Whether it holds for anything else of this severity.
    pub(super) fn holds_at(&self, severity: Severity, owner: Option<Owner>) -> bool {
        match self {
            Self::Of(one, inner) => one.may_be(owner) && inner.holds_at(severity, owner),
            Self::Severity(level) => severity >= *level,
            _ => false,
        }
    }

    pub(super) fn words(&self) -> String {
        match self {
            Self::Of(owner, inner) => format!("of {} {}", owner.words(), inner.words()),
            Self::Severity(Severity::Critical) => "of severity critical".into(),
            Self::Severity(level) => format!("of severity {level} or worse"),
            Self::Kev => "known to be exploited".into(),
            Self::Cvss(least) => format!("with a CVSS score of {least:.1} or more"),
            Self::Epss(least) => format!("with a probability of exploitation of {least} or more"),
            Self::Fixable => "with a published fix".into(),
        }
    }
}
