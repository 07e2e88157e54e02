//! Text for terminals: made harmless, measured in columns, cut and wrapped.
//!
//! What is escaped: C0 and C1 controls, line and paragraph separators, and the invisible
//! and bidirectional characters of Unicode's "Trojan Source" kind, which make a terminal
//! show another text than the one that is there.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Longest text of a report that is shown to people, in characters.
const LONGEST: usize = 4_000;

/// Whether a character must not reach a terminal or a page as it is.
pub(crate) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// `text` with everything unsafe written as `\u{…}`, cut at a generous length.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    clean_up_to(text, LONGEST)
}

/// [`clean`] without a cut.
pub(crate) fn clean_whole(text: &str) -> Cow<'_, str> {
    clean_up_to(text, usize::MAX)
}

fn clean_up_to(text: &str, longest: usize) -> Cow<'_, str> {
    if text.len() <= longest && !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len().min(longest) + 16);
    for (i, c) in text.chars().enumerate() {
        if i == longest {
            out.push('…');
            break;
        }
        match c {
            '\n' | '\t' => out.push(' '),
            c if is_unsafe(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Columns that `text` takes on a terminal.
pub(crate) fn columns(text: &str) -> usize {
    text.width()
}

/// Cleans `text` and cuts it to `width` columns, with an ellipsis where something is cut.
pub(crate) fn fit(text: &str, width: usize) -> String {
    let text = clean(text);
    if columns(&text) <= width {
        return text.into_owned();
    }
    let (mut out, _) = take(&text, width.saturating_sub(1));
    out.push('…');
    out
}

/// Cuts `name version` to `width`: both stay recognisable, the version longest.
pub(crate) fn fit_pair(name: &str, version: &str, width: usize) -> String {
    let (name, version) = (clean(name), clean(version));
    if version.is_empty() {
        return fit(&name, width);
    }
    if columns(&name) + 1 + columns(&version) <= width {
        return format!("{name} {version}");
    }
    let half = width.saturating_sub(1) / 2;
    let for_version = columns(&version).min(half.max(width.saturating_sub(1 + columns(&name))));
    let for_name = width.saturating_sub(1 + for_version);
    format!("{} {}", fit(&name, for_name), fit(&version, for_version))
}

/// Fills `text` with blanks up to `width` columns.
pub(crate) fn pad(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(columns(text));
    format!("{text}{}", " ".repeat(missing))
}

/// Breaks cleaned `text` into lines of at most `width` columns, at blanks where possible.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let text = clean(text);
    let width = width.max(4);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|w| !w.is_empty()) {
        let needed = columns(word) + usize::from(!line.is_empty());
        if columns(&line) + needed <= width {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        let mut rest = word;
        while columns(rest) > width {
            let (head, tail) = take(rest, width);
            if head.is_empty() {
                break;
            }
            lines.push(head);
            rest = tail;
        }
        line.push_str(rest);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// The longest beginning of at most `width` columns, and the rest.
fn take(text: &str, width: usize) -> (String, &str) {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > width {
            let (head, tail) = text.split_at(at);
            return (head.to_owned(), tail);
        }
    }
    (text.to_owned(), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_written_out() {
        assert_eq!(clean("a\u{1b}[2Jb"), "a\\u{1b}[2Jb");
        assert_eq!(clean("x\u{9b}31m\u{202e}y"), "x\\u{9b}31m\\u{202e}y");
        assert_eq!(clean("two\nlines"), "two lines");
        assert!(matches!(clean("naïve 包"), Cow::Borrowed(_)));
    }

    #[test]
    fn cutting_counts_columns_and_marks_the_cut() {
        assert_eq!(fit("漢字漢字", 5), "漢字…");
        assert_eq!(fit("short", 5), "short");
        assert_eq!(fit_pair("a-very-long-name", "1.0", 12), "a-very-… 1.0");
        for line in wrap("a bb 漢字漢字漢字 dddddddddddddd", 6) {
            assert!(columns(&line) <= 6, "{line}");
        }
    }
}
