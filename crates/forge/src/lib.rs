//! Changes proposed where the code is kept: a branch and a pull request on GitHub, a merge
//! request on GitLab.
//!
//! Nothing is pushed and no working copy is touched: the branch is made through the API,
//! from the newest commit of the base branch, and only after every file there was found to
//! be what the changes were made from. A branch of the same name, and its open request,
//! are renewed. The token goes into one header and nowhere else.
//!
//! Sources: GitHub REST API, version 2022-11-28 ("Git database", "Pulls"); GitLab REST API
//! v4 ("Commits", "Repository files", "Merge requests").

mod client;
mod github;
mod gitlab;

use std::fmt;

pub use client::ForgeError;

/// A service that keeps code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// GitHub, and GitHub Enterprise Server.
    GitHub,
    /// GitLab.
    GitLab,
}

impl Kind {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::GitHub => "github",
            Self::GitLab => "gitlab",
        }
    }

    /// The address of the public service's API.
    pub fn api(self) -> &'static str {
        match self {
            Self::GitHub => "https://api.github.com",
            Self::GitLab => "https://gitlab.com/api/v4",
        }
    }
}

/// A token, which is never printed.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// Wraps a token.
    pub fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

/// A repository, and how it is reached.
#[derive(Debug, Clone)]
pub struct Repository {
    /// The service.
    pub kind: Kind,
    /// Address of its API, without a final slash.
    pub api: String,
    /// `owner/name`; on GitLab the project's whole path.
    pub path: String,
    /// Who asks.
    pub token: Token,
}

/// A file before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// Path from the root of the repository, with `/`.
    pub path: String,
    /// What the change was made from.
    pub before: String,
    /// What is proposed.
    pub after: String,
    /// Whether the file may be executed.
    pub executable: bool,
}

/// What is proposed.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// Branch to make, or to renew.
    pub branch: String,
    /// Branch that it is for; the repository's own default without one.
    pub base: Option<String>,
    /// Title of the request and subject of the commit.
    pub title: String,
    /// Text of the request and of the commit, Markdown.
    pub body: String,
    /// The files; at least one.
    pub files: Vec<FileChange>,
}

/// What became of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    /// Where people see it.
    pub url: String,
    /// Whether the request is new.
    pub created: bool,
}

/// Makes the branch and the request, or renews them.
///
/// # Errors
/// When the service refuses or cannot be reached, or the base branch has other files than
/// those that the changes were made from; then nothing is made.
pub fn propose(repository: &Repository, proposal: &Proposal) -> Result<Proposed, ForgeError> {
    if proposal.files.is_empty() {
        return Err(ForgeError::Nothing);
    }
    if proposal.base.as_deref() == Some(proposal.branch.as_str()) {
        return Err(ForgeError::SameBranch(proposal.branch.clone()));
    }
    match repository.kind {
        Kind::GitHub => github::propose(repository, proposal),
        Kind::GitLab => gitlab::propose(repository, proposal),
    }
}

/// `text` as one part of a path, or as a value of a query.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// A path whose slashes stay.
fn escape_path(text: &str) -> String {
    let parts: Vec<String> = text.split('/').map(escape).collect();
    parts.join("/")
}
