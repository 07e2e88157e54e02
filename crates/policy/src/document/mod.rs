//! Policy documents: read, checked as a whole, and put together.

mod load;
mod mode;
mod pulls;
pub(crate) mod raw;
mod rule;

use std::collections::BTreeMap;

use lazaret_model::{Digest, nearest};
use sha2::{Digest as _, Sha256};

pub(crate) use load::Reader;
pub use load::{Fault, PolicyError};
pub use mode::Mode;
pub use pulls::{Pull, Pulls, Unexamined};
pub(crate) use rule::{Rule, Variant};

use crate::exception::Exception;
use crate::signer::Signer;

/// The policy that counts where none is given, as it can be printed.
pub const DEFAULT_POLICY: &str = include_str!("default.yaml");

/// What `apiVersion` has to be.
pub const API_VERSION: &str = "lazaret.dev/v1";

/// Rules and exceptions, checked: nothing in it can turn out to be misspelt later.
#[derive(Debug, Clone)]
pub struct Policy {
    pub(crate) name: String,
    pub(crate) digest: Digest,
    pub(crate) rules: Vec<Rule>,
    pub(crate) exceptions: Vec<Exception>,
    pub(crate) signers: Vec<Signer>,
    /// Names of environments that the documents speak of, sorted.
    pub(crate) environments: Vec<String>,
    /// What it says of pulls where no environment says otherwise.
    pub(crate) pulls: Pulls,
    /// What it says of pulls in environments, all of it.
    pub(crate) pulls_in: BTreeMap<String, Pulls>,
}

impl Policy {
    /// The policy of some documents, each with the name that errors call it by.
    ///
    /// # Errors
    /// With everything that is wrong in any of them.
    pub fn read(documents: &[(&str, &[u8])]) -> Result<Self, PolicyError> {
        load::load(documents)
    }

    /// The policy that counts where none is given.
    ///
    /// # Panics
    /// Never: a test reads it.
    #[expect(
        clippy::expect_used,
        reason = "the text is part of the program, and a test reads it"
    )]
    pub fn builtin() -> Self {
        Self::read(&[("default", DEFAULT_POLICY.as_bytes())]).expect("the default policy is good")
    }

    /// Its name, or those of its documents.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// SHA-256 of its documents.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Names of its rules, in their order.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| rule.name.as_str())
    }

    /// What gates do with pulls that no rule judges, in an environment; empty: none is said.
    pub fn pulls(&self, environment: &str) -> &Pulls {
        self.pulls_in.get(environment).unwrap_or(&self.pulls)
    }

    /// Whether a rule says that what runs already is refused, too.
    pub fn is_even_if_running(&self, rule: &str) -> bool {
        let rule = self.rules.iter().find(|known| known.name == rule);
        rule.is_some_and(|rule| rule.even_if_running)
    }

    /// Everybody whom it trusts to sign something, in order.
    pub fn signers(&self) -> &[Signer] {
        &self.signers
    }

    /// Whether it speaks of an environment; what to tell of one that it does not know.
    ///
    /// An unknown name would be judged by the rules of no environment, which is seldom
    /// what was meant.
    ///
    /// # Errors
    /// With the name that was meant, or all that are known.
    pub fn check_environment(&self, name: &str) -> Result<(), String> {
        if self.environments.is_empty() || self.environments.iter().any(|known| known == name) {
            return Ok(());
        }
        let known = self.environments.iter().map(String::as_str);
        Err(match nearest(name, known) {
            Some(near) => format!("the policy knows no environment `{name}`; `{near}` is"),
            None => format!(
                "the policy knows no environment `{name}`; known are {}",
                self.environments.join(", ")
            ),
        })
    }
}

fn digest(documents: &[(&str, &[u8])]) -> Digest {
    let mut hasher = Sha256::new();
    for (_, bytes) in documents {
        // Lengths keep two documents from being one that is cut elsewhere.
        hasher.update((bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    }
    Digest::sha256(&hasher.finalize().into())
}
