//! What the smaller formats of vendors and projects say, on extracts of the real ones.

use crate::slices::{files, read};

#[test]
fn nvd_configurations_are_one_statement_for_each_product_and_condition() {
    let text = r#"{"vulnerabilities":[{"cve":{"id":"CVE-2030-0001","configurations":[
      {"nodes":[{"operator":"OR","negate":false,"cpeMatch":[
        {"vulnerable":true,"criteria":"cpe:2.3:a:Maker:tool:*:*:*:*:*:*:*:*","versionEndExcluding":"1.2"},
        {"vulnerable":true,"criteria":"cpe:2.3:a:maker:tool:2.0:rc1:*:*:*:*:*:*"},
        {"vulnerable":true,"criteria":"cpe:2.3:a:maker:tool:-:*:*:*:*:*:*:*"},
        {"vulnerable":true,"criteria":"cpe:2.3:a:maker:plug\\-in:*:*:*:*:*:wordpress:*:*","versionEndIncluding":"3"}]}]},
      {"operator":"AND","nodes":[
        {"operator":"OR","cpeMatch":[{"vulnerable":true,"criteria":"cpe:2.3:a:maker:desk:*:*:*:*:*:*:*:*"}]},
        {"operator":"OR","cpeMatch":[{"vulnerable":false,"criteria":"cpe:2.3:o:microsoft:windows:-:*:*:*:*:*:*:*"}]}]},
      {"operator":"AND","nodes":[
        {"operator":"OR","cpeMatch":[{"vulnerable":true,"criteria":"cpe:2.3:o:maker:firmware:*:*:*:*:*:*:*:*"}]},
        {"operator":"OR","cpeMatch":[{"vulnerable":false,"criteria":"cpe:2.3:h:maker:box:-:*:*:*:*:*:*:*"}]}]}]}}]}"#;
    let files = [("nvd.json".to_owned(), text.as_bytes().to_vec())];
    let read = read("nvd", &files);
    assert_eq!(read.bad, []);
    let lines = |name: &str| read.lines("CVE-2030-0001", "cpe", name);
    assert_eq!(lines("maker:tool"), ["binary < 1.2 || = 2.0-rc1 fixed"]);
    assert_eq!(
        lines("maker:plug-in"),
        ["binary <= 3 affected for wordpress"]
    );
    assert_eq!(
        lines("maker:desk"),
        ["binary * affected under microsoft:windows"]
    );
    assert_eq!(read.statements("CVE-2030-0001").len(), 3);
}

#[test]
fn nvd_additions_fill_what_is_not_analysed() {
    let Some(files) = files("nvd-data-overrides", "data/2024/CVE-2024-45059") else {
        return;
    };
    let read = read("nvd-overrides", &files);
    assert_eq!(
        read.lines("CVE-2024-45059", "cpe", "portabilis:i-educar"),
        ["binary <= 2.9 affected"]
    );
}
