//! `requirements.txt` and `pyproject.toml`: requirements that name one version.
//!
//! Source: PEP 508 for requirements, pip's "Requirements File Format" for the lines, PEP
//! 503 for names.

use std::ops::Range;

use lazaret_check::Edit;

use super::{Bump, Editor, Unchanged};

pub(super) static REQUIREMENTS: Editor = Editor {
    wants: |path| {
        let mut parts = path.rsplit('/');
        let file = parts.next().unwrap_or_default();
        let is_in_folder = parts.next() == Some("requirements");
        let stem = file
            .strip_suffix(".txt")
            .or_else(|| file.strip_suffix(".in"));
        stem.is_some_and(|s| {
            s.contains("requirements") || s.contains("constraints") || is_in_folder
        })
    },
    kind: "pypi",
    edit: requirements,
    then: None,
};

pub(super) static PROJECT: Editor = Editor {
    wants: |path| path.rsplit('/').next() == Some("pyproject.toml"),
    kind: "pypi",
    edit: project,
    then: None,
};

fn requirements(text: &str, bump: &Bump) -> Result<Vec<Edit>, Unchanged> {
    let mut edits = Vec::new();
    let mut start = 0;
    while let Some(rest) = text.get(start..).filter(|r| !r.is_empty()) {
        let length = logical_line(rest);
        let line = rest.get(..length).unwrap_or_default();
        if let Some(range) = pinned(line, bump) {
            if line.contains("--hash") {
                return Err(Unchanged {
                    why: format!(
                        "{} is pinned by a hash, and that of {} is not known",
                        bump.name, bump.to
                    ),
                    command: Some(format!(
                        "pip-compile --generate-hashes --upgrade-package {}=={}",
                        bump.name, bump.to
                    )),
                });
            }
            edits.push(Edit {
                range: start + range.start..start + range.end,
                text: bump.to.clone(),
            });
        }
        start += length;
    }
    Ok(edits)
}

/// Bytes of a line with those that a backslash continues.
fn logical_line(text: &str) -> usize {
    let mut length = 0;
    for line in text.split_inclusive('\n') {
        length += line.len();
        if !line.trim_end_matches(['\n', '\r']).ends_with('\\') {
            break;
        }
    }
    length
}

fn project(text: &str, bump: &Bump) -> Result<Vec<Edit>, Unchanged> {
    let mut edits = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        // Requirements are strings; what stands behind a `#` outside of one is a comment.
        let mut at = 0;
        while let Some(open) = line.get(at..).and_then(|r| r.find(['"', '\'', '#'])) {
            let open = at + open;
            let Some(quote) = line
                .get(open..)
                .and_then(|r| r.chars().next())
                .filter(|c| *c != '#')
            else {
                break;
            };
            let inner = open + 1;
            let Some(close) = line.get(inner..).and_then(|r| r.find(quote)) else {
                break;
            };
            let said = line.get(inner..inner + close).unwrap_or_default();
            if let Some(range) = pinned(said, bump) {
                let from = start + inner;
                edits.push(Edit {
                    range: from + range.start..from + range.end,
                    text: bump.to.clone(),
                });
            }
            at = inner + close + 1;
        }
        start += line.len();
    }
    Ok(edits)
}

/// The bytes of the version in `name==version`, where name and version are those.
fn pinned(requirement: &str, bump: &Bump) -> Option<Range<usize>> {
    let code = match requirement.starts_with('#') {
        true => "",
        false => requirement.split(" #").next().unwrap_or_default(),
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let begin = code.len() - code.trim_start().len();
    let rest = code.get(begin..)?;
    let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
    if normal(rest.get(..end)?) != normal(&bump.name) {
        return None;
    }
    let mut at = begin + end;
    let rest = code.get(at..)?;
    let trimmed = rest.trim_start();
    at += rest.len() - trimmed.len();
    let rest = match trimmed.strip_prefix('[') {
        Some(extras) => {
            let close = extras.find(']')? + 2;
            at += close;
            trimmed.get(close..)?
        }
        None => trimmed,
    };
    let equals = rest.find("==")?;
    let before = rest.get(..equals)?;
    // Only `==` with nothing but blanks or a bracket before it pins the version.
    if !before.chars().all(|c| c.is_whitespace() || c == '(') {
        return None;
    }
    let signs = rest
        .get(equals..)?
        .bytes()
        .take_while(|b| *b == b'=')
        .count();
    let value = rest.get(equals + signs..)?;
    let blanks = value.len() - value.trim_start().len();
    let version = value.trim_start();
    let length = version
        .find(|c: char| c.is_whitespace() || ",;)\\#".contains(c))
        .unwrap_or(version.len());
    let from = at + equals + signs + blanks;
    (version.get(..length)? == bump.from).then_some(from..from + length)
}

/// A name as PEP 503 compares it.
fn normal(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '-' | '_' | '.' if out.ends_with('-') => {}
            '-' | '_' | '.' => out.push('-'),
            c => out.push(c.to_ascii_lowercase()),
        }
    }
    out
}
