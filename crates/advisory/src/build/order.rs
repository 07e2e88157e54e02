//! The one order of an advisory's lists, and the union of two copies.

use std::cmp::Ordering;

use lazaret_model::{Advisory, Affected, KeyKind, Qualifiers, Rating};
use lazaret_version::{Bound, Range};

use super::stage::worse;

/// Brings the lists of an advisory into one order, without duplicates.
///
/// References keep the order that the feed chose: the first is usually the best.
pub(super) fn normalise(advisory: &mut Advisory) {
    for list in [
        &mut advisory.aliases,
        &mut advisory.upstream,
        &mut advisory.cwes,
    ] {
        list.sort();
        list.dedup();
    }
    let id = &advisory.id;
    advisory.aliases.retain(|alias| alias != id);
    advisory.ratings.sort_by(compare_ratings);
    advisory.ratings.dedup();
    advisory.affected.sort_by(compare);
    advisory.affected.dedup();
}

/// One advisory that says what two copies of the same time say.
pub(super) fn unite(a: Advisory, b: Advisory) -> Advisory {
    let longer = |a: String, b: String| if (a.len(), &a) >= (b.len(), &b) { a } else { b };
    let mut references = a.references;
    if references != b.references {
        references.extend(b.references);
        references.sort();
        references.dedup();
    }
    let mut united = Advisory {
        id: a.id,
        feed: a.feed,
        aliases: [a.aliases, b.aliases].concat(),
        upstream: [a.upstream, b.upstream].concat(),
        kind: worse(a.kind, b.kind),
        summary: longer(a.summary, b.summary),
        published: earlier(a.published, b.published),
        modified: a.modified.max(b.modified),
        // A copy that stands is not withdrawn by one that does not.
        withdrawn: a.withdrawn.zip(b.withdrawn).map(|(a, b)| a.max(b)),
        ratings: [a.ratings, b.ratings].concat(),
        cwes: [a.cwes, b.cwes].concat(),
        references,
        affected: [a.affected, b.affected].concat(),
    };
    normalise(&mut united);
    united
}

fn earlier(a: String, b: String) -> String {
    match (a.is_empty(), b.is_empty()) {
        (true, _) => b,
        (_, true) => a,
        _ => a.min(b),
    }
}

fn compare_ratings(a: &Rating, b: &Rating) -> Ordering {
    (&a.source, a.severity, &a.vector).cmp(&(&b.source, b.severity, &b.vector))
}

fn compare(a: &Affected, b: &Affected) -> Ordering {
    let source = |affected: &Affected| affected.key == KeyKind::Source;
    (&a.space, &a.name, source(a), a.scheme)
        .cmp(&(&b.space, &b.name, source(b), b.scheme))
        .then_with(|| compare_ranges(&a.range, &b.range))
        .then_with(|| a.status.cmp(&b.status))
        .then_with(|| {
            (&a.raw_status, &a.fixed, a.severity).cmp(&(&b.raw_status, &b.fixed, b.severity))
        })
        .then_with(|| conditions(&a.qualifiers).cmp(&conditions(&b.qualifiers)))
}

fn compare_ranges(a: &Range, b: &Range) -> Ordering {
    let bounds = |range: &Range| -> Vec<(u8, String)> {
        let ends = range.intervals.iter().flat_map(|i| [&i.lower, &i.upper]);
        ends.map(|bound| match bound {
            Bound::Unbounded => (0, String::new()),
            Bound::Inclusive(version) => (1, version.clone()),
            Bound::Exclusive(version) => (2, version.clone()),
        })
        .collect()
    };
    if a == b {
        return Ordering::Equal;
    }
    bounds(a)
        .cmp(&bounds(b))
        .then_with(|| (&a.exact, &a.opaque).cmp(&(&b.exact, &b.opaque)))
}

type Conditions<'a> = ([&'a [String]; 5], [&'a Option<String>; 3]);

fn conditions(qualifiers: &Qualifiers) -> Conditions<'_> {
    (
        [
            &qualifiers.architectures,
            &qualifiers.goos,
            &qualifiers.goarch,
            &qualifiers.target_software,
            &qualifiers.platforms,
        ],
        [&qualifiers.module, &qualifiers.channel, &qualifiers.flavour],
    )
}
