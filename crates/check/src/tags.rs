//! What else a repository offers in the place of a tag: the newest patch of the same line,
//! the newest release, a slimmer variant.
//!
//! Pure: the tag and the tags that the registry lists go in. Tags are read as people write
//! them: numbers, and words for the variant (`3.12.1-slim-bookworm`). A tag without numbers
//! (`latest`, `bookworm-slim`) has no line, only variants.

use std::cmp::Ordering;

/// A tag that may take the place of another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternative {
    /// The tag.
    pub tag: String,
    /// What it is to the tag that is there.
    pub kind: AlternativeKind,
}

/// What a tag is to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AlternativeKind {
    /// The newest patch of the same line and variant.
    Patch,
    /// The newest release of the same variant: other lines may behave otherwise.
    Release,
    /// The same version with less in it.
    Slimmer,
}

impl AlternativeKind {
    /// What people are told.
    pub fn name(self) -> &'static str {
        match self {
            Self::Patch => "newest patch of the same line",
            Self::Release => "newest release",
            Self::Slimmer => "slimmer variant",
        }
    }
}

/// Words of variants with less in them, least first.
const SLIM: [&str; 6] = ["distroless", "micro", "minimal", "slim", "lean", "alpine"];

/// Words of tags that are no releases.
const UNFINISHED: [&str; 14] = [
    "alpha",
    "beta",
    "rc",
    "dev",
    "nightly",
    "edge",
    "snapshot",
    "preview",
    "pre",
    "test",
    "testing",
    "experimental",
    "canary",
    "unstable",
];

/// A tag, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Parsed<'a> {
    /// `v`, or nothing.
    prefix: &'a str,
    numbers: Vec<u64>,
    /// Words of the variant, in their order.
    variant: Vec<&'a str>,
}

fn parse(tag: &str) -> Parsed<'_> {
    let (prefix, rest) = match tag.strip_prefix('v') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => ("v", rest),
        _ => ("", tag),
    };
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.');
    let (version, words) = rest.split_at(end.unwrap_or(rest.len()));
    let numbers: Option<Vec<u64>> = version.split('.').map(|part| part.parse().ok()).collect();
    match numbers {
        Some(numbers) if words.is_empty() || words.starts_with(['-', '_']) => Parsed {
            prefix,
            numbers,
            variant: words
                .split(['-', '_'])
                .filter(|word| !word.is_empty())
                .collect(),
        },
        // `12bookworm`, `1.2rc1`: no version that can be compared.
        _ => Parsed {
            prefix: "",
            numbers: Vec::new(),
            variant: tag
                .split(['-', '_'])
                .filter(|word| !word.is_empty())
                .collect(),
        },
    }
}

impl Parsed<'_> {
    fn is_finished(&self) -> bool {
        let begins = |word: &&str, bad: &str| {
            word.strip_prefix(bad)
                .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'))
        };
        let mut variant = self.variant.iter();
        !variant.any(|word| UNFINISHED.iter().any(|bad| begins(word, bad)))
    }

    /// A year or a date as first number is a release of its own kind: `20240101`.
    fn is_date(&self) -> bool {
        self.numbers.first().is_some_and(|first| *first >= 100_000)
    }

    fn order(&self, other: &Self) -> Ordering {
        // `12.5` is within `12`, which always means the newest; where both are there the
        // more exact one is the better pin.
        self.numbers.cmp(&other.numbers)
    }
}

/// What may take the place of `tag`, best first; at most one of each kind.
pub fn alternatives(tag: &str, tags: &[String]) -> Vec<Alternative> {
    let here = parse(tag);
    let all: Vec<(&String, Parsed<'_>)> = tags.iter().map(|t| (t, parse(t))).collect();
    let mut found = Vec::new();
    let mut push = |tag: Option<&&String>, kind| {
        let Some(tag) = tag else {
            return;
        };
        if !found.iter().any(|one: &Alternative| one.tag == **tag) {
            found.push(Alternative {
                tag: (*tag).clone(),
                kind,
            });
        }
    };
    let newer: Vec<&(&String, Parsed<'_>)> = all
        .iter()
        .filter(|(_, other)| {
            !here.numbers.is_empty()
                && other.prefix == here.prefix
                && other.variant == here.variant
                && other.is_finished()
                && other.is_date() == here.is_date()
                && other.order(&here) == Ordering::Greater
        })
        .collect();
    // `3.18` is a line itself, and `3.18.4` one of it.
    let line = here.numbers.len().clamp(1, 2);
    let same_line = newer
        .iter()
        .filter(|(_, other)| other.numbers.get(..line) == here.numbers.get(..line));
    let patch = same_line.max_by(|a, b| a.1.order(&b.1));
    push(patch.map(|(tag, _)| tag), AlternativeKind::Patch);
    // Who wrote `3.18` wants `3.20`, and not `3.20.1`, where there are both.
    let as_exact = |parsed: &Parsed<'_>| parsed.numbers.len() == here.numbers.len();
    let release = newer
        .iter()
        .max_by(|a, b| (as_exact(&a.1).cmp(&as_exact(&b.1))).then_with(|| a.1.order(&b.1)));
    push(release.map(|(tag, _)| tag), AlternativeKind::Release);
    let slimmer = all.iter().filter_map(|(tag, other)| {
        let same = other.prefix == here.prefix && other.numbers == here.numbers;
        same.then(|| slimness(&here, other))
            .flatten()
            .map(|rank| (rank, tag))
    });
    let slimmer = slimmer.min_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.cmp(b.1)));
    push(slimmer.map(|(_, tag)| tag), AlternativeKind::Slimmer);
    found
}

/// How slim another variant of the same version is, least best; nothing where it is no
/// slimmer, or has other words beside.
fn slimness(here: &Parsed<'_>, other: &Parsed<'_>) -> Option<(usize, usize)> {
    let rank = |parsed: &Parsed<'_>| {
        let mut ranks = parsed.variant.iter();
        ranks.find_map(|word| SLIM.iter().position(|slim| word.starts_with(slim)))
    };
    let there = rank(other)?;
    if rank(here).is_some_and(|own| own <= there) {
        return None;
    }
    // The system below decides what runs in it: `alpine` brings another C library, so it
    // comes after every variant of the same system.
    let kept = |word: &&str| !SLIM.iter().any(|slim| word.starts_with(slim)) && *word != "latest";
    let own: Vec<&str> = here.variant.iter().copied().filter(|w| kept(w)).collect();
    let theirs: Vec<&str> = other.variant.iter().copied().filter(|w| kept(w)).collect();
    let missing = own.iter().filter(|word| !theirs.contains(word)).count();
    let added = theirs.iter().filter(|word| !own.contains(word)).count();
    let same_system = SLIM[there] != "alpine" && missing == 0;
    let fits = added == 0 && (same_system || SLIM[there] == "alpine");
    fits.then_some((usize::from(!same_system), there))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(tag: &str, tags: &str, expected: &str) {
        let tags: Vec<String> = tags.split_whitespace().map(str::to_owned).collect();
        let found = alternatives(tag, &tags);
        let shown: Vec<String> = found
            .iter()
            .map(|one| format!("{:?} {}", one.kind, one.tag))
            .collect();
        assert_eq!(shown.join(", "), expected, "{tag}");
    }

    #[test]
    fn the_newest_patch_keeps_line_and_variant() {
        let tags = "1.25.1 1.25.5 1.25.5-alpine 1.26.0 1.27.2 1.25.9-rc1 latest 2.0-beta1 1.3";
        check("1.25.1", tags, "Patch 1.25.5, Release 1.27.2");
        check("1.25.1-alpine", tags, "Patch 1.25.5-alpine");
        check("1.27.2", tags, "");
        check("v1.25.1", tags, "");
        check(
            "v1.2.0",
            "v1.2.3 1.2.9 v1.10.0",
            "Patch v1.2.3, Release v1.10.0",
        );
    }

    #[test]
    fn a_short_tag_is_a_line() {
        check(
            "3.18",
            "3.17 3.18 3.18.2 3.18.12 3.19 3.20.1",
            "Patch 3.18.12, Release 3.19",
        );
        check("12", "11 12 12.4 12.5 13 13.1", "Patch 12.5, Release 13");
        check("12", "12", "");
    }

    #[test]
    fn dates_are_no_versions() {
        check("12", "12 20240101 12.1", "Patch 12.1");
        check("20240101", "20240101 20240301 99", "Release 20240301");
        check("1.4", "1.4 1.4.2", "Patch 1.4.2");
    }

    #[test]
    fn slimmer_variants_of_the_same_system_come_first() {
        let tags = "3.12 3.12-slim 3.12-alpine 3.12-slim-bookworm 3.12-bookworm 3.11-slim";
        check("3.12", tags, "Slimmer 3.12-slim");
        check("3.12-bookworm", tags, "Slimmer 3.12-slim-bookworm");
        check("3.12-slim", tags, "");
        check("3.12", "3.12 3.12-alpine3.20", "Slimmer 3.12-alpine3.20");
        check(
            "bookworm",
            "bookworm bookworm-slim",
            "Slimmer bookworm-slim",
        );
        check("latest", "latest slim alpine", "Slimmer slim");
        check("9", "9 9-minimal 9-micro", "Slimmer 9-micro");
    }

    #[test]
    fn odd_tags_are_survived() {
        for tag in [
            "",
            "-",
            "v",
            "..",
            "1..2",
            "99999999999999999999999",
            "1.2.3.4.5.6",
            "é",
        ] {
            let tags: Vec<String> = ["1.2", "", "v1", "..", "-slim", "é-slim"]
                .map(str::to_owned)
                .to_vec();
            let _ = alternatives(tag, &tags);
        }
    }
}
