//! The functions: which there are, what they take, what they give.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::ast::{Expr, Kind, Literal};
use super::check::{Checker, as_level, common, suggestion};
use super::eval::MAX_TEXT;
use super::types::{Base, Type};
use super::value::Value;
use crate::pattern;

/// Every function by name, for messages.
const NAMES: [&str; 23] = [
    "contains",
    "days",
    "double",
    "duration",
    "endsWith",
    "getDayOfWeek",
    "getHours",
    "glob",
    "has",
    "hasValue",
    "int",
    "lowerAscii",
    "matches",
    "max",
    "min",
    "orValue",
    "size",
    "startsWith",
    "string",
    "sum",
    "timestamp",
    "trim",
    "upperAscii",
];

pub(super) fn check(checker: &mut Checker<'_>, expr: &mut Expr) -> Option<Type> {
    let span = expr.span;
    let Kind::Call {
        function,
        is_method,
        arguments,
    } = &mut expr.kind
    else {
        return None;
    };
    if !NAMES.contains(&function.as_str()) {
        let told = format!(
            "`{function}` is no function; {}",
            suggestion(function, &NAMES)
        );
        return checker.wrong(span, told);
    }
    if let Some(literal) = literal(function, *is_method, arguments) {
        return match literal {
            Ok(literal) => {
                expr.kind = Kind::Literal(literal);
                checker.expr(expr)
            }
            Err(why) => checker.wrong(span, why),
        };
    }
    let kinds: Option<Vec<Type>> = arguments.iter_mut().map(|one| checker.expr(one)).collect();
    let mut kinds = kinds?;
    if function == "orValue"
        && let [first, _] = kinds[..]
        && let Some(kind) = as_level(first, &mut arguments[1])
    {
        kinds[1] = kind;
    }
    match result(function, *is_method, &kinds) {
        Some(kind) if matches!(function.as_str(), "matches" | "glob") => {
            let is_glob = function == "glob";
            let Some(Kind::Literal(Literal::Text(text))) = arguments.get(1).map(|a| &a.kind) else {
                let told = format!("`{function}` takes a pattern that is written out");
                return checker.wrong(span, told);
            };
            let compiled = match is_glob {
                true => pattern::glob(text),
                false => pattern::expression(text),
            };
            match compiled {
                Ok(regex) => {
                    let subject = arguments.swap_remove(0);
                    expr.kind = Kind::Matches(Box::new(subject), Box::new(regex));
                    Some(kind)
                }
                Err(why) => checker.wrong(span, why),
            }
        }
        Some(kind) => Some(kind),
        None => {
            let given: Vec<String> = kinds.iter().map(ToString::to_string).collect();
            let told = match given.split_first() {
                Some((first, others)) if *is_method && !others.is_empty() => {
                    format!(
                        "`{function}` of {first} does not take {}",
                        others.join(", ")
                    )
                }
                Some((first, _)) if *is_method => {
                    format!("`{function}` does not go with {first} this way")
                }
                _ => format!("`{function}` does not take {}", given.join(", ")),
            };
            checker.wrong(span, told)
        }
    }
}

/// Times and durations that are written out; a mistake in one is a mistake of the policy.
fn literal(function: &str, is_method: bool, arguments: &[Expr]) -> Option<Result<Literal, String>> {
    if is_method || !matches!(function, "timestamp" | "duration") {
        return None;
    }
    let [
        Expr {
            kind: Kind::Literal(Literal::Text(text)),
            ..
        },
    ] = arguments
    else {
        return Some(Err(format!(
            "`{function}` takes one text that is written out"
        )));
    };
    Some(match function {
        "timestamp" => text
            .parse()
            .map(Literal::Time)
            .map_err(|_| format!("\"{text}\" is no time such as \"2026-12-31T00:00:00Z\"")),
        _ => duration(text).map(Literal::Span).ok_or_else(|| {
            format!("\"{text}\" is no duration such as \"72h\", \"1h30m\" or \"90s\"")
        }),
    })
}

/// A duration as CEL writes it: numbers with units from hours to nanoseconds.
fn duration(text: &str) -> Option<SignedDuration> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text),
    };
    if rest == "0" {
        return Some(SignedDuration::ZERO);
    }
    let mut seconds = 0.0;
    let mut any = false;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..end].parse().ok()?;
        let units = [
            ("ns", 1e-9),
            ("us", 1e-6),
            ("µs", 1e-6),
            ("ms", 1e-3),
            ("s", 1.0),
            ("m", 60.0),
            ("h", 3600.0),
        ];
        let (unit, worth) = units
            .into_iter()
            .find(|(unit, _)| rest[end..].starts_with(unit))?;
        seconds += number * worth;
        any = true;
        rest = &rest[end + unit.len()..];
    }
    if !any {
        return None;
    }
    SignedDuration::try_from_secs_f64(sign * seconds).ok()
}

/// The type that a function gives; nothing where it does not take these.
fn result(function: &str, is_method: bool, kinds: &[Type]) -> Option<Type> {
    use Base::{Bool, Double, Int, Level, Span, Text, Time};
    let bases: Vec<Option<Base>> = kinds.iter().map(|kind| kind.plain()).collect();
    let of = |base| Some(Type::of(base));
    match (function, is_method, bases.as_slice()) {
        ("size", _, [base]) => {
            (kinds[0].element().is_some() || *base == Some(Text)).then_some(Type::of(Int))
        }
        ("startsWith" | "endsWith" | "contains", true, [Some(Text), Some(Text)])
        | ("matches", _, [Some(Text), Some(Text)])
        | ("glob", true, [Some(Text), Some(Text)]) => of(Bool),
        ("lowerAscii" | "upperAscii" | "trim", true, [Some(Text)]) => of(Text),
        ("getHours" | "getDayOfWeek", true, [Some(Time)]) => of(Int),
        ("days", false, [Some(Int)]) => of(Span),
        ("int", false, [Some(Int | Double | Text | Time)]) => of(Int),
        ("double", false, [Some(Int | Double | Text)]) => of(Double),
        ("string", false, [Some(Bool | Int | Double | Text | Time | Level(_))]) => of(Text),
        ("sum" | "min" | "max", true, [_]) => {
            let element = kinds[0].element()?;
            let fits = element.is_number()
                || function != "sum" && matches!(element.plain(), Some(Time | Span | Level(_)));
            fits.then_some(element)
        }
        ("hasValue", true, [_]) => kinds[0].optional.then_some(Type::of(Bool)),
        ("orValue", true, [_, _]) if kinds[0].optional => {
            let inner = Type {
                optional: false,
                ..kinds[0]
            };
            common(inner, kinds[1]).filter(|kind| *kind == inner)
        }
        _ => None,
    }
}

/// The value of a function whose arguments are known.
pub(super) fn call<'a>(function: &str, arguments: &[Value<'a>]) -> Value<'a> {
    let no = || Value::unknown(format!("`{function}` has no answer for this"));
    match (function, arguments) {
        ("size", [Value::List(all)]) => Value::Int(i64::try_from(all.len()).unwrap_or(i64::MAX)),
        ("size", [Value::Text(text)]) => {
            Value::Int(i64::try_from(text.chars().count()).unwrap_or(i64::MAX))
        }
        ("startsWith", [Value::Text(a), Value::Text(b)]) => Value::Bool(a.starts_with(b.as_ref())),
        ("endsWith", [Value::Text(a), Value::Text(b)]) => Value::Bool(a.ends_with(b.as_ref())),
        ("contains", [Value::Text(a), Value::Text(b)]) => Value::Bool(a.contains(b.as_ref())),
        ("lowerAscii", [Value::Text(text)]) => Value::text(text.to_ascii_lowercase()),
        ("upperAscii", [Value::Text(text)]) => Value::text(text.to_ascii_uppercase()),
        ("trim", [Value::Text(text)]) => Value::text(text.trim().to_owned()),
        ("getHours", [Value::Time(time)]) => Value::Int(time.to_zoned(TimeZone::UTC).hour().into()),
        ("getDayOfWeek", [Value::Time(time)]) => {
            let day = time.to_zoned(TimeZone::UTC).weekday();
            Value::Int(day.to_sunday_zero_offset().into())
        }
        ("days", [Value::Int(days)]) => match days.checked_mul(86_400) {
            Some(seconds) => Value::Span(SignedDuration::from_secs(seconds)),
            None => no(),
        },
        ("int" | "double" | "string", [value]) => convert(function, value).unwrap_or_else(no),
        ("sum" | "min" | "max", [Value::List(all)]) => gather(function, all),
        ("hasValue", [Value::Optional(inner)]) => Value::Bool(inner.is_some()),
        ("orValue", [Value::Optional(inner), other]) => match inner {
            Some(value) => value.as_ref().clone(),
            None => other.clone(),
        },
        _ => no(),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "conversions that the policy asks for, as CEL defines them"
)]
fn convert<'a>(function: &str, value: &Value<'a>) -> Option<Value<'a>> {
    Some(match (function, value) {
        ("int", Value::Int(_)) | ("double", Value::Double(_)) | ("string", Value::Text(_)) => {
            value.clone()
        }
        ("int", Value::Double(double)) if double.abs() < 9.2e18 => Value::Int(*double as i64),
        ("int", Value::Text(text)) => Value::Int(text.parse().ok()?),
        ("int", Value::Time(time)) => Value::Int(time.as_second()),
        ("double", Value::Int(int)) => Value::Double(*int as f64),
        ("double", Value::Text(text)) => {
            Value::Double(text.parse().ok().filter(|d: &f64| d.is_finite())?)
        }
        ("string", Value::Level(level, rank)) => Value::text((*level.words.get(*rank)?).to_owned()),
        ("string", Value::Bool(_) | Value::Int(_) | Value::Double(_) | Value::Time(_)) => {
            Value::text(value.words())
        }
        _ => return None,
    })
}

fn gather<'a>(function: &str, all: &[Value<'a>]) -> Value<'a> {
    if function == "sum" {
        let mut sum = None;
        for value in all {
            sum = Some(match (sum, value) {
                (None, value) => value.clone(),
                (Some(Value::Int(a)), Value::Int(b)) => match a.checked_add(*b) {
                    Some(both) => Value::Int(both),
                    None => return Value::unknown("the sum is too large"),
                },
                (Some(Value::Double(a)), Value::Double(b)) => Value::Double(a + b),
                (Some(other), _) => other,
            });
        }
        return sum.unwrap_or(Value::Int(0));
    }
    let want = match function {
        "min" => std::cmp::Ordering::Less,
        _ => std::cmp::Ordering::Greater,
    };
    let best = all.iter().reduce(|best, one| match one.order(best) {
        Some(order) if order == want => one,
        _ => best,
    });
    match best {
        Some(value) => value.clone(),
        None => Value::unknown(format!("an empty list has no {function}")),
    }
}

/// Two texts behind each other, within what a text may have.
pub(super) fn joined<'a>(a: &str, b: &str) -> Value<'a> {
    match a.len() + b.len() <= MAX_TEXT {
        true => Value::text([a, b].concat()),
        false => Value::unknown(format!("a text of more than {MAX_TEXT} bytes")),
    }
}

/// A time so much later.
pub(super) fn later<'a>(time: Timestamp, span: SignedDuration) -> Value<'a> {
    match time.checked_add(span) {
        Ok(later) => Value::Time(later),
        Err(_) => Value::unknown("a time beyond the calendar"),
    }
}
