//! Evaluation: pure, bounded, and with a third answer.

use std::rc::Rc;

use jiff::SignedDuration;

use super::ast::{Expr, Fold, Kind, Literal, Op};
use super::function::{call, joined, later};
use super::value::{Unknown, Value};

/// Longest text that an expression may make, in bytes.
pub(super) const MAX_TEXT: usize = 64 << 10;

/// Steps that one expression may take on one thing: some milliseconds.
pub(crate) const STEPS: u64 = 200_000;

/// Evaluates expressions on the same facts.
pub(crate) struct Machine<'a, 'v> {
    /// What the variables are.
    variables: &'v dyn Fn(&str) -> Option<Value<'a>>,
    /// Names of macros, innermost last.
    pub(super) names: Vec<(String, Value<'a>)>,
    left: u64,
}

impl<'a, 'v> Machine<'a, 'v> {
    /// A machine that may take so many steps.
    pub(crate) fn new(variables: &'v dyn Fn(&str) -> Option<Value<'a>>, steps: u64) -> Self {
        Self {
            variables,
            names: Vec::new(),
            left: steps,
        }
    }

    /// Steps that are left.
    pub(crate) fn left(&self) -> u64 {
        self.left
    }

    /// Takes steps; `false` when there are not so many left, and never again.
    fn pays(&mut self, steps: usize) -> bool {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        self.left = self.left.saturating_sub(steps);
        self.left > 0
    }

    /// The value of an expression that the checker has passed.
    pub(crate) fn value(&mut self, expr: &Expr) -> Value<'a> {
        if !self.pays(1) {
            return Value::unknown("the condition takes too many steps");
        }
        match &expr.kind {
            Kind::Literal(literal) => constant(literal),
            Kind::Name(name) => self.name(name),
            Kind::Select {
                object,
                field,
                optional,
            } => match (self.fact(object, field), optional) {
                (Value::Unknown(_), true) => Value::Optional(None),
                (value, true) => Value::Optional(Some(Rc::new(value))),
                (value, false) => value,
            },
            Kind::Has(object, field) => match self.fact(object, field) {
                // A thing that is itself not known has facts that are not known either.
                Value::Unknown(_) => Value::Bool(false),
                _ => Value::Bool(true),
            },
            Kind::Index(list, index) => match (self.value(list), self.value(index)) {
                (Value::List(all), Value::Int(index)) => {
                    let found = usize::try_from(index).ok().and_then(|at| all.get(at));
                    found
                        .cloned()
                        .unwrap_or_else(|| Value::unknown(format!("there is no element {index}")))
                }
                (unknown @ Value::Unknown(_), _) | (_, unknown) => unknown,
            },
            Kind::Not(inner) => match self.value(inner) {
                Value::Bool(value) => Value::Bool(!value),
                other => other,
            },
            Kind::Negative(inner) => match self.value(inner) {
                Value::Int(value) => value
                    .checked_neg()
                    .map_or_else(|| Value::unknown("a number too large"), Value::Int),
                Value::Double(value) => Value::Double(-value),
                Value::Span(span) => span
                    .checked_neg()
                    .map_or_else(|| Value::unknown("a duration too long"), Value::Span),
                other => other,
            },
            Kind::And(left, right) => self.both(left, right, false),
            Kind::Or(left, right) => self.both(left, right, true),
            Kind::Binary(op, left, right) => match (self.value(left), self.value(right)) {
                (unknown @ Value::Unknown(_), _) | (_, unknown @ Value::Unknown(_)) => unknown,
                (left, right) => self.binary(*op, &left, &right),
            },
            Kind::Choice(three) => match self.value(&three[0]) {
                Value::Bool(true) => self.value(&three[1]),
                Value::Bool(false) => self.value(&three[2]),
                unknown => unknown,
            },
            Kind::Call {
                function,
                arguments,
                ..
            } => self.call(function, arguments),
            Kind::Fold {
                fold,
                list,
                name,
                body,
            } => match self.value(list) {
                Value::List(all) => self.fold(*fold, &all, name, body),
                unknown => unknown,
            },
            Kind::List(all) => {
                let mut values = Vec::with_capacity(all.len());
                for one in all {
                    match self.value(one) {
                        unknown @ Value::Unknown(_) => return unknown,
                        value => values.push(value),
                    }
                }
                Value::list(values)
            }
            Kind::Matches(inner, regex) => match self.value(inner) {
                Value::Text(text) if self.pays(text.len() / 16) => {
                    Value::Bool(regex.is_match(&text))
                }
                Value::Text(_) => Value::unknown("the condition takes too many steps"),
                unknown => unknown,
            },
        }
    }

    fn name(&self, name: &str) -> Value<'a> {
        let own = self.names.iter().rev().find(|(own, _)| own == name);
        let found = own.map(|(_, value)| value.clone());
        match found.or_else(|| (self.variables)(name)) {
            Some(Value::Unknown(unknown)) if unknown.fact.is_empty() => named(name, &unknown),
            Some(value) => value,
            None => Value::unknown(format!("there is no `{name}`")),
        }
    }

    fn fact(&mut self, object: &Expr, field: &str) -> Value<'a> {
        match self.value(object) {
            Value::Object(item) => match item.fact(field) {
                Value::Unknown(unknown) if unknown.fact.is_empty() => {
                    named(&format!("{}.{field}", path(object)), &unknown)
                }
                value => value,
            },
            unknown => unknown,
        }
    }

    /// `&&` and `||`: the side that decides, whatever the other one is.
    fn both(&mut self, left: &Expr, right: &Expr, decides: bool) -> Value<'a> {
        let first = self.value(left);
        if matches!(first, Value::Bool(value) if value == decides) {
            return first;
        }
        match (first, self.value(right)) {
            (_, Value::Bool(value)) if value == decides => Value::Bool(decides),
            (unknown @ Value::Unknown(_), _) => unknown,
            (_, second) => second,
        }
    }

    fn binary(&mut self, op: Op, left: &Value<'a>, right: &Value<'a>) -> Value<'a> {
        if !self.pays(weight(left) + weight(right)) {
            return Value::unknown("the condition takes too many steps");
        }
        let order = || left.order(right);
        match op {
            Op::Equal => Value::Bool(left.same(right)),
            Op::NotEqual => Value::Bool(!left.same(right)),
            Op::Less => Value::Bool(order().is_some_and(std::cmp::Ordering::is_lt)),
            Op::LessOrEqual => Value::Bool(order().is_some_and(std::cmp::Ordering::is_le)),
            Op::Greater => Value::Bool(order().is_some_and(std::cmp::Ordering::is_gt)),
            Op::GreaterOrEqual => Value::Bool(order().is_some_and(std::cmp::Ordering::is_ge)),
            Op::In => match right {
                Value::List(all) => Value::Bool(all.iter().any(|one| one.same(left))),
                _ => Value::unknown("`in` asks a list"),
            },
            _ => arithmetic(op, left, right),
        }
    }

    fn call(&mut self, function: &str, arguments: &[Expr]) -> Value<'a> {
        let mut values = Vec::with_capacity(arguments.len());
        for one in arguments {
            match self.value(one) {
                unknown @ Value::Unknown(_) => return unknown,
                value => values.push(value),
            }
        }
        match self.pays(values.iter().map(weight).sum()) {
            true => call(function, &values),
            false => Value::unknown("the condition takes too many steps"),
        }
    }

    fn fold(&mut self, fold: Fold, all: &[Value<'a>], name: &str, body: &Expr) -> Value<'a> {
        let mut unknown = None;
        let mut kept = Vec::new();
        for one in all {
            self.names.push((name.to_owned(), one.clone()));
            let value = self.value(body);
            self.names.pop();
            match (fold, value) {
                (Fold::All, Value::Bool(false)) => return Value::Bool(false),
                (Fold::Exists, Value::Bool(true)) => return Value::Bool(true),
                (Fold::Map, Value::Unknown(why)) => return Value::Unknown(why),
                (Fold::Map, value) => kept.push(value),
                (Fold::Filter | Fold::ExistsOne, Value::Bool(true)) => kept.push(one.clone()),
                (_, Value::Unknown(why)) => {
                    unknown.get_or_insert(why);
                    // Whatever comes now has no steps left either.
                    if self.left == 0 {
                        break;
                    }
                }
                _ => {}
            }
        }
        if let Some(why) = unknown {
            return Value::Unknown(why);
        }
        match fold {
            Fold::All => Value::Bool(true),
            Fold::Exists => Value::Bool(false),
            Fold::ExistsOne => Value::Bool(kept.len() == 1),
            Fold::Filter | Fold::Map => Value::list(kept),
        }
    }
}

/// The expression as a chain of names, for messages.
pub(super) fn path(expr: &Expr) -> String {
    match &expr.kind {
        Kind::Name(name) => name.clone(),
        Kind::Select { object, field, .. } => format!("{}.{field}", path(object)),
        _ => "…".into(),
    }
}

fn named<'a>(fact: &str, unknown: &Unknown) -> Value<'a> {
    Value::Unknown(Rc::new(Unknown {
        fact: fact.to_owned(),
        why: unknown.why.clone(),
    }))
}

fn constant<'a>(literal: &Literal) -> Value<'a> {
    match literal {
        Literal::Bool(value) => Value::Bool(*value),
        Literal::Int(value) => Value::Int(*value),
        Literal::Double(value) => Value::Double(*value),
        Literal::Text(text) => Value::text(text.clone()),
        Literal::Level(level, rank) => Value::Level(level, *rank),
        Literal::Time(time) => Value::Time(*time),
        Literal::Span(span) => Value::Span(*span),
    }
}

/// Steps that looking through a value is worth.
fn weight(value: &Value<'_>) -> usize {
    match value {
        Value::List(all) => all.len() / 4,
        Value::Text(text) => text.len() / 64,
        _ => 0,
    }
}

fn arithmetic<'a>(op: Op, left: &Value<'a>, right: &Value<'a>) -> Value<'a> {
    let known = |value: Option<Value<'a>>| {
        value.unwrap_or_else(|| Value::unknown(format!("`{}` has no answer here", op.sign())))
    };
    match (op, left, right) {
        (_, Value::Int(a), Value::Int(b)) => known(
            match op {
                Op::Add => a.checked_add(*b),
                Op::Subtract => a.checked_sub(*b),
                Op::Multiply => a.checked_mul(*b),
                Op::Divide => a.checked_div(*b),
                _ => a.checked_rem(*b),
            }
            .map(Value::Int),
        ),
        (_, Value::Double(a), Value::Double(b)) => Value::Double(match op {
            Op::Add => a + b,
            Op::Subtract => a - b,
            Op::Multiply => a * b,
            _ => a / b,
        }),
        (Op::Add, Value::Text(a), Value::Text(b)) => joined(a, b),
        (Op::Add, Value::List(a), Value::List(b)) => Value::list(a.iter().chain(b.iter()).cloned()),
        (Op::Subtract, Value::Time(a), Value::Time(b)) => Value::Span(a.duration_since(*b)),
        (Op::Add, Value::Time(time), Value::Span(span))
        | (Op::Add, Value::Span(span), Value::Time(time)) => later(*time, *span),
        (Op::Subtract, Value::Time(time), Value::Span(span)) => {
            later(*time, span.checked_neg().unwrap_or(SignedDuration::MAX))
        }
        (Op::Add, Value::Span(a), Value::Span(b)) => known(a.checked_add(*b).map(Value::Span)),
        (Op::Subtract, Value::Span(a), Value::Span(b)) => known(a.checked_sub(*b).map(Value::Span)),
        _ => known(None),
    }
}
