//! `specifications/*.gemspec`, also those of the default gems: Ruby as RubyGems writes it.
//!
//! Ruby is not run: only assignments of string literals count, also through a constant or
//! a variable that the same file assigns. A specification that computes its version, or
//! takes it from another file, is an error, for the version is then not known.

use lazaret_model::Package;

use crate::document::add;
use crate::{Found, Input, ReadError};

pub(super) fn wants(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    let file = parts.next().unwrap_or_default();
    let folder = parts.next().unwrap_or_default();
    let above = parts.next().unwrap_or_default();
    file.ends_with(".gemspec")
        && (folder == "specifications" || (folder == "default" && above == "specifications"))
}

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let text = String::from_utf8_lossy(input.bytes);
    let (mut name, mut version) = (None, None);
    let mut licenses = Vec::new();
    for line in text.lines() {
        let Some((left, right)) = line.split_once('=') else {
            continue;
        };
        let Some((_, field)) = left.trim().split_once('.') else {
            continue;
        };
        match field {
            "name" if name.is_none() => name = literals(right).into_iter().next(),
            "version" if version.is_none() => version = value(&text, right),
            "license" | "licenses" => licenses = literals(right),
            _ => {}
        }
    }
    let name = name.ok_or_else(|| ReadError::new("no name that is a literal"))?;
    let version = version.ok_or_else(|| ReadError::new("no version that is a literal"))?;
    let mut package = Package::new("gem", name, version);
    package.licenses = licenses;
    let mut found = Found::default();
    add(&mut found, package);
    Ok(found)
}

/// The literal that an expression begins with, or that of the name which it consists of.
fn value(text: &str, expression: &str) -> Option<String> {
    if let Some(literal) = literals(expression).into_iter().next() {
        return Some(literal);
    }
    let name = expression.trim().rsplit("::").next()?;
    let name = name.strip_suffix(".freeze").unwrap_or(name);
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || !name.chars().all(is_name) {
        return None;
    }
    text.lines().find_map(|line| {
        let rest = line.trim_start().strip_prefix(name)?.trim_start();
        let value = rest
            .strip_prefix('=')
            .filter(|v| !v.starts_with(['=', '~']))?;
        literals(value).into_iter().next()
    })
}

/// The string literals of an expression: in quotes, or as `%q<…>`.
fn literals(expression: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = expression;
    while let Some(at) = rest.find(['"', '\'', '%']) {
        let tail = rest.get(at..).unwrap_or_default();
        let (open, close) = match tail.chars().next() {
            Some('"') => ("\"", '"'),
            Some('\'') => ("'", '\''),
            _ if tail.starts_with("%q<") => ("%q<", '>'),
            _ => ("%", '\n'),
        };
        let body = tail.get(open.len()..).unwrap_or_default();
        if open == "%" {
            rest = body;
            continue;
        }
        let Some(end) = body.find(close) else {
            break;
        };
        out.push(body.get(..end).unwrap_or_default().to_owned());
        rest = body.get(end + 1..).unwrap_or_default();
    }
    out
}
