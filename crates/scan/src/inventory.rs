//! Facts of layers, put together to the inventory of a target.

use std::collections::{BTreeMap, HashMap};

use lazaret_ecosystem::distro;
use lazaret_image::Image;
use lazaret_model::{Gap, GapKind, Inventory, Package, Target, TargetKind};

use crate::catalog::image_target;
use crate::facts::LayerFacts;
use crate::ownership::{Names, Owners};
use crate::requirements;
use crate::squash::{self, Aliases, Visible};
use crate::tree::Tree;
use crate::{Settings, configuration, look};

/// Puts the layers of an image on top of each other, and its configuration beside them.
pub(crate) fn assemble_image(
    image: &Image,
    input: &str,
    layers: &[LayerFacts],
    unread: Vec<Gap>,
    settings: &Settings,
) -> Inventory {
    let mut inventory = assemble(image_target(image, input), layers, unread, settings);
    if settings.look.secrets {
        inventory
            .secrets
            .extend(configuration::secrets(&image.config));
        look::number(&mut inventory.secrets);
    }
    inventory
}

/// Puts the layers on top of each other. `unread` is what stands behind links and was not
/// read.
pub(crate) fn assemble(
    mut target: Target,
    layers: &[LayerFacts],
    unread: Vec<Gap>,
    settings: &Settings,
) -> Inventory {
    let tree = Tree::of(layers);
    let aliases = Aliases::of(&tree);
    let visible = squash::visible(layers, &tree, &aliases);
    let hints: Vec<_> = visible.iter().flat_map(|v| v.file.hints()).collect();
    target.distro = distro::identify(&hints);
    let names = Names::of(&tree, &aliases);
    let owners = Owners::of(layers, &visible, names, |p| !is_system(p.kind()));
    let mut packages = merged(&visible, layers, &owners, &target);
    distro::set_repositories(&mut packages, &hints);
    packages.sort_by_cached_key(sort_key);

    let names = Names::of(&tree, &aliases);
    let mut secrets = look::gather(layers, &visible, &tree, &names, target.kind);
    look::number(&mut secrets);

    let mut gaps = gaps_of(layers, &visible, &tree);
    gaps.extend(unread);
    for skipped in settings.skip_dirs.iter().chain(&settings.skip_files) {
        gaps.push(Gap::new(
            GapKind::Skipped,
            skipped,
            "left out because the caller asked for it",
        ));
    }
    gaps.sort();
    gaps.dedup();
    Inventory {
        target,
        packages,
        secrets,
        gaps,
        ..Inventory::default()
    }
}

fn sort_key(package: &Package) -> (String, Vec<lazaret_model::Location>) {
    (package.purl.to_string(), package.locations.clone())
}

/// Packages of the visible files, one for each purl and owner, with all its locations.
///
/// Two copies of a package of which a distribution's package owns one are two packages:
/// what the distribution says about its own does not hold for the other.
fn merged(
    visible: &[Visible<'_>],
    layers: &[LayerFacts],
    owners: &Owners<'_>,
    target: &Target,
) -> Vec<Package> {
    let in_image = target.kind == TargetKind::Image;
    let origins = Origins::of(visible, layers);
    let mut by_key: BTreeMap<String, Package> = BTreeMap::new();
    let mut purls: HashMap<(String, String), String> = HashMap::new();
    // The packages that may own others come first.
    for owning in [true, false] {
        let packages = visible
            .iter()
            .flat_map(|file| file.file.packages.iter().map(move |p| (file, p)));
        for (file, package) in packages.filter(|(_, p)| is_system(p.kind()) == owning) {
            let layer = origins.layer_of(file, package);
            let mut package = package.clone();
            if !owning {
                package.owner = owners
                    .owner_of(&package, file.layer)
                    .and_then(|(kind, name)| purls.get(&(kind.to_owned(), name.to_owned())))
                    .cloned();
            }
            for location in &mut package.locations {
                location.layer = in_image.then(|| layers[layer].diff_id.clone());
            }
            distro::finish(&mut package, target.distro.as_ref());
            requirements::forget_version(&mut package);
            if owning && !package.third_party {
                let key = (package.kind().to_owned(), package.name.clone());
                purls.insert(key, package.purl.to_string());
            }
            add(&mut by_key, package);
        }
    }
    let mut packages: Vec<Package> = by_key.into_values().collect();
    requirements::leave_out_answered(&mut packages);
    for package in &mut packages {
        package.locations.sort();
        package.locations.dedup();
    }
    packages
}

fn add(by_key: &mut BTreeMap<String, Package>, mut package: Package) {
    let key = format!(
        "{} {} {} {} {}",
        package.purl,
        package.development,
        package.third_party,
        package.requirement().is_some(),
        package.owner.as_deref().unwrap_or_default()
    );
    match by_key.get_mut(&key) {
        Some(same) => {
            same.locations.append(&mut package.locations);
            if same.licenses.is_empty() {
                same.licenses = package.licenses;
            }
        }
        None => {
            by_key.insert(key, package);
        }
    }
}

/// The layer that brought a distribution package: the first whose database lists it.
struct Origins<'a> {
    first: HashMap<(&'a str, &'a str, &'a str), usize>,
}

impl<'a> Origins<'a> {
    fn of(visible: &[Visible<'a>], layers: &'a [LayerFacts]) -> Self {
        let mut first = HashMap::new();
        let databases: std::collections::HashSet<&str> = visible
            .iter()
            .filter(|v| v.file.packages.iter().any(|p| is_system(p.kind())))
            .map(|v| v.file.path.as_str())
            .collect();
        for (index, layer) in layers.iter().enumerate() {
            for file in layer
                .files
                .iter()
                .filter(|f| databases.contains(f.path.as_str()))
            {
                for package in &file.packages {
                    let key = (
                        file.path.as_str(),
                        package.name.as_str(),
                        package.version.as_str(),
                    );
                    first.entry(key).or_insert(index);
                }
            }
        }
        Self { first }
    }

    fn layer_of(&self, file: &Visible<'_>, package: &Package) -> usize {
        if !is_system(package.kind()) {
            return file.layer;
        }
        let key = (
            file.file.path.as_str(),
            package.name.as_str(),
            package.version.as_str(),
        );
        self.first.get(&key).copied().unwrap_or(file.layer)
    }
}

/// Whether packages of this kind are installed by a distribution's package manager.
pub(crate) fn is_system(kind: &str) -> bool {
    matches!(kind, "deb" | "rpm" | "apk" | "alpm" | "ebuild" | "opkg")
}

/// Gaps that still concern the image: a file that an upper layer took away is no gap.
fn gaps_of(layers: &[LayerFacts], visible: &[Visible<'_>], tree: &Tree<'_>) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = visible
        .iter()
        .flat_map(|v| v.file.gaps.iter().cloned())
        .collect();
    for (index, layer) in layers.iter().enumerate() {
        for gap in &layer.gaps {
            let whole = gap.subject == layer.diff_id.to_string();
            if whole || !tree.hidden(index, &gap.subject) {
                gaps.push(gap.clone());
            }
        }
    }
    gaps
}
