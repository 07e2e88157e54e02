//! Laws that hold for any version of any scheme, on generated versions.

use std::cmp::Ordering;

use lazaret_version::{Bound, Containment, Interval, Range, Scheme};
use proptest::prelude::*;
use proptest::test_runner::{TestCaseResult, TestRunner};

/// Plausible versions of a scheme. Pacman always gets a release, Conan only numbers in its
/// items, and Maven words behind hyphens alone: there the tools' own rules are no orders
/// otherwise.
pub(crate) fn versions(scheme: Scheme) -> BoxedStrategy<String> {
    let pattern = match scheme {
        Scheme::Deb => "([0-2]:)?[0-9]{1,3}([.+~][0-9a-z]{1,3}){0,3}(-[0-9a-z.~+]{0,3}[0-9])?",
        Scheme::Rpm => "([0-2]:)?[0-9]{1,2}([.~^_][0-9a-c]{1,3}){0,3}(-[0-9]{1,2}(\\.el[89])?)?",
        Scheme::Apk => {
            "[0-9]{1,2}(\\.[0-9]{1,2}){0,3}[a-c]?(_(alpha|rc|git|p)[0-9]{0,2}){0,2}(-r[0-9])?"
        }
        Scheme::Pep440 => {
            "([01]!)?[0-9]{1,2}(\\.[0-9]){0,2}((a|b|rc)[0-9])?(\\.post[0-9])?(\\.dev[0-9])?(\\+[a-b0-9]\\.[0-9])?"
        }
        Scheme::Gem => "[0-9]{1,2}(\\.[0-9a-c]{1,2}){0,4}(-[0-9a-c]{1,2})?",
        Scheme::Maven => "[0-9]{1,2}([.-][0-9]{1,2}){0,2}(-(rc|alpha|ga|x)([.-]?[0-9])?){0,2}",
        Scheme::Nuget => "[0-9](\\.[0-9]{1,2}){0,3}(-[a-cA-C0-9]{1,2}(\\.[0-9a-c]){0,2})?",
        Scheme::Composer => "v?[0-9](\\.[0-9]{1,2}){0,3}((-|)(dev|alpha|beta|RC|p)[0-9]?)?",
        Scheme::Conan => "[0-9](\\.[0-9]{1,2}){0,3}(-[0-9](\\.[0-9]){0,2})?(\\+[0-9])?",
        Scheme::Cran => "[0-9](\\.[0-9]{1,2}){0,2}(-[0-9])?",
        Scheme::Hackage => "[0-9](\\.[0-9]{1,2}){0,3}",
        Scheme::Pacman => "([0-2]:)?[0-9]{1,2}(\\.[0-9]{1,2}){0,3}(rc|b)?-[0-9]",
        Scheme::Portage => {
            "[0-9]{1,2}(\\.[0-9]{1,2}){0,3}[a-c]?(_(alpha|pre|p)[0-9]?){0,2}(-r[0-9])?"
        }
        Scheme::Jvm => {
            "((1\\.)?[0-9](\\.0)?_[0-9]{1,2}|[0-9]u[0-9]{1,2}|1?[0-9](\\.[0-9]){0,2}(-ea)?(\\+[0-9]{1,2})?)"
        }
        Scheme::Opam => "v?[0-9]{1,2}([.+~-][0-9a-z]{1,3}){0,3}",
        Scheme::Generic => {
            "v?[0-9]{1,2}(\\.[0-9]{1,2}){0,2}([a-c]|p[0-9])?([-_.]?(rc|beta|dev|final|sp|[ab])[-.]?[0-9]?)?"
        }
        Scheme::Go => "(v|go)?[0-9](\\.[0-9]{1,2}){0,2}(-[a-c0-9](\\.[0-9]){0,2})?",
        _ => "v?[0-9](\\.[0-9]{1,2}){0,2}(-[a-c0-9]{1,2}(\\.[0-9a-c]){0,2})?(\\+[a-b0-9])?",
    };
    proptest::string::string_regex(pattern)
        .expect("a pattern")
        .boxed()
}

/// A scheme whose bounds compare in the very order that the algebra sorts by.
fn ranges() -> impl Strategy<Value = (Scheme, Range, Range, String)> {
    let loose = [Scheme::Rpm, Scheme::Pep440, Scheme::Jvm];
    let strict: Vec<Scheme> = Scheme::ALL
        .into_iter()
        .filter(|s| !loose.contains(s))
        .collect();
    proptest::sample::select(strict)
        .prop_flat_map(|scheme| (Just(scheme), range(scheme), range(scheme), versions(scheme)))
}

fn range(scheme: Scheme) -> impl Strategy<Value = Range> {
    let bound = || {
        prop_oneof![
            Just(Bound::Unbounded),
            versions(scheme).prop_map(Bound::Inclusive),
            versions(scheme).prop_map(Bound::Exclusive),
        ]
    };
    let interval = (bound(), bound()).prop_map(|(lower, upper)| Interval::new(lower, upper));
    let intervals = proptest::collection::vec(interval, 0..4);
    let exact = proptest::collection::vec(versions(scheme), 0..2);
    (intervals, exact).prop_map(|(intervals, exact)| Range {
        intervals,
        exact,
        opaque: None,
    })
}

fn is_inside(range: &Range, scheme: Scheme, version: &str) -> bool {
    match range.contains(scheme, version) {
        Containment::Inside(_) => true,
        Containment::Outside => false,
        Containment::Undecided(reason) => panic!("{scheme}: {version} in {range}: {reason}"),
    }
}

/// Generated triples of versions per scheme.
const TRIPLES: u32 = 2000;

#[test]
fn orders_are_total_and_transitive() {
    for scheme in Scheme::ALL {
        let mut runner = TestRunner::new(ProptestConfig::with_cases(TRIPLES));
        let triples = (versions(scheme), versions(scheme), versions(scheme));
        runner
            .run(&triples, |(a, b, c)| is_an_order(scheme, &a, &b, &c))
            .unwrap_or_else(|e| panic!("{scheme}: {e}"));
    }
}

fn is_an_order(scheme: Scheme, a: &str, b: &str, c: &str) -> TestCaseResult {
    let compare = |x: &str, y: &str| scheme.compare(x, y).expect("a version");
    prop_assert_eq!(compare(a, a), Ordering::Equal, "{}", a);
    prop_assert_eq!(compare(a, b), compare(b, a).reverse(), "{} {}", a, b);
    let mut sorted = [a, b, c];
    sorted.sort_by(|x, y| compare(x, y));
    prop_assert!(compare(sorted[0], sorted[2]).is_le(), "{:?}", sorted);
    if compare(a, b).is_eq() {
        prop_assert_eq!(compare(a, c), compare(b, c), "{} = {}, {}", a, b, c);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_text_panics(a in ".{0,12}", b in "[0-9a-z.~^+:_!#-]{0,12}", index in 0..Scheme::ALL.len()) {
        let scheme = Scheme::ALL[index];
        let _ = (scheme.compare(&a, &b), scheme.compare(&b, &a), scheme.compare_bound(&a, &b), scheme.check(&a));
        if scheme.check(&b).is_ok() {
            prop_assert_eq!(scheme.compare(&b, &b), Ok(Ordering::Equal));
        }
    }

    #[test]
    fn a_version_is_in_a_range_or_in_its_complement((scheme, a, _, version) in ranges()) {
        let complement = a.complement(scheme);
        prop_assert_eq!(is_inside(&a, scheme, &version), !is_inside(&complement, scheme, &version),
            "{}: {} in {} and {}", scheme, version, a, complement);
    }

    #[test]
    fn intersection_and_union_hold_for_every_version((scheme, a, b, version) in ranges()) {
        let (in_a, in_b) = (is_inside(&a, scheme, &version), is_inside(&b, scheme, &version));
        let both = a.intersect(&b, scheme);
        prop_assert_eq!(is_inside(&both, scheme, &version), in_a && in_b, "{}: {} in {}", scheme, version, both);
        let either = a.union(b);
        prop_assert_eq!(is_inside(&either, scheme, &version), in_a || in_b, "{}: {} in {}", scheme, version, either);
    }
}
