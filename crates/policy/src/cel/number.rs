//! Whole numbers beside fractions.

use std::cmp::Ordering;

/// How a whole number stands to another one that may have a fraction, without rounding:
/// beyond 2^53 a conversion would make different numbers equal.
pub(super) fn compare(whole: i64, other: f64) -> Option<Ordering> {
    if other.is_nan() {
        return None;
    }
    // 2^63, which every i64 is below, is a double.
    if other >= 9_223_372_036_854_775_808.0 {
        return Some(Ordering::Less);
    }
    if other < -9_223_372_036_854_775_808.0 {
        return Some(Ordering::Greater);
    }
    #[expect(clippy::cast_possible_truncation, reason = "it is between the bounds")]
    let floor = other.floor() as i64;
    let has_fraction = other.floor() < other;
    Some(whole.cmp(&floor).then(match has_fraction {
        true => Ordering::Less,
        false => Ordering::Equal,
    }))
}
