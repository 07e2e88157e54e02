//! Who asks, and what they may do.
//!
//! Programs send a token (`Authorization: Bearer lzt_…`), browsers a cookie. The guards
//! ([`Viewer`], [`Analyst`], [`Approver`], [`Admin`]) are the first argument of every
//! handler, so a handler without one is seen at a glance, and a test probes every route of
//! the description as nobody and as every wrong role.

mod guard;
pub(crate) mod oidc;
mod password;
mod setup;
mod throttle;

use jiff::Timestamp;
use lazaret_store::By;
use lazaret_wire::api::Role;

pub use guard::{Admin, Analyst, Anybody, Approver, Viewer, WithoutCsrf};
pub(crate) use guard::{SESSION_COOKIE, basic_or_bearer, cookie};
pub(crate) use password::{Passwords, check_new_password};
pub(crate) use setup::{SetupError, is_fresh, offer, redeem};
pub(crate) use throttle::Throttle;

use crate::keys::hash;

/// Who asks.
#[derive(Debug, Clone)]
pub struct Actor {
    /// Name of the user, or of the token.
    pub name: String,
    /// What may be done.
    pub role: Role,
    /// How that is known.
    pub proof: Proof,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// How somebody has shown who they are.
#[derive(Debug, Clone)]
pub enum Proof {
    /// A browser's session.
    Session {
        /// Id of the person.
        person: String,
        /// `ISSUER|SUBJECT` of the identity provider that vouches for them.
        subject: Option<String>,
        /// What is kept of the cookie.
        hash: String,
        /// What forms and changing requests must carry.
        csrf: String,
    },
    /// A token of a program.
    Token {
        /// Id of the token.
        id: String,
        /// Id of the person whose it is.
        person: Option<String>,
    },
}

impl Actor {
    /// The name in the audit log: `user:NAME` or `token:NAME`.
    pub fn label(&self) -> String {
        match self.proof {
            Proof::Session { .. } => format!("user:{}", self.name),
            Proof::Token { .. } => format!("token:{}", self.name),
        }
    }

    /// Who does what now.
    pub fn by(&self, now: Timestamp) -> By {
        By::new(self.label(), now)
    }

    /// Id of the person behind it. Two-person rules look at this: somebody's own token is
    /// no second person.
    pub fn person(&self) -> Option<&str> {
        match &self.proof {
            Proof::Session { person, .. } => Some(person),
            Proof::Token { person, .. } => person.as_deref(),
        }
    }

    /// The identity provider that vouches for who is logged in; `None`: a local user.
    pub fn issuer(&self) -> Option<&str> {
        match &self.proof {
            Proof::Session { subject, .. } => subject.as_deref().and_then(issuer_of),
            Proof::Token { .. } => None,
        }
    }

    /// What a form must carry in its field `csrf`; nothing where no cookie is used.
    pub fn csrf(&self) -> Option<&str> {
        match &self.proof {
            Proof::Session { csrf, .. } => Some(csrf),
            Proof::Token { .. } => None,
        }
    }
}

/// The issuer of `ISSUER|SUBJECT`.
pub(crate) fn issuer_of(subject: &str) -> Option<&str> {
    subject.split_once('|').map(|(issuer, _)| issuer)
}

/// What the forms of a session must carry: a stranger's page cannot know it.
pub(crate) fn csrf_of(secret: &str) -> String {
    hash(&format!("csrf:{secret}"))
}
