//! Edits of the YAML and JSON texts that trees were read from.
//!
//! Each is in the text's own style, and there is none where the text does not say what the
//! tree says: an alias, a template, a patch, a default that was filled in. Who makes an edit
//! reads the text again and proves it; nothing here has to.

use std::ops::Range;

use super::node::{Node, Span, Value};
use crate::Edit;

/// Another scalar in the place of `node`.
pub(crate) fn set(text: &str, node: &Node, new: &str) -> Option<Edit> {
    let written = text.get(range(node.span))?;
    if node.as_str() != Some(written.trim_matches(['"', '\''])) {
        return None;
    }
    // A word that was in quotes stays in them: JSON knows no other.
    let quote = written.chars().next().filter(|c| matches!(c, '"' | '\''));
    let new = match quote {
        Some(quote) if is_word(new) => format!("{quote}{new}{quote}"),
        _ => new.to_owned(),
    };
    Some(Edit {
        range: range(node.span),
        text: new,
    })
}

/// `key: value` as an entry of `map`: behind its first where that one is a line, so that a
/// name stays first, and before it otherwise.
pub(crate) fn insert(text: &str, map: &Node, key: &str, value: &str) -> Option<Edit> {
    if !matches!(map.value, Value::Map(_)) {
        return None;
    }
    let start = map.span.start as usize;
    let first = map.entries().next();
    let is_json = first.is_some_and(|(key, _)| is_quoted(text, key.span));
    let entry = match is_json {
        true => format!("\"{key}\": {}", json(value)),
        false => format!("{key}: {value}"),
    };
    if text.get(start..)?.starts_with('{') {
        let Some((first, _)) = first else {
            return at(start + 1, entry);
        };
        let end = line_end(text, start);
        let is_alone = text.get(start + 1..)?.starts_with(end);
        return match is_alone {
            true => at(start + 1, format!("{end}{}{entry},", indent(first.span))),
            false => at(start + 1, format!("{entry}, ")),
        };
    }
    let (first, value) = first?;
    // A block map begins with its first key; an alias does not.
    if first.span.start != map.span.start || first.span.file != map.span.file {
        return None;
    }
    let indent = indent(first.span);
    let is_line = value.span.file == map.span.file && says(text.get(range(value.span))?, value);
    match end_of_line(text, value.span) {
        Some(end) if is_line => at(end, format!("{}{indent}{entry}", line_end(text, end))),
        _ => at(start, format!("{entry}{}{indent}", line_end(text, start))),
    }
}

/// `outer: {key: value}` as an entry of `map`, in lines of its own where the map has them.
pub(crate) fn insert_below(
    text: &str,
    map: &Node,
    outer: &str,
    key: &str,
    value: &str,
) -> Option<Edit> {
    if map.get(outer).is_some() {
        return None;
    }
    let first = map.entries().next();
    let is_block = !text.get(map.span.start as usize..)?.starts_with('{');
    match first.filter(|_| is_block) {
        Some((first, _)) => {
            let end = line_end(text, map.span.start as usize);
            let below = format!("{end}{}  {key}: {value}", indent(first.span));
            // `outer:` and a blank that nobody wants at its end.
            let mut edit = insert(text, map, outer, &below)?;
            edit.text = edit
                .text
                .replacen(&format!("{outer}: "), &format!("{outer}:"), 1);
            Some(edit)
        }
        None => insert(text, map, outer, &format!("{{{key}: {value}}}")),
    }
}

/// `item` as the last of `list`.
pub(crate) fn append(text: &str, list: &Node, item: &str) -> Option<Edit> {
    let start = list.span.start as usize;
    let is_flow = text.get(start..)?.starts_with('[');
    let Some(last) = list.items().last() else {
        return is_flow.then(|| at(start + 1, item.to_owned())).flatten();
    };
    let written = text.get(range(last.span))?;
    if last.span.file != list.span.file || !says(written, last) {
        return None;
    }
    let item = match is_quoted(text, last.span) {
        true => format!("\"{item}\""),
        false => item.to_owned(),
    };
    if is_flow {
        return at(last.span.end as usize, format!(", {item}"));
    }
    let dash = dash(text, last.span)?;
    let end = end_of_line(text, last.span)?;
    at(end, format!("{}{dash}{item}", line_end(text, end)))
}

/// `list` without its item at `index`.
pub(crate) fn remove(text: &str, list: &Node, index: usize) -> Option<Edit> {
    let item = list.items().get(index)?;
    let own = range(item.span);
    if item.span.file != list.span.file || !says(text.get(own.clone())?, item) {
        return None;
    }
    let none = |range| {
        Some(Edit {
            range,
            text: String::new(),
        })
    };
    if text.get(list.span.start as usize..)?.starts_with('[') {
        let behind = text.get(own.end..)?;
        let blank = behind.len() - behind.trim_start().len();
        if let Some(rest) = behind.trim_start().strip_prefix(',') {
            let gap = rest.len() - rest.trim_start_matches(' ').len();
            return none(own.start..own.end + blank + 1 + gap);
        }
        let before = text.get(..own.start)?.trim_end();
        return match before.strip_suffix(',') {
            Some(before) => none(before.len()..own.end),
            None => none(own),
        };
    }
    dash(text, item.span)?;
    let end = end_of_line(text, item.span)?;
    let line = text.get(..own.start)?.rfind('\n').map_or(0, |at| at + 1);
    if list.items().len() == 1 {
        let before = text.get(..line)?.trim_end();
        return before.ends_with(':').then(|| Edit {
            range: before.len()..own.end,
            text: " []".to_owned(),
        });
    }
    none(line..end + line_end(text, end).len().min(text.len() - end))
}

/// Value with the words of a flow text in quotes, as JSON has them.
fn json(value: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_./-".contains(c);
    let mut out = String::new();
    let mut rest = value;
    while let Some(c) = rest.chars().next() {
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let (word, behind) = match end {
            0 => rest.split_at(c.len_utf8()),
            end => rest.split_at(end),
        };
        match end > 0 && is_word(word) {
            true => out.push_str(&format!("\"{word}\"")),
            false => out.push_str(word),
        }
        rest = behind;
    }
    out
}

/// Whether a scalar is text, not a boolean or a number.
fn is_word(text: &str) -> bool {
    !matches!(text, "true" | "false" | "null") && text.parse::<i64>().is_err()
}

/// Whether what is written is the scalar that was read.
fn says(written: &str, node: &Node) -> bool {
    node.as_str() == Some(written.trim_matches(['"', '\'']))
}

fn is_quoted(text: &str, span: Span) -> bool {
    text.get(range(span)).is_some_and(|t| t.starts_with('"'))
}

fn indent(span: Span) -> String {
    " ".repeat(span.column.saturating_sub(1) as usize)
}

/// Where the line of a value of one line ends; `None` where more than a comment follows it.
fn end_of_line(text: &str, span: Span) -> Option<usize> {
    let own = range(span);
    let end = own.end;
    let rest = text.get(end..)?;
    let line = rest.split('\n').next()?;
    let line = line.strip_suffix('\r').unwrap_or(line);
    let is_plain = !text.get(own)?.contains('\n');
    let trimmed = line.trim_start();
    let is_last = trimmed.is_empty() || trimmed.len() < line.len() && trimmed.starts_with('#');
    (is_plain && is_last).then_some(end + line.len())
}

/// How lines end around a place.
fn line_end(text: &str, at: usize) -> &'static str {
    let behind = text.get(at..).and_then(|rest| rest.find('\n'));
    let end = behind.map(|offset| at + offset).or_else(|| text.find('\n'));
    match end.and_then(|end| text.get(..end)) {
        Some(before) if before.ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// What stands before an item of a block list in its line: blanks, a dash, blanks.
fn dash(text: &str, item: Span) -> Option<&str> {
    let before = text.get(..item.start as usize)?;
    let line = before.rsplit('\n').next()?;
    (line.trim() == "-").then_some(line)
}

fn at(place: usize, text: String) -> Option<Edit> {
    Some(Edit {
        range: place..place,
        text,
    })
}

fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}
