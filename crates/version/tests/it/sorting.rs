//! Sorting versions, also by the orders of tools that go in circles.

use std::cmp::Ordering;

use lazaret_version::constraint::{Dialect, parse};
use lazaret_version::{Scheme, sorted_by};
use proptest::prelude::*;

proptest! {
    #[test]
    fn a_total_order_sorts_as_the_standard_library_does(
        items in prop::collection::vec((0u8..9, any::<u16>()), 0..200),
    ) {
        let mut expected = items.clone();
        expected.sort_by_key(|item| item.0);
        prop_assert_eq!(sorted_by(items, &mut |a, b| a.0.cmp(&b.0)), expected);
    }

    #[test]
    fn no_order_at_all_loses_nothing(items in prop::collection::vec(any::<u8>(), 0..200)) {
        let rock_paper_scissors = |a: &u8, b: &u8| match (3 + a % 3 - b % 3) % 3 {
            0 => Ordering::Equal,
            1 => Ordering::Greater,
            _ => Ordering::Less,
        };
        let mut sorted = sorted_by(items.clone(), &mut { rock_paper_scissors });
        let mut expected = items;
        sorted.sort_unstable();
        expected.sort_unstable();
        prop_assert_eq!(sorted, expected);
    }

    #[test]
    fn ranges_of_odd_bounds_do_not_panic(
        bounds in prop::collection::vec("[0-2a-c.+~#^-]{1,6}", 20..80),
        scheme in prop::sample::select(&Scheme::ALL[..]),
    ) {
        if let Ok(range) = parse(Dialect::Generic, scheme, &bounds.join("||")) {
            let _ = range.complement(scheme).contains(scheme, "1.0-1");
            let _ = range.fixed_above(scheme, "1.0-1");
        }
    }
}
