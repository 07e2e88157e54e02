//! Lock files that are terms of Elixir or Erlang.
//!
//! The terms are not evaluated: an entry is a tuple that begins with the kind of its
//! source, and that shape is looked for among the words of the file.

use lazaret_model::{GapKind, Package};

use crate::document::{self, add, unique};
use crate::{Found, Input, ReadError};

/// One word of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word<'a> {
    Name(&'a str),
    Text(&'a str),
    Sign(char),
}

use Word::{Name, Sign, Text};

/// The words of `text`; blanks and the marks of binaries (`<<"…">>`) fall away.
fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let after = rest.get(first.len_utf8()..).unwrap_or_default();
        rest = match first {
            '"' => {
                let end = after.find('"').unwrap_or(after.len());
                words.push(Text(after.get(..end).unwrap_or_default()));
                after.get(end + 1..).unwrap_or_default()
            }
            '<' | '>' => after,
            _ if first.is_whitespace() => after,
            _ if first.is_alphanumeric() || first == '_' => {
                let end = rest
                    .find(|c: char| !(c.is_alphanumeric() || "_@?!".contains(c)))
                    .unwrap_or(rest.len());
                let (name, after) = rest.split_at(end);
                words.push(Name(name));
                after
            }
            _ => {
                words.push(Sign(first));
                after
            }
        };
    }
    words
}

/// `%{"name": {:hex, :name, "version", …}, …}`. What comes from a repository has no
/// version.
pub(super) fn mix(input: Input<'_>) -> Result<Found, ReadError> {
    let text = document::text(input.bytes)?;
    let words = words(text);
    if !matches!(words.as_slice(), [] | [Sign('%'), Sign('{'), ..]) {
        return Err(ReadError::new("the lock file is not a map"));
    }
    let mut found = Found::default();
    for at in 0..words.len() {
        let key = at.checked_sub(2).and_then(|k| words.get(k));
        let (Some(entry), Some(Text(key) | Name(key))) = (words.get(at..), key) else {
            continue;
        };
        match entry {
            [
                Sign('{'),
                Sign(':'),
                Name("hex"),
                Sign(','),
                Sign(':'),
                Name(name) | Text(name),
                Sign(','),
                Text(version),
                ..,
            ] => add(&mut found, Package::new("hex", *name, *version)),
            [Sign('{'), Sign(':'), Name("hex"), Sign(','), Sign('}'), ..] => {
                let detail = format!("{key}: an entry without a version");
                found.gaps.push((GapKind::Unreadable, detail));
            }
            [Sign('{'), Sign(':'), Name("git" | "path"), Sign(','), ..] => {
                let detail = format!("{key}: taken from a repository, which states no version");
                found.gaps.push((GapKind::MissingVersion, detail));
            }
            _ => {}
        }
    }
    Ok(unique(found))
}

/// `{<<"name">>,{pkg,<<"name">>,<<"version">>},0}`.
pub(super) fn rebar(input: Input<'_>) -> Result<Found, ReadError> {
    let text = document::text(input.bytes)?;
    let words = words(text);
    if !matches!(words.as_slice(), [] | [Sign('{' | '['), ..]) {
        return Err(ReadError::new("the lock file is not a term"));
    }
    let mut found = Found::default();
    for at in 0..words.len() {
        match words.get(at..).unwrap_or_default() {
            [
                Sign('{'),
                Name("pkg"),
                Sign(','),
                Text(name),
                Sign(','),
                Text(version),
                ..,
            ] => add(&mut found, Package::new("hex", *name, *version)),
            [
                Text(key),
                Sign(','),
                Sign('{'),
                Name("git" | "git_subdir" | "hg"),
                ..,
            ] => {
                let detail = format!("{key}: taken from a repository, which states no version");
                found.gaps.push((GapKind::MissingVersion, detail));
            }
            _ => {}
        }
    }
    Ok(unique(found))
}
