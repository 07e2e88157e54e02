//! Images made in code, the floor that reads them, and processes that end with their tests.

mod process;

use std::path::Path;

use lazaret_testkit::floor::{self, Pass};
use lazaret_testkit::image::{self, Layer, Numbers};

fn make(layout: &Path) {
    let mut layers = Vec::new();
    for seed in 1..3 {
        let mut layer = Layer::begin(layout, "layer").expect("a folder");
        let text = image::text(&mut Numbers::new(seed), 100_000);
        layer.file("usr/share/text", 0o644, &text).expect("room");
        let code = image::code(&mut Numbers::new(seed), 50_000);
        layer.file("usr/bin/code", 0o755, &code).expect("room");
        layers.push(layer.end().expect("room"));
    }
    let both = ("both".to_owned(), layers.clone());
    let one = ("one".to_owned(), layers[..1].to_vec());
    image::index(layout, &[both, one]).expect("room");
}

#[test]
fn an_image_is_the_same_wherever_it_is_made() {
    let (a, b) = (
        tempfile::tempdir().expect("a folder"),
        tempfile::tempdir().expect("a folder"),
    );
    make(a.path());
    make(b.path());
    let index = |folder: &Path| std::fs::read(folder.join("index.json")).expect("an index");
    assert_eq!(index(a.path()), index(b.path()));
}

#[test]
fn the_floor_reads_every_distinct_layer_once_and_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    make(folder.path());
    // Two files of 100 000 and 50 000 bytes, each with a header and padding, and the end.
    let tar = 512 + 100_352 + 512 + 50_176 + 1024;
    for (tag, layers) in [
        (None, 2),
        (Some("both"), 2),
        (Some("one"), 1),
        (Some("none"), 0),
    ] {
        let paths = floor::layers(folder.path(), tag).expect("a layout");
        let stored = paths
            .iter()
            .map(|p| p.metadata().expect("a blob").len())
            .sum();
        let expected = Pass {
            layers,
            compressed: stored,
            uncompressed: tar * layers as u64,
        };
        assert_eq!(
            floor::pass(&paths, 2).expect("good layers"),
            expected,
            "{tag:?}"
        );
    }
}

#[test]
fn a_damaged_layer_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    make(folder.path());
    let paths = floor::layers(folder.path(), Some("one")).expect("a layout");
    let bytes = std::fs::read(&paths[0]).expect("a blob");
    std::fs::write(&paths[0], &bytes[..bytes.len() / 2]).expect("room");
    assert!(floor::pass(&paths, 1).is_err());
}
