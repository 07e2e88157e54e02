//! Which inventories a newer database concerns: the reverse of matching.
//!
//! Whoever keeps inventories and matches them against each day's database need not match
//! all of them. [`Keys`] are what matching an inventory asks a database for;
//! [`ReverseIndex`] turns them round; [`ReverseIndex::touched`] names the inventories
//! whose outcome a difference of two databases may change. All others have the outcome
//! that they had.

use std::collections::{BTreeMap, BTreeSet};

use lazaret_advisory::delta::Changes;
use lazaret_ecosystem::distro;
use lazaret_model::{Finding, Inventory};

use crate::lookup::question::{self, CPE, is_system};

/// What the outcome of matching one inventory depends on.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Keys {
    /// Packages as (name space, name), under every name that is asked for.
    pub packages: BTreeSet<(String, String)>,
    /// Name spaces: whether the database knows them decides on gaps.
    pub spaces: BTreeSet<String>,
    /// Ids of what was found, with their aliases: scores and catalogues speak of them.
    pub ids: BTreeSet<String>,
    /// (product, cycle) of the end of support.
    pub end_of_life: Option<(String, String)>,
}

impl Keys {
    /// The keys of an inventory whose matching last gave `findings`.
    pub fn of(inventory: &Inventory, findings: &[Finding]) -> Self {
        let mut keys = Self::default();
        let told = inventory.target.distro.as_ref();
        if let Some(space) = told.and_then(distro::space) {
            keys.end_of_life = Some((space.product.to_owned(), space.cycle));
        }
        for package in &inventory.packages {
            let questions = if is_system(package.kind()) {
                let own = distro::distro_of_purl(&package.purl);
                let space = told.or(own.as_ref()).and_then(distro::space);
                let Some(space) = space else { continue };
                keys.spaces.insert(space.name.clone());
                question::of_system(package, &space)
            } else {
                keys.spaces.insert(package.kind().to_owned());
                if !package.cpes.is_empty() {
                    keys.spaces.insert(CPE.to_owned());
                }
                question::of_language(package)
            };
            let names = questions.into_iter();
            keys.packages
                .extend(names.map(|q| (q.space.into_owned(), q.name.into_owned())));
        }
        for finding in findings {
            keys.ids.insert(finding.id.clone());
            keys.ids.extend(finding.aliases.iter().cloned());
        }
        keys
    }

    /// Whether a difference of databases may change the outcome.
    pub fn are_touched_by(&self, changes: &Changes) -> bool {
        !self.packages.is_disjoint(&changes.packages)
            || !self.spaces.is_disjoint(&changes.spaces)
            || !self.ids.is_disjoint(&changes.ids)
            || !self.ids.is_disjoint(&changes.scores)
            || self
                .end_of_life
                .as_ref()
                .is_some_and(|end| changes.ends_of_life.contains(end))
    }
}

/// From what databases change to the inventories that ask for it. `K` names an inventory.
#[derive(Debug, Clone)]
pub struct ReverseIndex<K> {
    packages: BTreeMap<(String, String), BTreeSet<K>>,
    spaces: BTreeMap<String, BTreeSet<K>>,
    ids: BTreeMap<String, BTreeSet<K>>,
    ends_of_life: BTreeMap<(String, String), BTreeSet<K>>,
}

impl<K> Default for ReverseIndex<K> {
    fn default() -> Self {
        Self {
            packages: BTreeMap::new(),
            spaces: BTreeMap::new(),
            ids: BTreeMap::new(),
            ends_of_life: BTreeMap::new(),
        }
    }
}

impl<K: Ord + Clone> ReverseIndex<K> {
    /// Takes an inventory in. What was known under the same name must be taken out first.
    pub fn insert(&mut self, name: &K, keys: &Keys) {
        put(&mut self.packages, &keys.packages, name);
        put(&mut self.spaces, &keys.spaces, name);
        put(&mut self.ids, &keys.ids, name);
        put(&mut self.ends_of_life, &keys.end_of_life, name);
    }

    /// Takes an inventory out; `keys` are those that it was taken in with.
    pub fn remove(&mut self, name: &K, keys: &Keys) {
        take(&mut self.packages, &keys.packages, name);
        take(&mut self.spaces, &keys.spaces, name);
        take(&mut self.ids, &keys.ids, name);
        take(&mut self.ends_of_life, &keys.end_of_life, name);
    }

    /// Inventories whose outcome `changes` may change.
    ///
    /// A database that is the starter on one side alone changes the gaps of all; who goes
    /// from one to the other matches everything.
    pub fn touched(&self, changes: &Changes) -> BTreeSet<K> {
        let mut all = BTreeSet::new();
        find(&self.packages, &changes.packages, &mut all);
        find(&self.spaces, &changes.spaces, &mut all);
        find(&self.ids, &changes.ids, &mut all);
        find(&self.ids, &changes.scores, &mut all);
        find(&self.ends_of_life, &changes.ends_of_life, &mut all);
        all
    }
}

type Names<T, K> = BTreeMap<T, BTreeSet<K>>;

fn put<'t, T: Ord + Clone + 't, K: Ord + Clone>(
    to: &mut Names<T, K>,
    keys: impl IntoIterator<Item = &'t T>,
    name: &K,
) {
    for key in keys {
        to.entry(key.clone()).or_default().insert(name.clone());
    }
}

fn take<'t, T: Ord + 't, K: Ord>(
    from: &mut Names<T, K>,
    keys: impl IntoIterator<Item = &'t T>,
    name: &K,
) {
    for key in keys {
        if let Some(names) = from.get_mut(key) {
            names.remove(name);
            if names.is_empty() {
                from.remove(key);
            }
        }
    }
}

fn find<'t, T: Ord + 't, K: Ord + Clone>(
    among: &Names<T, K>,
    keys: impl IntoIterator<Item = &'t T>,
    into: &mut BTreeSet<K>,
) {
    for key in keys {
        into.extend(among.get(key).into_iter().flatten().cloned());
    }
}
