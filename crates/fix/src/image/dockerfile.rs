//! `FROM` and `COPY --from`, with the build arguments that they are said by.

use std::collections::HashMap;
use std::ops::Range;

use lazaret_check::dockerfile::{Base, Dockerfile, Keyword, Word};
use lazaret_check::{Settings, Source};

use super::{Piece, Use};

pub(super) fn uses(source: &Source) -> Vec<Use> {
    let settings = Settings::default();
    let file = Dockerfile::read(source, &settings);
    let arguments = arguments(&file);
    let mut uses = Vec::new();
    for stage in &file.stages {
        let (Base::Image(image), Some(word)) = (&stage.base, &stage.image) else {
            continue;
        };
        let pieces = pieces(source, word, &arguments);
        // Whoever reads the file decides what it says; where the pieces say another
        // thing, they were not understood.
        let found = pieces.and_then(|pieces| Use::new("FROM", pieces));
        uses.extend(found.filter(|u| u.reference == *image));
    }
    let names: Vec<&str> = file
        .stages
        .iter()
        .filter_map(|s| s.name.as_deref())
        .collect();
    for copy in file.of(Keyword::Copy) {
        let Some(flag) = copy.flag("from") else {
            continue;
        };
        let is_stage = names.iter().any(|n| n.eq_ignore_ascii_case(&flag.value))
            || flag.value.parse::<usize>().is_ok();
        let Some(text) = source.text.get(flag.span.clone()).filter(|_| !is_stage) else {
            continue;
        };
        if let Some(at) = text.find(flag.value.as_str()) {
            let start = flag.span.start + at;
            let piece = Piece::new(&flag.value, start..start + flag.value.len());
            uses.extend(Use::new("COPY --from", vec![piece]));
        }
    }
    uses
}

/// Defaults of the build arguments above the first stage: value, and its bytes.
type Arguments = HashMap<String, (String, Range<usize>)>;

fn arguments(file: &Dockerfile<'_>) -> Arguments {
    let mut arguments = Arguments::new();
    let above = file
        .instructions
        .iter()
        .take_while(|i| i.keyword != Keyword::From);
    for pair in above
        .filter(|i| i.keyword == Keyword::Arg)
        .flat_map(|i| i.pairs())
    {
        let Some(value) = pair.value else { continue };
        let raw = file
            .source
            .text
            .get(pair.value_span.clone())
            .unwrap_or_default();
        if let Some(at) = raw.find(value.as_str()) {
            let start = pair.value_span.start + at;
            arguments.insert(pair.key, (value.clone(), start..start + value.len()));
        } else {
            arguments.remove(&pair.key);
        }
    }
    arguments
}

/// The pieces of a word: what is written out, values of arguments, and the defaults that
/// `${NAME:-default}` gives.
fn pieces(source: &Source, word: &Word, arguments: &Arguments) -> Option<Vec<Piece>> {
    let raw = source.text.get(word.span.clone())?;
    // Quotes stand around the whole or not at all.
    let quote = raw.chars().next().filter(|c| matches!(c, '"' | '\''));
    let (text, start) = match quote {
        Some(q) => (raw.strip_prefix(q)?.strip_suffix(q)?, word.span.start + 1),
        None => (raw, word.span.start),
    };
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|r| !r.is_empty()) {
        let literal = rest.find('$').unwrap_or(rest.len());
        if literal > 0 {
            let said = rest.get(..literal)?;
            pieces.push(Piece::new(said, start + at..start + at + literal));
            at += literal;
            continue;
        }
        let (name, default, length) = variable(rest)?;
        match arguments.get(name) {
            Some((value, range)) if !value.is_empty() => {
                pieces.push(Piece::new(value, range.clone()))
            }
            _ => {
                let (default, offset) = default?;
                let from = start + at + offset;
                pieces.push(Piece::new(default, from..from + default.len()));
            }
        }
        at += length;
    }
    Some(pieces)
}

/// Name, default with its offset, and length of a variable.
type Variable<'a> = (&'a str, Option<(&'a str, usize)>, usize);

/// The variable that a text begins with.
fn variable(text: &str) -> Option<Variable<'_>> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let rest = text.strip_prefix('$')?;
    let Some(inner) = rest.strip_prefix('{') else {
        let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        return (end > 0).then(|| (rest.get(..end).unwrap_or_default(), None, end + 1));
    };
    let close = inner.find('}')?;
    let inner = inner.get(..close)?;
    let end = inner.find(|c| !is_name(c)).unwrap_or(inner.len());
    let (name, modifier) = inner.split_at(end);
    let length = close + 3;
    if modifier.is_empty() {
        return Some((name, None, length));
    }
    let default = modifier
        .strip_prefix(":-")
        .or_else(|| modifier.strip_prefix('-'))?;
    // A default with a variable inside is too much to take apart.
    let offset = 2 + inner.len() - default.len();
    (!default.contains('$')).then_some((name, Some((default, offset)), length))
}
