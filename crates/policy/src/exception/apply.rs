//! Which findings exceptions hide, and which exceptions hide nothing.

use lazaret_model::{
    Finding, FixStatus, License, Misconfiguration, Report, Secret, Severity, Sign, Suppression,
};
use serde::Serialize;

use super::{Event, Exception};

use crate::{Circumstances, Policy};

/// What became of an exception.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExceptionUse {
    /// Its name.
    pub name: String,
    /// Document and line.
    pub place: String,
    /// Who answers for it.
    pub owner: String,
    /// What it did.
    pub state: ExceptionState,
}

/// What an exception did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExceptionState {
    /// It hid these (keys of findings, or names).
    Used(Vec<String>),
    /// It matched nothing.
    Unused,
    /// It is for another image or another environment.
    Elsewhere,
    /// Its date has come: it hid nothing, though it would match so many.
    Expired {
        /// The date.
        on: String,
        /// How many it would match.
        matches: usize,
    },
    /// It matched, but an event has ended it for these; it may hide others.
    Ended {
        /// The event, in words.
        event: String,
        /// What it does not hide any more.
        shown: Vec<String>,
        /// What it hides still.
        hidden: Vec<String>,
    },
    /// It matched more than it may hide, so it hid nothing.
    TooMany {
        /// The most that it may hide.
        most: usize,
        /// How many it matched.
        matches: usize,
    },
}

impl ExceptionState {
    /// What people are to know about it; nothing where all is well.
    pub fn words(&self) -> Option<String> {
        Some(match self {
            Self::Used(_) | Self::Elsewhere => return None,
            Self::Unused => "it matches nothing".to_owned(),
            Self::Expired { on, matches } => {
                format!("it expired on {on} and hides nothing; {matches} match it")
            }
            Self::Ended { event, shown, .. } => {
                format!("it has ended for {}: {event}", shown.join(", "))
            }
            Self::TooMany { most, matches } => {
                format!("it may hide {most}, but {matches} match it, so it hides none")
            }
        })
    }
}

impl ExceptionUse {
    /// What people are to know about it; nothing where all is well.
    pub fn warning(&self) -> Option<String> {
        let told = self.state.words()?;
        let (place, name, owner) = (&self.place, &self.name, &self.owner);
        Some(format!("{place}: the exception `{name}` ({owner}): {told}"))
    }
}

/// Something that an exception may hide.
trait Excusable {
    fn name(&self) -> String;
    fn ids(&self) -> Vec<&str>;
    fn package(&self) -> Option<(&str, &str)>;
    fn paths(&self) -> Vec<&str>;
    fn severity(&self) -> Severity;
    /// A vulnerability, which may be fixed or exploited.
    fn vulnerability(&self) -> Option<&Finding> {
        None
    }
    fn suppress(&mut self, suppression: Suppression);
}

impl Excusable for Finding {
    fn name(&self) -> String {
        self.key.clone()
    }

    fn ids(&self) -> Vec<&str> {
        let aliases = self.aliases.iter().map(String::as_str);
        std::iter::once(self.id.as_str()).chain(aliases).collect()
    }

    fn package(&self) -> Option<(&str, &str)> {
        Some((&self.package.purl, &self.package.version))
    }

    fn paths(&self) -> Vec<&str> {
        self.evidence.locations.iter().map(String::as_str).collect()
    }

    fn severity(&self) -> Severity {
        self.severity
    }

    fn vulnerability(&self) -> Option<&Finding> {
        Some(self)
    }

    fn suppress(&mut self, suppression: Suppression) {
        self.suppressed.get_or_insert(suppression);
    }
}

/// The version of a purl that is known to have one.
fn versioned(purl: &str) -> (&str, &str) {
    let bare = purl.split(['?', '#']).next().unwrap_or(purl);
    (
        purl,
        bare.rsplit_once('@').map_or("", |(_, version)| version),
    )
}

impl Excusable for Misconfiguration {
    fn name(&self) -> String {
        self.key()
    }

    fn ids(&self) -> Vec<&str> {
        let aliases = self.aliases.iter().map(String::as_str);
        std::iter::once(self.id.as_str()).chain(aliases).collect()
    }

    fn package(&self) -> Option<(&str, &str)> {
        None
    }

    fn paths(&self) -> Vec<&str> {
        vec![&self.target]
    }

    fn severity(&self) -> Severity {
        self.severity
    }

    fn suppress(&mut self, suppression: Suppression) {
        self.suppressed.get_or_insert(suppression);
    }
}

impl Excusable for Secret {
    fn name(&self) -> String {
        self.key.clone()
    }

    fn ids(&self) -> Vec<&str> {
        vec![&self.rule]
    }

    fn package(&self) -> Option<(&str, &str)> {
        None
    }

    fn paths(&self) -> Vec<&str> {
        vec![&self.path]
    }

    fn severity(&self) -> Severity {
        self.severity
    }

    fn suppress(&mut self, suppression: Suppression) {
        self.suppressed.get_or_insert(suppression);
    }
}

impl Excusable for License {
    fn name(&self) -> String {
        self.key.clone()
    }

    fn ids(&self) -> Vec<&str> {
        vec![&self.license, &self.expression]
    }

    fn package(&self) -> Option<(&str, &str)> {
        self.package.as_deref().map(versioned)
    }

    fn paths(&self) -> Vec<&str> {
        vec![&self.path]
    }

    fn severity(&self) -> Severity {
        self.severity
    }

    fn suppress(&mut self, suppression: Suppression) {
        self.suppressed.get_or_insert(suppression);
    }
}

impl Excusable for Sign {
    fn name(&self) -> String {
        self.key.clone()
    }

    fn ids(&self) -> Vec<&str> {
        vec![self.kind.name()]
    }

    fn package(&self) -> Option<(&str, &str)> {
        self.package.as_deref().map(versioned)
    }

    fn paths(&self) -> Vec<&str> {
        vec![&self.path]
    }

    fn severity(&self) -> Severity {
        self.severity
    }

    fn suppress(&mut self, suppression: Suppression) {
        self.suppressed.get_or_insert(suppression);
    }
}

/// What an exception matches in a report.
#[derive(Default)]
struct Matches {
    hidden: Vec<(usize, usize)>,
    names: Vec<String>,
    ended: Vec<(Event, String)>,
}

impl Policy {
    /// Suppresses what exceptions name, and tells what became of each exception, in their
    /// order.
    pub fn excuse(&self, report: &mut Report, circumstances: &Circumstances) -> Vec<ExceptionUse> {
        let today = circumstances.now.strftime("%Y-%m-%d").to_string();
        let environment = circumstances.environment.as_deref();
        let uses = self.exceptions.iter().map(|exception| {
            let state = if exception.scope.holds_here(&report.target, environment) {
                exception.apply(report, circumstances, &today)
            } else {
                ExceptionState::Elsewhere
            };
            ExceptionUse {
                name: exception.name.clone(),
                place: exception.place.clone(),
                owner: exception.owner.clone(),
                state,
            }
        });
        uses.collect()
    }
}

impl Exception {
    fn apply(
        &self,
        report: &mut Report,
        circumstances: &Circumstances,
        today: &str,
    ) -> ExceptionState {
        let mut found = Matches::default();
        self.search(0, &report.findings, circumstances, &mut found);
        self.search(1, &report.misconfigurations, circumstances, &mut found);
        self.search(2, &report.secrets, circumstances, &mut found);
        self.search(3, &report.licenses, circumstances, &mut found);
        self.search(4, &report.signs, circumstances, &mut found);
        let matches = found.names.len() + found.ended.len();
        // Dates as ISO 8601 are ordered as texts; the last day is the one before.
        if let Some(date) = self.expires.as_ref().filter(|date| date.as_str() <= today) {
            let on = date.clone();
            return ExceptionState::Expired { on, matches };
        }
        if let Some(most) = self.most.filter(|most| found.names.len() > *most) {
            return ExceptionState::TooMany { most, matches };
        }
        for (list, index) in found.hidden {
            let suppression = Suppression {
                by: "exception".into(),
                reason: format!("{} ({})", self.reason, self.owner),
                rule: Some(format!("{} {}", self.place, self.name)),
            };
            let thing: Option<&mut dyn Excusable> = match list {
                0 => report.findings.get_mut(index).map(|one| one as _),
                1 => report.misconfigurations.get_mut(index).map(|one| one as _),
                2 => report.secrets.get_mut(index).map(|one| one as _),
                3 => report.licenses.get_mut(index).map(|one| one as _),
                _ => report.signs.get_mut(index).map(|one| one as _),
            };
            if let Some(thing) = thing {
                thing.suppress(suppression);
            }
        }
        match found.ended.first() {
            Some((event, _)) => ExceptionState::Ended {
                event: event.words(),
                shown: found.ended.into_iter().map(|(_, name)| name).collect(),
                hidden: found.names,
            },
            None if found.names.is_empty() => ExceptionState::Unused,
            None => ExceptionState::Used(found.names),
        }
    }

    fn search<T: Excusable>(
        &self,
        list: usize,
        all: &[T],
        circumstances: &Circumstances,
        found: &mut Matches,
    ) {
        for (index, thing) in all.iter().enumerate() {
            if !self
                .scope
                .holds(&thing.ids(), thing.package(), &thing.paths())
            {
                continue;
            }
            // Fixes and catalogues are about vulnerabilities: without a date such an
            // exception would never end for anything else.
            if thing.vulnerability().is_none() && self.expires.is_none() {
                continue;
            }
            match self
                .until
                .iter()
                .find(|event| event.has_come(thing, circumstances))
            {
                Some(event) => found.ended.push((*event, thing.name())),
                None => {
                    found.hidden.push((list, index));
                    found.names.push(thing.name());
                }
            }
        }
    }
}

impl Event {
    fn has_come(self, thing: &impl Excusable, circumstances: &Circumstances) -> bool {
        let finding = thing.vulnerability();
        match self {
            Self::FixAvailable => finding.is_some_and(|f| f.status == FixStatus::Fixed),
            Self::KevListed => finding.is_some_and(|f| f.kev),
            Self::ExposureRaised(most) => circumstances.exposure.is_none_or(|now| now > most),
            Self::SeverityRaised(most) => thing.severity() > most,
        }
    }
}
