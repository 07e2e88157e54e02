//! `setup.py` and `setup.cfg`: what an older project asks for.
//!
//! Python is not run. In `setup.py` only literals count: strings in the lists (and in the
//! dictionaries of lists) behind `install_requires`, `extras_require` and their like, or
//! behind a variable that one of them names. A requirement that names no version tells
//! nothing that a program could not have changed, and is a gap. Format: setuptools'
//! documentation, "Keywords" and "Declarative Config".

use lazaret_model::GapKind;

use super::requirement::Requirement;
use crate::document::{self, add, unique};
use crate::{Found, Input, ReadError};

/// Arguments of `setup()` that hold requirements.
const KEYWORDS: [&str; 4] = [
    "install_requires",
    "extras_require",
    "tests_require",
    "setup_requires",
];

pub(super) fn script(input: Input<'_>) -> Result<Found, ReadError> {
    let text = document::text(input.bytes)?;
    let mut found = Found::default();
    for keyword in KEYWORDS {
        for value in values(text, keyword) {
            for literal in literals(value_or_variable(text, value)) {
                // A text of several lines that the program splits.
                literal
                    .lines()
                    .for_each(|line| take(&mut found, line.trim(), true));
            }
        }
    }
    Ok(unique(found))
}

pub(super) fn configuration(input: Input<'_>) -> Result<Found, ReadError> {
    let mut found = Found::default();
    let (mut section, mut key) = ("", "");
    for line in document::text(input.bytes)?.lines() {
        let text = line.trim();
        if text.is_empty() || text.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[') {
            (section, key) = (name.trim_end().trim_end_matches(']'), "");
            continue;
        }
        let value = match line.split_once('=') {
            Some((name, value)) if !line.starts_with([' ', '\t']) => {
                key = name.trim();
                value.trim()
            }
            _ => text,
        };
        let counts = match section {
            "options" => KEYWORDS.contains(&key),
            "options.extras_require" => true,
            _ => false,
        };
        if counts {
            value
                .split('\n')
                .for_each(|one| take(&mut found, one, false));
        }
    }
    Ok(unique(found))
}

fn take(found: &mut Found, text: &str, is_script: bool) {
    let text = text.split(" #").next().unwrap_or_default().trim();
    if text.is_empty() || text.starts_with('#') {
        return;
    }
    let (kind, what) = match Requirement::parse(text) {
        Some(r) if !r.version.is_empty() || !is_script && !r.is_address() => {
            add(found, r.package());
            return;
        }
        Some(_) => (GapKind::MissingVersion, "names no version"),
        None => (GapKind::Unreadable, "is no requirement"),
    };
    found.gaps.push((kind, format!("`{text}` {what}")));
}

/// What stands behind each `keyword =`, up to the end of the file.
fn values<'a>(text: &'a str, keyword: &str) -> Vec<&'a str> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(keyword)
        .filter_map(|(at, _)| {
            if text.get(..at)?.ends_with(word) {
                return None;
            }
            let rest = text.get(at + keyword.len()..)?.trim_start();
            let value = rest.strip_prefix('=')?;
            (!value.starts_with('=')).then(|| value.trim_start())
        })
        .take(16)
        .collect()
}

/// The value, or that of the variable which it names.
fn value_or_variable<'a>(text: &'a str, value: &'a str) -> &'a str {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let name = value.split(|c| !word(c)).next().unwrap_or_default();
    let after = value.get(name.len()..).unwrap_or_default();
    if name.is_empty() || !after.trim_start().starts_with([',', ')']) {
        return value;
    }
    values(text, name)
        .into_iter()
        .find(|v| v.starts_with(['[', '(', '{', '"', '\'']))
        .unwrap_or_default()
}

/// The string literals of the expression that the text begins with, without the keys of
/// its dictionaries.
fn literals(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|r| !r.is_empty()) {
        let c = rest.chars().next().unwrap_or(' ');
        at += c.len_utf8();
        match c {
            '[' | '(' | '{' => depth += 1,
            ']' | ')' | '}' if depth > 1 => depth -= 1,
            ']' | ')' | '}' => break,
            ',' if depth == 0 => break,
            '#' => at += rest.find('\n').unwrap_or(rest.len()) - 1,
            '"' | '\'' => {
                let (body, after) = literal(rest);
                at = text.len() - after.len();
                if !after.trim_start().starts_with(':') {
                    found.push(body);
                }
            }
            _ => {}
        }
    }
    found
}

/// The body of the literal that the text begins with, and what follows it.
fn literal(text: &str) -> (&str, &str) {
    let quote = match text.get(..3) {
        Some(three @ ("\"\"\"" | "'''")) => three,
        _ => text.get(..1).unwrap_or_default(),
    };
    let body = text.get(quote.len()..).unwrap_or_default();
    // Requirements hold no escapes, so none is looked for.
    body.split_once(quote).unwrap_or((body, ""))
}
