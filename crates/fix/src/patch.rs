//! A unified patch, as `git apply` and `patch -p1` take it.

use std::fmt::Write as _;
use std::ops::Range;

use lazaret_check::Edit;

use crate::edit::{Conflict, apply, merge};

/// Lines around a change that stand in the patch unchanged.
const CONTEXT: usize = 3;

/// The patch that the edits make of the file at `path`; empty where they change nothing.
///
/// The paths are `a/PATH` and `b/PATH`. Lines keep their ends, and a last line without one
/// is marked as such.
///
/// # Errors
/// When edits overlap or lie outside of the text.
pub fn patch(path: &str, text: &str, edits: &[Edit]) -> Result<String, Conflict> {
    let edits = merge(edits.to_vec())?;
    let after = apply(text, &edits)?;
    if after == text {
        return Ok(String::new());
    }
    let old = Lines::new(text);
    let new = Lines::new(&after);
    let mut out = format!("--- {}\n+++ {}\n", name("a/", path), name("b/", path));
    for hunk in hunks(&changes(&old, &new, &edits), old.len()) {
        write_hunk(&mut out, &old, &new, &hunk);
    }
    Ok(out)
}

/// A path as git writes it: quoted where it has bytes that would end the line.
fn name(side: &str, path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    let path = path.trim_start_matches('/');
    let is_plain = |c: char| !c.is_control() && c != '"' && c != '\\';
    if path.chars().all(is_plain) {
        return format!("{side}{path}");
    }
    let mut out = format!("\"{side}");
    for byte in path.bytes() {
        match byte {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(char::from(byte));
            }
            0x20..=0x7e => out.push(char::from(byte)),
            other => {
                let _ = write!(out, "\\{other:03o}");
            }
        }
    }
    out.push('"');
    out
}

struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        let mut starts: Vec<usize> = Vec::new();
        if !text.is_empty() {
            starts.push(0);
        }
        let ends = text.bytes().enumerate().filter(|(_, b)| *b == b'\n');
        starts.extend(ends.map(|(at, _)| at + 1).filter(|at| *at < text.len()));
        Self { text, starts }
    }

    fn len(&self) -> usize {
        self.starts.len()
    }

    /// The line, from 0, with its end.
    fn line(&self, number: usize) -> &'a str {
        let start = self.starts.get(number).copied().unwrap_or(self.text.len());
        let end = self.starts.get(number + 1).copied();
        self.text
            .get(start..end.unwrap_or(self.text.len()))
            .unwrap_or_default()
    }

    /// The line that a byte is in; the number of lines for the very end.
    fn of(&self, byte: usize) -> usize {
        match byte >= self.text.len() && self.text.ends_with('\n') {
            true => self.len(),
            false => self
                .starts
                .partition_point(|s| *s <= byte)
                .saturating_sub(1),
        }
    }
}

/// Lines of the old text, and what stands there in the new one.
struct Change {
    old: Range<usize>,
    new: Range<usize>,
}

fn changes(old: &Lines<'_>, new: &Lines<'_>, edits: &[Edit]) -> Vec<Change> {
    let mut all: Vec<Change> = Vec::new();
    let mut shift: isize = 0;
    for edit in edits {
        let removed = edit.range.len();
        let start = edit.range.start.saturating_add_signed(shift);
        let end = start + edit.text.len();
        shift += edit.text.len().cast_signed() - removed.cast_signed();
        let last = |lines: &Lines<'_>, byte: usize| (lines.of(byte) + 1).min(lines.len());
        let change = Change {
            old: old.of(edit.range.start)..last(old, edit.range.end),
            new: new.of(start)..last(new, end),
        };
        match all.last_mut() {
            Some(before)
                if change.old.start < before.old.end || change.new.start < before.new.end =>
            {
                before.old.end = before.old.end.max(change.old.end);
                before.new.end = before.new.end.max(change.new.end);
            }
            _ => all.push(change),
        }
    }
    for change in &mut all {
        trim(change, old, new);
    }
    // Neighbours are one change: what goes, then what comes.
    all.dedup_by(|after, before| {
        let touches = before.old.end == after.old.start && before.new.end == after.new.start;
        if touches {
            before.old.end = after.old.end;
            before.new.end = after.new.end;
        }
        touches
    });
    all
}

/// Leaves out lines at both ends that are the same in both texts.
fn trim(change: &mut Change, old: &Lines<'_>, new: &Lines<'_>) {
    while !change.old.is_empty()
        && !change.new.is_empty()
        && old.line(change.old.end - 1) == new.line(change.new.end - 1)
    {
        change.old.end -= 1;
        change.new.end -= 1;
    }
    while !change.old.is_empty()
        && !change.new.is_empty()
        && old.line(change.old.start) == new.line(change.new.start)
    {
        change.old.start += 1;
        change.new.start += 1;
    }
}

/// Changes near each other, with the lines around them.
fn hunks(changes: &[Change], lines: usize) -> Vec<Vec<&Change>> {
    let mut hunks: Vec<Vec<&Change>> = Vec::new();
    for change in changes
        .iter()
        .filter(|c| !c.old.is_empty() || !c.new.is_empty())
    {
        let near = hunks
            .last()
            .and_then(|h| h.last())
            .is_some_and(|before| change.old.start <= (before.old.end + 2 * CONTEXT).min(lines));
        match hunks.last_mut() {
            Some(hunk) if near => hunk.push(change),
            _ => hunks.push(vec![change]),
        }
    }
    hunks
}

fn write_hunk(out: &mut String, old: &Lines<'_>, new: &Lines<'_>, hunk: &[&Change]) {
    let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else {
        return;
    };
    let before = first.old.start.min(CONTEXT);
    let behind = (old.len() - last.old.end).min(CONTEXT);
    let olds = first.old.start - before..last.old.end + behind;
    let news = first.new.start - before..last.new.end + behind;
    let side = |range: &Range<usize>| match range.len() {
        0 => format!("{},0", range.start),
        1 => (range.start + 1).to_string(),
        n => format!("{},{n}", range.start + 1),
    };
    let _ = writeln!(out, "@@ -{} +{} @@", side(&olds), side(&news));
    let mut at = olds.start;
    for change in hunk {
        (at..change.old.start).for_each(|n| write_line(out, ' ', old.line(n)));
        change
            .old
            .clone()
            .for_each(|n| write_line(out, '-', old.line(n)));
        change
            .new
            .clone()
            .for_each(|n| write_line(out, '+', new.line(n)));
        at = change.old.end;
    }
    (at..olds.end).for_each(|n| write_line(out, ' ', old.line(n)));
}

fn write_line(out: &mut String, sign: char, line: &str) {
    out.push(sign);
    out.push_str(line);
    if !line.ends_with('\n') {
        out.push_str("\n\\ No newline at end of file\n");
    }
}
