//! From shell text to tokens.

use std::ops::Range;

use super::command::ShellWord;
use crate::dockerfile::text::Text;

/// Deepest nesting of substitutions. Deeper text is taken as it is.
pub(super) const DEEPEST: usize = 24;

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A word, with the shell texts nested in it.
    Word(ShellWord, Vec<Range<usize>>),
    /// `&&`, `||`, `;`, `;;`, `|`, `|&`, `&`, `(`, `)`, line's end.
    Operator(&'static str, Range<usize>),
    /// A redirection; its target is the next word.
    Redirect(String),
}

/// Longest operators first.
const OPERATORS: [&str; 12] = [
    ";;&", ";;", ";&", "&&", "||", "|&", ";", "|", "&", "(", ")", "\n",
];

pub(super) struct Lexer<'a> {
    text: &'a Text,
    whole: &'a str,
    at: usize,
    end: usize,
    /// Whether the text ended inside of a quote or bracket.
    pub(super) is_broken: bool,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a Text, range: Range<usize>) -> Self {
        Self {
            text,
            whole: text.as_str(),
            at: range.start,
            end: range.end,
            is_broken: false,
        }
    }

    fn rest(&self) -> &'a str {
        self.whole.get(self.at..self.end).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn blanks(&mut self) {
        loop {
            let rest = self.rest();
            if rest.starts_with([' ', '\t', '\r']) {
                self.at += 1;
            } else if rest.starts_with("\\\n") {
                self.at += 2;
            } else if rest.starts_with('#') {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else {
                return;
            }
        }
    }

    pub(super) fn next(&mut self) -> Option<Token> {
        self.blanks();
        let rest = self.rest();
        let first = rest.chars().next()?;
        if let Some(redirect) = self.redirect() {
            return Some(Token::Redirect(redirect));
        }
        if let Some(operator) = OPERATORS.iter().find(|o| rest.starts_with(**o)) {
            let range = self.at..self.at + operator.len();
            self.at = range.end;
            return Some(Token::Operator(operator, self.text.span(range)));
        }
        let _ = first;
        Some(self.word())
    }

    /// `2>&1`, `>>`, `<<<`, `&>`: digits, an operator; a number after `&` belongs to it.
    fn redirect(&mut self) -> Option<String> {
        let rest = self.rest();
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let after = rest.get(digits..)?;
        // `<(…)` is a word.
        if after.starts_with("<(") || after.starts_with(">(") {
            return None;
        }
        let known = [
            "&>>", "&>", "<<<", "<<-", "<<", "<>", "<&", ">>", ">&", ">|", "<", ">",
        ];
        let operator = known.iter().find(|o| after.starts_with(**o))?;
        if operator.starts_with('&') && digits > 0 {
            return None;
        }
        self.at += digits + operator.len();
        Some(rest.get(..digits + operator.len())?.to_owned())
    }

    fn word(&mut self) -> Token {
        let start = self.at;
        let mut word = ShellWord::default();
        let mut nested = Vec::new();
        while let Some(c) = self.peek() {
            match c {
                ' ' | '\t' | '\r' | '\n' | ';' | '&' | '|' | ')' => break,
                '(' => {
                    // `name()` is cut before its brackets; `a=(…)` and `+(…)` are one word.
                    let before = self.whole.get(start..self.at).unwrap_or("");
                    if !before.ends_with(['=', '?', '*', '+', '@', '!']) {
                        break;
                    }
                    let from = self.at;
                    self.brackets('(', ')');
                    word.value
                        .push_str(self.whole.get(from..self.at).unwrap_or(""));
                }
                '<' | '>' if self.rest().get(1..2) == Some("(") => {
                    self.at += 1;
                    self.substitution(&mut word, &mut nested);
                }
                '<' | '>' => break,
                '\'' => {
                    word.quoted = true;
                    self.at += 1;
                    let rest = self.rest();
                    let length = rest.find('\'');
                    self.is_broken |= length.is_none();
                    let length = length.unwrap_or(rest.len());
                    word.value.push_str(rest.get(..length).unwrap_or(""));
                    self.at = (self.at + length + 1).min(self.end);
                }
                '"' => self.double_quoted(&mut word, &mut nested),
                '\\' => {
                    self.at += 1;
                    if let Some(next) = self.peek() {
                        self.at += next.len_utf8();
                        if next != '\n' {
                            word.value.push(next);
                        }
                    }
                }
                '$' | '`' => self.expansion(&mut word, &mut nested, true),
                c => {
                    word.value.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
        if self.at == start {
            // Something that no rule above takes, such as a lone `<` before the end.
            self.at += self.peek().map_or(1, char::len_utf8);
        }
        word.raw = self.whole.get(start..self.at).unwrap_or("").to_owned();
        word.span = self.text.span(start..self.at);
        Token::Word(word, nested)
    }

    fn double_quoted(&mut self, word: &mut ShellWord, nested: &mut Vec<Range<usize>>) {
        word.quoted = true;
        self.at += 1;
        while let Some(c) = self.peek() {
            match c {
                '"' => {
                    self.at += 1;
                    return;
                }
                '\\' => {
                    self.at += 1;
                    if let Some(next) = self.peek() {
                        self.at += next.len_utf8();
                        if !matches!(next, '"' | '\\' | '$' | '`' | '\n') {
                            word.value.push('\\');
                        }
                        if next != '\n' {
                            word.value.push(next);
                        }
                    }
                }
                '$' | '`' => self.expansion(word, nested, false),
                c => {
                    word.value.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
        self.is_broken = true;
    }

    /// `$name`, `${…}`, `$(…)`, `$((…))`, `$'…'`, backticks.
    fn expansion(&mut self, word: &mut ShellWord, nested: &mut Vec<Range<usize>>, bare: bool) {
        let from = self.at;
        let rest = self.rest();
        if rest.starts_with('`') {
            self.at += 1;
            let inner = self.rest();
            let mut length = inner.len();
            let mut escaped = false;
            for (at, c) in inner.char_indices() {
                if c == '`' && !escaped {
                    length = at;
                    break;
                }
                escaped = c == '\\' && !escaped;
            }
            self.is_broken |= length == inner.len();
            nested.push(self.at..self.at + length);
            self.at = (self.at + length + 1).min(self.end);
            word.value.push_str("$()");
        } else if rest.starts_with("$((") {
            self.at += 1;
            self.brackets('(', ')');
            word.value.push_str("$()");
        } else if rest.starts_with("$(") {
            self.at += 1;
            self.substitution(word, nested);
        } else if rest.starts_with("${") {
            self.at += 1;
            self.brackets('{', '}');
            word.value
                .push_str(self.whole.get(from..self.at).unwrap_or(""));
        } else if rest.starts_with("$'") && bare {
            self.at += 1;
            let inner = self.whole.get(self.at + 1..self.end).unwrap_or("");
            let length = inner.find('\'').unwrap_or(inner.len());
            word.value.push_str(inner.get(..length).unwrap_or(""));
            word.quoted = true;
            self.at = (self.at + length + 2).min(self.end);
            return;
        } else {
            let name = rest.get(1..).unwrap_or("");
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let length = match name.chars().next() {
                Some(c) if "@*#?-$!".contains(c) || c.is_ascii_digit() => 1,
                _ => name.find(|c| !is_name(c)).unwrap_or(name.len()),
            };
            word.value.push_str(rest.get(..length + 1).unwrap_or("$"));
            self.at += length + 1;
            if length == 0 {
                return;
            }
        }
        word.expands = true;
        if bare {
            word.bare.push(self.text.span(from..self.at));
        }
    }

    /// `( … )` at the bracket; what is inside is shell text.
    fn substitution(&mut self, word: &mut ShellWord, nested: &mut Vec<Range<usize>>) {
        let from = self.at + 1;
        self.brackets('(', ')');
        nested.push(from..self.at.saturating_sub(1).max(from));
        word.value.push_str("$()");
        word.expands = true;
    }

    /// Skips from an opening bracket behind the one that closes it, minding quotes.
    fn brackets(&mut self, open: char, close: char) {
        let mut depth = 0usize;
        let mut quote: Option<char> = None;
        while let Some(c) = self.peek() {
            self.at += c.len_utf8();
            match quote {
                Some('\'') => {
                    if c == '\'' {
                        quote = None;
                    }
                    continue;
                }
                Some(_) if c == '"' => {
                    quote = None;
                    continue;
                }
                _ => {}
            }
            match c {
                '\\' => self.at += self.peek().map_or(0, char::len_utf8),
                '\'' if quote.is_none() => quote = Some('\''),
                '"' if quote.is_none() => quote = Some('"'),
                c if c == open && quote.is_none() => depth += 1,
                c if c == close && quote.is_none() => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return;
                    }
                }
                _ => {}
            }
        }
        self.is_broken = true;
    }
}
