//! What an image would hold on another base.
//!
//! The application's packages stay, the base's are those of the other base. Build steps are
//! not run, so this is what they did last time put on what they would find: a package that
//! the application has installed or upgraded is the newer one of its own and the base's, as a
//! package manager would leave it; a file that the application has written hides the base's.
//! What would be installed from another release of the distribution cannot be told.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap, HashSet};

use lazaret_model::{Distro, Inventory, Package, Target};
use lazaret_version::Scheme;

use crate::inventory::is_system;

/// An image on another base.
#[derive(Debug, Clone)]
pub struct Rebased {
    /// What it would hold.
    pub inventory: Inventory,
    /// What could not be computed, for people.
    pub unknown: Vec<String>,
}

/// What `image` would hold if it were built on `new`. `old` is the base that it is built
/// on, where that was examined: what the application has taken away of it is taken away
/// of the new one, too.
pub fn rebased(image: &Inventory, old: Option<&Inventory>, new: &Inventory) -> Rebased {
    let mut unknown = Vec::new();
    let mut own: Vec<&Package> = image.packages.iter().collect();
    own.retain(|package| package.from_base != Some(true));
    if !is_same_release(image, new) {
        let all = own.len();
        own.retain(|package| !is_system(package.kind()));
        let lost = all - own.len();
        if lost > 0 {
            let (noun, they) = match lost {
                1 => ("package", "it is"),
                _ => ("packages", "they are"),
            };
            unknown.push(format!(
                "the application has installed {lost} {noun} from {}, and what it would get from {} is \
                 not known; {they} left out",
                release(image),
                release(new)
            ));
        }
    }
    if old.is_none() {
        let what = "what the application takes away of its base is not known; --base IMAGE tells";
        unknown.push(what.to_owned());
    }
    if image.target.is_base_guessed() {
        unknown.push("which layers are the base's is only guessed; --base IMAGE tells".into());
    }
    let taken = old.map_or_else(HashSet::new, |old| taken_away(image, old));
    let packages = together(&own, new, &taken);
    let inventory = Inventory {
        target: Target {
            distro: new.target.distro.clone(),
            layers: Vec::new(),
            base: None,
            digest: None,
            ..image.target.clone()
        },
        packages,
        gaps: gaps(image, old, new),
        ..Inventory::default()
    };
    Rebased { inventory, unknown }
}

fn is_same_release(image: &Inventory, new: &Inventory) -> bool {
    let of = |inventory: &Inventory| {
        let distro = inventory.target.distro.as_ref();
        distro.map(|distro| (distro.id.clone(), distro.version.clone()))
    };
    of(image) == of(new)
}

fn release(inventory: &Inventory) -> String {
    let distro = inventory.target.distro.as_ref();
    distro.map_or_else(|| "no distribution".into(), Distro::to_string)
}

type Name<'a> = (&'a str, &'a str);

fn name(package: &Package) -> Name<'_> {
    (package.kind(), &package.name)
}

/// Distribution packages that the base has and the image has not.
fn taken_away<'a>(image: &'a Inventory, old: &'a Inventory) -> HashSet<Name<'a>> {
    let here: HashSet<Name<'_>> = image.packages.iter().map(name).collect();
    let there = old.packages.iter().filter(|p| is_system(p.kind()));
    there.map(name).filter(|n| !here.contains(n)).collect()
}

/// The application's packages and those of the new base, sorted by purl and location.
fn together(own: &[&Package], new: &Inventory, taken: &HashSet<Name<'_>>) -> Vec<Package> {
    let systems = own.iter().filter(|p| is_system(p.kind()));
    let installed: HashMap<Name<'_>, &Package> = systems.map(|p| (name(p), *p)).collect();
    let files = own.iter().filter(|p| !is_system(p.kind()));
    let written: HashSet<&str> = files
        .flat_map(|p| p.locations.iter().map(|l| l.path.as_str()))
        .collect();
    let mut replaced: HashSet<Name<'_>> = HashSet::new();
    let mut packages = Vec::with_capacity(own.len() + new.packages.len());
    for package in &new.packages {
        let mut package = package.clone();
        package.from_base = Some(true);
        if is_system(package.kind()) {
            if taken.contains(&name(&package)) {
                continue;
            }
            match installed.get(&name(&package)) {
                Some(mine) if is_newer(mine, &package) => continue,
                Some(mine) => drop(replaced.insert(name(mine))),
                None => {}
            }
        } else {
            let copies = &mut package.locations;
            let had = copies.len();
            copies.retain(|l| !written.contains(l.path.as_str()));
            if copies.is_empty() && had > 0 {
                continue;
            }
        }
        packages.push(package);
    }
    let stay = own.iter().filter(|p| !replaced.contains(&name(p)));
    packages.extend(stay.map(|p| (*p).clone()));
    packages.sort_by_cached_key(|p| (p.purl.to_string(), p.locations.clone()));
    packages
}

/// Whether one is newer than the other. What cannot be compared is what the base has.
fn is_newer(one: &Package, other: &Package) -> bool {
    let scheme = match one.kind() {
        "apk" => Scheme::Apk,
        "alpm" => Scheme::Pacman,
        "ebuild" => Scheme::Portage,
        "rpm" => Scheme::Rpm,
        _ => Scheme::Deb,
    };
    let order = scheme.compare(&one.version, &other.version);
    order.is_ok_and(|order| order == Ordering::Greater)
}

/// What was not examined of the new base, and of the image where the old base is not to
/// blame.
fn gaps(image: &Inventory, old: Option<&Inventory>, new: &Inventory) -> Vec<lazaret_model::Gap> {
    let of_old: BTreeSet<_> = old.iter().flat_map(|old| &old.gaps).collect();
    let own = image.gaps.iter().filter(|gap| !of_old.contains(gap));
    let all: BTreeSet<_> = own.chain(&new.gaps).cloned().collect();
    all.into_iter().collect()
}
