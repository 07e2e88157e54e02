//! Exceptions: what people have decided to live with, for what, for how long, and who.
//!
//! An exception hides exactly what all its clauses name. It has an end: a date, or an
//! event. Where it cannot be told whether a clause holds or an end has come, the exception
//! does not count, so that doubt never hides anything.

mod apply;
mod load;
mod scope;

use lazaret_model::Severity;

pub use apply::{ExceptionState, ExceptionUse};
pub(crate) use load::load;
pub(crate) use scope::Scope;

use crate::Exposure;

/// An exception, checked.
#[derive(Debug, Clone)]
pub(crate) struct Exception {
    pub(crate) name: String,
    /// Document and line.
    pub(crate) place: String,
    pub(crate) scope: Scope,
    pub(crate) reason: String,
    pub(crate) owner: String,
    /// First day on which it does not count any more, `YYYY-MM-DD`.
    pub(crate) expires: Option<String>,
    /// Events that end it.
    pub(crate) until: Vec<Event>,
    /// More than this, and it hides nothing.
    pub(crate) most: Option<usize>,
}

/// What ends an exception before its date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    /// A fixed version is published.
    FixAvailable,
    /// The vulnerability is known to be exploited.
    KevListed,
    /// The workload can be reached from further away than this, or nobody knows.
    ExposureRaised(Exposure),
    /// It is worse than this.
    SeverityRaised(Severity),
}

impl Event {
    fn words(self) -> String {
        match self {
            Self::FixAvailable => "a fix is available".into(),
            Self::KevListed => "it is known to be exploited".into(),
            Self::ExposureRaised(most) => {
                format!("the exposure is more than {}, or not known", most.name())
            }
            Self::SeverityRaised(most) => format!("the severity is more than {most}"),
        }
    }
}
