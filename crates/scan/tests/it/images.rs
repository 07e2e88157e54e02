//! Small images, made on the spot and catalogued.

use std::path::Path;

use lazaret_image::{Choice, Limits, Platforms, open_layout};
use lazaret_model::{Inventory, Package};
use lazaret_scan::{Cache, NoProgress, Settings, catalog};
pub(crate) use lazaret_testkit::image::Layer;
use lazaret_testkit::image::index;
use tempfile::TempDir;

/// A layer, as the calls that make it.
pub(crate) type Make<'a> = &'a dyn Fn(&mut Layer) -> std::io::Result<()>;

/// The layout of an image with these layers, from the bottom up.
pub(crate) fn layout(layers: &[Make<'_>]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let blobs = layers.iter().map(|make| {
        let mut layer = Layer::begin(folder.path(), "layer").expect("a folder");
        make(&mut layer).expect("room");
        layer.end().expect("room")
    });
    let image = ("latest".to_owned(), blobs.collect());
    index(folder.path(), &[image]).expect("room");
    folder
}

/// The image that [`layout`] makes.
pub(crate) fn choice() -> Choice {
    Choice {
        name: Some("latest".to_owned()),
        platforms: Platforms::Host,
    }
}

/// The inventory of an image in a layout.
pub(crate) fn inventory(layout: &Path, settings: &Settings) -> Inventory {
    let images = open_layout(layout, &choice(), &Limits::default()).expect("a layout");
    catalog(&images[0], "an image", settings, &NoProgress).expect("good layers")
}

/// The inventory of an image, which is the same when its layers come from the cache.
pub(crate) fn of(layers: &[Make<'_>]) -> Inventory {
    let layout = layout(layers);
    let cache = tempfile::tempdir().expect("a folder");
    let settings = Settings {
        cache: Some(Cache::open(cache.path()).expect("opens")),
        ..Settings::default()
    };
    let cold = inventory(layout.path(), &Settings::default());
    assert_eq!(inventory(layout.path(), &settings), cold);
    spoil_layers(layout.path());
    assert_eq!(inventory(layout.path(), &settings), cold, "from the cache");
    cold
}

/// Makes the layers unreadable: who still reads one fails.
fn spoil_layers(layout: &Path) {
    for blob in std::fs::read_dir(layout.join("blobs/sha256")).expect("a folder") {
        let path = blob.expect("an entry").path();
        let bytes = std::fs::read(&path).expect("a blob");
        if bytes.starts_with(&[0x1f, 0x8b]) {
            std::fs::write(&path, vec![0; bytes.len()]).expect("room");
        }
    }
}

/// Names of the packages, sorted.
pub(crate) fn names(inventory: &Inventory) -> Vec<&str> {
    let mut names: Vec<&str> = inventory.packages.iter().map(|p| p.name.as_str()).collect();
    names.sort_unstable();
    names
}

/// The package of that name.
#[track_caller]
pub(crate) fn package<'a>(inventory: &'a Inventory, name: &str) -> &'a Package {
    let found = inventory.packages.iter().find(|p| p.name == name);
    found.unwrap_or_else(|| panic!("no {name} among {:?}", names(inventory)))
}

/// One paragraph of dpkg's status file.
pub(crate) fn dpkg(name: &str, version: &str) -> String {
    format!(
        "Package: {name}\nStatus: install ok installed\nMaintainer: Debian\n\
         Architecture: amd64\nVersion: {version}\n\n"
    )
}

/// One paragraph of apk's database.
pub(crate) fn apk(name: &str) -> String {
    format!("P:{name}\nV:1.0-r0\nA:x86_64\no:{name}\n\n")
}
