//! Every document of the collected sources that is one is read.

use lazaret_testkit::shared;
use lazaret_vex::read;

fn files(archive: &str) -> Vec<(String, Vec<u8>)> {
    shared::files(archive, ".json").unwrap_or_default()
}

#[test]
fn the_vex_hub_is_read_whole() {
    let mut statements = 0;
    for (path, bytes) in files("vex-aqua-vexhub") {
        if !path.ends_with(".openvex.json") {
            continue;
        }
        let document = read(&path, &bytes).unwrap();
        assert!(
            document.statements.iter().all(|s| !s.products.is_empty()),
            "{path}"
        );
        statements += document.statements.len();
    }
    println!("the hub states {statements} things");
}

#[test]
fn the_examples_of_csaf_are_read_and_none_panics() {
    let (mut read_whole, mut statements) = (0, 0);
    for (path, bytes) in files("vex-csaf-oasis") {
        let outcome = read(&path, &bytes);
        if path.contains("/csaf_vex/") {
            let document = outcome.unwrap();
            assert!(!document.statements.is_empty(), "{path}");
            read_whole += 1;
            statements += document.statements.len();
        }
    }
    println!("{read_whole} documents of CSAF state {statements} things");
}
