//! Packages of the visible files, one for each purl and owner, with all their locations.
//!
//! Two copies of a package of which a distribution's package owns one are two packages:
//! what the distribution says about its own does not hold for the other.

use std::collections::{HashMap, HashSet};

use lazaret_ecosystem::distro;
use lazaret_model::{Digest, Package, Target, TargetKind};

use crate::facts::LayerFacts;
use crate::inventory::is_system;
use crate::ownership::Owners;
use crate::requirements;
use crate::squash::Visible;

/// The visible packages, in the order of their files.
pub(crate) struct Picks {
    files: Vec<Pick>,
    /// What distribution packages of which nothing can run hold, by kind and name.
    inert: HashMap<(String, String), String>,
}

/// Where the packages of a visible file stand, and what the whole image says about
/// them.
struct Pick {
    layer: usize,
    /// Place of its file among those of the layer.
    file: usize,
    about: Vec<About>,
}

/// What the whole image says about a package.
struct About {
    /// The layer that brought it.
    origin: usize,
    /// Kind and name of the package that owns its files.
    owner: Option<(String, String)>,
}

/// Picks the visible packages.
pub(crate) fn picks(visible: &[Visible<'_>], layers: &[LayerFacts], owners: &Owners<'_>) -> Picks {
    let origins = Origins::of(visible, layers);
    let about = |file: &Visible<'_>, package: &Package| About {
        origin: origins.layer_of(file, package),
        owner: owners
            .owner_of(package, file.layer)
            .filter(|_| !is_system(package.kind()))
            .map(|(kind, name)| (kind.to_owned(), name.to_owned())),
    };
    let with_packages = visible.iter().filter(|v| !v.file.packages.is_empty());
    let files = with_packages
        .map(|v| Pick {
            layer: v.layer,
            file: v.number,
            about: v.file.packages.iter().map(|p| about(v, p)).collect(),
        })
        .collect();
    Picks {
        files,
        inert: inert(visible),
    }
}

/// A package has a list for each of its architectures, and all must be of inert files.
fn inert(visible: &[Visible<'_>]) -> HashMap<(String, String), String> {
    let mut all: HashMap<(&str, &str), Option<&str>> = HashMap::new();
    for owner in visible.iter().flat_map(|v| &v.file.owners) {
        let holds = owner.inert.as_deref();
        all.entry((&owner.kind, &owner.package))
            .and_modify(|known| *known = known.and(holds))
            .or_insert(holds);
    }
    all.into_iter()
        .filter_map(|((kind, name), holds)| {
            Some(((kind.to_owned(), name.to_owned()), holds?.to_owned()))
        })
        .collect()
}

/// Takes the packages out of their layers and puts equal ones together, sorted by purl
/// and location.
pub(crate) fn merged(layers: &mut [LayerFacts], picks: Picks, target: &Target) -> Vec<Package> {
    let in_image = target.kind == TargetKind::Image;
    let diff_ids: Vec<Digest> = layers.iter().map(|l| l.diff_id.clone()).collect();
    let mut owning = Vec::new();
    let mut others = Vec::new();
    for pick in picks.files {
        let packages = std::mem::take(&mut layers[pick.layer].files[pick.file].packages);
        for (mut package, about) in packages.into_iter().zip(pick.about) {
            for location in &mut package.locations {
                location.layer = in_image.then(|| diff_ids[about.origin].clone());
            }
            distro::finish(&mut package, target.distro.as_ref());
            requirements::forget_version(&mut package);
            match is_system(package.kind()) {
                true => {
                    let key = (package.kind().to_owned(), package.name.clone());
                    if let Some(holds) = picks.inert.get(&key) {
                        package.set_inert(holds);
                    }
                    owning.push((package.purl.to_string(), package));
                }
                false => others.push((package.purl.to_string(), package, about.owner)),
            }
        }
    }
    let purls: HashMap<(&str, &str), &str> = owning
        .iter()
        .filter(|(_, p)| !p.third_party)
        .map(|(purl, p)| ((p.kind(), p.name.as_str()), purl.as_str()))
        .collect();
    for (_, package, owner) in &mut others {
        package.owner = owner
            .as_ref()
            .and_then(|(kind, name)| purls.get(&(kind.as_str(), name.as_str())))
            .map(|purl| (*purl).to_owned());
    }
    drop(purls);
    owning.extend(others.into_iter().map(|(purl, package, _)| (purl, package)));
    put_together(owning)
}

fn put_together(mut all: Vec<(String, Package)>) -> Vec<Package> {
    fn key((purl, package): &(String, Package)) -> (&str, bool, bool, bool, Option<&str>) {
        (
            purl,
            package.development,
            package.third_party,
            package.requirement().is_some(),
            package.owner.as_deref(),
        )
    }
    all.sort_by(|a, b| key(a).cmp(&key(b)));
    all.dedup_by(|next, first| {
        let same = key(next) == key(first);
        if same {
            first.1.locations.append(&mut next.1.locations);
            if first.1.licenses.is_empty() {
                first.1.licenses = std::mem::take(&mut next.1.licenses);
            }
        }
        same
    });
    for (_, package) in &mut all {
        package.locations.sort();
        package.locations.dedup();
    }
    all.sort_by(|(a, one), (b, other)| (a, &one.locations).cmp(&(b, &other.locations)));
    let mut packages: Vec<Package> = all.into_iter().map(|(_, package)| package).collect();
    requirements::leave_out_answered(&mut packages);
    packages
}

/// The layer that brought a package: the first that lists it. A file that is only copied up,
/// for its mode or its owner, or a database that an upper layer extends, does not make the
/// upper layer's what was there. Databases of distributions move and change their format,
/// so their packages are the same wherever they are listed; others are by their paths.
struct Origins<'a> {
    first: HashMap<Key<'a>, usize>,
}

/// Path, which is empty for a distribution's packages; kind, name and version.
type Key<'a> = (&'a str, &'a str, &'a str, &'a str);

impl<'a> Origins<'a> {
    fn of(visible: &[Visible<'a>], layers: &'a [LayerFacts]) -> Self {
        let mut first = HashMap::new();
        let paths: HashSet<&str> = visible
            .iter()
            .filter(|v| !v.file.packages.is_empty())
            .map(|v| v.file.path.as_str())
            .collect();
        for (index, layer) in layers.iter().enumerate() {
            for file in &layer.files {
                let is_there = paths.contains(file.path.as_str());
                for package in &file.packages {
                    if is_there || is_system(package.kind()) {
                        first.entry(key(&file.path, package)).or_insert(index);
                    }
                }
            }
        }
        Self { first }
    }

    fn layer_of(&self, file: &Visible<'_>, package: &Package) -> usize {
        let first = self.first.get(&key(&file.file.path, package));
        first.copied().unwrap_or(file.layer)
    }
}

fn key<'a>(path: &'a str, package: &'a Package) -> Key<'a> {
    let kind = package.kind();
    let path = if is_system(kind) { "" } else { path };
    (path, kind, &package.name, &package.version)
}
