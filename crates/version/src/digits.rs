//! Numbers as text: runs of ASCII digits of any length, compared without
//! converting them, so that no version can overflow anything.

use std::cmp::Ordering;

/// Order of two runs of digits by value; an empty run counts as zero.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    let a = a.trim_start_matches('0');
    let b = b.trim_start_matches('0');
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// Whether the text is a number: one digit or more and nothing else.
pub(crate) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Splits off the leading run of digits, which may be empty.
pub(crate) fn take(text: &str) -> (&str, &str) {
    take_while(text, |b| b.is_ascii_digit())
}

/// Splits off the leading run of ASCII bytes for which `keep` holds.
pub(crate) fn take_while(text: &str, keep: impl Fn(u8) -> bool) -> (&str, &str) {
    let end = text
        .bytes()
        .position(|b| !b.is_ascii() || !keep(b))
        .unwrap_or(text.len());
    text.split_at(end)
}

/// Order of two dotted lists of numbers, the shorter one filled up with zeros.
pub(crate) fn compare_dotted(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.split('.'), b.split('.'));
    loop {
        let (x, y) = (left.next(), right.next());
        if x.is_none() && y.is_none() {
            return Ordering::Equal;
        }
        let order = compare(x.unwrap_or(""), y.unwrap_or(""));
        if order.is_ne() {
            return order;
        }
    }
}

/// The number one higher than a run of digits, for the upper end of ranges
/// such as `^1.9` (below 2).
pub(crate) fn successor(number: &str) -> String {
    let mut bytes = number.as_bytes().to_vec();
    for digit in bytes.iter_mut().rev() {
        if *digit != b'9' {
            *digit += 1;
            return bytes.into_iter().map(char::from).collect();
        }
        *digit = b'0';
    }
    std::iter::once('1')
        .chain(bytes.into_iter().map(char::from))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_longer_than_any_machine_word_keep_their_order() {
        assert_eq!(
            compare("99999999999999999999999", "100000000000000000000000"),
            Ordering::Less
        );
        assert_eq!(compare("007", "7"), Ordering::Equal);
        assert_eq!(compare("", "0"), Ordering::Equal);
    }

    #[test]
    fn successor_carries() {
        assert_eq!(successor("9"), "10");
        assert_eq!(successor("0"), "1");
        assert_eq!(successor("199"), "200");
        assert_eq!(successor(""), "1");
    }
}
