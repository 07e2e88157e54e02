//! Every document of the collected sources that is one is read.

use lazaret_testkit::shared;
use lazaret_vex::read;
use serde_json::Value;

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

/// Whether a document of CSAF's own tests is a good one; `None` for its examples.
fn is_valid(path: &str) -> Option<bool> {
    let (_, number) = path.strip_suffix(".json")?.rsplit_once('-')?;
    let is_number = number.len() == 2 && number.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| number.starts_with('1'))
}

/// Statuses that a document gives products, one for each vulnerability and status.
fn stated(bytes: &[u8]) -> usize {
    let document: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let vulnerabilities = document["vulnerabilities"].as_array().into_iter().flatten();
    vulnerabilities
        .filter_map(|v| v["product_status"].as_object())
        .flat_map(|statuses| statuses.iter())
        .filter(|(name, ids)| {
            *name != "recommended" && ids.as_array().is_some_and(|i| !i.is_empty())
        })
        .count()
}

#[test]
fn the_documents_of_csaf_are_read_and_none_panics() {
    let (mut good, mut refused, mut statements) = (0, 0, 0);
    for (path, bytes) in files("vex-csaf-oasis") {
        let outcome = read(&path, &bytes);
        let said = stated(&bytes);
        if is_valid(&path) == Some(false) || said == 0 {
            refused += usize::from(outcome.is_err());
            continue;
        }
        let document = outcome.unwrap_or_else(|e| panic!("{path}: {e}"));
        assert!(document.statements.len() >= said, "{path}");
        good += 1;
        statements += document.statements.len();
    }
    println!("{good} documents of CSAF state {statements} things; {refused} others are refused");
}

#[test]
fn what_cisa_says_of_products_without_an_identifier_clears_nothing() {
    let mut statements = 0;
    for (path, bytes) in files("csaf-cisa-it") {
        if stated(&bytes) == 0 {
            continue;
        }
        let document = read(&path, &bytes).unwrap_or_else(|e| panic!("{path}: {e}"));
        assert!(document.statements.len() >= stated(&bytes), "{path}");
        // Only names for people: nothing of them can be a package.
        let products = document.statements.iter().flat_map(|s| &s.products);
        for product in products {
            assert!(product.component.identifiers.is_empty(), "{path}");
        }
        statements += document.statements.len();
    }
    println!("CISA states {statements} things");
}

#[test]
fn the_examples_of_the_openvex_specification_are_read() {
    let texts = shared::files("vex-openvex", ".md").unwrap_or_default();
    let (mut documents, mut statements) = (0, 0);
    for (path, bytes) in texts {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let blocks = text.split("```json").skip(1);
        for block in blocks.filter_map(|b| b.split("```").next()) {
            // Most show a part of a document.
            let whole = serde_json::from_str::<Value>(block).ok();
            if whole.is_none_or(|v| v.get("statements").is_none()) {
                continue;
            }
            let document = read(&path, block.as_bytes()).unwrap_or_else(|e| panic!("{e}: {block}"));
            assert!(!document.statements.is_empty(), "{block}");
            documents += 1;
            statements += document.statements.len();
        }
    }
    println!("{documents} examples of OpenVEX state {statements} things");
}
