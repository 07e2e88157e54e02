//! Lines of TOML: the table that they stand in, and texts by their keys. Enough for
//! files whose entries are a line each; what spreads over lines is left alone.

use std::ops::Range;

/// A line with its table and its place.
pub(super) struct Line<'a> {
    /// The name of the table, `[versions]` being `versions`.
    pub(super) table: &'a str,
    /// The line without the comment.
    pub(super) code: &'a str,
    /// Its first byte in the file.
    pub(super) start: usize,
}

/// Every line that holds an entry.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let (mut table, mut start) = ("", 0);
    text.split_inclusive('\n').filter_map(move |line| {
        let own = start;
        start += line.len();
        let code = without_comment(line).trim_end();
        let head = code.trim();
        if let Some(name) = head.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
            table = name.trim_matches(['[', ']']).trim();
            return None;
        }
        let entry = Line {
            table,
            code,
            start: own,
        };
        (!head.is_empty()).then_some(entry)
    })
}

impl<'a> Line<'a> {
    /// The key that the line begins with, without quotes.
    pub(super) fn key(&self) -> &'a str {
        let key = self.code.split('=').next().unwrap_or_default();
        key.trim().trim_matches(['"', '\''])
    }

    /// The text behind the first `=`, where that is one.
    pub(super) fn value(&self) -> Option<(Range<usize>, &'a str)> {
        let at = self.code.find('=')? + 1;
        self.quoted(at)
    }

    /// The text of `key = "text"` anywhere in the line.
    pub(super) fn text(&self, key: &str) -> Option<(Range<usize>, &'a str)> {
        let is_key = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let mut from = 0;
        while let Some(at) = self.code.get(from..).and_then(|rest| rest.find(key)) {
            let (start, end) = (from + at, from + at + key.len());
            from = end;
            let before = self.code.get(..start).unwrap_or_default();
            let behind = self.code.get(end..).unwrap_or_default();
            let blanks = behind.len() - behind.trim_start().len();
            if !before.ends_with(is_key) && behind.trim_start().starts_with('=') {
                return self.quoted(end + blanks + 1);
            }
        }
        None
    }

    /// The text in quotes that begins at `at`, behind blanks.
    fn quoted(&self, at: usize) -> Option<(Range<usize>, &'a str)> {
        let rest = self.code.get(at..)?;
        let begin = at + rest.len() - rest.trim_start().len() + 1;
        let quote = rest.trim_start().chars().next()?;
        let inner = self
            .code
            .get(begin..)
            .filter(|_| matches!(quote, '"' | '\''))?;
        let text = inner.get(..inner.find(quote)?)?;
        let from = self.start + begin;
        Some((from..from + text.len(), text))
    }
}

/// A line up to the `#` that stands outside of quotes.
fn without_comment(line: &str) -> &str {
    let mut open = None;
    for (at, c) in line.char_indices() {
        match (open, c) {
            (None, '#') => return line.get(..at).unwrap_or_default(),
            (None, '"' | '\'') => open = Some(c),
            (Some(quote), c) if c == quote => open = None,
            _ => {}
        }
    }
    line
}
