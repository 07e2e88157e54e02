//! What the fleet is made of: bases and applications, taken from inventories of real images.

use std::collections::BTreeSet;
use std::path::Path;

use lazaret_model::{Digest, Distro, Inventory, Location, Package, Source};
use lazaret_store::digest_of;

/// Packages of an operating system.
#[derive(Clone)]
pub(crate) struct Base {
    pub(crate) distro: Option<Distro>,
    pub(crate) packages: Vec<Package>,
}

/// What inventories give.
pub(crate) struct Seeds {
    pub(crate) bases: Vec<Base>,
    /// Packages of an application, one ecosystem or several.
    pub(crate) apps: Vec<Vec<Package>>,
}

/// Kinds of packages that a base is made of.
const SYSTEM: [&str; 3] = ["apk", "deb", "rpm"];

impl Seeds {
    /// The inventories (`lazaret sbom -f json`) in a folder; those that are none are left out.
    pub(crate) fn read(folder: &Path) -> std::io::Result<Self> {
        let mut files: Vec<_> = std::fs::read_dir(folder)?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|end| end == "json"))
            .collect();
        files.sort();
        let mut seeds = Self {
            bases: Vec::new(),
            apps: Vec::new(),
        };
        let mut known = BTreeSet::new();
        for file in files {
            let bytes = std::fs::read(&file)?;
            let Ok(inventory) = serde_json::from_slice::<Inventory>(&bytes) else {
                continue;
            };
            let is_system = |package: &Package| SYSTEM.contains(&package.purl.kind.as_str());
            let (system, app): (Vec<_>, Vec<_>) =
                inventory.packages.into_iter().partition(is_system);
            if system.len() >= 50 && known.insert(names(&system)) {
                seeds.bases.push(Base {
                    distro: inventory.target.distro,
                    packages: system,
                });
            }
            if app.len() >= 10 && known.insert(names(&app)) {
                seeds.apps.push(app);
            }
        }
        Ok(seeds)
    }

    /// A few packages that everybody knows, for where no inventories are at hand.
    pub(crate) fn made() -> Self {
        let debian = Distro {
            id: "debian".to_owned(),
            version: "12".to_owned(),
            ..Distro::default()
        };
        let system = [
            "openssl",
            "zlib",
            "glibc",
            "bash",
            "curl",
            "perl-base",
            "tar",
        ];
        let system = (0..60).map(|n| {
            let name = system
                .get(n)
                .map_or_else(|| format!("lib{n}"), |n| (*n).to_owned());
            let mut package = Package::new("deb", name, format!("1.{n}.1-2"));
            package.purl.namespace = Some("debian".to_owned());
            package.purl.set("distro", "debian-12");
            package
        });
        let app = [
            "lodash",
            "express",
            "minimist",
            "axios",
            "jsonwebtoken",
            "qs",
        ];
        let app = (0..40).map(|n| {
            let name = app
                .get(n)
                .map_or_else(|| format!("left-pad-{n}"), |n| (*n).to_owned());
            Package::new("npm", name, "4.17.15")
        });
        Self {
            bases: vec![Base {
                distro: Some(debian),
                packages: system.collect(),
            }],
            apps: vec![app.collect()],
        }
    }
}

fn names(packages: &[Package]) -> String {
    packages.iter().map(|p| format!("{}\n", p.purl)).collect()
}

/// The package `by` releases later: its last number grows.
pub(crate) fn later(package: &Package, by: usize) -> Package {
    let mut package = package.clone();
    if by == 0 {
        return package;
    }
    package.version = raised(&package.version, by);
    package.purl.version = package.purl.version.as_deref().map(|v| raised(v, by));
    package.source = package.source.map(|source| Source {
        version: raised(&source.version, by),
        ..source
    });
    package
}

fn raised(version: &str, by: usize) -> String {
    let Some(end) = version.rfind(|c: char| c.is_ascii_digit()) else {
        return version.to_owned();
    };
    let start = version[..end]
        .rfind(|c: char| !c.is_ascii_digit())
        .map_or(0, |at| at + 1);
    // Dates and hashes stay what they are.
    match version[start..=end].parse::<u32>() {
        Ok(number) if number < 100_000 => {
            let number = number as usize + by;
            format!("{}{number}{}", &version[..start], &version[end + 1..])
        }
        _ => version.to_owned(),
    }
}

/// Puts packages into a layer.
pub(crate) fn into_layer(packages: &mut [Package], layer: &str, path: &str) {
    let layer: Option<Digest> = layer.parse().ok();
    for package in packages {
        package.owner = None;
        package.locations = vec![Location {
            path: path.to_owned(),
            layer: layer.clone(),
        }];
    }
}

/// A digest that a text has for ever.
pub(crate) fn digest(what: &str) -> String {
    digest_of(what.as_bytes())
}

/// The same number for the same text, well spread.
pub(crate) fn dice(what: &str, sides: usize) -> usize {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in what.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash ^= hash >> 29;
    hash = hash.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash ^= hash >> 32;
    usize::try_from(hash % sides.max(1) as u64).unwrap_or_default()
}
