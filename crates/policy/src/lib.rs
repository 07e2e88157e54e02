//! Rules that turn facts into a decision.
//!
//! Pure: a report, the rules and the time go in, a decision comes out. Nothing here
//! knows where the facts came from. A [`Gate`] is what the command line can say in a few
//! words; a [`Policy`] is a document of rules and exceptions (`docs/policy.md`).

mod cel;
mod circumstances;
mod decide;
mod difference;
mod divide;
mod document;
mod exception;
mod facts;
mod fixture;
mod gate;
mod ignore;
mod pattern;
mod signer;

pub use circumstances::{BaseImage, Circumstances, Exposure};
pub use decide::{Hit, Verdict};
pub use difference::{difference, hide_known};
pub use divide::Tally;
pub use document::{
    API_VERSION, DEFAULT_POLICY, Fault, Mode, Policy, PolicyError, Pull, Pulls, Unexamined,
};
pub use exception::{ExceptionState, ExceptionUse};
pub use facts::{facts_page, outcome_name};
pub use fixture::{Case, CaseFacts, cases};
pub use gate::{FailOn, Gate, InvalidGate, Owner, combine, decide};
pub use ignore::{IgnoreError, IgnoreRules, Unused};
pub use signer::{Match, Signer, SignerProof};
