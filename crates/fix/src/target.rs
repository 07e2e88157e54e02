//! Which version to go to.

use std::cmp::Ordering;

use lazaret_version::Scheme;

/// The nearest version that has every fix: of each flaw the lowest version above the
/// installed one that is without it, and of those the highest. Flaws without a published
/// fix do not count.
///
/// `fixed` holds, for each flaw, the versions without it. `None` where nothing is fixed, or
/// versions cannot be compared.
pub fn target(scheme: Scheme, installed: &str, fixed: &[&[String]]) -> Option<String> {
    let less = |a: &str, b: &str| scheme.compare(a, b) == Ok(Ordering::Less);
    let mut highest: Option<&str> = None;
    for versions in fixed {
        let mut nearest: Option<&str> = None;
        for version in versions.iter().filter(|v| less(installed, v)) {
            if nearest.is_none_or(|n| less(version, n)) {
                nearest = Some(version);
            }
        }
        if let Some(nearest) = nearest
            && highest.is_none_or(|h| less(h, nearest))
        {
            highest = Some(nearest);
        }
    }
    highest.map(str::to_owned)
}
