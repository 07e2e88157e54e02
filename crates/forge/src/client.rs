//! Questions and answers.

use std::io::Read as _;
use std::time::Duration;

use reqwest::blocking::{Client as Http, Response};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::{Kind, Repository};

/// Largest answer that is read, in bytes.
const MAX_ANSWER: u64 = 16 << 20;

/// Why nothing was proposed.
#[derive(Debug, thiserror::Error)]
pub enum ForgeError {
    /// There is no change.
    #[error("there is nothing to propose")]
    Nothing,
    /// The branch of the change is the one that it is for.
    #[error("the branch `{0}` cannot be changed by a request to itself")]
    SameBranch(String),
    /// A file of the base branch is not what the change was made from.
    #[error("`{path}` is another one on the branch `{base}`; fetch that branch and try again")]
    Moved {
        /// The file.
        path: String,
        /// The branch.
        base: String,
    },
    /// The service cannot be reached.
    #[error("ask {host}: {reason}")]
    Unreachable {
        /// The host.
        host: String,
        /// What went wrong.
        reason: String,
    },
    /// The service says no.
    #[error("{doing}: the service answers {status}: {message}")]
    Refused {
        /// What was tried.
        doing: String,
        /// The HTTP status.
        status: u16,
        /// The service's own words.
        message: String,
    },
    /// The answer lacks what the API promises.
    #[error("{doing}: the answer has no `{field}`")]
    Answer {
        /// What was tried.
        doing: String,
        /// The field.
        field: &'static str,
    },
}

impl ForgeError {
    /// What the reader can do.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Refused { status: 401, .. } => Some("the token is wrong or has expired"),
            Self::Refused {
                status: 403 | 404, ..
            } => Some(
                "the token must be allowed to write: on GitHub `contents` and `pull-requests`, on GitLab `api`",
            ),
            _ => None,
        }
    }
}

pub(crate) struct Client<'a> {
    http: Http,
    repository: &'a Repository,
}

/// A question.
pub(crate) struct Ask<'a> {
    pub(crate) method: Method,
    /// Path below the API, with its query.
    pub(crate) path: &'a str,
    pub(crate) body: Option<Value>,
    /// What is tried, for people.
    pub(crate) doing: &'a str,
}

impl<'a> Client<'a> {
    pub(crate) fn new(repository: &'a Repository) -> Result<Self, ForgeError> {
        // A redirect would carry the token to whoever the answer names.
        let http = Http::builder()
            .user_agent(concat!("lazaret/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(20))
            .timeout(Duration::from_secs(120))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| unreachable(repository, &error))?;
        Ok(Self { http, repository })
    }

    /// The status and the bytes of an answer, whatever it is.
    pub(crate) fn raw(
        &self,
        ask: &Ask<'_>,
        accept: &str,
    ) -> Result<(StatusCode, Vec<u8>), ForgeError> {
        let repository = self.repository;
        let url = format!("{}{}", repository.api.trim_end_matches('/'), ask.path);
        let mut request = self
            .http
            .request(ask.method.clone(), url)
            .header("accept", accept);
        request = match repository.kind {
            Kind::GitHub => request
                .bearer_auth(&repository.token.0)
                .header("x-github-api-version", "2022-11-28"),
            Kind::GitLab => request.header("private-token", &repository.token.0),
        };
        if let Some(body) = &ask.body {
            request = request.json(body);
        }
        let response = request
            .send()
            .map_err(|error| unreachable(repository, &error))?;
        let status = response.status();
        Ok((status, self.bounded(response)?))
    }

    fn bounded(&self, response: Response) -> Result<Vec<u8>, ForgeError> {
        let mut bytes = Vec::new();
        let read = response.take(MAX_ANSWER + 1).read_to_end(&mut bytes);
        let reason = match read {
            Ok(n) if n as u64 <= MAX_ANSWER => return Ok(bytes),
            Ok(_) => format!("the answer is longer than {MAX_ANSWER} bytes"),
            Err(error) => error.to_string(),
        };
        Err(ForgeError::Unreachable {
            host: host(self.repository),
            reason,
        })
    }

    /// The JSON of an answer that says yes.
    pub(crate) fn json(&self, ask: &Ask<'_>) -> Result<Value, ForgeError> {
        let (status, bytes) = self.raw(ask, accept(self.repository.kind))?;
        if !status.is_success() {
            return Err(refused(ask, status, &bytes));
        }
        serde_json::from_slice(&bytes).map_err(|_| ForgeError::Answer {
            doing: ask.doing.to_owned(),
            field: "JSON",
        })
    }

    pub(crate) fn get(&self, path: &str, doing: &str) -> Result<Value, ForgeError> {
        self.json(&Ask {
            method: Method::GET,
            path,
            body: None,
            doing,
        })
    }

    pub(crate) fn send(
        &self,
        method: Method,
        path: &str,
        body: Value,
        doing: &str,
    ) -> Result<Value, ForgeError> {
        self.json(&Ask {
            method,
            path,
            body: Some(body),
            doing,
        })
    }
}

fn accept(kind: Kind) -> &'static str {
    match kind {
        Kind::GitHub => "application/vnd.github+json",
        Kind::GitLab => "application/json",
    }
}

/// The service's refusal, with its own words, cut and without anything that a terminal
/// obeys.
pub(crate) fn refused(ask: &Ask<'_>, status: StatusCode, bytes: &[u8]) -> ForgeError {
    let value: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let said = ["message", "error_description", "error"]
        .iter()
        .find_map(|key| value.get(key))
        .map(|said| {
            said.as_str()
                .map_or_else(|| said.to_string(), str::to_owned)
        });
    let message = said.unwrap_or_else(|| status.canonical_reason().unwrap_or_default().to_owned());
    let shown = message
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c });
    ForgeError::Refused {
        doing: ask.doing.to_owned(),
        status: status.as_u16(),
        message: shown.take(300).collect(),
    }
}

/// The text of a field that the API promises.
pub(crate) fn field(
    value: &Value,
    pointer: &'static str,
    doing: &str,
) -> Result<String, ForgeError> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.map(str::to_owned).ok_or_else(|| ForgeError::Answer {
        doing: doing.to_owned(),
        field: pointer,
    })
}

fn host(repository: &Repository) -> String {
    let rest = repository
        .api
        .split("://")
        .nth(1)
        .unwrap_or(&repository.api);
    let authority = rest.split('/').next().unwrap_or_default();
    // What stands before an `@` may be a password.
    authority.rsplit('@').next().unwrap_or_default().to_owned()
}

fn unreachable(repository: &Repository, error: &reqwest::Error) -> ForgeError {
    let mut reason = String::new();
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(next) = cause {
        if !reason.is_empty() {
            reason.push_str(": ");
        }
        reason.push_str(&next.to_string());
        cause = next.source();
    }
    if reason.is_empty() {
        reason = if error.is_timeout() {
            "no answer in time".into()
        } else {
            "it does not answer".into()
        };
    }
    ForgeError::Unreachable {
        host: host(repository),
        reason,
    }
}
