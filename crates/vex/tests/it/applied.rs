//! What statements do to a report.

use lazaret_model::Suppression;
use lazaret_vex::read;
use serde_json::{Value, json};

use crate::fixtures::{DIGEST, applied, openvex, report};

/// The positions of the findings that `not_affected` about `products` clears, and why
/// none is.
fn cleared(vulnerability: &str, products: Value) -> (Vec<usize>, Option<String>) {
    let document = openvex(json!([{
        "vulnerability": { "name": vulnerability },
        "products": products,
        "status": "not_affected",
        "justification": "vulnerable_code_not_present",
    }]));
    let (report, cleared) = applied(&[document]);
    assert_eq!(report.vex.len(), 1);
    assert_eq!(report.vex[0].findings.len(), cleared.len());
    (cleared, report.vex[0].unmatched.clone())
}

fn clears(vulnerability: &str, product: &str) -> Vec<usize> {
    cleared(vulnerability, json!([{ "@id": product }])).0
}

fn misses(vulnerability: &str, product: &str) -> String {
    let (cleared, why) = cleared(vulnerability, json!([{ "@id": product }]));
    assert!(cleared.is_empty());
    why.expect("a reason")
}

#[test]
fn a_package_is_cleared_by_its_purl_under_any_id_of_the_vulnerability() {
    assert_eq!(clears("CVE-2021-23337", "pkg:npm/lodash@4.17.20"), [4]);
    assert_eq!(clears("ghsa-lodash", "pkg:npm/lodash"), [4]);
    assert_eq!(clears("CVE-2020-0002", "pkg:npm/@scope/left@1.0.0"), [3]);
}

#[test]
fn a_point_release_is_of_its_release_and_architectures_have_two_names() {
    let with = |q: &str| format!("pkg:deb/debian/curl@7.88.1-10?{q}");
    assert_eq!(clears("CVE-2023-0001", &with("distro=debian-12")), [0]);
    assert_eq!(clears("CVE-2023-0001", &with("arch=x86_64")), [0]);
    assert_eq!(clears("CVE-2023-0001", "pkg:deb/curl"), [0]);
    assert!(misses("CVE-2023-0001", &with("distro=debian-1")).contains("distro=debian-12.13"));
    assert!(misses("CVE-2023-0001", &with("arch=arm64")).contains("arch=amd64"));
}

#[test]
fn the_nearest_miss_is_told() {
    let why = misses("CVE-2021-23337", "pkg:npm/lodash@4.17.19");
    assert_eq!(
        why,
        "lodash 4.17.20: the statement is about version 4.17.19, installed is 4.17.20"
    );
    assert_eq!(
        misses("CVE-2021-23337", "pkg:npm/underscore"),
        "its product is not in this target"
    );
    assert_eq!(
        misses("CVE-1999-0001", "pkg:npm/lodash"),
        "no such finding on it"
    );
}

#[test]
fn an_image_is_known_by_digest_repository_or_tag() {
    for product in [
        format!("pkg:oci/app@{DIGEST}"),
        format!("pkg:oci/app@{}", DIGEST.replace(':', "%3A")),
        "pkg:oci/app?repository_url=registry.example/team/app".to_owned(),
        "pkg:oci/app?repository_url=registry.example/team&tag=1.0".to_owned(),
        "pkg:docker/registry.example/team/app@1.0".to_owned(),
        "registry.example/team/app:1.0".to_owned(),
    ] {
        assert_eq!(clears("CVE-2024-26147", &product), [1, 2], "{product}");
    }
    for product in [
        format!("pkg:oci/app@{}", DIGEST.replace('1', "2")),
        "pkg:oci/app?repository_url=registry.example/other/app".to_owned(),
        "pkg:oci/app?tag=2.0".to_owned(),
        "pkg:oci/ap".to_owned(),
    ] {
        assert!(clears("CVE-2024-26147", &product).is_empty(), "{product}");
    }
}

#[test]
fn parts_of_the_image_are_cleared_and_nothing_else() {
    let products = json!([{
        "@id": format!("pkg:oci/app@{DIGEST}"),
        "subcomponents": [{ "@id": "pkg:golang/helm.sh/helm/v3@3.9.0" }],
    }]);
    assert_eq!(cleared("CVE-2024-26147", products).0, [2]);
}

#[test]
fn a_part_of_a_program_is_cleared_in_that_programs_file_only() {
    let products = json!([{
        "@id": "pkg:golang/example.com/tool",
        "subcomponents": [{ "@id": "pkg:golang/helm.sh/helm/v3" }],
    }]);
    assert_eq!(cleared("GO-2024-2575", products).0, [1]);
    let elsewhere = json!([{
        "@id": "pkg:golang/example.com/elsewhere",
        "subcomponents": [{ "@id": "pkg:golang/helm.sh/helm/v3" }],
    }]);
    let (none, why) = cleared("GO-2024-2575", elsewhere);
    assert!(none.is_empty());
    assert!(
        why.unwrap()
            .contains("its use in pkg:golang/example.com/elsewhere")
    );
}

#[test]
fn only_not_affected_and_fixed_clear() {
    for (status, number) in [
        ("not_affected", 1),
        ("fixed", 1),
        ("affected", 0),
        ("under_investigation", 0),
    ] {
        let document = openvex(json!([{
            "vulnerability": { "name": "CVE-2021-23337" },
            "products": [{ "@id": "pkg:npm/lodash" }],
            "status": status,
        }]));
        let (report, cleared) = applied(&[document]);
        assert_eq!(cleared.len(), number, "{status}");
        assert_eq!(report.vex[0].findings.len(), 1, "{status} is used");
    }
}

#[test]
fn the_latest_statement_counts_and_of_equals_the_last() {
    let about = |status: &str, time: Option<&str>| {
        let mut statement = json!({
            "vulnerability": { "name": "CVE-2021-23337" },
            "products": [{ "@id": "pkg:npm/lodash" }],
            "status": status,
        });
        if let Some(time) = time {
            statement["timestamp"] = json!(time);
        }
        statement
    };
    let check = |statements: Value, clear: bool| {
        let (_, cleared) = applied(&[openvex(statements.clone())]);
        assert_eq!(!cleared.is_empty(), clear, "{statements}");
    };
    // The later one, in absolute time.
    let early = Some("2024-06-01T12:00:00+02:00");
    let late = Some("2024-06-01T11:00:00Z");
    check(
        json!([about("not_affected", early), about("affected", late)]),
        false,
    );
    check(
        json!([about("not_affected", late), about("affected", early)]),
        true,
    );
    check(
        json!([about("affected", None), about("not_affected", None)]),
        true,
    );
    check(
        json!([about("not_affected", None), about("affected", None)]),
        false,
    );
}

#[test]
fn the_suppression_carries_the_authors_words_and_the_place() {
    let document = openvex(json!([{
        "vulnerability": { "name": "CVE-2021-23337" },
        "products": [{ "@id": "pkg:npm/lodash" }],
        "status": "not_affected",
        "justification": "vulnerable_code_not_in_execute_path",
        "impact_statement": "template() is never called",
    }]));
    let (report, _) = applied(&[document]);
    assert_eq!(
        report.findings[4].suppressed,
        Some(Suppression {
            by: "vex".into(),
            reason: "not_affected: vulnerable_code_not_in_execute_path: \
                     template() is never called (says Example)"
                .into(),
            rule: Some("vex.json statement 1".into()),
        })
    );
}

#[test]
fn what_something_else_has_suppressed_keeps_its_reason() {
    let mut report = report();
    let reason = Suppression {
        by: "ignore-file".into(),
        reason: "accepted".into(),
        rule: None,
    };
    report.findings[4].suppressed = Some(reason.clone());
    let document = openvex(json!([{
        "vulnerability": { "name": "CVE-2021-23337" },
        "products": [{ "@id": "pkg:npm/lodash" }],
        "status": "fixed",
    }]));
    lazaret_vex::apply(&mut report, &[document]);
    assert_eq!(report.findings[4].suppressed, Some(reason));
}

#[test]
fn cyclonedx_speaks_of_elements_links_and_versions() {
    let document = |affects: Value| {
        let text = json!({
            "bomFormat": "CycloneDX",
            "specVersion": "1.5",
            "components": [{ "bom-ref": "a", "name": "lodash", "purl": "pkg:npm/lodash@4.17.20" }],
            "vulnerabilities": [{
                "id": "CVE-2021-23337",
                "analysis": { "state": "false_positive", "detail": "no templates" },
                "affects": affects,
            }],
        });
        read("bom.json", text.to_string().as_bytes()).unwrap()
    };
    let clears = |affects: Value| applied(&[document(affects)]).1;
    assert_eq!(clears(json!([{ "ref": "a" }])), [4]);
    let link = "urn:cdx:f08a6ccd-4dce-4759-bd84-c626675d60a7/1#pkg%3Anpm%2Flodash%404.17.20";
    assert_eq!(clears(json!([{ "ref": link }])), [4]);
    let versions = |version: &str| json!([{ "ref": "a", "versions": [{ "version": version }] }]);
    assert_eq!(clears(versions("4.17.20")), [4]);
    assert!(clears(versions("4.17.21")).is_empty());
}

#[test]
fn csaf_speaks_of_products_parts_and_flags() {
    let text = json!({
        "document": {
            "csaf_version": "2.0",
            "publisher": { "name": "Example PSIRT" },
            "tracking": { "id": "EX-1", "current_release_date": "2024-01-01T00:00:00Z" },
        },
        "product_tree": {
            "branches": [{ "branches": [{
                "product": {
                    "product_id": "debian",
                    "name": "Debian 12",
                    "product_identification_helper": { "cpe": "cpe:2.3:o:debian:debian_linux:12:*:*:*:*:*:*:*" },
                },
            }, {
                "product": {
                    "product_id": "curl",
                    "name": "curl",
                    "product_identification_helper": { "purl": "pkg:deb/debian/curl" },
                },
            }] }],
            "relationships": [{
                "category": "default_component_of",
                "product_reference": "curl",
                "relates_to_product_reference": "debian",
                "full_product_name": { "product_id": "curl-on-debian", "name": "curl on Debian 12" },
            }],
        },
        "vulnerabilities": [{
            "cve": "CVE-2023-0001",
            "product_status": { "known_not_affected": ["curl-on-debian"] },
            "flags": [{ "label": "component_not_present", "product_ids": ["curl-on-debian"] }],
            "threats": [{ "category": "impact", "details": "built without it", "product_ids": ["curl-on-debian"] }],
        }],
    });
    let document = read("csaf.json", text.to_string().as_bytes()).unwrap();
    let (report, cleared) = applied(&[document]);
    assert_eq!(cleared, [0]);
    let suppression = report.findings[0].suppressed.as_ref().unwrap();
    assert_eq!(
        suppression.reason,
        "not_affected: component_not_present: built without it (says Example PSIRT)"
    );
}

#[test]
fn an_image_of_the_same_name_and_another_digest_is_the_nearest_miss() {
    let other = format!("sha256:{}", "9".repeat(64));
    let why = misses("CVE-2021-23337", &format!("pkg:oci/app@{other}"));
    assert!(
        why.contains("about the image pkg:oci/app@sha256:999"),
        "{why}"
    );
    assert!(
        why.contains(&format!("this is registry.example/team/app:1.0 ({DIGEST})")),
        "{why}"
    );
    assert_eq!(
        misses("CVE-2021-23337", &format!("pkg:oci/other@{other}")),
        "its product is not in this target"
    );
}

#[test]
fn an_image_is_known_by_the_index_that_offers_it() {
    let index = format!("sha256:{}", "9".repeat(64));
    let document = openvex(json!([{
        "vulnerability": {"name": "CVE-2021-23337"}, "status": "fixed",
        "products": [{"@id": format!("pkg:oci/app@{index}")}],
    }]));
    let mut report = report();
    report.target.indexes = vec![index.parse().unwrap()];
    lazaret_vex::apply(&mut report, &[document]);
    assert!(report.findings[4].suppressed.is_some());
}

#[test]
fn a_statement_may_be_about_a_range_of_versions() {
    let range = |range: &str| {
        let document = json!({
            "bomFormat": "CycloneDX", "specVersion": "1.6",
            "vulnerabilities": [{
                "id": "CVE-2021-23337", "analysis": {"state": "not_affected"},
                "affects": [{"ref": "pkg:npm/lodash", "versions": [{"range": range}]}],
            }],
        });
        let document = read("bom", document.to_string().as_bytes()).unwrap();
        let (report, cleared) = applied(&[document]);
        (cleared, report.vex[0].unmatched.clone().unwrap_or_default())
    };
    assert_eq!(range("vers:npm/>=4.0.0|<4.17.21").0, [4]);
    for (text, why) in [
        (
            "vers:npm/>=4.17.21",
            "lodash 4.17.20: the statement is about vers:npm/>=4.17.21, installed is 4.17.20",
        ),
        (
            "vers:pypi/<5",
            "lodash 4.17.20: the statement's range is of pypi, the package of npm",
        ),
        (
            "<5",
            "lodash 4.17.20: the statement is about versions `<5`, which is no range that is read",
        ),
        (
            "vers:datetime/<5",
            "lodash 4.17.20: the statement's range `vers:datetime/<5` is not read: how versions \
             of `datetime` are ordered is not known",
        ),
    ] {
        assert_eq!(range(text), (Vec::new(), why.to_owned()), "{text}");
    }
    assert_eq!(
        clears(
            "CVE-2021-23337",
            "pkg:npm/lodash?vers=vers:npm%2F%3C4.17.21"
        ),
        [4]
    );
    assert!(
        misses(
            "CVE-2021-23337",
            "pkg:npm/lodash?vers=vers:npm%2F%3C4.17.20"
        )
        .contains("installed is 4.17.20")
    );
}

#[test]
fn a_range_of_csaf_stands_in_the_branch_above_its_product() {
    let cleared = |range: &str| {
        let document = json!({
            "document": {"csaf_version": "2.0", "publisher": {"name": "Vendor"}},
            "product_tree": {"branches": [{"category": "vendor", "name": "V", "branches": [
                {"category": "product_name", "name": "lodash", "branches": [
                    {"category": "product_version_range", "name": range, "product": {
                        "product_id": "P", "name": "lodash",
                        "product_identification_helper": {"purl": "pkg:npm/lodash"}}},
                ]},
            ]}]},
            "vulnerabilities": [{
                "cve": "CVE-2021-23337", "product_status": {"known_not_affected": ["P"]},
            }],
        });
        let document = read("csaf", document.to_string().as_bytes()).unwrap();
        applied(&[document]).1
    };
    assert_eq!(cleared("vers:npm/<5.0.0"), [4]);
    assert!(cleared("vers:npm/>=5.0.0").is_empty());
    assert!(cleared("before 5").is_empty());
}
