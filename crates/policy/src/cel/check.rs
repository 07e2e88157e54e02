//! Every name and type of an expression, before it is ever evaluated.

use lazaret_model::nearest;

use super::Problem;
use super::ast::{Expr, Fold, Kind, Literal, Op};
use super::function;
use super::types::{Base, Field, Object, Type};

/// The names that an expression may use.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    /// What there is.
    pub(crate) variables: Vec<&'static Field>,
    /// Names that exist in other rules only, with what to do about it.
    pub(crate) elsewhere: &'static [(&'static str, &'static str)],
}

pub(super) struct Checker<'s> {
    scope: &'s Scope,
    /// Names of macros, innermost last.
    names: Vec<(String, Type)>,
    problems: Vec<Problem>,
}

/// The type of an expression whose names and types are right; its texts become levels and
/// patterns where they stand for such.
pub(super) fn check(expr: &mut Expr, scope: &Scope) -> Result<Type, Vec<Problem>> {
    let mut checker = Checker {
        scope,
        names: Vec::new(),
        problems: Vec::new(),
    };
    match checker.expr(expr) {
        Some(kind) if checker.problems.is_empty() => Ok(kind),
        _ => Err(checker.problems),
    }
}

impl Checker<'_> {
    /// Notes a problem; the type is then unknown, which is no further problem.
    pub(super) fn wrong(
        &mut self,
        span: (usize, usize),
        message: impl Into<String>,
    ) -> Option<Type> {
        self.problems.push(Problem::new(span, message));
        None
    }

    pub(super) fn expr(&mut self, expr: &mut Expr) -> Option<Type> {
        let span = expr.span;
        match &mut expr.kind {
            Kind::Literal(literal) => Some(Type::of(match literal {
                Literal::Bool(_) => Base::Bool,
                Literal::Int(_) => Base::Int,
                Literal::Double(_) => Base::Double,
                Literal::Text(_) => Base::Text,
                Literal::Level(level, _) => Base::Level(level),
                Literal::Time(_) => Base::Time,
                Literal::Span(_) => Base::Span,
            })),
            Kind::Name(name) => self.name(span, name),
            Kind::Select {
                object,
                field,
                optional,
            } => {
                let found = self.field(span, object, field)?;
                Some(Type {
                    optional: *optional,
                    ..found
                })
            }
            Kind::Has(object, field) => {
                self.field(span, object, field)?;
                Some(Type::of(Base::Bool))
            }
            Kind::Index(list, index) => self.index(span, list, index),
            Kind::Not(inner) => self.bool(inner, "!"),
            Kind::Negative(inner) => match self.expr(inner)? {
                kind if kind.is_number() || kind.plain() == Some(Base::Span) => Some(kind),
                kind => self.wrong(span, format!("`-` takes a number; this is {kind}")),
            },
            Kind::And(left, right) => self.both(left, right, "&&"),
            Kind::Or(left, right) => self.both(left, right, "||"),
            Kind::Binary(op, left, right) => self.binary(span, *op, left, right),
            Kind::Choice(three) => self.choice(span, three),
            Kind::Call { .. } => function::check(self, expr),
            Kind::Fold {
                fold,
                list,
                name,
                body,
            } => self.fold(*fold, list, name, body),
            Kind::List(all) => self.list(span, all),
            Kind::Matches(..) => Some(Type::of(Base::Bool)),
        }
    }

    fn name(&mut self, span: (usize, usize), name: &str) -> Option<Type> {
        let own = self.names.iter().rev().find(|(own, _)| own == name);
        if let Some((_, kind)) = own {
            return Some(*kind);
        }
        let variables = &self.scope.variables;
        if let Some(field) = variables.iter().find(|field| field.name == name) {
            return Some(field.kind);
        }
        let elsewhere = self.scope.elsewhere.iter();
        if let Some((_, hint)) = elsewhere.clone().find(|(known, _)| *known == name) {
            return self.wrong(span, format!("`{name}` is not known here; {hint}"));
        }
        let own = self.names.iter().map(|(own, _)| own.as_str());
        let known: Vec<&str> = variables
            .iter()
            .map(|field| field.name)
            .chain(own)
            .collect();
        let told = format!("`{name}` is not known; {}", suggestion(name, &known));
        self.wrong(span, told)
    }

    fn field(&mut self, span: (usize, usize), object: &mut Expr, name: &str) -> Option<Type> {
        let kind = self.expr(object)?;
        let Some(Base::Object(object)) = kind.plain() else {
            let told = match kind.element().map(|element| element.base) {
                Some(Base::Object(element)) => format!(
                    "this is a list; `.exists(x, x.{name} …)` asks each {} of it",
                    element.name.trim_start_matches("a ")
                ),
                _ => format!("{kind} has no facts such as `{name}`"),
            };
            return self.wrong(span, told);
        };
        match object.field(name) {
            Some(field) => Some(field.kind),
            None => self.wrong(span, unknown_fact(object, name)),
        }
    }

    fn index(&mut self, span: (usize, usize), list: &mut Expr, index: &mut Expr) -> Option<Type> {
        let (list, index) = (self.expr(list)?, self.expr(index)?);
        match (list.element(), index.plain()) {
            (Some(element), Some(Base::Int)) => Some(element),
            (None, _) => self.wrong(span, format!("only lists are indexed; this is {list}")),
            _ => self.wrong(span, format!("an index is a whole number; this is {index}")),
        }
    }

    fn bool(&mut self, expr: &mut Expr, sign: &str) -> Option<Type> {
        let kind = self.expr(expr)?;
        match kind.plain() {
            Some(Base::Bool) => Some(kind),
            _ => self.wrong(
                expr.span,
                format!("`{sign}` takes true or false; this is {kind}"),
            ),
        }
    }

    fn both(&mut self, left: &mut Expr, right: &mut Expr, sign: &str) -> Option<Type> {
        // Both are looked at, so that both their problems are told at once.
        let (left, right) = (self.bool(left, sign), self.bool(right, sign));
        left.and(right)
    }

    fn choice(&mut self, span: (usize, usize), three: &mut [Expr; 3]) -> Option<Type> {
        let [condition, yes, no] = three;
        let condition = self.bool(condition, "?");
        let (first, second) = (self.expr(yes), self.expr(no));
        condition?;
        let (first, second) = (first?, second?);
        let first = as_level(second, yes).unwrap_or(first);
        let second = as_level(first, no).unwrap_or(second);
        match common(first, second) {
            Some(kind) => Some(kind),
            None => self.wrong(span, format!("one side is {first}, the other is {second}")),
        }
    }

    fn list(&mut self, span: (usize, usize), all: &mut [Expr]) -> Option<Type> {
        let mut kind = Type::of(Base::Nothing);
        for expr in all {
            let one = self.expr(expr)?;
            let Some(both) = common(kind, one) else {
                let told =
                    format!("a list has elements of one type; this is {one}, and not {kind}");
                return self.wrong(expr.span, told);
            };
            kind = both;
        }
        if kind.lists >= 3 || kind.optional {
            return self.wrong(span, "such a list has no use here");
        }
        Some(Type {
            lists: kind.lists + 1,
            ..kind
        })
    }

    fn fold(&mut self, fold: Fold, list: &mut Expr, name: &str, body: &mut Expr) -> Option<Type> {
        let kind = self.expr(list)?;
        let Some(element) = kind.element() else {
            let told = format!("`all`, `exists`, `filter` and `map` go over lists; this is {kind}");
            return self.wrong(list.span, told);
        };
        self.names.push((name.to_owned(), element));
        let result = match fold {
            Fold::Map => self.expr(body),
            _ => self.bool(body, "a condition on elements"),
        };
        self.names.pop();
        let result = result?;
        match fold {
            Fold::All | Fold::Exists | Fold::ExistsOne => Some(Type::of(Base::Bool)),
            Fold::Filter => Some(kind),
            Fold::Map if result.optional || result.lists >= 3 => {
                self.wrong(body.span, "such a list has no use here")
            }
            Fold::Map => Some(Type {
                lists: result.lists + 1,
                ..result
            }),
        }
    }

    fn binary(
        &mut self,
        span: (usize, usize),
        op: Op,
        left: &mut Expr,
        right: &mut Expr,
    ) -> Option<Type> {
        let (first, second) = (self.expr(left), self.expr(right));
        let (mut first, mut second) = (first?, second?);
        if !matches!(
            op,
            Op::Add | Op::Subtract | Op::Multiply | Op::Divide | Op::Modulo
        ) {
            self.levels(first, right)?;
            self.levels(second, left)?;
            first = as_level(second, left).unwrap_or(first);
            second = as_level(first, right).unwrap_or(second);
        }
        let result = match op {
            Op::Equal | Op::NotEqual => can_equal(first, second).then_some(Base::Bool),
            Op::In => second
                .element()
                .is_some_and(|element| can_equal(first, element))
                .then_some(Base::Bool),
            Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual => {
                has_order(first, second).then_some(Base::Bool)
            }
            _ => return self.arithmetic(span, op, first, second),
        };
        match result {
            Some(base) => Some(Type::of(base)),
            None => {
                let told = format!("`{}` does not go between {first} and {second}", op.sign());
                self.wrong(span, told)
            }
        }
    }

    /// Complains where a text, alone or in a list, is compared with a level and is no
    /// word of it.
    fn levels(&mut self, kind: Type, expr: &Expr) -> Option<()> {
        let Base::Level(level) = kind.base else {
            return Some(());
        };
        match &expr.kind {
            Kind::Literal(Literal::Text(word)) if level.rank(word).is_none() => {
                let told = format!(
                    "\"{word}\" is no {}; {}",
                    level.name.trim_start_matches("a "),
                    suggestion(word, level.words)
                );
                self.wrong(expr.span, told).map(|_| ())
            }
            Kind::List(all) => {
                for one in all {
                    self.levels(kind, one)?;
                }
                Some(())
            }
            _ => Some(()),
        }
    }

    fn arithmetic(
        &mut self,
        span: (usize, usize),
        op: Op,
        first: Type,
        second: Type,
    ) -> Option<Type> {
        use Base::{Double, Int, Span, Text, Time};
        let base = match (first.plain(), op, second.plain()) {
            (Some(Int), _, Some(Int)) => Some(Int),
            (Some(Double), op, Some(Double)) if op != Op::Modulo => Some(Double),
            (Some(Text), Op::Add, Some(Text)) => Some(Text),
            (Some(Time), Op::Subtract, Some(Time)) => Some(Span),
            (Some(Time), Op::Add | Op::Subtract, Some(Span)) => Some(Time),
            (Some(Span), Op::Add, Some(Time)) => Some(Time),
            (Some(Span), Op::Add | Op::Subtract, Some(Span)) => Some(Span),
            _ => None,
        };
        if let Some(base) = base {
            return Some(Type::of(base));
        }
        if let (Op::Add, Some(_), Some(kind)) = (op, first.element(), common(first, second)) {
            return Some(kind);
        }
        let hint = match first.is_number() && second.is_number() {
            true => "; write `2.0` or `double(…)`, since whole numbers and others do not mix",
            false => "",
        };
        let told = format!(
            "`{}` does not go between {first} and {second}{hint}",
            op.sign()
        );
        self.wrong(span, told)
    }
}

/// The type of two things that have to be of one.
pub(super) fn common(a: Type, b: Type) -> Option<Type> {
    if a == b || matches!(b.base, Base::Nothing) && b.lists <= a.lists {
        return Some(a);
    }
    (matches!(a.base, Base::Nothing) && a.lists <= b.lists).then_some(b)
}

/// Makes a text, or the texts of a list, words of the level that `other` is of; they are
/// known to be some.
pub(super) fn as_level(other: Type, expr: &mut Expr) -> Option<Type> {
    let Base::Level(level) = other.base else {
        return None;
    };
    match &mut expr.kind {
        Kind::Literal(literal) => {
            let Literal::Text(word) = literal else {
                return None;
            };
            *literal = Literal::Level(level, level.rank(word)?);
            Some(Type::of(other.base))
        }
        Kind::List(all) => {
            let mut kind = None;
            for one in all {
                kind = Some(as_level(other, one)?);
            }
            kind.map(|_| Type::list(other.base))
        }
        _ => None,
    }
}

fn can_equal(a: Type, b: Type) -> bool {
    let numbers = a.is_number() && b.is_number();
    let same = common(a, b).is_some() && !a.optional && !b.optional;
    numbers
        || same
            && !matches!(
                (a.base, b.base),
                (Base::Object(_), _) | (_, Base::Object(_))
            )
}

fn has_order(a: Type, b: Type) -> bool {
    match (a.plain(), b.plain()) {
        (Some(Base::Level(first)), Some(Base::Level(second))) => {
            first.name == second.name && first.ordered
        }
        (Some(Base::Object(_) | Base::Nothing), _) => false,
        (Some(first), Some(second)) => a.is_number() && b.is_number() || first == second,
        _ => false,
    }
}

fn unknown_fact(object: &Object, name: &str) -> String {
    let known: Vec<&str> = object.fields.iter().map(|field| field.name).collect();
    format!(
        "{} has no fact `{name}`; {}",
        object.name,
        suggestion(name, &known)
    )
}

/// The word that was meant, or all that are known.
pub(crate) fn suggestion(name: &str, known: &[&str]) -> String {
    match nearest(name, known.iter().copied()) {
        Some(near) => format!("`{near}` is"),
        None => format!("known are {}", known.join(", ")),
    }
}
