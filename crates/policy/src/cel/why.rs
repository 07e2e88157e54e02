//! Which facts decided: the part of a condition that made it true, or not known.

use super::ast::{Expr, Fold, Kind};
use super::eval::{Machine, path};
use super::value::Value;

/// A fact that an answer rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fact {
    /// As the expression writes it: `finding.kev`.
    pub(crate) name: String,
    /// Its value, for people.
    pub(crate) value: String,
}

/// Most facts that are told of one answer.
const MOST: usize = 12;

/// The facts that the answer of a condition rests on, in the order of the text.
pub(crate) fn why<'a>(expr: &Expr, machine: &mut Machine<'a, '_>) -> Vec<Fact> {
    let mut facts = Vec::new();
    let wanted = machine.value(expr);
    visit(expr, &wanted, machine, &mut facts);
    facts
}

fn visit<'a>(expr: &Expr, answer: &Value<'a>, machine: &mut Machine<'a, '_>, out: &mut Vec<Fact>) {
    if out.len() >= MOST {
        return;
    }
    match (&expr.kind, answer) {
        // A side that is as the whole answer made it so; the other one may say otherwise.
        (Kind::And(left, right) | Kind::Or(left, right), _) => {
            let (first, second) = (machine.value(left), machine.value(right));
            let is_first = alike(&first, answer);
            let decides = matches!(expr.kind, Kind::Or(..)) == matches!(answer, Value::Bool(true));
            let is_bool = matches!(answer, Value::Bool(_));
            if is_first {
                visit(left, &first, machine, out);
            }
            if alike(&second, answer) && !(is_first && decides && is_bool) {
                visit(right, &second, machine, out);
            }
        }
        (Kind::Not(inner), _) => {
            let value = machine.value(inner);
            visit(inner, &value, machine, out);
        }
        (Kind::Choice(three), _) => {
            let condition = machine.value(&three[0]);
            visit(&three[0], &condition, machine, out);
            let taken = match condition {
                Value::Bool(true) => &three[1],
                Value::Bool(false) => &three[2],
                _ => return,
            };
            let value = machine.value(taken);
            visit(taken, &value, machine, out);
        }
        (
            Kind::Fold {
                fold: fold @ (Fold::Exists | Fold::All),
                list,
                name,
                body,
            },
            _,
        ) => elements((*fold, list, name, body), answer, machine, out),
        // The element's name means something inside of the body only.
        (Kind::Fold { list, .. }, _) => {
            let value = machine.value(list);
            visit(list, &value, machine, out);
        }
        (Kind::Select { .. } | Kind::Name(_), _) => push(expr, answer, out),
        (Kind::Has(object, field), Value::Bool(known)) => out.push(Fact {
            name: format!("{}.{field}", path(object)),
            value: if *known { "known" } else { "not known" }.into(),
        }),
        _ => {
            for part in expr.kind.parts() {
                let value = machine.value(part);
                visit(part, &value, machine, out);
            }
        }
    }
}

/// The first element that decided; all of them where none did.
fn elements<'a>(
    (fold, list, name, body): (Fold, &Expr, &str, &Expr),
    answer: &Value<'a>,
    machine: &mut Machine<'a, '_>,
    out: &mut Vec<Fact>,
) {
    let all = machine.value(list);
    let Value::List(all) = all else {
        return visit(list, &all, machine, out);
    };
    let decided = match (fold, answer) {
        (Fold::Exists, Value::Bool(false)) | (Fold::All, Value::Bool(true)) => None,
        _ => all.iter().find(|one| {
            machine.names.push((name.to_owned(), (*one).clone()));
            let value = machine.value(body);
            machine.names.pop();
            alike(&value, answer)
        }),
    };
    match decided {
        None => push(list, &Value::List(all), out),
        Some(one) => {
            out.push(Fact {
                name: name.to_owned(),
                value: one.words(),
            });
            machine.names.push((name.to_owned(), one.clone()));
            let value = machine.value(body);
            visit(body, &value, machine, out);
            machine.names.pop();
        }
    }
}

fn alike(a: &Value<'_>, b: &Value<'_>) -> bool {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Unknown(_), Value::Unknown(_)) => true,
        _ => false,
    }
}

fn push(expr: &Expr, value: &Value<'_>, out: &mut Vec<Fact>) {
    let fact = Fact {
        name: path(expr),
        value: value.words(),
    };
    if !matches!(value, Value::Object(_)) && !out.contains(&fact) {
        out.push(fact);
    }
}
