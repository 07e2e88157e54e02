//! Which files a `.dockerignore` leaves out of the build context.
//!
//! Source: Docker, "Build context", ".dockerignore files": patterns of Go's `filepath.Match`
//! with `**` for any number of directories; a directory that is left out takes what is in it
//! along; of several lines about one path the last counts; `!` takes back in.

/// Lines that are looked at.
const MOST: usize = 2_000;

/// Whether `path`, relative to the context, is left out by `list`.
pub(super) fn leaves_out(list: &str, path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let mut out = false;
    for line in list.lines().take(MOST) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (back_in, pattern) = match line.strip_prefix('!') {
            Some(rest) => (true, rest.trim()),
            None => (false, line),
        };
        let pattern: Vec<&str> = pattern
            .split('/')
            .filter(|part| !part.is_empty() && *part != ".")
            .collect();
        let above = |count: usize| {
            parts
                .get(..count)
                .is_some_and(|parts| matches(&pattern, parts))
        };
        if !pattern.is_empty() && (1..=parts.len()).any(above) {
            out = !back_in;
        }
    }
    out
}

/// Whether a pattern of parts is for a path of parts. Paths that are asked about are short, so
/// that trying every length for `**` costs little.
fn matches(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern, path) {
        ([], []) => true,
        (["**", "**", ..], _) => matches(pattern.get(1..).unwrap_or_default(), path),
        (["**", rest @ ..], _) => {
            (0..=path.len()).any(|from| path.get(from..).is_some_and(|path| matches(rest, path)))
        }
        ([first, rest @ ..], [name, below @ ..]) => {
            part_matches(first, name) && matches(rest, below)
        }
        _ => false,
    }
}

/// Whether one part of a pattern is for a name: `*` for any characters, `?` for one, `[…]` for
/// one of some. A backslash takes the next character as it is.
fn part_matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut at, mut of, mut star) = (0, 0, None);
    while of < name.len() {
        if pattern.get(at) == Some(&'*') {
            star = Some((at, of));
            at += 1;
        } else if let Some(next) = one(&pattern, at, name[of]) {
            at = next;
            of += 1;
        } else if let Some((from, taken)) = star {
            star = Some((from, taken + 1));
            at = from + 1;
            of = taken + 1;
        } else {
            return false;
        }
    }
    pattern
        .get(at..)
        .unwrap_or_default()
        .iter()
        .all(|c| *c == '*')
}

/// Where the pattern goes on when its part at `at` takes `c`.
fn one(pattern: &[char], at: usize, c: char) -> Option<usize> {
    match pattern.get(at)? {
        '?' => Some(at + 1),
        '\\' => (pattern.get(at + 1) == Some(&c)).then_some(at + 2),
        '[' => {
            let end = at + 1 + pattern.get(at + 1..)?.iter().position(|p| *p == ']')?;
            let set = pattern.get(at + 1..end)?;
            let (not, set) = match set {
                ['^', rest @ ..] => (true, rest),
                set => (false, set),
            };
            let in_range = set
                .windows(3)
                .any(|w| matches!(w, [a, '-', b] if (*a..=*b).contains(&c)));
            ((set.contains(&c) || in_range) != not).then_some(end + 1)
        }
        p => (*p == c).then_some(at + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::leaves_out;

    #[track_caller]
    fn check(list: &str, path: &str, out: bool) {
        assert_eq!(leaves_out(list, path), out, "{list:?} about {path}");
    }

    #[test]
    fn patterns_are_those_of_docker() {
        check(".git\n", ".git/config", true);
        check("/.git/\n", ".git/config", true);
        check("**/.git\n", ".git/config", true);
        check("*.git\n", ".git", true);
        check(".e?v\n", ".env", true);
        check(".[a-f]nv\n", ".env", true);
        check(".[^a-f]nv\n", ".env", false);
        check("*\n!src\n", ".env", true);
        check("*\n!.env\n", ".env", false);
        check("*/.env\n", ".env", false);
        check("# .env\n", ".env", false);
        check("node_modules\n", ".git", false);
        check("**\n", ".git/config", true);
        check("**/**/**/**/.git\n", ".git", true);
    }
}
