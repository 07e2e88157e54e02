//! A draft says of every finding what was asked, and is understood when it comes back.

use lazaret_vex::{Draft, Status, apply, draft, read};

use crate::fixtures::report;

#[test]
fn a_draft_comes_back_and_clears_what_it_was_made_from() {
    let mut report = report();
    let words = Draft {
        author: "Example".into(),
        timestamp: "2024-01-01T00:00:00Z".into(),
        status: Some(Status::NotAffected),
        justification: "component_not_present".into(),
        detail: "looked at by hand".into(),
        ids: Vec::new(),
    };
    let text = draft(&report, &words).to_string();
    let document = read("draft.json", text.as_bytes()).unwrap();
    apply(&mut report, &[document]);
    assert!(report.findings.iter().all(|f| f.suppressed.is_some()));
    assert!(report.vex.iter().all(|used| used.unmatched.is_none()));
    assert!(
        draft(&report, &words)["statements"]
            .as_array()
            .unwrap()
            .is_empty()
    );
}

#[test]
fn a_draft_is_about_the_asked_vulnerabilities_and_investigates_by_itself() {
    let words = Draft {
        ids: vec!["go-2024-2575".into()],
        ..Draft::default()
    };
    let document = draft(&report(), &words);
    let statements = document["statements"].as_array().unwrap();
    assert_eq!(statements.len(), 1);
    assert_eq!(statements[0]["status"], "under_investigation");
    assert_eq!(statements[0]["vulnerability"]["name"], "CVE-2024-26147");
    let product = &statements[0]["products"][0];
    assert!(
        product["@id"]
            .as_str()
            .unwrap()
            .starts_with("pkg:oci/app@sha256")
    );
    assert_eq!(product["subcomponents"].as_array().unwrap().len(), 2);
}
