//! SPDX licence expressions, read as people write them.
//!
//! Source: SPDX specification 2.3, annex D. Beside its grammar, `and`/`or` in any case,
//! `/`, `|` and `,` between names, and names of before SPDX (`GPLv2+`, `ASL 2.0`) are
//! understood.

use lazaret_model::LicenseCategory;

use super::table;

/// Longest expression that is read, in bytes; a longer one is no expression.
const MAX_BYTES: usize = 2_000;

/// Deepest nesting of parentheses.
const MAX_DEPTH: usize = 20;

/// A licence expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// One licence.
    License {
        /// SPDX identifier, or the words where they are none that is known.
        id: String,
        /// What it asks for.
        category: LicenseCategory,
        /// The exception that goes with it.
        exception: Option<String>,
    },
    /// All of them.
    All(Vec<Expression>),
    /// One of them, as the user chooses.
    Any(Vec<Expression>),
}

impl Expression {
    /// Reads what a package declares. Words that are no expression become one licence of
    /// unknown category, so that nothing declared is lost.
    pub fn read(text: &str) -> Self {
        let text = text.trim();
        if let Some(known) = table::by_words(text) {
            return parse(known).unwrap_or_else(|| unknown(text));
        }
        parse(text)
            .or_else(|| short_form(text))
            .unwrap_or_else(|| unknown(text))
    }

    /// Reads several declarations: all of them hold, or one where `any`.
    pub fn read_all<'a>(texts: impl Iterator<Item = &'a str>, any: bool) -> Option<Self> {
        let mut parts: Vec<Self> = texts
            .filter(|text| !text.trim().is_empty())
            .map(Self::read)
            .collect();
        parts.dedup();
        match parts.len() {
            0 => None,
            1 => parts.pop(),
            _ if any => Some(Self::Any(parts)),
            _ => Some(Self::All(parts)),
        }
    }

    /// Every licence in it with its category, and whether another may be chosen instead.
    pub fn licenses(&self) -> Vec<(&str, LicenseCategory, bool)> {
        let mut found = Vec::new();
        self.gather(false, &mut found);
        found
    }

    fn gather<'a>(&'a self, optional: bool, into: &mut Vec<(&'a str, LicenseCategory, bool)>) {
        match self {
            Self::License { id, category, .. } => into.push((id, *category, optional)),
            Self::All(parts) => parts.iter().for_each(|p| p.gather(optional, into)),
            Self::Any(parts) => parts.iter().for_each(|p| p.gather(true, into)),
        }
    }

    /// Whether no choice avoids what `is_bad` names.
    pub fn is_bad(&self, is_bad: &dyn Fn(&str, LicenseCategory) -> bool) -> bool {
        match self {
            Self::License { id, category, .. } => is_bad(id, *category),
            Self::All(parts) => parts.iter().any(|p| p.is_bad(is_bad)),
            Self::Any(parts) => parts.iter().all(|p| p.is_bad(is_bad)),
        }
    }

    fn written(&self, inside: bool) -> String {
        let join = |parts: &[Self], word: &str| {
            let parts: Vec<String> = parts.iter().map(|p| p.written(true)).collect();
            let text = parts.join(word);
            if inside { format!("({text})") } else { text }
        };
        match self {
            Self::License { id, exception, .. } => match exception {
                Some(exception) => format!("{id} WITH {exception}"),
                None => id.clone(),
            },
            Self::All(parts) => join(parts, " AND "),
            Self::Any(parts) => join(parts, " OR "),
        }
    }
}

impl std::fmt::Display for Expression {
    /// The normalised expression.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.written(false))
    }
}

/// The licence of a long name that ends with its short one, as in PyPI's classifiers:
/// `Universal Permissive License (UPL)`.
fn short_form(text: &str) -> Option<Expression> {
    let (long, short) = text.strip_suffix(')')?.rsplit_once('(')?;
    let is_name = !long.trim().is_empty() && short.len() <= 40;
    let short = Some(short.trim()).filter(|_| is_name)?;
    let spelt = table::by_words(short).unwrap_or(short);
    table::known(spelt)?;
    parse(spelt)
}

fn unknown(text: &str) -> Expression {
    let first = text.lines().next().unwrap_or_default();
    Expression::License {
        id: first.chars().take(100).collect(),
        category: LicenseCategory::Unknown,
        exception: None,
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Open,
    Close,
    And,
    Or,
    With,
    Name(String),
}

fn tokens(text: &str) -> Vec<Token> {
    let spaced = text
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace(['|', '/'], " OR ")
        .replace(['&', ',', ';'], " AND ");
    let mut out: Vec<Token> = Vec::new();
    for word in spaced.split_whitespace() {
        let token = match word.to_ascii_lowercase().as_str() {
            "(" => Token::Open,
            ")" => Token::Close,
            "and" => Token::And,
            "or" => Token::Or,
            "with" => Token::With,
            _ => Token::Name(word.to_owned()),
        };
        match (out.last_mut(), token) {
            // Words beside each other are one name: `ASL 2.0`.
            (Some(Token::Name(before)), Token::Name(word)) => {
                before.push(' ');
                before.push_str(&word);
            }
            // `||`, `, and`
            (Some(Token::And | Token::Or), Token::And | Token::Or) => {}
            (_, token) => out.push(token),
        }
    }
    out
}

fn parse(text: &str) -> Option<Expression> {
    if text.is_empty() || text.len() > MAX_BYTES {
        return None;
    }
    let tokens = tokens(text);
    let mut at = 0;
    let found = any(&tokens, &mut at, 0)?;
    (at == tokens.len()).then_some(found)
}

fn any(tokens: &[Token], at: &mut usize, depth: usize) -> Option<Expression> {
    list(tokens, at, depth, &Token::Or, all, Expression::Any)
}

fn all(tokens: &[Token], at: &mut usize, depth: usize) -> Option<Expression> {
    list(tokens, at, depth, &Token::And, one, Expression::All)
}

fn list(
    tokens: &[Token],
    at: &mut usize,
    depth: usize,
    between: &Token,
    part: fn(&[Token], &mut usize, usize) -> Option<Expression>,
    join: fn(Vec<Expression>) -> Expression,
) -> Option<Expression> {
    let mut parts = vec![part(tokens, at, depth)?];
    while tokens.get(*at) == Some(between) {
        *at += 1;
        parts.push(part(tokens, at, depth)?);
    }
    match parts.len() {
        1 => parts.pop(),
        _ => Some(join(parts)),
    }
}

fn one(tokens: &[Token], at: &mut usize, depth: usize) -> Option<Expression> {
    let token = tokens.get(*at)?;
    *at += 1;
    match token {
        Token::Open if depth < MAX_DEPTH => {
            let inside = any(tokens, at, depth + 1)?;
            (tokens.get(*at) == Some(&Token::Close)).then(|| *at += 1)?;
            Some(inside)
        }
        Token::Name(name) => {
            let mut exception = None;
            if tokens.get(*at) == Some(&Token::With) {
                let Some(Token::Name(words)) = tokens.get(*at + 1) else {
                    return None;
                };
                *at += 2;
                exception = Some(words.replace(' ', "-"));
            }
            license(name, exception)
        }
        _ => None,
    }
}

/// A name in an expression. One that is not known is taken as it is while it is one word;
/// several unknown words are a sentence, and no expression.
fn license(name: &str, exception: Option<String>) -> Option<Expression> {
    let found = table::known(name).or_else(|| table::known(table::by_words(name)?));
    let (id, category) = match found {
        Some(found) => found,
        None if name.split(' ').count() <= 3 => (name.to_owned(), LicenseCategory::Unknown),
        None => return None,
    };
    Some(Expression::License {
        id,
        category,
        exception,
    })
}
