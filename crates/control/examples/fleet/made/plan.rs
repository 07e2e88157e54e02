//! Which image is made of what: a fleet as companies have it.
//!
//! Services are built again and again, each on a base that is renewed every twenty builds and
//! with dependencies that are renewed every ten. So images share bases, and the builds of a
//! service share most of their content, while every build has something of its own.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use lazaret_model::{Distro, Inventory, Package};

use super::seed::{Seeds, dice, digest, into_layer, later};

/// Builds of a service, where there are images enough.
const BUILDS: usize = 100;

/// Lines of bases; each has a version for every twenty builds.
const LINES: usize = 40;

/// What is shared by images: packages in one layer.
pub(crate) struct Shared {
    pub(crate) distro: Option<Distro>,
    pub(crate) layer: String,
    pub(crate) packages: Vec<Package>,
}

/// Layers of the base, the lowest of an image.
const OF_BASE: usize = 2;

/// One image.
pub(crate) struct Planned {
    pub(crate) digest: String,
    pub(crate) service: usize,
    pub(crate) build: usize,
    pub(crate) base: Arc<Shared>,
    pub(crate) app: Arc<Shared>,
    pub(crate) own: Shared,
}

/// The fleet.
pub(crate) struct Plan {
    pub(crate) images: usize,
    pub(crate) services: usize,
    seeds: Seeds,
    bases: Mutex<HashMap<(usize, usize), Arc<Shared>>>,
    apps: Mutex<HashMap<(usize, usize), Arc<Shared>>>,
}

impl Plan {
    pub(crate) fn new(seeds: Seeds, images: usize) -> Self {
        Self {
            images,
            services: (images / BUILDS).max(1),
            seeds,
            bases: Mutex::default(),
            apps: Mutex::default(),
        }
    }

    /// The service of an image, and which of its builds it is.
    pub(crate) fn place(&self, image: usize) -> (usize, usize) {
        (image % self.services, image / self.services)
    }

    pub(crate) fn repository(&self, service: usize) -> String {
        format!(
            "team{}/service{service}",
            dice(&format!("team {service}"), 40)
        )
    }

    /// What an image is made of.
    pub(crate) fn image(&self, number: usize) -> Planned {
        let (service, build) = self.place(number);
        let line = dice(&format!("line {service}"), LINES);
        let base = kept(&self.bases, (line, build / 20), || {
            self.base(line, build / 20)
        });
        let app = kept(&self.apps, (service, build / 10), || {
            self.app(service, build / 10, &base)
        });
        let name = self.repository(service);
        let mut package = Package::new("generic", name, format!("1.0.{build}"));
        package.purl.set("build", &number.to_string());
        let layer = digest(&format!("own {number}"));
        Planned {
            digest: digest(&format!("image {number}")),
            service,
            build,
            own: shared(base.distro.clone(), layer, vec![package], "app/service"),
            base,
            app,
        }
    }

    fn base(&self, line: usize, version: usize) -> Shared {
        let seed = &self.seeds.bases[line % self.seeds.bases.len()];
        let within = seed.packages.iter().filter(|package| {
            // Lines on one system differ in what they install.
            dice(&format!("{line} has {}", package.name), 10) < 8
        });
        let packages = within.map(|package| {
            let renewed = (1..=version)
                .filter(|version| dice(&format!("{} at {version}", package.name), 8) == 0);
            later(package, renewed.count())
        });
        let layer = digest(&format!("base {line} {version}"));
        let path = "var/lib/packages";
        shared(seed.distro.clone(), layer, packages.collect(), path)
    }

    fn app(&self, service: usize, release: usize, base: &Shared) -> Shared {
        let seed = dice(&format!("app {service}"), self.seeds.apps.len());
        let seed = &self.seeds.apps[seed];
        let size = 40 + dice(&format!("size {service}"), 160);
        let within = seed
            .iter()
            .filter(|package| dice(&format!("{service} has {}", package.purl), seed.len()) < size);
        let packages = within.map(|package| {
            let renewed = (1..=release)
                .filter(|release| dice(&format!("{} at {release}", package.name), 20) == 0);
            later(package, renewed.count())
        });
        let layer = digest(&format!("app {service} {release}"));
        shared(
            base.distro.clone(),
            layer,
            packages.collect(),
            "app/dependencies",
        )
    }
}

/// Made once.
fn kept(
    all: &Mutex<HashMap<(usize, usize), Arc<Shared>>>,
    key: (usize, usize),
    make: impl FnOnce() -> Shared,
) -> Arc<Shared> {
    let known = all.lock().expect("no thread panics").get(&key).cloned();
    if let Some(known) = known {
        return known;
    }
    let made = Arc::new(make());
    let mut all = all.lock().expect("no thread panics");
    Arc::clone(all.entry(key).or_insert(made))
}

fn shared(distro: Option<Distro>, layer: String, mut packages: Vec<Package>, path: &str) -> Shared {
    into_layer(&mut packages, &layer, path);
    let mut known = BTreeSet::new();
    packages.retain(|package| known.insert(package.purl.to_string()));
    Shared {
        distro,
        layer,
        packages,
    }
}

impl Planned {
    /// The layers, the lowest first.
    pub(crate) fn layers(&self) -> Vec<String> {
        let below = digest(&format!("{} below", self.base.layer));
        vec![
            below,
            self.base.layer.clone(),
            self.app.layer.clone(),
            self.own.layer.clone(),
        ]
    }

    /// The inventory as a scan would have written it.
    pub(crate) fn inventory(&self, name: &str) -> Inventory {
        let mut inventory = self.shared_inventory();
        inventory.packages.extend(self.own.packages.iter().cloned());
        inventory
            .packages
            .sort_by_cached_key(|package| package.purl.to_string());
        inventory.target.attribute(&mut inventory.packages);
        inventory.target.name = name.to_owned();
        inventory.target.input = format!("registry:{name}");
        inventory.target.digest = self.digest.parse().ok();
        inventory
    }

    /// What it has in common with its neighbours.
    pub(crate) fn shared_inventory(&self) -> Inventory {
        let mut inventory = Inventory::default();
        inventory.target.distro.clone_from(&self.base.distro);
        let layers = self.layers().into_iter().enumerate();
        inventory.target.layers = layers
            .filter_map(|(place, layer)| {
                Some(lazaret_model::Layer {
                    digest: layer.parse().ok(),
                    diff_id: layer.parse().ok()?,
                    created_by: None,
                    base: Some(place < OF_BASE),
                })
            })
            .collect();
        let packages = self.base.packages.iter().chain(&self.app.packages);
        inventory.packages = packages.cloned().collect();
        inventory
    }
}
