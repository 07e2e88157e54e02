//! Every reader takes any bytes: it answers or refuses, and never panics.

use lazaret_ecosystem::{ALL, Input};
use proptest::prelude::*;

fn feed_all(bytes: &[u8]) {
    for reader in ALL.iter().flat_map(|e| e.readers) {
        let path = "srv/app/file-1.0.jar";
        // Either answer is right for noise; a panic fails the test.
        let _ = (reader.recognises)(Input { path, bytes });
        let _ = (reader.read)(Input { path, bytes });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_reader_panics_on_noise(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        feed_all(&bytes);
    }

    #[test]
    fn no_reader_panics_on_text_that_looks_right(
        text in r#"(Name: a\n|a:1:|s:1:|import |npm:|setup\(|install_requires=|/\*|\{"name":|"version"|[@/:(%q<"'=]|  |\n|\[\[package\]\]|==1|é|/|GEM){0,40}"#
    ) {
        feed_all(text.as_bytes());
    }
}

#[test]
fn deep_json_is_an_error_and_not_a_crash() {
    let deep = "[".repeat(1_000_000);
    for (id, path) in [
        ("npm/installed", "node_modules/x/package.json"),
        ("nuget/deps", "app.deps.json"),
    ] {
        let reader = ALL
            .iter()
            .flat_map(|e| e.readers)
            .find(|r| r.id == id)
            .expect("a reader");
        let bytes = deep.as_bytes();
        assert!((reader.read)(Input { path, bytes }).is_err(), "{id}");
    }
}

#[test]
fn a_manifest_counts_only_directly_below_node_modules() {
    let check =
        |path: &str| lazaret_ecosystem::readers_for(path, false).any(|r| r.id == "npm/installed");
    assert!(check("app/node_modules/x/package.json"));
    assert!(check("app/node_modules/@s/x/package.json"));
    assert!(!check("app/package.json"));
    assert!(!check("app/node_modules/x/lib/package.json"));
    assert!(!check("app/node_modules/.bin/package.json"));
}
