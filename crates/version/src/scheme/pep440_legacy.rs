//! Python versions from before PEP 440, by the old setuptools rule.
//!
//! Runs of digits, letters and dots or hyphens alternate. Numbers compare by
//! value and after words; `final` ends the version, words before it are
//! pre-releases; a hyphen starts a patch level. Only ever compared with one
//! another: any PEP 440 version is newer.
//!
//! Source: the setuptools documentation of `pkg_resources.parse_version`.

use std::cmp::Ordering;

/// Order of two versions that are not PEP 440.
pub(super) fn compare(a: &str, b: &str) -> Ordering {
    parts(a).cmp(&parts(b))
}

fn parts(version: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for part in raw_parts(&version.trim().to_lowercase()) {
        if let Some(word) = part.strip_prefix('*') {
            if word < "final" {
                while parts.last().is_some_and(|last| last == "*final-") {
                    parts.pop();
                }
            }
            while parts.last().is_some_and(|last| last == "00000000") {
                parts.pop();
            }
        }
        parts.push(part);
    }
    parts
}

/// Numbers with eight places or more, words with a star in front.
fn raw_parts(version: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = version;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| kind(c) != kind(first)).unwrap_or(rest.len());
        let (part, tail) = match kind(first) {
            Kind::Dot | Kind::Hyphen => rest.split_at(1),
            _ => rest.split_at(end),
        };
        rest = tail;
        match part {
            "." => {}
            "-" => parts.push("*final-".to_owned()),
            "pre" | "preview" | "rc" => parts.push("*c".to_owned()),
            "dev" => parts.push("*@".to_owned()),
            number if kind(first) == Kind::Digit => parts.push(format!("{number:0>8}")),
            word => parts.push(format!("*{word}")),
        }
    }
    parts.push("*final".to_owned());
    parts
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Digit,
    Letter,
    Dot,
    Hyphen,
    Other,
}

fn kind(character: char) -> Kind {
    match character {
        '0'..='9' => Kind::Digit,
        'a'..='z' => Kind::Letter,
        '.' => Kind::Dot,
        '-' => Kind::Hyphen,
        _ => Kind::Other,
    }
}
