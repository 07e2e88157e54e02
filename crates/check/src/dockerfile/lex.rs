//! From lines to logical lines: comments, parser directives, continued lines, heredocs.
//!
//! Follows BuildKit's `frontend/dockerfile/parser` (parser.go, directives.go) and the
//! "Dockerfile reference", sections Parser directives, Escape and Here-documents.

use std::ops::Range;

use super::text::Text;
use super::words;
use crate::Source;

/// Most logical lines of one file. What lies beyond is told as a problem.
const MOST: usize = 20_000;

/// A comment line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// What follows `#`, trimmed.
    pub text: String,
    /// The bytes from `#` to the end of the line.
    pub span: Range<usize>,
    /// Whether it stands between the lines of an instruction.
    pub inside: bool,
}

/// Something that a builder would refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The bytes concerned.
    pub span: Range<usize>,
    /// What is wrong: one sentence without a final stop.
    pub message: String,
}

/// A here-document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heredoc {
    /// The word that ends it.
    pub name: String,
    /// Whether variables in it are expanded: its name was not quoted.
    pub expands: bool,
    /// Whether leading tabs are dropped: `<<-`.
    pub chomps: bool,
    /// Its bytes, without the line that ends it.
    pub body: Range<usize>,
}

/// One instruction as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Logical {
    /// The joined text, without blanks around it.
    pub text: Text,
    /// From the first byte of the first line to the last byte of the last line, here
    /// documents included.
    pub span: Range<usize>,
    /// Here-documents, in order.
    pub heredocs: Vec<Heredoc>,
}

/// A file in logical lines.
#[derive(Debug, Default)]
pub(super) struct Lexed {
    pub escape: Option<char>,
    pub syntax: Option<(String, Range<usize>)>,
    pub comments: Vec<Comment>,
    pub lines: Vec<Logical>,
    pub problems: Vec<Problem>,
}

struct Lexer<'a> {
    source: &'a Source,
    line: usize,
    escape: char,
    out: Lexed,
}

pub(super) fn lex(source: &Source) -> Lexed {
    let mut lexer = Lexer {
        source,
        line: 1,
        escape: '\\',
        out: Lexed::default(),
    };
    lexer.directives();
    while lexer.line <= source.lines() {
        if lexer.out.lines.len() >= MOST {
            lexer.out.problems.push(Problem {
                span: lexer.range(lexer.line),
                message: format!("more than {MOST} instructions; the rest was not examined"),
            });
            break;
        }
        lexer.instruction();
    }
    lexer.out.escape = Some(lexer.escape);
    lexer.out
}

impl<'a> Lexer<'a> {
    /// The line's bytes without a carriage return at its end or a byte order mark.
    fn range(&self, number: usize) -> Range<usize> {
        let mut range = self.source.line_range(number);
        let text = self.source.text.get(range.clone()).unwrap_or("");
        if text.ends_with('\r') {
            range.end -= 1;
        }
        if number == 1 && text.starts_with('\u{feff}') {
            range.start += '\u{feff}'.len_utf8();
        }
        range
    }

    fn text(&self, range: &Range<usize>) -> &'a str {
        self.source.text.get(range.clone()).unwrap_or("")
    }

    fn directives(&mut self) {
        while self.line <= self.source.lines() {
            let range = self.range(self.line);
            let Some(comment) = self.text(&range).trim_start().strip_prefix('#') else {
                return;
            };
            let Some((key, value)) = comment.split_once('=') else {
                return;
            };
            let (key, value) = (key.trim().to_ascii_lowercase(), value.trim().to_owned());
            match key.as_str() {
                "escape" if value == "`" || value == "\\" => {
                    self.escape = if value == "`" { '`' } else { '\\' };
                }
                "escape" => self.out.problems.push(Problem {
                    span: range.clone(),
                    message: "the escape character can only be \\ or `".into(),
                }),
                "syntax" => self.out.syntax = Some((value, range.clone())),
                "check" => {}
                _ => return,
            }
            self.comment(&range, false);
            self.line += 1;
        }
    }

    fn comment(&mut self, range: &Range<usize>, inside: bool) {
        let text = self.text(range);
        let at = text.find('#').unwrap_or(0);
        let comment = Comment {
            text: text.get(at + 1..).unwrap_or("").trim().to_owned(),
            span: range.start + at..range.end,
            inside,
        };
        self.out.comments.push(comment);
    }

    fn instruction(&mut self) {
        let range = self.range(self.line);
        let line = self.text(&range);
        if line.trim().is_empty() {
            self.line += 1;
            return;
        }
        if line.trim_start().starts_with('#') {
            self.comment(&range, false);
            self.line += 1;
            return;
        }
        let start = range.start + (line.len() - line.trim_start().len());
        let mut text = Text::default();
        let mut end = range.end;
        let mut first = true;
        while self.line <= self.source.lines() {
            let mut range = self.range(self.line);
            let line = self.text(&range);
            self.line += 1;
            if !first && line.trim().is_empty() {
                continue;
            }
            if !first && line.trim_start().starts_with('#') {
                self.comment(&range, true);
                continue;
            }
            if first {
                range.start = start;
            }
            first = false;
            end = range.end;
            let line = self.text(&range).to_owned();
            match continued(&line, self.escape) {
                Some(kept) => text.push(kept, range.start),
                None => {
                    text.push(&line, range.start);
                    break;
                }
            }
        }
        let length = text.as_str().trim_end().len();
        let text = text.slice(0..length);
        let mut span = start..end;
        let heredocs = self.heredocs(&text, &mut span);
        self.out.lines.push(Logical {
            text,
            span,
            heredocs,
        });
    }

    /// Takes the here-documents that the instruction announces.
    fn heredocs(&mut self, text: &Text, span: &mut Range<usize>) -> Vec<Heredoc> {
        let mut found = Vec::new();
        for (name, expands, chomps) in announced(text.as_str(), self.escape) {
            let from = self.source.line_range(self.line).start;
            let mut end = None;
            while self.line <= self.source.lines() {
                let range = self.range(self.line);
                let line = self.text(&range);
                let line = if chomps {
                    line.trim_start_matches('\t')
                } else {
                    line
                };
                let is_end = line == name;
                self.line += 1;
                if is_end {
                    end = Some(range);
                    break;
                }
            }
            let body_end = match &end {
                Some(last) => {
                    self.source
                        .line_range(self.source.line_of(last.start))
                        .start
                }
                None => self.source.text.len(),
            };
            span.end = end.as_ref().map_or(self.source.text.len(), |last| last.end);
            if end.is_none() {
                self.out.problems.push(Problem {
                    span: text.span(0..text.as_str().len()),
                    message: format!("the here-document {name} has no end"),
                });
            }
            found.push(Heredoc {
                name,
                expands,
                chomps,
                body: from.min(body_end)..body_end,
            });
        }
        found
    }
}

/// The line without the escape character at its end that continues it.
fn continued(line: &str, escape: char) -> Option<&str> {
    let kept = line.trim_end_matches([' ', '\t']).strip_suffix(escape)?;
    (!kept.ends_with(escape)).then_some(kept)
}

/// The here-documents that an instruction announces: name, whether it expands, whether it
/// drops leading tabs.
fn announced(text: &str, escape: char) -> Vec<(String, bool, bool)> {
    let keyword = text
        .split_ascii_whitespace()
        .find(|w| !w.eq_ignore_ascii_case("onbuild"));
    let takes = ["RUN", "COPY", "ADD"];
    let takes = keyword.is_some_and(|k| takes.iter().any(|t| t.eq_ignore_ascii_case(k)));
    if !takes || !text.contains("<<") {
        return Vec::new();
    }
    let words = words::split(&Text::of(text, 0), escape);
    let parsed = words.iter().filter_map(|word| {
        let raw = word.raw.trim_start_matches(|c: char| c.is_ascii_digit());
        let rest = raw.strip_prefix("<<")?;
        let (rest, chomps) = rest.strip_prefix('-').map_or((rest, false), |r| (r, true));
        if rest.is_empty() || rest.contains('<') {
            return None;
        }
        // `<<EOF>file` redirects in the same word.
        let raw_name = rest.split(['>', ';', '&', '|', ')']).next().unwrap_or(rest);
        let name: String = raw_name.chars().filter(|c| !"'\"".contains(*c)).collect();
        let quoted = name.len() != raw_name.len();
        (!name.is_empty()).then_some((name, !quoted, chomps))
    });
    parsed.take(100).collect()
}
