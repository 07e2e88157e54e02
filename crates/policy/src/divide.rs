//! Decisions in parts: what rules say of some findings, added up to what they say of all.
//!
//! Images share what they are made of. Where every rule looks at one finding at a time, what
//! it says of a component's findings is the same in every image that has the component, and
//! a decision is a sum: that of the image without findings and those of its components. Which
//! policies can be divided so is read from their conditions; [`Policy::decide`] is the law.

use lazaret_model::{Decision, Report};

use crate::cel::{Expr, Kind};
use crate::decide::{Hits, concluded, judge};
use crate::document::Rule;
use crate::facts::World;
use crate::{Circumstances, Policy};

/// Lists that are not those of the whole report where a part of it is looked at.
const WHOLE: [&str; 2] = ["findings", "packages"];

/// Facts of a finding's package that are read from the list of packages.
const OF_PACKAGES: [&str; 2] = ["licenses", "development"];

/// What a rule about findings may look at of a report that is no finding.
const BESIDE: [&str; 7] = [
    "image",
    "misconfigurations",
    "secrets",
    "licenses",
    "signs",
    "gaps",
    "bases",
];

/// What the rules of a policy say of a part of a report, in the order of the policy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    rules: Vec<Count>,
}

/// What one rule says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Count {
    holds: usize,
    undecided: usize,
    /// The first that cannot be decided: its place among all findings, and why. Boxed, since
    /// many tallies are kept and few have one.
    first: Option<Box<(Place, Vec<String>)>>,
}

/// What findings of a report are ordered by: purl, id, key.
type Place = (String, String, String);

impl Tally {
    /// Adds what is said of another part. The order of parts makes no difference.
    pub fn add(&mut self, other: &Self) {
        if self.rules.len() < other.rules.len() {
            self.rules.resize_with(other.rules.len(), Count::default);
        }
        for (mine, theirs) in self.rules.iter_mut().zip(&other.rules) {
            mine.holds = mine.holds.saturating_add(theirs.holds);
            mine.undecided = mine.undecided.saturating_add(theirs.undecided);
            let Some(first) = &theirs.first else { continue };
            if mine.first.as_ref().is_none_or(|known| first.0 < known.0) {
                mine.first = Some(first.clone());
            }
        }
    }
}

impl Policy {
    /// Whether decisions of this policy are sums over findings: no rule looks across findings
    /// or at packages, and no exception counts what it hides. What is not plainly so, is not.
    pub fn is_divisible(&self) -> bool {
        let variants = |rule: &Rule| {
            let mut all = std::iter::once(&rule.usual).chain(rule.environments.values());
            all.all(|variant| is_of_parts(&variant.condition))
        };
        let is_of_parts = |rule: &Rule| rule.each != Some("package") && variants(rule);
        self.rules.iter().all(is_of_parts) && self.exceptions.iter().all(|e| e.most.is_none())
    }

    /// Whether the rules about findings look at nothing of a report but those, and not at what
    /// is known of findings by the image alone.
    pub fn is_of_findings_alone(&self) -> bool {
        let variants = |rule: &Rule| {
            let mut all = std::iter::once(&rule.usual).chain(rule.environments.values());
            all.all(|variant| {
                let condition = &variant.condition;
                !looks(condition, &BESIDE)
                    && !looks(condition, &["database"])
                    && !has(condition, "from_base")
            })
        };
        let mut rules = self.rules.iter().filter(|r| r.each == Some("finding"));
        self.is_divisible() && rules.all(variants)
    }

    /// What the rules about findings, and exceptions from them, may see of a report beside its
    /// findings. Of two reports with the same text, [`Policy::tally`] says the same of the same
    /// findings. Short where no such rule looks at the image.
    pub fn beside(&self, report: &Report, circumstances: &Circumstances) -> String {
        let environment = circumstances.environment.as_deref();
        let mut rules = self.rules.iter().filter(|r| r.each == Some("finding"));
        let is_seen = rules.any(|rule| looks(&rule.variant(environment).condition, &BESIDE));
        let here = self.exceptions.iter();
        let here: String = here
            .map(|e| match e.scope.holds_here(&report.target, environment) {
                true => '+',
                false => '-',
            })
            .collect();
        let text = match is_seen {
            true => serde_json::to_string(report),
            false => serde_json::to_string(&report.database),
        };
        let base = report.target.is_base_guessed();
        format!("{base} {here} {}", text.unwrap_or_default())
    }

    /// What the rules about findings say of those in `report`, whose exceptions have been
    /// applied: a part of an image's, beside everything else that is known of the image.
    pub fn tally(&self, report: &Report, circumstances: &Circumstances) -> Tally {
        let world = World::of(report, circumstances);
        let environment = circumstances.environment.as_deref();
        let open = report.findings.iter().filter(|f| f.suppressed.is_none());
        let places: Vec<_> = open
            .map(|f| (f.package.purl.clone(), f.id.clone(), f.key.clone()))
            .collect();
        let count = |rule: &Rule| {
            if rule.each != Some("finding") {
                return Count::default();
            }
            let mut left = u64::MAX;
            let variant = rule.variant(environment);
            let verdict = judge(rule, variant, &world, report, &mut left);
            let first = verdict.undecided.first().and_then(|hit| {
                let place = places.iter().find(|(.., key)| *key == hit.key)?;
                Some(Box::new((place.clone(), hit.facts.clone())))
            });
            Count {
                holds: verdict.holds.len(),
                undecided: verdict.undecided.len(),
                first,
            }
        };
        Tally {
            rules: self.rules.iter().map(count).collect(),
        }
    }

    /// The decision on an image: `report` is all that is known of it but its findings, and
    /// `parts` is what the rules say of those. Reasons name no findings.
    pub fn decide_in_parts(
        &self,
        report: &Report,
        parts: &Tally,
        circumstances: &Circumstances,
    ) -> Decision {
        let verdicts = self.judge(report, circumstances);
        let none = Count::default();
        let mut said: Vec<(_, Hits<'_>, Hits<'_>)> = Vec::with_capacity(verdicts.len());
        for (place, verdict) in verdicts.iter().enumerate() {
            let count = parts.rules.get(place).unwrap_or(&none);
            if verdict.each != Some("finding") {
                said.push((
                    verdict,
                    Hits::of(&verdict.holds),
                    Hits::of(&verdict.undecided),
                ));
                continue;
            }
            let why = count.first.as_ref().map(|first| first.1.as_slice());
            let holds = Hits::counted(count.holds, &[]);
            let undecided = Hits::counted(count.undecided, why.unwrap_or_default());
            said.push((verdict, holds, undecided));
        }
        concluded(self, said, circumstances)
    }
}

/// Whether an expression names one of these.
fn looks(expression: &Expr, at: &[&str]) -> bool {
    let is_one = matches!(&expression.kind, Kind::Name(name) if at.contains(&name.as_str()));
    let mut parts = expression.kind.parts().into_iter();
    is_one || parts.any(|part| looks(part, at))
}

/// Whether an expression asks for a fact of this name.
fn has(expression: &Expr, fact: &str) -> bool {
    let is_one = match &expression.kind {
        Kind::Select { field, .. } | Kind::Has(_, field) => field == fact,
        _ => false,
    };
    let mut parts = expression.kind.parts().into_iter();
    is_one || parts.any(|part| has(part, fact))
}

/// Whether an expression looks at nothing that only the whole report has.
fn is_of_parts(expression: &Expr) -> bool {
    let is_whole = match &expression.kind {
        Kind::Name(name) => WHOLE.contains(&name.as_str()),
        Kind::Select { field, .. } | Kind::Has(_, field) => OF_PACKAGES.contains(&field.as_str()),
        _ => false,
    };
    !is_whole && expression.kind.parts().into_iter().all(is_of_parts)
}
