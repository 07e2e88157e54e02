//! Words of an instruction: blanks, quotes, escapes, JSON arrays, `key=value` pairs.

use std::ops::Range;

use super::text::Text;

/// A word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// As it was written.
    pub raw: String,
    /// Without quotes and escapes; variables are not expanded.
    pub value: String,
    /// Its bytes in the file.
    pub span: Range<usize>,
    /// Where it begins in the text that it is from.
    pub at: usize,
}

/// A `key=value` pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The key, without quotes.
    pub key: String,
    /// The value, without quotes; none for an `ARG` without a default.
    pub value: Option<String>,
    /// The value as it was written.
    pub raw: String,
    /// Bytes of the pair in the file.
    pub span: Range<usize>,
    /// Bytes of the value in the file; empty where there is none.
    pub value_span: Range<usize>,
}

/// Splits at blanks outside of quotes.
pub(super) fn split(text: &Text, escape: char) -> Vec<Word> {
    let mut words = Vec::new();
    let mut scan = Scan::new(text.as_str(), escape);
    while let Some((range, value)) = scan.word() {
        words.push(Word {
            raw: text.as_str().get(range.clone()).unwrap_or("").to_owned(),
            value,
            span: text.span(range.clone()),
            at: range.start,
        });
    }
    words
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
    escape: char,
}

impl<'a> Scan<'a> {
    fn new(text: &'a str, escape: char) -> Self {
        Self {
            text,
            at: 0,
            escape,
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn word(&mut self) -> Option<(Range<usize>, String)> {
        let blanks = self.rest().len() - self.rest().trim_start().len();
        self.at += blanks;
        let start = self.at;
        let mut value = String::new();
        let mut quote: Option<char> = None;
        while let Some(c) = self.rest().chars().next() {
            match quote {
                None if c.is_whitespace() => break,
                None if c == '\'' || c == '"' => quote = Some(c),
                Some(open) if c == open => quote = None,
                None | Some('"') if c == self.escape => {
                    self.at += c.len_utf8();
                    let Some(next) = self.rest().chars().next() else {
                        value.push(c);
                        break;
                    };
                    // In double quotes, only what would mean something is escaped.
                    if quote.is_some() && !matches!(next, '"' | '$' | '\\' | '`') {
                        value.push(c);
                    }
                    value.push(next);
                    self.at += next.len_utf8();
                    continue;
                }
                _ => value.push(c),
            }
            self.at += c.len_utf8();
        }
        (self.at > start).then_some((start..self.at, value))
    }
}

/// `key=value …`, or the old form `key value` where the first word has no `=`.
pub(super) fn pairs(text: &Text, escape: char, old_form: bool) -> Vec<Pair> {
    let words = split(text, escape);
    let Some(first) = words.first() else {
        return Vec::new();
    };
    if old_form && !first.raw.contains('=') {
        let whole = text.as_str();
        let after = first.at + first.raw.len();
        let rest = whole.get(after..).unwrap_or("");
        let from = after + (rest.len() - rest.trim_start().len());
        let raw = whole.get(from..).unwrap_or("").to_owned();
        return vec![Pair {
            key: first.value.clone(),
            value: Some(unquote(&raw, escape)),
            span: text.span(0..whole.len()),
            value_span: text.span(from..whole.len()),
            raw,
        }];
    }
    words.iter().map(|word| pair(word, text, escape)).collect()
}

fn pair(word: &Word, text: &Text, escape: char) -> Pair {
    let Some(at) = word.raw.find('=') else {
        return Pair {
            key: word.value.clone(),
            value: None,
            raw: String::new(),
            span: word.span.clone(),
            value_span: word.span.end..word.span.end,
        };
    };
    let (key, raw) = (
        word.raw.get(..at).unwrap_or(""),
        word.raw.get(at + 1..).unwrap_or(""),
    );
    let from = word.at + at + 1;
    Pair {
        key: unquote(key, escape),
        value: Some(unquote(raw, escape)),
        raw: raw.to_owned(),
        span: word.span.clone(),
        value_span: text.span(from..word.at + word.raw.len()),
    }
}

/// A text without quotes and escapes; blanks stay.
fn unquote(raw: &str, escape: char) -> String {
    let mut value = String::with_capacity(raw.len());
    let mut scan = Scan::new(raw, escape);
    let mut last = 0;
    while let Some((range, word)) = scan.word() {
        value.push_str(raw.get(last..range.start).unwrap_or(""));
        value.push_str(&word);
        last = range.end;
    }
    value
}

/// The strings of a JSON array, where `text` is one.
pub(super) fn json(text: &Text) -> Option<Vec<Word>> {
    let whole = text.as_str();
    let inner = whole.trim().strip_prefix('[')?.strip_suffix(']')?;
    let mut at = whole.find('[')? + 1;
    let end = at + inner.len();
    let mut words = Vec::new();
    let skip = |mut at: usize| {
        while at < end
            && whole
                .as_bytes()
                .get(at)
                .is_some_and(u8::is_ascii_whitespace)
        {
            at += 1;
        }
        at
    };
    at = skip(at);
    while at < end {
        let (value, next) = json_string(whole, at, end)?;
        words.push(Word {
            raw: whole.get(at..next)?.to_owned(),
            value,
            span: text.span(at..next),
            at,
        });
        at = skip(next);
        if at == end {
            return Some(words);
        }
        if whole.as_bytes().get(at) != Some(&b',') {
            return None;
        }
        at = skip(at + 1);
        if at == end {
            return None;
        }
    }
    Some(words)
}

fn json_string(whole: &str, at: usize, end: usize) -> Option<(String, usize)> {
    let body = whole.get(at..end)?.strip_prefix('"')?;
    let mut value = String::new();
    let mut chars = body.char_indices();
    while let Some((i, c)) = chars.next() {
        match c {
            '"' => return Some((value, at + 1 + i + 1)),
            '\\' => match chars.next()?.1 {
                'n' => value.push('\n'),
                't' => value.push('\t'),
                'r' => value.push('\r'),
                'b' => value.push('\u{8}'),
                'f' => value.push('\u{c}'),
                'u' => {
                    let digits: String = chars.by_ref().take(4).map(|(_, c)| c).collect();
                    let code = u32::from_str_radix(&digits, 16).ok()?;
                    value.push(char::from_u32(code).unwrap_or('\u{fffd}'));
                }
                c @ ('"' | '\\' | '/') => value.push(c),
                _ => return None,
            },
            c => value.push(c),
        }
    }
    None
}
