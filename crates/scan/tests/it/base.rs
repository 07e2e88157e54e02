//! Whose a layer is: the base's or the application's.

use lazaret_image::{Choice, Limits, Platforms, open_layout};
use lazaret_inspect::secrets::example;
use lazaret_model::{BaseSource, Digest, GapKind, Inventory};
use lazaret_scan::{KnownBase, NoProgress, Settings, built_on, catalog, recognised};
use lazaret_testkit::image::{Layer, Made, index_of};
use tempfile::TempDir;

use crate::images::{Make, apk, dpkg, package};

const STATUS: &str = "var/lib/dpkg/status";
const JAR: &str = "app/node_modules/left/package.json";

/// Layouts of images that share their layers.
struct Images(TempDir);

impl Images {
    /// Images of a base and of what is built on it; `made` tells more of the latter.
    fn of(base: &[Make<'_>], above: &[Make<'_>], made: Made) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let blobs = |layers: &[Make<'_>]| {
            let blob = |make: &Make<'_>| {
                let mut layer = Layer::begin(folder.path(), "layer").expect("a folder");
                make(&mut layer).expect("room");
                layer.end().expect("room")
            };
            layers.iter().map(blob).collect::<Vec<_>>()
        };
        let below = blobs(base);
        let app = Made {
            tag: "app".into(),
            layers: below.iter().cloned().chain(blobs(above)).collect(),
            ..made
        };
        let base = Made {
            tag: "base".into(),
            layers: below,
            ..Made::default()
        };
        index_of(folder.path(), &[base, app]).expect("room");
        Self(folder)
    }

    fn read(&self, tag: &str) -> Inventory {
        let choice = Choice {
            name: Some(tag.to_owned()),
            platforms: Platforms::Host,
        };
        let images = open_layout(self.0.path(), &choice, &Limits::default()).expect("a layout");
        catalog(&images[0], tag, &Settings::default(), &NoProgress).expect("good layers")
    }

    fn base(&self) -> KnownBase {
        let mut base = KnownBase::of(&self.read("base").target).expect("layers");
        base.name = "base:1".into();
        base
    }
}

fn system(layer: &mut Layer) -> std::io::Result<()> {
    let status = dpkg("bash", "5.1-1") + &dpkg("openssl", "3.0.1-1");
    layer.file("etc/os-release", 0o644, b"ID=debian\nVERSION_ID=12\n")?;
    layer.file(STATUS, 0o644, status.as_bytes())?;
    layer.file(JAR, 0o644, br#"{"name":"left","version":"1.0.0"}"#)
}

/// Upgrades one package, adds another, and copies a file up for its mode.
fn application(layer: &mut Layer) -> std::io::Result<()> {
    let status = dpkg("bash", "5.1-1") + &dpkg("openssl", "3.0.2-1") + &dpkg("curl", "8.0-1");
    layer.file(STATUS, 0o644, status.as_bytes())?;
    layer.file(JAR, 0o755, br#"{"name":"left","version":"1.0.0"}"#)?;
    let right = "app/node_modules/right/package.json";
    layer.file(right, 0o644, br#"{"name":"right","version":"1.0.0"}"#)
}

fn images(made: Made) -> Images {
    Images::of(&[&system], &[&application], made)
}

fn steps(all: &[&str]) -> Vec<String> {
    all.iter().map(|text| (*text).to_owned()).collect()
}

#[track_caller]
fn check(inventory: &Inventory, expected: &[(&str, Option<bool>)]) {
    for (name, owner) in expected {
        assert_eq!(package(inventory, name).from_base, *owner, "{name}");
    }
}

#[test]
fn a_package_is_of_the_layer_that_brought_this_version() {
    let images = images(Made::default());
    let mut inventory = images.read("app");
    assert_eq!(inventory.target.base, None, "nothing tells");
    check(&inventory, &[("bash", None), ("curl", None)]);
    built_on(&mut inventory, &images.base());
    let base = inventory.target.base.clone().expect("a base");
    assert_eq!(
        (base.name.as_str(), base.layers, base.source, base.guessed),
        ("base:1", Some(1), BaseSource::Given, false)
    );
    let layers = inventory.target.layers.iter().map(|layer| layer.base);
    assert_eq!(layers.collect::<Vec<_>>(), [Some(true), Some(false)]);
    check(
        &inventory,
        &[
            ("bash", Some(true)),
            // Upgraded by the application.
            ("openssl", Some(false)),
            ("curl", Some(false)),
            // Copied up as it was.
            ("left", Some(true)),
            ("right", Some(false)),
        ],
    );
    assert_eq!(inventory.gaps, []);
}

#[test]
fn a_base_that_has_moved_on_shares_what_it_shares() {
    let add = |text: &'static str| move |layer: &mut Layer| layer.file("a", 0o644, text.as_bytes());
    let (old, new) = (add("old"), add("new"));
    let ours = Images::of(&[&system, &old], &[&application], Made::default());
    let theirs = Images::of(&[&system, &new], &[], Made::default());
    let mut inventory = ours.read("app");
    built_on(&mut inventory, &theirs.base());
    check(
        &inventory,
        &[("bash", Some(true)), ("openssl", None), ("right", None)],
    );
    let base = inventory.target.base.as_ref().expect("a base");
    assert_eq!(base.why, "1 of its 2 layers are there");
    assert!(base.differs && !base.is_proven());
    let gap = &inventory.gaps[0];
    assert_eq!(gap.kind, GapKind::BaseMismatch);
    assert!(gap.detail.contains("layer 2 is sha256:"), "{gap}");
}

#[test]
fn a_base_that_is_higher_than_the_image_is_none() {
    let other = Images::of(&[&system, &application], &[], Made::default());
    let mut inventory = images(Made::default()).read("base");
    built_on(&mut inventory, &other.base());
    assert_eq!(
        inventory.gaps[0].detail,
        "the image is not built on it: it has 2 layers, and the image 1"
    );
}

#[test]
fn build_steps_are_a_guess_and_say_so() {
    let images = images(Made {
        history: steps(&[
            "ADD rootfs.tar / # buildkit",
            r#"- CMD ["sh"]"#,
            "RUN make # buildkit",
        ]),
        ..Made::default()
    });
    let inventory = images.read("app");
    let base = inventory.target.base.clone().expect("a base");
    assert!(base.guessed);
    assert_eq!(base.source, BaseSource::History);
    assert_eq!(base.why, r#"an image seems to end with `CMD ["sh"]`"#);
    check(&inventory, &[("bash", Some(true)), ("curl", Some(false))]);
}

fn labelled(key: &str, text: &str) -> (String, String) {
    let key = format!("org.opencontainers.image.base.{key}");
    (key, text.to_owned())
}

#[test]
fn labels_name_a_base_and_annotations_overrule_them() {
    let images = images(Made {
        labels: vec![labelled("name", "inherited:1"), labelled("digest", "x")],
        annotations: vec![labelled("name", "docker.io/library/debian:12")],
        ..Made::default()
    });
    let base = images.read("app").target.base.expect("a base");
    assert_eq!(base.name, "docker.io/library/debian:12");
    assert_eq!((base.source, base.layers), (BaseSource::Label, None));
    assert!(!base.guessed, "there is no number to be guessed");
}

#[test]
fn a_password_in_a_build_step_is_not_shown() {
    let secret = example("ghp_{github}");
    let images = images(Made {
        history: steps(&["ADD a.tar /", &format!("- CMD [\"{secret}\"]"), "RUN make"]),
        ..Made::default()
    });
    let base = images.read("app").target.base.expect("a base");
    assert!(!base.why.contains(&secret[8..20]), "{}", base.why);
}

#[test]
fn what_was_laid_out_is_recognised_by_its_layers() {
    let images = images(Made::default());
    let known = images.base();
    let twin = KnownBase {
        name: "app:1".into(),
        digest: None,
        index: None,
        layers: KnownBase::of(&images.read("app").target)
            .expect("layers")
            .layers,
    };
    let foreign = KnownBase {
        name: "other:1".into(),
        digest: None,
        index: None,
        layers: known.layers.iter().chain(&known.layers).cloned().collect(),
    };
    let mut inventory = images.read("app");
    assert!(!recognised(&mut inventory, std::slice::from_ref(&foreign)));
    assert_eq!(inventory.target.base, None);
    let all = [known.clone(), foreign];
    assert!(recognised(&mut inventory, &all));
    let base = inventory.target.base.clone().expect("a base");
    assert_eq!(
        (base.name.as_str(), base.source),
        ("base:1", BaseSource::Known)
    );
    check(&inventory, &[("bash", Some(true)), ("curl", Some(false))]);
    // What has the same layers is a twin, and an image is not its own base.
    assert!(recognised(&mut inventory, &[known, twin]));
    assert_eq!(inventory.target.base.expect("a base").name, "base:1");
    let mut base = images.read("base");
    assert!(!recognised(&mut base, &[images.base()]));
}

#[test]
fn a_base_of_several_platforms_is_named_by_its_index() {
    let whole = Digest::sha256(&[9; 32]);
    let images = images(Made {
        labels: vec![labelled("digest", &whole.to_string())],
        ..Made::default()
    });
    let base = KnownBase {
        index: Some(whole),
        ..images.base()
    };
    let mut inventory = images.read("app");
    assert!(recognised(&mut inventory, &[base]));
    let base = inventory.target.base.expect("a base");
    assert_eq!(base.why, "the image names it, and all its layers are there");
    assert!(base.is_proven());
}

#[test]
fn a_label_that_names_what_is_not_below_is_a_gap() {
    let other = Images::of(&[&application], &[], Made::default());
    let named = other.base();
    let digest = named.digest.as_ref().expect("a manifest").to_string();
    let images = images(Made {
        labels: vec![labelled("digest", &digest)],
        ..Made::default()
    });
    let mut inventory = images.read("app");
    assert!(!recognised(&mut inventory, &[named]));
    let gap = &inventory.gaps[0];
    assert_eq!(gap.kind, GapKind::BaseMismatch);
    assert!(gap.detail.starts_with("the image names it"), "{gap}");
}

#[test]
fn a_database_that_has_moved_does_not_make_its_packages_the_applications() {
    let old = |l: &mut Layer| l.file("lib/apk/db/installed", 0o644, apk("musl").as_bytes());
    let new = |l: &mut Layer| {
        l.file("lib/apk/db/.wh.installed", 0o644, b"")?;
        let both = apk("musl") + &apk("curl");
        l.file("usr/lib/apk/db/installed", 0o644, both.as_bytes())
    };
    let images = Images::of(&[&old], &[&new], Made::default());
    let mut inventory = images.read("app");
    built_on(&mut inventory, &images.base());
    check(&inventory, &[("musl", Some(true)), ("curl", Some(false))]);
}
