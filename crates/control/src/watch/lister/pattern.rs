//! Patterns of names of repositories.

/// Whether a pattern matches: `*` stands for a part of a segment, `**` for any text.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let (p, t) = (pattern.as_bytes(), text.as_bytes());
    // The usual two pointers, with the last star of each kind to come back to.
    let (mut i, mut j) = (0, 0);
    let mut star: Option<(usize, usize, bool)> = None;
    let mut outer: Option<(usize, usize)> = None;
    while j < t.len() {
        if p.get(i) == Some(&b'*') {
            let deep = p.get(i + 1) == Some(&b'*');
            let after = if deep { i + 2 } else { i + 1 };
            star = Some((after, j, deep));
            if deep {
                outer = Some((after, j));
            }
            i = after;
        } else if p.get(i) == t.get(j) {
            (i, j) = (i + 1, j + 1);
        } else {
            let again = match star {
                Some((after, at, deep)) if deep || t.get(at) != Some(&b'/') => {
                    star = Some((after, at + 1, deep));
                    Some((after, at + 1))
                }
                _ => outer.map(|(after, at)| {
                    outer = Some((after, at + 1));
                    star = Some((after, at + 1, true));
                    (after, at + 1)
                }),
            };
            match again {
                Some((after, at)) if at <= t.len() => (i, j) = (after, at),
                _ => return false,
            }
        }
    }
    p.get(i..)
        .is_none_or(|rest| rest.iter().all(|b| *b == b'*'))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_ends_at_a_slash_and_two_do_not() {
        for (pattern, text, expected) in [
            ("team/app", "team/app", true),
            ("team/app", "team/apple", false),
            ("team/*", "team/app", true),
            ("team/*", "team/app/x", false),
            ("team/**", "team/app/x", true),
            ("**/app", "a/b/app", true),
            ("**/app", "a/b/apple", false),
            ("*/*", "a/b", true),
            ("*/*", "a/b/c", false),
            ("**", "anything/at/all", true),
            ("a*c/d", "abbbc/d", true),
            ("**/x*/y", "a/x1/z/x2/y", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
