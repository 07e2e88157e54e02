//! The conditions of rules: a part of the Common Expression Language (CEL), with types.
//!
//! What Kubernetes users know of it: operators, `has`, `all`, `exists`, `exists_one`,
//! `filter`, `map`, texts, lists, times and durations. Every expression is checked when
//! it is loaded, so that a misspelt fact is an error there and not a rule that never
//! holds. Evaluation is bounded in steps, text and depth, and has a third answer beside
//! true and false: not known. `false && unknown` is false, as the language has it for
//! errors; nothing else turns what is not known into an answer.
//!
//! Why not an interpreter from elsewhere: `docs/decisions/0003-own-conditions.md`.
//! Language: github.com/google/cel-spec, `doc/langdef.md`.

mod ast;
mod check;
mod eval;
mod function;
mod lex;
mod number;
mod parse;
mod types;
mod value;
mod why;

pub(crate) use ast::{Expr, Kind};
pub(crate) use check::Scope;
pub(crate) use eval::{Machine, STEPS};
pub(crate) use types::{Base, Field, Level, Object, Type};
pub(crate) use value::{Item, Value, short};
pub(crate) use why::{Fact, why};

use types::Base::Bool;

/// Longest expression, in bytes.
pub(crate) const MAX_BYTES: usize = 16 << 10;

/// What is wrong with an expression, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Bytes of the expression from here …
    pub(crate) start: usize,
    /// … to here.
    pub(crate) end: usize,
    /// What is wrong.
    pub(crate) message: String,
}

impl Problem {
    fn new((start, end): (usize, usize), message: impl Into<String>) -> Self {
        Self {
            start,
            end,
            message: message.into(),
        }
    }
}

/// Reads a condition and checks every name and type in it.
pub(crate) fn condition(text: &str, scope: &Scope) -> Result<Expr, Vec<Problem>> {
    let (expr, kind) = compile(text, scope)?;
    if kind != Type::of(Bool) {
        let told = format!("a condition is true or false; this is {kind}");
        return Err(vec![Problem::new(expr.span, told)]);
    }
    Ok(expr)
}

/// Reads an expression of any type.
pub(crate) fn compile(text: &str, scope: &Scope) -> Result<(Expr, Type), Vec<Problem>> {
    if text.len() > MAX_BYTES {
        let told = format!("an expression has at most {MAX_BYTES} bytes");
        return Err(vec![Problem::new((0, 0), told)]);
    }
    let mut expr = parse::parse(text).map_err(|problem| vec![problem])?;
    let kind = check::check(&mut expr, scope)?;
    Ok((expr, kind))
}
