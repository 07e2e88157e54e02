//! The cheap question first: is a file of this name worth searching?

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Classifier, classifiers};

/// The rows by the names that they ask for.
struct Gate {
    /// Names without a wildcard.
    exact: HashMap<&'static str, Vec<usize>>,
    /// Names with a wildcard, and ends of paths, by their first byte.
    wild: HashMap<u8, Vec<(&'static str, usize)>>,
    rows: Vec<&'static Classifier>,
}

static GATE: LazyLock<Gate> = LazyLock::new(|| {
    let mut gate = Gate {
        exact: HashMap::new(),
        wild: HashMap::new(),
        rows: classifiers().collect(),
    };
    for (row, classifier) in gate.rows.iter().enumerate() {
        for pattern in classifier.files {
            let name = pattern.rsplit('/').next().unwrap_or_default();
            if pattern.contains(['*', '/']) {
                let first = name.bytes().next().unwrap_or(b'*');
                gate.wild.entry(first).or_default().push((pattern, row));
            } else {
                gate.exact.entry(pattern).or_default().push(row);
            }
        }
    }
    gate
});

/// The rows that ask for the file at `path`, in the order of the table.
pub(super) fn rows(path: &str) -> impl Iterator<Item = &'static Classifier> {
    let gate = &*GATE;
    let name = path.rsplit('/').next().unwrap_or_default();
    let name = name.strip_suffix(".exe").unwrap_or(name);
    let mut found: Vec<usize> = gate.exact.get(name).cloned().unwrap_or_default();
    if let Some(wild) = name.bytes().next().and_then(|first| gate.wild.get(&first)) {
        let asks = |pattern: &str| match pattern.rsplit_once('/') {
            None => matches(pattern.as_bytes(), name.as_bytes()),
            Some((above, last)) => {
                let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                matches(last.as_bytes(), name.as_bytes())
                    && folder
                        .strip_suffix(above)
                        .is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
            }
        };
        found.extend(wild.iter().filter(|(p, _)| asks(p)).map(|(_, row)| *row));
    }
    found.sort_unstable();
    found.dedup();
    found
        .into_iter()
        .filter_map(|row| gate.rows.get(row))
        .copied()
}

/// Whether `name` is what `pattern` says; `*` stands for any bytes. Linear for the few
/// wildcards that a row has: each takes the nearest place that fits.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let mut parts = pattern.split(|b| *b == b'*');
    let Some(rest) = parts.next().and_then(|first| name.strip_prefix(first)) else {
        return false;
    };
    let parts: Vec<&[u8]> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    let mut rest = rest;
    for part in middle {
        match memchr::memmem::find(rest, part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, name: &str, expected: bool) {
        let got = matches(pattern.as_bytes(), name.as_bytes());
        assert_eq!(got, expected, "{pattern} {name}");
    }

    #[test]
    fn wildcards_stand_for_any_bytes() {
        check("libssl.so*", "libssl.so.3", true);
        check("libssl.so*", "libssl.so", true);
        check("libssl.so*", "libssl3.so", false);
        check("libpython*.so*", "libpython3.11.so.1.0", true);
        check("libpython*.so*", "libpython3.11.a", false);
        check("a*b*b", "ab", false);
        check("a*b", "ab", true);
        check("ab", "abc", false);
    }

    #[test]
    fn a_path_ends_on_whole_segments() {
        let ids = |path| rows(path).map(|r| r.id).collect::<Vec<_>>();
        assert_eq!(ids("opt/nginx/sbin/nginx"), ids("nginx"));
        assert!(ids("usr/lib/no-such-program").is_empty());
    }
}
