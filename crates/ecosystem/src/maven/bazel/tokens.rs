//! The words of a Starlark file. Source: the Starlark specification, "Lexical elements".

/// One word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A name or keyword.
    Name(String),
    /// The value of a string literal.
    Text(String),
    /// An operator, bracket or separator of one character.
    Sign(char),
    /// The end of a line outside brackets.
    End,
}

/// The words of `text`, without comments and white space. Numbers come as names, for
/// nothing here computes with them.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut open = 0_usize;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let after = rest.get(first.len_utf8()..).unwrap_or_default();
        match first {
            '#' => {
                rest = after
                    .find('\n')
                    .and_then(|at| after.get(at..))
                    .unwrap_or_default();
                continue;
            }
            '\n' if open == 0 => tokens.push(Token::End),
            '\\' | '\n' => {}
            _ if first.is_whitespace() => {}
            '"' | '\'' => {
                let (value, after) = literal(rest, first);
                tokens.push(Token::Text(value));
                rest = after;
                continue;
            }
            _ if first.is_alphanumeric() || first == '_' => {
                let end = rest
                    .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                    .unwrap_or(rest.len());
                let (name, after) = rest.split_at(end);
                // `r"…"` is read like any other literal: coordinates hold no escapes.
                if !(name == "r" && after.starts_with(['"', '\''])) {
                    tokens.push(Token::Name(name.to_owned()));
                }
                rest = after;
                continue;
            }
            _ => {
                match first {
                    '(' | '[' | '{' => open += 1,
                    ')' | ']' | '}' => open = open.saturating_sub(1),
                    _ => {}
                }
                tokens.push(Token::Sign(first));
            }
        }
        rest = after;
    }
    tokens.push(Token::End);
    tokens
}

/// The value of the literal that `text` starts with, and what follows it.
fn literal(text: &str, quote: char) -> (String, &str) {
    let triple: String = [quote; 3].iter().collect();
    let mark = if text.starts_with(&triple) {
        triple
    } else {
        quote.to_string()
    };
    let mut value = String::new();
    let mut rest = text.get(mark.len()..).unwrap_or_default();
    loop {
        if let Some(after) = rest.strip_prefix(mark.as_str()) {
            return (value, after);
        }
        let mut chars = rest.chars();
        match chars.next() {
            None => return (value, ""),
            // A literal on one line ends with it, closed or not.
            Some('\n') if mark.len() == 1 => return (value, rest),
            Some('\\') => value.extend(chars.next()),
            Some(c) => value.push(c),
        }
        rest = chars.as_str();
    }
}
