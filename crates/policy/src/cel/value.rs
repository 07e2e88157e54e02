//! Values that expressions are about.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};

use super::number::compare;
use super::types::Level;

/// Something with facts. It answers for those that its type lists.
pub(crate) trait Item<'a> {
    /// The fact of this name.
    fn fact(&self, name: &str) -> Value<'a>;
    /// What to call it in an explanation.
    fn label(&self) -> String;
}

/// A value.
#[derive(Clone)]
pub(crate) enum Value<'a> {
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(Cow<'a, str>),
    Time(Timestamp),
    Span(SignedDuration),
    Level(&'static Level, usize),
    List(Rc<Vec<Value<'a>>>),
    Object(Rc<dyn Item<'a> + 'a>),
    Optional(Option<Rc<Value<'a>>>),
    Unknown(Rc<Unknown>),
}

/// Why a value is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unknown {
    /// The fact as the expression writes it; empty for what is no fact.
    pub(crate) fact: String,
    /// Why it is not known.
    pub(crate) why: Cow<'static, str>,
}

impl<'a> Value<'a> {
    /// A value that is not known.
    pub(crate) fn unknown(why: impl Into<Cow<'static, str>>) -> Self {
        Self::Unknown(Rc::new(Unknown {
            fact: String::new(),
            why: why.into(),
        }))
    }

    /// A text.
    pub(crate) fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }

    /// A list.
    pub(crate) fn list(all: impl IntoIterator<Item = Self>) -> Self {
        Self::List(Rc::new(all.into_iter().collect()))
    }

    /// The word of a level; not known where it is none of them.
    pub(crate) fn level(level: &'static Level, word: &str) -> Self {
        match level.rank(word) {
            Some(rank) => Self::Level(level, rank),
            None => Self::unknown(format!("`{}` is no {}", short(word), level.name)),
        }
    }

    /// A value that may not be there.
    pub(crate) fn known(value: Option<Self>, why: &'static str) -> Self {
        value.unwrap_or_else(|| Self::unknown(why))
    }

    /// How two values of one type stand to each other; nothing where they have no order.
    pub(crate) fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => Some(a.cmp(b)),
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(b)),
            (Self::Double(a), Self::Double(b)) => a.partial_cmp(b),
            (Self::Int(a), Self::Double(b)) => compare(*a, *b),
            (Self::Double(a), Self::Int(b)) => compare(*b, *a).map(Ordering::reverse),
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::Time(a), Self::Time(b)) => Some(a.cmp(b)),
            (Self::Span(a), Self::Span(b)) => Some(a.cmp(b)),
            (Self::Level(_, a), Self::Level(_, b)) => Some(a.cmp(b)),
            _ => None,
        }
    }

    /// Whether two values of one type are the same.
    pub(crate) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::List(a), Self::List(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.same(b))
            }
            _ => self.order(other) == Some(Ordering::Equal),
        }
    }

    /// The value in few words, for an explanation.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Bool(value) => value.to_string(),
            Self::Int(value) => value.to_string(),
            Self::Double(value) => value.to_string(),
            Self::Text(text) => format!("\"{}\"", short(text)),
            Self::Time(time) => time.to_string(),
            Self::Span(span) => spoken(*span),
            Self::Level(level, rank) => (*level.words.get(*rank).unwrap_or(&"")).to_owned(),
            Self::List(all) if all.len() > 3 => format!("{} elements", all.len()),
            Self::List(all) => {
                let words: Vec<String> = all.iter().map(Self::words).collect();
                format!("[{}]", words.join(", "))
            }
            Self::Object(item) => item.label(),
            Self::Optional(None) => "nothing".into(),
            Self::Optional(Some(value)) => value.words(),
            Self::Unknown(unknown) => format!("not known: {}", unknown.why),
        }
    }
}

/// A text without control characters, cut where it is long.
pub(crate) fn short(text: &str) -> String {
    let visible = text
        .chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c });
    let mut out: String = visible.clone().take(60).collect();
    if visible.count() > 60 {
        out.push('…');
    }
    out
}

/// Days where there are whole ones, else hours, minutes and seconds.
fn spoken(span: SignedDuration) -> String {
    let seconds = span.as_secs();
    match seconds / 86_400 {
        0 => format!("{span:#}"),
        days => format!("{days} days"),
    }
}
