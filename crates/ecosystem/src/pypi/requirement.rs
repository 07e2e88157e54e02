//! One requirement of Python's dependency specifiers: `name[extra] >=1.0 ; marker`.
//!
//! A requirement tells a version where it pins one (`==` or `===` without a wildcard). Of
//! the others the version that an only, inclusive clause names is kept beside the
//! requirement: the least (or, after `<=`, the greatest) that it takes. Format: the
//! specification "Dependency specifiers" (PEP 508) and "Version specifiers" (PEP 440).

use lazaret_model::Package;

/// What a requirement asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Requirement<'a> {
    /// The name as written, without extras.
    pub(super) name: &'a str,
    /// The clauses without a marker, as written; empty where any version will do.
    pub(super) clauses: &'a str,
    /// The version that the clauses name, empty where there is not one.
    pub(super) version: &'a str,
    /// Whether that version and no other will do.
    pub(super) is_pinned: bool,
}

impl<'a> Requirement<'a> {
    /// Reads a requirement; `None` where the text is none. A requirement that names an
    /// address instead of a version has the address as clauses.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let text = text.trim();
        let is_name = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
        let end = text.bytes().position(|b| !is_name(b)).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        let edge = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
        if !edge(name.as_bytes().first()) || !edge(name.as_bytes().last()) {
            return None;
        }
        let mut rest = rest.trim_start();
        if let Some(extras) = rest.strip_prefix('[') {
            rest = extras.split_once(']')?.1.trim_start();
        }
        if let Some(address) = rest.strip_prefix('@') {
            let clauses = address.trim();
            return (!clauses.is_empty()).then_some(Self {
                name,
                clauses,
                version: "",
                is_pinned: false,
            });
        }
        let clauses = rest.split(';').next().unwrap_or_default().trim();
        let clauses = clauses
            .strip_prefix('(')
            .and_then(|c| c.strip_suffix(')'))
            .unwrap_or(clauses);
        let (version, is_pinned) = named(clauses)?;
        Some(Self {
            name,
            clauses,
            version,
            is_pinned,
        })
    }

    /// Whether it names an address instead of a version.
    pub(super) fn is_address(&self) -> bool {
        self.clauses.contains(":/") || self.clauses.starts_with(['.', '/'])
    }

    /// The package, marked as asked for unless one version is pinned.
    pub(super) fn package(&self) -> Package {
        let package = Package::new("pypi", self.name, self.version);
        if self.is_pinned {
            package
        } else {
            package.asked_for(self.clauses)
        }
    }
}

/// The version that clauses name, and whether they pin it; `None` where they are none.
fn named(clauses: &str) -> Option<(&str, bool)> {
    const OPERATORS: [&str; 8] = ["===", "==", "~=", "!=", "<=", ">=", "<", ">"];
    if clauses.is_empty() {
        return Some(("", false));
    }
    let (mut pinned, mut inclusive, mut count) = ("", "", 0);
    // A comma after the last clause is tolerated, as pip does.
    for clause in clauses.trim_end_matches(',').split(',') {
        let clause = clause.trim();
        let operator = OPERATORS.iter().find(|o| clause.starts_with(**o))?;
        let version = clause.get(operator.len()..).unwrap_or_default().trim();
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.+!*".contains(&b);
        let begins = version.starts_with(|c: char| c.is_ascii_alphanumeric());
        if !begins || !version.bytes().all(plain) {
            return None;
        }
        count += 1;
        if !version.contains('*') {
            match *operator {
                "==" | "===" => pinned = version,
                ">=" | "~=" | "<=" => inclusive = version,
                _ => {}
            }
        }
    }
    Some(match (pinned, count) {
        ("", 1) => (inclusive, false),
        ("", _) => ("", false),
        (pinned, _) => (pinned, true),
    })
}
