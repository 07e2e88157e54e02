//! From what is known to what happens: a pure function.
//!
//! The same verdict means different things to a digest that is new here, to one that
//! runs already and is only started again, and to one that a workload would be rolled
//! back to. What runs is not stopped because the world learned something overnight,
//! unless the rules or the verdict say so in words.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use lazaret_wire::api::HoldState as State;
use lazaret_wire::edge::OnUnknown as Unknown;

use crate::verdict::{GateRules, Rule, Standing};

/// Longest wait for an examination.
const MAX_WAIT: Duration = Duration::from_secs(300);

/// What a gate does in the cases that are not a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Digests that nobody has examined.
    pub unknown: Unknown,
    /// How long a pull waits for the examination.
    pub wait: Duration,
    /// New digests that are held.
    pub held: Rule,
    /// Digests that run already.
    pub running: Rule,
    /// For how long after the verdict what runs may start again; none: as long as it runs.
    pub running_grace: Option<Duration>,
    /// What a workload would be rolled back to.
    pub rollback: Rule,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            unknown: Unknown::Allow,
            wait: Duration::from_secs(20),
            held: Rule::Refuse,
            running: Rule::Allow,
            running_grace: None,
            rollback: Rule::Allow,
        }
    }
}

impl Rules {
    /// These rules, with what others say put on top.
    #[must_use]
    pub fn with(&self, over: &GateRules) -> Self {
        let seconds = |s: u32| Duration::from_secs(s.into()).min(MAX_WAIT);
        Self {
            unknown: over.unknown.unwrap_or(self.unknown),
            wait: over.wait_seconds.map_or(self.wait, seconds),
            held: over.held.unwrap_or(self.held),
            running: over.running.unwrap_or(self.running),
            running_grace: over
                .running_grace_seconds
                .map(Duration::from_secs)
                .or(self.running_grace),
            rollback: over.rollback.unwrap_or(self.rollback),
        }
    }
}

/// What a pull would do to the place that it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transition {
    /// Bring something that is not there.
    New,
    /// Start again what runs, since a time that may not be known.
    Running(Option<Timestamp>),
    /// Go back to what ran before.
    Rollback,
}

impl Transition {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Running(_) => "running",
            Self::Rollback => "rollback",
        }
    }
}

/// What happens to a pull.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It goes on.
    Allow,
    /// It goes on although something stands against the image.
    Spare,
    /// It waits for the examination.
    Wait,
    /// It is refused.
    Refuse,
}

/// What happens to a pull of an image in this standing.
pub fn rule(standing: &Standing, transition: Transition, rules: &Rules, now: Timestamp) -> Action {
    match standing.state {
        State::Clear | State::Released => Action::Allow,
        // What runs was let in once, examined or not.
        State::Unknown => match (rules.unknown, transition) {
            (Unknown::Allow, _) => Action::Allow,
            (_, Transition::Running(_) | Transition::Rollback) => Action::Spare,
            (Unknown::Wait, Transition::New) => Action::Wait,
            (Unknown::Refuse, Transition::New) => Action::Refuse,
        },
        State::Held | State::Quarantined => {
            let spared = match transition {
                Transition::New => standing.state == State::Held && rules.held == Rule::Allow,
                Transition::Running(since) => is_spared(standing, since, rules, now),
                Transition::Rollback => rules.rollback == Rule::Allow && !standing.even_if_running,
            };
            match spared {
                true => Action::Spare,
                false => Action::Refuse,
            }
        }
    }
}

/// Whether what runs may start again.
fn is_spared(
    standing: &Standing,
    running_since: Option<Timestamp>,
    rules: &Rules,
    now: Timestamp,
) -> bool {
    if rules.running == Rule::Refuse || standing.even_if_running {
        return false;
    }
    let Some(decided) = standing.since else {
        return true;
    };
    // What began to run in spite of a verdict came in past the gate.
    let came_before = running_since.is_none_or(|since| since <= decided);
    let in_grace = rules.running_grace.is_none_or(|grace| {
        let grace = SignedDuration::try_from(grace).unwrap_or(SignedDuration::MAX);
        now.duration_since(decided) <= grace
    });
    came_before && in_grace
}
