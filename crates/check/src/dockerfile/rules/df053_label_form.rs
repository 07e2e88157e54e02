//! Label that programs cannot read.

use super::prelude::*;
use crate::dockerfile::Form;

pub(super) const RULE: Rule = Rule { check: &CHECK, run };

static CHECK: Check = Check {
    id: "LZ-DF-053",
    title: "Label that programs cannot read",
    severity: Severity::Negligible,
    fix: FixKind::Suggested,
    peers: &[
        "DL3048", "DL3050", "DL3052", "DL3053", "DL3054", "DL3055", "DL3056", "DL3058",
    ],
    about: "Keys of labels are lower case letters, digits, dots and hyphens, and belong to a \
            domain; com.docker, io.docker and org.dockerproject are Docker's own. The values \
            of the OCI's keys have a form: an address, an RFC 3339 time, an SPDX expression.",
    good: "FROM debian:12\nLABEL org.opencontainers.image.created=\"2024-05-01T10:00:00Z\"\n",
    bad: "FROM debian:12\nLABEL org.opencontainers.image.created=\"yesterday\"\n",
};

fn run(file: &Dockerfile<'_>, findings: &mut Findings) {
    for label in file.of(Keyword::Label) {
        for pair in label.pairs() {
            if pair.key.contains('$') {
                continue;
            }
            if let Some(why) = bad_key(&pair.key) {
                let message = format!("the key {} {why}", pair.key);
                findings.add(
                    file.finding(&CHECK, label, pair.span.clone(), message)
                        .aliases(&["DL3048"]),
                );
            }
            let value = pair.value.as_deref().unwrap_or("");
            let wanted = file.labels.iter().find(|(name, _)| *name == pair.key);
            let wrong = match wanted {
                Some((_, form)) => bad_form(*form, value),
                None if file.is_strict => {
                    Some(("is not among the labels that are wanted", &["DL3050"][..]))
                }
                None => bad_value(&pair.key, value),
            };
            if let Some((why, aliases)) = wrong {
                let message = format!("{} {why}", pair.key);
                findings.add(
                    file.finding(&CHECK, label, pair.span.clone(), message)
                        .aliases(aliases),
                );
            }
        }
    }
}

/// Docker's "Object labels": key format recommendations.
fn bad_key(key: &str) -> Option<&'static str> {
    let reserved = ["com.docker.", "io.docker.", "org.dockerproject."];
    if reserved.iter().any(|r| key.starts_with(r)) {
        return Some("is in a name space of Docker's own");
    }
    let edge = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let letter = |c: char| c.is_ascii_lowercase();
    if !key.starts_with(letter) || !key.ends_with(edge) {
        return Some("does not begin and end with a lower case letter");
    }
    if key.contains("..") || key.contains("--") {
        return Some("has two dots or hyphens in a row");
    }
    let allowed = |c: char| edge(c) || matches!(c, '.' | '-' | '/' | '_');
    (!key.chars().all(allowed))
        .then_some("has other characters than lower case letters, digits, dots and hyphens")
}

type BadValue = (&'static str, &'static [&'static str]);

/// The OCI image specification's "Pre-Defined Annotation Keys".
fn bad_value(key: &str, value: &str) -> Option<BadValue> {
    let name = key.strip_prefix("org.opencontainers.image.")?;
    if value.is_empty() || value.contains('$') {
        return None;
    }
    match name {
        "url" | "source" | "documentation" if !is_address(value) => {
            Some(("is no address", &["DL3052"]))
        }
        "created" if !is_time(value) => Some(("is no RFC 3339 time", &["DL3053"])),
        "licenses" if value.contains([',', '/', ';']) => {
            Some(("is no SPDX expression", &["DL3054"]))
        }
        "base.digest" if !value.contains(':') => Some(("is no digest", &[])),
        _ => None,
    }
}

/// The forms that hadolint's configuration may ask for.
fn bad_form(form: Form, value: &str) -> Option<BadValue> {
    if value.is_empty() || value.contains('$') {
        return None;
    }
    let hex = |c: char| c.is_ascii_hexdigit();
    Some(match form {
        Form::Url if !is_address(value) => ("is no address", &["DL3052"]),
        Form::Time if !is_time(value) => ("is no RFC 3339 time", &["DL3053"]),
        Form::License if value.contains([',', '/', ';']) => ("is no SPDX expression", &["DL3054"]),
        Form::Hash if !value.chars().all(hex) || !matches!(value.len(), 7..=40) => {
            ("is no commit of Git", &["DL3055"])
        }
        Form::Version if !is_version(value) => ("is no semantic version", &["DL3056"]),
        Form::Mail if !is_mail(value) => ("is no address of mail", &["DL3058"]),
        _ => return None,
    })
}

/// `1.2.3`, with a pre-release or build where there is one (Semantic Versioning 2.0.0).
fn is_version(value: &str) -> bool {
    let (rest, build) = value.split_once('+').unwrap_or((value, "0"));
    let (core, pre) = rest.split_once('-').unwrap_or((rest, "0"));
    let number = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_digit())
            && (part == "0" || !part.starts_with('0'))
    };
    let word = |text: &str| {
        text.split('.').all(|part| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
    };
    core.split('.').count() == 3 && core.split('.').all(number) && word(pre) && word(build)
}

fn is_mail(value: &str) -> bool {
    let (name, host) = value.split_once('@').unwrap_or(("", ""));
    !name.is_empty() && host.contains('.') && !value.contains(char::is_whitespace)
}

fn is_address(value: &str) -> bool {
    let rest = value.split_once("://").map_or("", |(_, rest)| rest);
    !rest.is_empty() && !value.contains(char::is_whitespace) || value.starts_with("git@")
}

/// `2024-05-01T10:00:00Z`, with a fraction or an offset where there is one.
fn is_time(value: &str) -> bool {
    let shape = "dddd-dd-ddTdd:dd:dd";
    let (date, zone) = match value.get(..shape.len()) {
        Some(date) => (date, value.get(shape.len()..).unwrap_or("")),
        None => return false,
    };
    let fits = date.chars().zip(shape.chars()).all(|(c, s)| match s {
        'd' => c.is_ascii_digit(),
        'T' => matches!(c, 'T' | 't' | ' '),
        s => c == s,
    });
    let zone = match zone.strip_prefix('.') {
        Some(rest) => rest.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => zone,
    };
    let offset = zone.len() == 6 && zone.starts_with(['+', '-']) && zone.get(3..4) == Some(":");
    fits && (matches!(zone, "Z" | "z") || offset)
}
