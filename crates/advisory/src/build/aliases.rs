//! Which ids name the same vulnerability: the closure of aliases.
//!
//! Every advisory's id is joined with its aliases, and so on through shared ids
//! (union-find). What an advisory is derived from (`upstream`) is not joined: an erratum
//! that fixes five CVE ids does not make them one.
//!
//! One kind of join is refused: GitHub gives each vulnerability of each product its own
//! id, but advisories of several products sometimes name one CVE id as alias, and then
//! everything that is said about one product would be said about the others. A join that
//! would bring two GHSA records without a common package into one group is not made; the
//! alias becomes an id of both groups instead, so that it is found and shown for both.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::db::GroupContent;

/// What the closure needs to know of an advisory.
pub(super) struct Names<'a> {
    pub(super) id: &'a str,
    pub(super) aliases: &'a [String],
    /// Keys of the packages that the advisory is about, where that matters.
    pub(super) packages: Vec<u64>,
}

/// The groups, and the group of each advisory.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Closure {
    pub(super) groups: Vec<GroupContent>,
    pub(super) group_of: Vec<u32>,
    /// How many joins were refused.
    pub(super) refused: usize,
}

/// Most GHSA records in one group. A group of more is an abuse of aliases, and comparing
/// every pair of them would take time without bound.
const MAX_GUARDED: usize = 64;

/// Whether joins of records with that id are guarded.
pub(super) fn is_guarded(id: &str) -> bool {
    id.starts_with("GHSA-")
}

/// Collects names, then closes over them.
#[derive(Default)]
pub(super) struct Aliases {
    numbers: HashMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
    /// The id of each advisory.
    advisories: Vec<u32>,
    joins: Vec<(u32, u32)>,
    packages: BTreeMap<u32, BTreeSet<u64>>,
}

impl Aliases {
    /// Takes the names of the next advisory.
    pub(super) fn add(&mut self, names: &Names<'_>) {
        let id = self.number(names.id);
        self.advisories.push(id);
        for alias in names.aliases {
            let alias = self.number(alias);
            if alias != id {
                self.joins.push((id, alias));
            }
        }
        if is_guarded(names.id) && !names.packages.is_empty() {
            self.packages.entry(id).or_default().extend(&names.packages);
        }
    }

    fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.texts.len() as u32;
        self.numbers.insert(text.into(), number);
        self.texts.push(text.into());
        number
    }

    /// Joins, in order of the ids' texts: the order of the advisories does not matter.
    pub(super) fn close(mut self) -> Closure {
        let texts = &self.texts;
        let by_text = |&(a, b): &(u32, u32)| (&*texts[a as usize], &*texts[b as usize]);
        self.joins.sort_by(|a, b| by_text(a).cmp(&by_text(b)));
        self.joins.dedup();

        let mut classes = Classes::new(self.texts.len(), &self.packages);
        let refused: Vec<(u32, u32)> = self
            .joins
            .iter()
            .copied()
            .filter(|(a, b)| !classes.join(*a, *b, &self.packages))
            .collect();
        self.groups(&mut classes, &refused)
    }

    fn groups(&self, classes: &mut Classes, refused: &[(u32, u32)]) -> Closure {
        let mut closure = Closure {
            refused: refused.len(),
            ..Closure::default()
        };
        let mut group_of_root: HashMap<u32, u32> = HashMap::new();
        for (advisory, id) in (0u32..).zip(&self.advisories) {
            let next = closure.groups.len() as u32;
            let group = *group_of_root.entry(classes.root(*id)).or_insert(next);
            if group == next {
                closure.groups.push(GroupContent::default());
            }
            closure.groups[group as usize].advisories.push(advisory);
            closure.group_of.push(group);
        }
        let members = (0..self.texts.len() as u32).map(|id| (id, id));
        for (id, member) in members.chain(refused.iter().copied()) {
            // Every id is an advisory's or an advisory's alias, so every class has a group.
            if let Some(group) = group_of_root.get(&classes.root(id)) {
                let ids = &mut closure.groups[*group as usize].ids;
                ids.push(self.texts[member as usize].to_string());
            }
        }
        // The other end of a refused join has a class of its own only if something was
        // joined with it; it always was, or the join would not have been refused.
        for group in &mut closure.groups {
            group.ids.sort();
            group.ids.dedup();
        }
        closure
    }
}

/// Classes of ids: union-find with the guarded records of each class.
struct Classes {
    parents: Vec<u32>,
    guarded: HashMap<u32, Vec<u32>>,
}

impl Classes {
    fn new(ids: usize, packages: &BTreeMap<u32, BTreeSet<u64>>) -> Self {
        Self {
            parents: (0..ids as u32).collect(),
            guarded: packages.keys().map(|id| (*id, vec![*id])).collect(),
        }
    }

    fn root(&mut self, id: u32) -> u32 {
        let mut root = id;
        while self.parents[root as usize] != root {
            // Halving the path keeps chains short without recursion.
            let above = self.parents[self.parents[root as usize] as usize];
            self.parents[root as usize] = above;
            root = above;
        }
        root
    }

    /// Joins two classes; false where the join is refused.
    fn join(&mut self, a: u32, b: u32, packages: &BTreeMap<u32, BTreeSet<u64>>) -> bool {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return true;
        }
        let of = |root: u32| self.guarded.get(&root).map_or(&[][..], Vec::as_slice);
        let (left, right) = (of(a), of(b));
        let both = !left.is_empty() && !right.is_empty();
        if both && left.len() + right.len() > MAX_GUARDED {
            return false;
        }
        let apart = |x: &u32, y: &u32| match (packages.get(x), packages.get(y)) {
            (Some(x), Some(y)) => x.is_disjoint(y),
            _ => false,
        };
        if left.iter().any(|x| right.iter().any(|y| apart(x, y))) {
            return false;
        }
        let (keep, drop) = (a.min(b), a.max(b));
        self.parents[drop as usize] = keep;
        if let Some(moved) = self.guarded.remove(&drop) {
            self.guarded.entry(keep).or_default().extend(moved);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Groups as sets of ids, for comparison.
    fn groups(advisories: &[(&str, &[&str], &[u64])]) -> BTreeSet<Vec<String>> {
        let mut aliases = Aliases::default();
        for (id, names, packages) in advisories {
            aliases.add(&Names {
                id,
                aliases: &names.iter().map(ToString::to_string).collect::<Vec<_>>(),
                packages: packages.to_vec(),
            });
        }
        let closure = aliases.close();
        closure.groups.into_iter().map(|group| group.ids).collect()
    }

    #[track_caller]
    fn check(advisories: &[(&str, &[&str], &[u64])], expected: &[&[&str]]) {
        let expected: BTreeSet<Vec<String>> = expected
            .iter()
            .map(|ids| ids.iter().map(ToString::to_string).collect())
            .collect();
        assert_eq!(groups(advisories), expected);
    }

    #[test]
    fn a_chain_of_aliases_is_one_group() {
        check(
            &[
                ("A", &["B"], &[]),
                ("C", &["B", "D"], &[]),
                ("E", &["D"], &[]),
                ("F", &[], &[]),
            ],
            &[&["A", "B", "C", "D", "E"], &["F"]],
        );
    }

    #[test]
    fn ghsa_records_of_one_package_are_joined_through_a_cve() {
        check(
            &[
                ("GHSA-a", &["CVE-1"], &[7]),
                ("GHSA-b", &["CVE-1"], &[7, 8]),
            ],
            &[&["CVE-1", "GHSA-a", "GHSA-b"]],
        );
    }

    #[test]
    fn ghsa_records_of_different_packages_stay_apart_and_both_keep_the_cve() {
        check(
            &[
                ("GHSA-a", &["CVE-1"], &[7]),
                ("GHSA-b", &["CVE-1"], &[8]),
                ("PYSEC-1", &["CVE-1"], &[7]),
            ],
            &[&["CVE-1", "GHSA-a", "PYSEC-1"], &["CVE-1", "GHSA-b"]],
        );
    }

    proptest! {
        #[test]
        fn the_order_of_advisories_does_not_matter(
            advisories in prop::collection::vec(
                (0u8..12, prop::collection::vec(0u8..12, 0..3), prop::collection::vec(0u64..3, 0..2)),
                0..12,
            ),
            seed in any::<prop::sample::Index>(),
        ) {
            let name = |n: &u8| if n.is_multiple_of(2) { format!("GHSA-{n}") } else { format!("CVE-{n}") };
            let mut named: Vec<(String, Vec<String>, Vec<u64>)> = advisories
                .iter()
                .map(|(id, aliases, packages)| {
                    (name(id), aliases.iter().map(&name).collect(), packages.clone())
                })
                .collect();
            let close = |advisories: &[(String, Vec<String>, Vec<u64>)]| {
                let mut aliases = Aliases::default();
                for (id, names, packages) in advisories {
                    aliases.add(&Names { id, aliases: names, packages: packages.clone() });
                }
                let closure = aliases.close();
                let sets: BTreeSet<Vec<String>> =
                    closure.groups.iter().map(|group| group.ids.clone()).collect();
                (sets, closure)
            };
            let (before, closure) = close(&named);
            // Every advisory is in a group with its id and all of its aliases.
            for ((id, aliases, _), group) in named.iter().zip(&closure.group_of) {
                let ids = &closure.groups[*group as usize].ids;
                prop_assert!(ids.contains(id));
                prop_assert!(aliases.iter().all(|alias| ids.contains(alias)));
            }
            if !named.is_empty() {
                let middle = seed.index(named.len());
                named.rotate_left(middle);
                named.reverse();
            }
            prop_assert_eq!(close(&named).0, before);
        }
    }
}
