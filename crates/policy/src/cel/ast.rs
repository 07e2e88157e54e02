//! The tree of an expression.

use jiff::{SignedDuration, Timestamp};
use regex::Regex;

use super::types::Level;

/// An expression, with its place in the text.
#[derive(Debug, Clone)]
pub(crate) struct Expr {
    /// First byte, and the one after the last.
    pub(crate) span: (usize, usize),
    /// Levels of the tree, this one included.
    pub(crate) depth: usize,
    /// What it is.
    pub(crate) kind: Kind,
}

/// Kinds of expressions.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Literal(Literal),
    Name(String),
    /// `object.field`, or `object.?field`.
    Select {
        object: Box<Expr>,
        field: String,
        optional: bool,
    },
    /// `has(object.field)`.
    Has(Box<Expr>, String),
    Index(Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    Negative(Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Binary(Op, Box<Expr>, Box<Expr>),
    /// `condition ? yes : no`.
    Choice(Box<[Expr; 3]>),
    /// `function(arguments)`, or `first.function(others)`.
    Call {
        function: String,
        is_method: bool,
        arguments: Vec<Expr>,
    },
    /// `list.all(name, body)` and its kin.
    Fold {
        fold: Fold,
        list: Box<Expr>,
        name: String,
        body: Box<Expr>,
    },
    List(Vec<Expr>),
    /// `text.matches("…")` or `text.glob("…")`, the pattern compiled by the checker.
    Matches(Box<Expr>, Box<Regex>),
}

impl Kind {
    /// The expressions that this one is made of.
    pub(crate) fn parts(&self) -> Vec<&Expr> {
        match self {
            Self::Literal(_) | Self::Name(_) => vec![],
            Self::Select { object, .. } | Self::Has(object, _) => vec![object],
            Self::Not(inner) | Self::Negative(inner) | Self::Matches(inner, _) => vec![inner],
            Self::Index(a, b) | Self::And(a, b) | Self::Or(a, b) | Self::Binary(_, a, b) => {
                vec![a, b]
            }
            Self::Choice(three) => three.iter().collect(),
            Self::Fold { list, body, .. } => vec![list, body],
            Self::Call { arguments, .. } | Self::List(arguments) => arguments.iter().collect(),
        }
    }
}

/// Values that stand in the text. The checker makes the last three.
#[derive(Debug, Clone)]
pub(crate) enum Literal {
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(String),
    Level(&'static Level, usize),
    Time(Timestamp),
    Span(SignedDuration),
}

/// Operators on two values that both count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

impl Op {
    /// How it is written.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::In => "in",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Modulo => "%",
        }
    }
}

/// The macros over lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fold {
    All,
    Exists,
    ExistsOne,
    Filter,
    Map,
}

impl Fold {
    /// The macro of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "all" => Self::All,
            "exists" => Self::Exists,
            "exists_one" | "existsOne" => Self::ExistsOne,
            "filter" => Self::Filter,
            "map" => Self::Map,
            _ => return None,
        })
    }
}
