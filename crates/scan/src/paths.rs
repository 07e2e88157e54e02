//! Paths of a tree, as numbers and as patterns.

/// The hash of a path that facts are kept under: FNV-1a, 64 bits, finished as in
/// SplitMix64 so that near paths land far apart.
///
/// Not keyed: whoever can choose the paths of an image to collide could as well leave
/// the package database out of it. Stored in cache entries, so it must never change
/// without a new cache format.
pub(crate) fn hash(path: &[u8]) -> u64 {
    let mut h: u64 = 0xcbf2_9ce4_8422_2325;
    for chunk in path.chunks(8) {
        let mut word = [0u8; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        h ^= u64::from_le_bytes(word) ^ ((chunk.len() as u64) << 56);
        h = h.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        h ^= h >> 29;
    }
    h = (h ^ (h >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    h = (h ^ (h >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    h ^ (h >> 31)
}

/// A quick "surely not among them" for a set of hashes.
pub(crate) struct Filter {
    bits: Vec<u64>,
    shift: u32,
}

impl Filter {
    /// Of at most `count` hashes: eight bits for each.
    pub(crate) fn of(count: usize, hashes: impl Iterator<Item = u64>) -> Self {
        let width = count.saturating_mul(8).clamp(64, 1 << 31);
        let width = width.next_power_of_two();
        let mut filter = Self {
            bits: vec![0; width / 64],
            shift: u64::BITS - width.trailing_zeros(),
        };
        for hash in hashes {
            let (word, bit) = filter.place(hash);
            filter.bits[word] |= bit;
        }
        filter
    }

    fn place(&self, hash: u64) -> (usize, u64) {
        let at = hash >> self.shift;
        ((at / 64) as usize, 1 << (at % 64))
    }

    pub(crate) fn may_have(&self, hash: u64) -> bool {
        let (word, bit) = self.place(hash);
        self.bits[word] & bit != 0
    }
}

/// Whether `path` is `directory` or lies below it.
pub(crate) fn at_or_below(directory: &str, path: &str) -> bool {
    path.strip_prefix(directory)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether `path`, or a directory above it, matches `pattern`.
///
/// `*` stands for anything inside one segment, `**` for any number of segments. A
/// pattern without a wildcard matches from the root.
pub(crate) fn below(pattern: &str, path: &str) -> bool {
    let pattern: Vec<&str> = pattern.trim_matches('/').split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    (1..=path.len()).any(|n| segments_match(&pattern, &path[..n]))
}

/// Whether the whole of `path` matches `pattern`.
pub(crate) fn matches(pattern: &str, path: &str) -> bool {
    let pattern: Vec<&str> = pattern.trim_matches('/').split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    segments_match(&pattern, &path)
}

fn segments_match(pattern: &[&str], path: &[&str]) -> bool {
    glob(pattern, path, |p| *p == "**", |p, s| segment_matches(p, s))
}

fn segment_matches(pattern: &str, segment: &str) -> bool {
    glob(
        pattern.as_bytes(),
        segment.as_bytes(),
        |p| *p == b'*',
        |p, s| p == s || *p == b'?',
    )
}

/// The classic linear-backtracking wildcard match, over letters or over segments.
fn glob<T>(
    pattern: &[T],
    text: &[T],
    star: impl Fn(&T) -> bool,
    same: impl Fn(&T, &T) -> bool,
) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut last_star = None;
    while t < text.len() {
        if p < pattern.len() && star(&pattern[p]) {
            last_star = Some((p, t));
            p += 1;
        } else if p < pattern.len() && same(&pattern[p], &text[t]) {
            p += 1;
            t += 1;
        } else if let Some((star_at, from)) = last_star {
            last_star = Some((star_at, from + 1));
            p = star_at + 1;
            t = from + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(star)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_misses_nothing_and_lets_little_through() {
        for count in [0u32, 1, 1_000] {
            let name = |i: u32| hash(&i.to_le_bytes());
            let filter = Filter::of(count as usize, (0..count).map(name));
            assert!((0..count).all(|i| filter.may_have(name(i))));
            let through = (count..count + 1_000).filter(|i| filter.may_have(name(*i)));
            assert!(through.count() < 200, "{count}");
        }
    }

    #[test]
    fn patterns_match_whole_segments() {
        for (pattern, path, expected) in [
            ("usr/share", "usr/share/doc/x", true),
            ("/usr/share/", "usr/share", true),
            ("usr/share", "usr/shared/doc", false),
            ("**/node_modules", "a/b/node_modules/c", true),
            ("**/test*/**", "a/tests/b", true),
            ("srv/*/cache", "srv/a/cache/x", true),
            ("srv/*/cache", "srv/a/b/cache", false),
        ] {
            assert_eq!(below(pattern, path), expected, "{pattern} above {path}");
        }
        assert!(matches("**/*.jar", "a/b/c.jar"));
        assert!(!matches("*.jar", "a/b/c.jar"));
    }

    #[test]
    fn a_hostile_pattern_stays_linear_enough() {
        let path = "a/".repeat(2_000) + "b";
        assert!(!matches("**/a/**/a/**/a/**/c", &path));
    }

    #[test]
    fn near_paths_have_far_hashes() {
        let all: std::collections::HashSet<u64> = (0..100_000)
            .map(|i| hash(format!("usr/share/{i}").as_bytes()))
            .collect();
        assert_eq!(all.len(), 100_000);
        assert_ne!(hash(b"a"), hash(b"a\0"));
    }
}
