//! Refusals in the registry's own words, so that every client shows them.
//!
//! Source: OCI Distribution Specification 1.1, "Error Codes".

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::ext::ReasonPhrase;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::{Response, StatusCode};
use jiff::{SignedDuration, Timestamp, Unit};
use lazaret_model::Digest;
use lazaret_wire::api::HoldState as State;
use serde::Serialize;

use super::Body;
use super::decide::Ruling;

#[derive(Serialize)]
struct Errors<'a> {
    errors: [Error<'a>; 1],
}

#[derive(Serialize)]
struct Error<'a> {
    code: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<Detail<'a>>,
}

/// What a program can make of a refusal.
#[derive(Serialize)]
struct Detail<'a> {
    digest: &'a Digest,
    repository: &'a str,
    state: &'static str,
    transition: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
    /// The generation of the verdicts that were decided by.
    generation: u64,
    /// How old those verdicts are, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    age_seconds: Option<i64>,
}

/// An answer with the error body of the distribution API.
pub(super) fn error(status: StatusCode, code: &str, message: &str) -> Response<Body> {
    answer(
        status,
        &Errors {
            errors: [Error {
                code,
                message,
                detail: None,
            }],
        },
    )
}

/// The refusal of a pull.
pub(super) fn refused(ruling: &Ruling, repository: &str) -> Response<Body> {
    let message = message(ruling);
    let detail = Detail {
        digest: &ruling.digest,
        repository,
        state: ruling.standing.state.name(),
        transition: ruling.transition.name(),
        reason: ruling.standing.reason.as_deref(),
        link: ruling.standing.link.as_deref(),
        since: ruling.standing.since,
        until: ruling.standing.until,
        generation: ruling.generation,
        age_seconds: ruling.age.map(|age| age.as_secs()),
    };
    let errors = [Error {
        code: "DENIED",
        message: &message,
        detail: Some(detail),
    }];
    let mut response = answer(StatusCode::FORBIDDEN, &Errors { errors });
    // The answer to HEAD has no body; containerd, which asks so first, shows this phrase.
    let phrase: Vec<u8> = format!("Forbidden: {message}")
        .bytes()
        .filter(|byte| matches!(byte, b' '..=b'~'))
        .collect();
    if let Ok(phrase) = ReasonPhrase::try_from(phrase) {
        response.extensions_mut().insert(phrase);
    }
    if ruling.standing.state == State::Unknown {
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from_static("30"));
    }
    response
}

/// One line for a person whose pull fails.
fn message(ruling: &Ruling) -> String {
    let standing = &ruling.standing;
    let mut message = match standing.state {
        State::Unknown if ruling.waited => "image has not been examined yet".to_owned(),
        State::Unknown => "image has not been examined".to_owned(),
        state => format!("image is {}", state.name()),
    };
    if let Some(reason) = &standing.reason {
        message += &format!(": {}", one_line(reason));
    }
    if let Some(until) = standing.until {
        message += &format!(" (until {until})");
    }
    if let Some(link) = &standing.link {
        message += &format!(", see {}", one_line(link));
    }
    // What is said a moment after the verdict needs no age.
    if let Some(age) = ruling.age.filter(|age| age.as_secs() >= 60) {
        message += &format!(" [verdicts of {} ago]", words(age));
    }
    message
}

/// Without line ends and other control characters: it is printed on terminals and in logs.
fn one_line(text: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().take(500).map(plain).collect()
}

fn words(age: SignedDuration) -> String {
    let unit = match age.as_secs() {
        0..3600 => Unit::Minute,
        3600..172_800 => Unit::Hour,
        _ => return format!("{} d", age.as_hours() / 24),
    };
    match unit {
        Unit::Minute => format!("{} min", age.as_mins()),
        _ => format!("{} h", age.as_hours()),
    }
}

fn answer(status: StatusCode, errors: &Errors<'_>) -> Response<Body> {
    let json = serde_json::to_vec(errors).unwrap_or_default();
    let body = Full::new(Bytes::from(json)).map_err(|never| match never {});
    let mut response = Response::new(body.boxed_unsync());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    // A refusal of now says nothing about tomorrow.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        "docker-distribution-api-version",
        HeaderValue::from_static("registry/2.0"),
    );
    response
}
