//! Tags of one line: `3.18.2-alpine` and `3.18.4-alpine`.

use std::cmp::Ordering;

/// A version in a tag: `v` or nothing, numbers, and the flavour behind them.
#[derive(PartialEq, Eq)]
struct Version<'a> {
    prefix: &'a str,
    numbers: Vec<u64>,
    flavour: &'a str,
}

impl<'a> Version<'a> {
    fn of(tag: &'a str) -> Option<Self> {
        let (prefix, rest) = match tag.strip_prefix('v') {
            Some(rest) => ("v", rest),
            None => ("", tag),
        };
        let end = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let (numbers, flavour) = rest.split_at(end);
        let numbers: Option<Vec<u64>> = numbers.split('.').map(|n| n.parse().ok()).collect();
        Some(Self {
            prefix,
            numbers: numbers?,
            flavour,
        })
    }

    /// Whether the other is the same but for the last number.
    fn is_line_of(&self, other: &Self) -> bool {
        let (mine, theirs) = (self.numbers.split_last(), other.numbers.split_last());
        let same = mine.zip(theirs).is_some_and(|((_, a), (_, b))| a == b);
        same && self.prefix == other.prefix && self.flavour == other.flavour
    }
}

/// The newest tag of the line that `tag` is of: the same but for the last of at least
/// three numbers, same flavour. `None` where the tag is the newest, or has no line: with
/// fewer numbers (`3.18`) the tag itself moves, and there is nothing to choose.
pub fn newest<'a>(tag: &str, tags: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let current = Version::of(tag).filter(|v| v.numbers.len() >= 3)?;
    let newer = tags.into_iter().filter_map(|tag| {
        let version = Version::of(tag)?;
        let above = version.numbers.cmp(&current.numbers) == Ordering::Greater;
        (above && version.is_line_of(&current)).then_some((version.numbers, tag))
    });
    newer.max().map(|(_, tag)| tag)
}

#[cfg(test)]
mod tests {
    use super::newest;

    #[test]
    fn a_line_is_everything_but_the_last_number() {
        let tags = [
            "3.18.9",
            "3.18.12",
            "3.19.1",
            "3.18.13-rc1",
            "3.18",
            "latest",
            "v3.18.14",
            "3.18.2-slim",
            "3.18.30-slim",
        ];
        assert_eq!(newest("3.18.2", tags), Some("3.18.12"));
        assert_eq!(newest("3.18.2-slim", tags), Some("3.18.30-slim"));
        assert_eq!(newest("3.18.12", tags), None);
        assert_eq!(newest("3.18", tags), None);
        assert_eq!(newest("latest", tags), None);
        assert_eq!(newest("1.2.3.4", ["1.2.3.5", "1.2.4.5"]), Some("1.2.3.5"));
        assert_eq!(newest("99999999999999999999.1.1", tags), None);
    }
}
