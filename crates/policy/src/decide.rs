//! From facts and rules to a decision. Pure: the same report, policy and circumstances
//! give the same decision, wherever it is taken.

use lazaret_model::{Decision, Outcome, PolicyInfo, Reason, Report};
use serde::Serialize;

use crate::cel::{Fact, Machine, STEPS, Value, why};
use crate::document::{Mode, Rule, Variant};
use crate::facts::{Subject, World, outcome_name};
use crate::{Circumstances, Policy};

/// Steps that all rules of one decision may take together: some seconds. A rule that is
/// left without steps is undecided, and counts.
const ALL_STEPS: u64 = 200_000_000;

/// Most subjects of one rule whose facts are told.
const MOST_EXPLAINED: usize = 20;

/// What a rule says about a report.
#[derive(Debug, Clone, Serialize)]
pub struct Verdict {
    /// Name of the rule.
    pub rule: String,
    /// Document and line of the rule.
    pub place: String,
    /// What it is for, in the words of its author.
    pub description: String,
    /// The condition as it is written.
    pub condition: String,
    /// What it is about, one by one; the report as a whole without it.
    pub each: Option<&'static str>,
    /// What it asks for.
    pub action: Outcome,
    /// What it asks for where it cannot be decided.
    pub undecided_action: Outcome,
    /// How much it may do.
    pub mode: Mode,
    /// How many things it looked at.
    pub asked: usize,
    /// Where its condition holds.
    pub holds: Vec<Hit>,
    /// Where its condition cannot be decided.
    pub undecided: Vec<Hit>,
    /// The facts by which a rule about the whole report does not hold.
    pub denied: Vec<String>,
}

/// Something that a rule speaks about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hit {
    /// Key of the finding, or a name; the target's name for the report as a whole.
    pub key: String,
    /// The facts that decided, `name = value`; told for the first ones only.
    pub facts: Vec<String>,
}

impl Verdict {
    /// What follows from what it found.
    pub fn effect(&self) -> Outcome {
        self.mode.effect(self.wanted())
    }

    /// Whether it has nothing to say.
    pub fn is_silent(&self) -> bool {
        self.holds.is_empty() && self.undecided.is_empty()
    }

    /// What would follow if it were enforced.
    pub fn wanted(&self) -> Outcome {
        let spoke = |hits: &[Hit], action| match hits.is_empty() {
            true => Outcome::Allow,
            false => action,
        };
        spoke(&self.holds, self.action).max(spoke(&self.undecided, self.undecided_action))
    }
}

impl Policy {
    /// What every rule says about a report, in the order of the policy.
    pub fn judge(&self, report: &Report, circumstances: &Circumstances) -> Vec<Verdict> {
        let world = World::of(report, circumstances);
        let environment = circumstances.environment.as_deref();
        let mut left = ALL_STEPS;
        let rules = self.rules.iter();
        rules
            .map(|rule| judge(rule, rule.variant(environment), &world, report, &mut left))
            .collect()
    }

    /// The decision on a report whose exceptions have been applied.
    pub fn decide(&self, report: &Report, circumstances: &Circumstances) -> Decision {
        let verdicts = self.judge(report, circumstances);
        let said = verdicts.iter().map(|verdict| {
            let (holds, undecided) = (Hits::of(&verdict.holds), Hits::of(&verdict.undecided));
            (verdict, holds, undecided)
        });
        concluded(self, said, circumstances)
    }
}

/// Those whom one side of a verdict is about.
pub(crate) struct Hits<'a> {
    count: usize,
    /// The facts of the first.
    facts: &'a [String],
    /// All of them, where they are known one by one.
    hits: &'a [Hit],
}

impl<'a> Hits<'a> {
    pub(crate) fn of(hits: &'a [Hit]) -> Self {
        Self {
            count: hits.len(),
            facts: hits
                .first()
                .map(|hit| hit.facts.as_slice())
                .unwrap_or_default(),
            hits,
        }
    }

    /// So many, of which nothing more is known than the facts of the first.
    pub(crate) fn counted(count: usize, facts: &'a [String]) -> Self {
        Self {
            count,
            facts,
            hits: &[],
        }
    }
}

/// The decision that follows from what every rule says: where it holds, and where it cannot
/// be decided.
pub(crate) fn concluded<'a>(
    policy: &Policy,
    said: impl IntoIterator<Item = (&'a Verdict, Hits<'a>, Hits<'a>)>,
    circumstances: &Circumstances,
) -> Decision {
    let mut reasons: Vec<(Outcome, Reason)> = Vec::new();
    for (verdict, holds, undecided) in said {
        reasons.extend(reason(verdict, &holds, verdict.action, false));
        reasons.extend(reason(verdict, &undecided, verdict.undecided_action, true));
    }
    // Worst first; what is only observed comes last, and the order is the policy's
    // among equals.
    reasons.sort_by_key(|(effect, reason)| std::cmp::Reverse((*effect, reason.would)));
    let outcome = reasons
        .first()
        .map_or(Outcome::Allow, |(effect, _)| *effect);
    Decision {
        outcome,
        reasons: reasons.into_iter().map(|(_, reason)| reason).collect(),
        policy: Some(PolicyInfo {
            name: policy.name.clone(),
            digest: policy.digest.clone(),
            environment: circumstances.environment.clone(),
        }),
    }
}

/// The reason of one side of a verdict, with what follows from it.
fn reason(
    verdict: &Verdict,
    hits: &Hits<'_>,
    action: Outcome,
    undecided: bool,
) -> Option<(Outcome, Reason)> {
    if hits.count == 0 {
        return None;
    }
    let effect = verdict.mode.effect(action);
    let about = match verdict.each {
        None => String::new(),
        Some(each) if hits.count == 1 => format!("1 {each}: "),
        Some(each) => format!("{} {each}s: ", hits.count),
    };
    let said = match (undecided, verdict.description.is_empty()) {
        (true, _) => {
            let facts = hits.facts.join(", ");
            format!("cannot be decided: {facts}")
        }
        (false, true) => verdict
            .condition
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "),
        (false, false) => verdict.description.trim().to_owned(),
    };
    let held_back = match effect == action {
        true => String::new(),
        false => format!(" (would {})", outcome_name(action)),
    };
    let is_finding = verdict.each == Some("finding");
    let reason = Reason {
        rule: verdict.rule.clone(),
        message: format!("{about}{said}{held_back}"),
        findings: match is_finding {
            true => hits.hits.iter().map(|hit| hit.key.clone()).collect(),
            false => Vec::new(),
        },
        outcome: effect,
        about: verdict.each.unwrap_or_default().to_owned(),
        would: (effect != action).then_some(action),
        facts: hits.facts.to_vec(),
        undecided,
    };
    Some((effect, reason))
}

pub(crate) fn judge<'a>(
    rule: &Rule,
    variant: &Variant,
    world: &World<'a>,
    report: &Report,
    left: &mut u64,
) -> Verdict {
    let mut verdict = Verdict {
        rule: rule.name.clone(),
        place: rule.place.clone(),
        description: rule.description.clone(),
        condition: variant.text.clone(),
        each: rule.each,
        action: variant.action,
        undecided_action: variant.undecided,
        mode: variant.mode,
        asked: 0,
        holds: Vec::new(),
        undecided: Vec::new(),
        denied: Vec::new(),
    };
    let whole = [Subject {
        key: report.target.name.clone(),
        value: Value::Bool(true),
    }];
    let subjects = match rule.each {
        Some(each) => world.subjects(each),
        None => &whole,
    };
    for subject in subjects {
        verdict.asked += 1;
        let variables = |name: &str| match rule.each {
            Some(each) if each == name => Some(subject.value.clone()),
            _ => world.variable(name),
        };
        let steps = STEPS.min(*left);
        let mut machine = Machine::new(&variables, steps);
        let answer = machine.value(&variant.condition);
        *left -= steps - machine.left();
        let hits = match answer {
            Value::Bool(false) => {
                if rule.each.is_none() {
                    verdict.denied = facts(variant, &answer, &variables);
                }
                continue;
            }
            Value::Bool(true) => &mut verdict.holds,
            _ => &mut verdict.undecided,
        };
        let facts = match hits.len() < MOST_EXPLAINED {
            true => facts(variant, &answer, &variables),
            false => Vec::new(),
        };
        hits.push(Hit {
            key: subject.key.clone(),
            facts,
        });
    }
    verdict
}

/// The facts that decided, for people.
fn facts<'a>(
    variant: &Variant,
    answer: &Value<'a>,
    variables: &dyn Fn(&str) -> Option<Value<'a>>,
) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    if let Value::Unknown(unknown) = answer {
        let name = match unknown.fact.is_empty() {
            true => String::new(),
            false => format!("{} is not known: ", unknown.fact),
        };
        told.push(format!("{name}{}", unknown.why));
        return told;
    }
    let mut machine = Machine::new(variables, STEPS);
    for Fact { name, value } in why(&variant.condition, &mut machine) {
        told.push(format!("{name} = {value}"));
    }
    told
}
