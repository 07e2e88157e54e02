//! What an image would hold on another base.

use lazaret_model::{Distro, Inventory, Location, Package};
use lazaret_scan::{Rebased, rebased};

const STATUS: &str = "var/lib/dpkg/status";

fn deb(name: &str, version: &str) -> Package {
    Package::new("deb", name, version).at(STATUS)
}

fn npm(name: &str, version: &str, path: &str) -> Package {
    Package::new("npm", name, version).at(path)
}

fn inventory(release: &str, packages: Vec<Package>) -> Inventory {
    let mut inventory = Inventory {
        packages,
        ..Inventory::default()
    };
    inventory.target.distro = Some(Distro::new("debian", release));
    inventory
}

fn owned(mut package: Package, is_base: bool) -> Package {
    package.from_base = Some(is_base);
    package
}

fn held(result: &Rebased) -> Vec<String> {
    let packages = result.inventory.packages.iter();
    let told = packages.map(|p| format!("{} {}", p.name, p.version));
    let mut told: Vec<String> = told.collect();
    told.sort();
    told
}

#[test]
fn the_applications_packages_are_put_on_those_of_the_other_base() {
    let image = inventory(
        "12",
        vec![
            owned(deb("bash", "5.1"), true),
            // Upgraded by the application: once beyond the new base, once behind it.
            owned(deb("openssl", "3.0.9"), false),
            owned(deb("zlib", "1.1"), false),
            owned(deb("curl", "8.0"), false),
            owned(npm("left", "1.0.0", "app/left"), false),
        ],
    );
    let old = inventory("12", vec![deb("bash", "5.1"), deb("tar", "1.0")]);
    let new = inventory(
        "12",
        vec![
            deb("bash", "5.2"),
            deb("openssl", "3.0.8"),
            deb("zlib", "1.2"),
            deb("tar", "1.1"),
            deb("new", "1"),
            npm("right", "1.0.0", "app/left"),
        ],
    );
    let result = rebased(&image, Some(&old), &new);
    let expected = [
        "bash 5.2",
        "curl 8.0",
        "left 1.0.0",
        "new 1",
        "openssl 3.0.9",
        "zlib 1.2",
    ];
    assert_eq!(held(&result), expected, "tar was taken away");
    assert_eq!(result.unknown, Vec::<String>::new());
    // Without the old base nothing tells what was taken away.
    let result = rebased(&image, None, &new);
    assert!(held(&result).contains(&"tar 1.1".to_owned()));
    assert!(
        result.unknown[0].contains("--base IMAGE"),
        "{:?}",
        result.unknown
    );
}

#[test]
fn another_release_installs_what_nobody_knows() {
    let image = inventory(
        "11",
        vec![
            owned(deb("bash", "5.1"), true),
            owned(deb("curl", "7.0"), false),
            owned(npm("left", "1.0.0", "app/left"), false),
        ],
    );
    let old = inventory("11", vec![deb("bash", "5.1")]);
    let new = inventory("12", vec![deb("bash", "5.2")]);
    let result = rebased(&image, Some(&old), &new);
    assert_eq!(held(&result), ["bash 5.2", "left 1.0.0"]);
    assert_eq!(
        result.unknown,
        [
            "the application has installed 1 package from debian 11, and what it would get from \
          debian 12 is not known; it is left out"
        ]
    );
}

#[test]
fn what_nobody_is_known_to_have_brought_is_the_newer_one() {
    let mut image = inventory("12", vec![deb("bash", "5.1"), deb("own", "1")]);
    let new = inventory("12", vec![deb("bash", "5.2")]);
    assert_eq!(held(&rebased(&image, None, &new)), ["bash 5.2", "own 1"]);
    image.packages[0].version = "5.3".into();
    assert_eq!(held(&rebased(&image, None, &new)), ["bash 5.3", "own 1"]);
}

#[test]
fn an_image_on_its_own_base_is_what_it_is() {
    let left = npm("left", "1.0.0", "app/left");
    let image = inventory(
        "12",
        vec![owned(deb("bash", "5.1"), true), owned(left, false)],
    );
    let mut old = inventory("12", vec![deb("bash", "5.1")]);
    for package in &mut old.packages {
        package.locations.push(Location {
            path: "b".into(),
            layer: None,
        });
    }
    let result = rebased(&image, Some(&old), &old);
    assert_eq!(held(&result), ["bash 5.1", "left 1.0.0"]);
}
