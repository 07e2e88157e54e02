//! Facts: a report and its circumstances, as conditions see them.

mod found;
mod image;
mod package;
mod page;
mod schema;
mod world;

use jiff::{SignedDuration, Timestamp};

pub use image::outcome_name;
pub(crate) use image::reference;
pub use page::facts_page;
pub(crate) use schema::{COMMON, EACH, ELSEWHERE, OUTCOME};
pub(crate) use world::{Subject, World};

use crate::cel::Value;

/// A time of a report; `YYYY-MM-DD` is the beginning of that day in UTC.
pub(crate) fn time(text: &str) -> Option<Timestamp> {
    let whole = match text.len() {
        10 => text.parse::<jiff::civil::Date>().ok().and_then(|date| {
            let midnight = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
            Some(midnight.timestamp())
        }),
        _ => None,
    };
    whole.or_else(|| text.parse().ok())
}

fn time_value<'a>(text: Option<&str>, why: &'static str) -> Value<'a> {
    Value::known(text.and_then(time).map(Value::Time), why)
}

/// The time between, never below zero: a clock may be behind.
fn age<'a>(text: Option<&str>, now: Timestamp, why: &'static str) -> Value<'a> {
    let since = |then| now.duration_since(then).max(SignedDuration::ZERO);
    Value::known(text.and_then(time).map(since).map(Value::Span), why)
}
