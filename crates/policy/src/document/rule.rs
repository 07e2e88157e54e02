//! A rule, checked.

use std::collections::BTreeMap;

use lazaret_model::Outcome;

use super::Mode;
use crate::cel::Expr;

/// A rule.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) name: String,
    /// Document and line.
    pub(crate) place: String,
    pub(crate) description: String,
    /// What it is about, one by one; the report as a whole without it.
    pub(crate) each: Option<&'static str>,
    /// Whether what it holds or quarantines is refused even where it runs already.
    pub(crate) even_if_running: bool,
    /// What counts where no environment says otherwise.
    pub(crate) usual: Variant,
    /// What counts in environments.
    pub(crate) environments: BTreeMap<String, Variant>,
}

/// What a rule does in some environment.
#[derive(Debug, Clone)]
pub(crate) struct Variant {
    /// The condition as it is written.
    pub(crate) text: String,
    pub(crate) condition: Expr,
    pub(crate) action: Outcome,
    /// The action where the condition cannot be decided.
    pub(crate) undecided: Outcome,
    pub(crate) mode: Mode,
}

impl Rule {
    /// What counts in an environment.
    pub(crate) fn variant(&self, environment: Option<&str>) -> &Variant {
        let named = environment.and_then(|name| self.environments.get(name));
        named.unwrap_or(&self.usual)
    }
}
