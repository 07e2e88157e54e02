//! Edits of Terraform texts that trees were read from.
//!
//! There is none where the text does not say what the tree says: a variable, a local, a
//! template, a block that `dynamic` makes. Who makes an edit reads the text again and proves
//! it; nothing here has to.

use std::ops::Range;

use crate::Edit;
use crate::manifest::node::{Node, Span, Value};

/// `literal` as the value at `path` below `holder`, a block or an object. What is missing of
/// the path are blocks; of several blocks of one name the first is meant.
pub(super) fn set(text: &str, holder: &Node, path: &[&str], literal: &str) -> Option<Edit> {
    let mut holder = holder;
    for (depth, key) in path.iter().enumerate() {
        let inside = holder.items().first().unwrap_or(holder);
        match inside.get(key) {
            Some(below) if below.span.file == inside.span.file => holder = below,
            Some(_) => return None,
            None => return missing(text, inside, path.get(depth..)?, literal),
        }
    }
    replace(text, holder, literal)
}

/// Lines as the first of the block whose header stands at `header`.
pub(super) fn lines(text: &str, header: Span, lines: &[&str]) -> Option<Edit> {
    let head = range(header);
    if text.get(head.clone())?.starts_with("dynamic") {
        return None;
    }
    let indent = indent(text, head.start)?;
    let open = head.end + text.get(head.end..)?.find('{')? + 1;
    if !text.get(head.end..open - 1)?.trim().is_empty() {
        return None;
    }
    let (place, end) = after(text, open)?;
    let mut new = String::new();
    for line in lines {
        new.push_str(&format!("{end}{indent}  {line}"));
    }
    if text.get(place.clone())?.is_empty() && !text.get(place.end..)?.starts_with('}') {
        return Some(Edit {
            range: place,
            text: new,
        });
    }
    // `{}` becomes lines of its own.
    Some(Edit {
        range: place,
        text: format!("{new}{end}{indent}"),
    })
}

/// `literal` as the last item of a list that is written out.
pub(super) fn append(text: &str, list: &Node, literal: &str) -> Option<Edit> {
    let own = range(list.span);
    if !text.get(own.clone())?.starts_with('[') {
        return None;
    }
    let (place, text) = match list.items().last() {
        None => (own.start + 1, literal.to_owned()),
        Some(last) if inside(&range(last.span), &own) && last.span.file == list.span.file => {
            (last.span.end as usize, format!(", {literal}"))
        }
        Some(_) => return None,
    };
    Some(Edit {
        range: place..place,
        text,
    })
}

fn missing(text: &str, holder: &Node, path: &[&str], literal: &str) -> Option<Edit> {
    let own = range(holder.span);
    if text.get(own.clone())?.starts_with('{') {
        let [key] = path else { return None };
        return entry(text, own.start + 1, key, literal);
    }
    let (last, outer) = path.split_last()?;
    let mut all = Vec::new();
    for (depth, key) in outer.iter().enumerate() {
        all.push(format!("{}{key} {{", "  ".repeat(depth)));
    }
    all.push(format!("{}{last} = {literal}", "  ".repeat(outer.len())));
    for depth in (0..outer.len()).rev() {
        all.push(format!("{}}}", "  ".repeat(depth)));
    }
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    lines(text, holder.span, &all)
}

/// `key = literal` as the first entry of an object whose brace ends at `open`.
fn entry(text: &str, open: usize, key: &str, literal: &str) -> Option<Edit> {
    let rest = text.get(open..)?;
    let (place, text) = match after(text, open) {
        Some((place, end)) if !rest.trim_start().starts_with('}') => {
            let next = rest.trim_start_matches(['\n', '\r']);
            let blanks = next.len() - next.trim_start_matches([' ', '\t']).len();
            let indent = next.get(..blanks)?;
            (place.end, format!("{end}{indent}{key} = {literal}"))
        }
        _ if rest.trim_start().starts_with('}') => (open, format!(" {key} = {literal} ")),
        _ => (open, format!(" {key} = {literal},")),
    };
    Some(Edit {
        range: place..place,
        text,
    })
}

/// Where a line can be put behind an opening brace: what is replaced there, and how lines
/// end. `None` where something follows in the same line.
fn after(text: &str, open: usize) -> Option<(Range<usize>, &'static str)> {
    let rest = text.get(open..)?;
    let line = rest.split('\n').next()?;
    let end = match line.ends_with('\r') {
        true => "\r\n",
        false => "\n",
    };
    let line = line.strip_suffix('\r').unwrap_or(line);
    let inner = line.trim_start();
    let blanks = line.len() - inner.len();
    if inner.starts_with('}') {
        return Some((open..open + blanks, end));
    }
    let is_last = inner.is_empty() || inner.starts_with('#') || inner.starts_with("//");
    is_last.then_some((open + line.len()..open + line.len(), end))
}

/// Another literal in the place of one.
fn replace(text: &str, node: &Node, literal: &str) -> Option<Edit> {
    let Value::Scalar { text: value, .. } = &node.value else {
        return None;
    };
    let own = range(node.span);
    let written = text.get(own.clone())?;
    let bare = written
        .strip_prefix('"')
        .and_then(|t| t.strip_suffix('"'))
        .unwrap_or(written);
    (bare == &**value && !bare.is_empty()).then(|| Edit {
        range: own,
        text: literal.to_owned(),
    })
}

/// The blanks that a line begins with; `None` where something else stands before `at`.
fn indent(text: &str, at: usize) -> Option<&str> {
    let line = text.get(..at)?.rsplit('\n').next()?;
    line.trim().is_empty().then_some(line)
}

fn inside(inner: &Range<usize>, outer: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}
