//! Sorting by an order that may be none.
//!
//! A few native tools order versions in circles: pacman leaves a release out that one side
//! lacks, Conan mixes numbers and words. The standard library's sorts may panic when they
//! notice that, and versions come from foreign feeds.

use std::cmp::Ordering;

/// The items in the order of `compare`, equal ones as they stood.
///
/// A plain merge sort: with a comparison that is no total order the outcome is some order,
/// the same for the same input, and never a panic. `n log n` comparisons.
pub fn sorted_by<T>(mut items: Vec<T>, compare: &mut dyn FnMut(&T, &T) -> Ordering) -> Vec<T> {
    if items.len() < 2 {
        return items;
    }
    let right = items.split_off(items.len() / 2);
    let mut merged = Vec::with_capacity(items.len() + right.len());
    let mut left = sorted_by(items, compare).into_iter().peekable();
    let mut right = sorted_by(right, compare).into_iter().peekable();
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let first = if compare(a, b).is_le() {
            &mut left
        } else {
            &mut right
        };
        merged.extend(first.next());
    }
    merged.extend(left);
    merged.extend(right);
    merged
}
