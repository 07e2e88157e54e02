//! Challenges, and the tokens that answer them.
//!
//! Sources: RFC 9110, section 11 (challenges); the Distribution project's token
//! authentication specification and its OAuth 2 companion.

use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::credentials::Secret;

/// What a registry wants, by its `WWW-Authenticate` header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Challenge {
    /// A token of a token service.
    Bearer {
        /// Address of the token service.
        realm: String,
        /// Name of the registry at the token service.
        service: Option<String>,
    },
    /// User name and password.
    Basic,
}

/// Reads the headers; a token is preferred to a password.
pub(crate) fn challenge<'a>(headers: impl Iterator<Item = &'a str>) -> Option<Challenge> {
    let all: Vec<Challenge> = headers.flat_map(parse).collect();
    all.iter()
        .find(|c| matches!(c, Challenge::Bearer { .. }))
        .or_else(|| all.first())
        .cloned()
}

/// Challenges of one header. Parameters belong to the scheme before them.
fn parse(header: &str) -> Vec<Challenge> {
    let mut found: Vec<(String, Vec<(String, String)>)> = Vec::new();
    for part in split_commas(header) {
        let part = part.trim();
        let (scheme, parameter) = match part.split_once(' ') {
            Some((scheme, rest)) if !scheme.contains('=') => (Some(scheme), rest),
            None if !part.contains('=') && !part.is_empty() => (Some(part), ""),
            _ => (None, part),
        };
        if let Some(scheme) = scheme {
            found.push((scheme.to_ascii_lowercase(), Vec::new()));
        }
        if let (Some((_, parameters)), Some((key, value))) =
            (found.last_mut(), parameter.split_once('='))
        {
            let value = value.trim().trim_matches('"').to_owned();
            parameters.push((key.trim().to_ascii_lowercase(), value));
        }
    }
    found
        .into_iter()
        .filter_map(|(scheme, parameters)| {
            let get = |name: &str| {
                let found = parameters.iter().find(|(k, _)| k == name);
                found.map(|(_, v)| v.clone()).filter(|v| !v.is_empty())
            };
            match scheme.as_str() {
                "basic" => Some(Challenge::Basic),
                "bearer" => Some(Challenge::Bearer {
                    realm: get("realm")?,
                    service: get("service"),
                }),
                _ => None,
            }
        })
        .collect()
}

/// Splits at commas outside quotes: scopes have commas.
fn split_commas(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted => {
                parts.extend(text.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(text.get(start..));
    parts
}

/// A token service's answer.
#[derive(Deserialize)]
pub(crate) struct TokenAnswer {
    #[serde(default)]
    token: String,
    #[serde(default)]
    access_token: String,
    #[serde(default)]
    expires_in: Option<u64>,
}

impl TokenAnswer {
    /// The token with the time until which it may be used.
    pub(crate) fn token(self) -> Option<Authorization> {
        let text = [self.token, self.access_token]
            .into_iter()
            .find(|t| !t.is_empty())?;
        // The specification: 60 seconds where nothing is said. Ten are for the way.
        let life = self.expires_in.unwrap_or(60).clamp(30, 86_400);
        let until = Instant::now() + Duration::from_secs(life - 10);
        Some(Authorization::Bearer {
            token: Secret::new(text),
            until: Some(until),
        })
    }
}

/// What is sent in the `Authorization` header.
#[derive(Debug, Clone)]
pub(crate) enum Authorization {
    /// Nothing.
    None,
    /// User name and password.
    Basic {
        /// The user's name.
        username: String,
        /// The password.
        password: Secret,
    },
    /// A token, and until when it may be used.
    Bearer {
        /// The token.
        token: Secret,
        /// Absent when its life is unknown.
        until: Option<Instant>,
    },
}

impl Authorization {
    /// Whether the token's life is over.
    pub(crate) fn is_stale(&self) -> bool {
        matches!(self, Self::Bearer { until: Some(until), .. } if *until <= Instant::now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(headers: &[&str], expected: Option<(&str, Option<&str>)>) {
        let got = match challenge(headers.iter().copied()) {
            Some(Challenge::Bearer { realm, service }) => Some((realm, service)),
            Some(Challenge::Basic) => Some(("basic".into(), None)),
            None => None,
        };
        let expected = expected.map(|(r, s)| (r.to_owned(), s.map(str::to_owned)));
        assert_eq!(got, expected, "{headers:?}");
    }

    #[test]
    fn challenges_are_read_as_registries_write_them() {
        check(
            &[r#"Bearer realm="https://a/token",service="s",scope="repository:x:pull,push""#],
            Some(("https://a/token", Some("s"))),
        );
        check(
            &[r#"bearer Realm=https://a/t, Service=s"#],
            Some(("https://a/t", Some("s"))),
        );
        check(&[r#"Basic realm="r""#], Some(("basic", None)));
        check(
            &[r#"Basic realm="r", Bearer realm="https://a""#],
            Some(("https://a", None)),
        );
        check(&["Negotiate", "Basic"], Some(("basic", None)));
        check(&["Bearer service=x", "", "=,=", "\"", ",,,"], None);
    }
}
