//! What is a document, and what is refused with a reason.

use lazaret_vex::{Status, read};

fn refusal(text: &str) -> String {
    read("some.json", text.as_bytes()).unwrap_err().to_string()
}

#[test]
fn what_is_no_document_is_refused_with_the_reason() {
    assert!(refusal("{").starts_with("some.json is not a VEX document: not JSON"));
    assert!(refusal("{}").contains("neither `statements`"));
    assert!(refusal("[]").contains("neither `statements`"));
    assert!(refusal(r#"{"document":{}}"#).contains("csaf_version"));
    assert!(refusal(r#"{"bomFormat":"SPDX"}"#).contains("not CycloneDX"));
    let status = r#"{"statements":[{"vulnerability":"CVE-1","status":"harmless"}]}"#;
    assert!(refusal(status).contains("statement 1 has the status `harmless`"));
    let nothing = r#"{"statements":[{"status":"fixed"}]}"#;
    assert!(refusal(nothing).contains("statement 1 names no vulnerability"));
}

#[test]
fn the_first_version_of_openvex_named_things_by_texts() {
    let text = r#"{
        "@id": "x", "author": "Example", "timestamp": "2023-01-08T18:02:03Z",
        "statements": [{
            "vulnerability": "CVE-2023-12345",
            "products": ["pkg:apk/wolfi/git@2.39.0-r1?arch=armv7"],
            "status": "fixed"
        }]
    }"#;
    let document = read("old.json", text.as_bytes()).unwrap();
    assert_eq!(document.statements[0].status, Status::Fixed);
    assert_eq!(document.statements[0].vulnerabilities, ["CVE-2023-12345"]);
    assert_eq!(document.statements[0].timestamp, "2023-01-08T18:02:03Z");
    assert_eq!(document.statements[0].products.len(), 1);
}

#[test]
fn deep_trees_and_wrong_shapes_are_borne() {
    let mut tree = r#"{"product":{"product_id":"p"}}"#.to_owned();
    for _ in 0..55 {
        tree = format!(r#"{{"branches":[{tree}]}}"#);
    }
    let text = format!(
        r#"{{"document":{{"csaf_version":"2.0"}},"product_tree":{tree},
            "vulnerabilities":[{{"cve":7,"product_status":{{"fixed":["p",1,null]}}}}]}}"#
    );
    let document = read("deep.json", text.as_bytes()).unwrap();
    assert_eq!(document.statements.len(), 1);
    for text in [
        r#"{"statements":7}"#,
        r#"{"statements":{"a":1}}"#,
        r#"{"bomFormat":"CycloneDX","vulnerabilities":[{"analysis":[]},3]}"#,
    ] {
        assert!(
            read("odd.json", text.as_bytes())
                .unwrap()
                .statements
                .is_empty()
        );
    }
}
