//! Every collected slice of an upstream, read whole.
//!
//! What cannot be read is named here, and why that is right: files that their collectors
//! broke on purpose, and files of another kind beside those of the feed.

use crate::slices::{files, read};

const FETCHED: &str = "vuls-data-update/pkg/fetch/";

/// Feed, where its files lie, and what of them is no good.
const SLICES: &[(&str, &str, &[&str])] = &[
    ("redhat-csaf", "redhat/vex/", &[]),
    ("redhat-csaf", "redhat/csaf/", &[]),
    ("suse-csaf", "suse/csaf/", &[]),
    ("suse-oval", "suse/oval/", &[]),
    ("suse-cvrf", "suse/cvrf/", &[]),
    ("ubuntu-vex", "ubuntu/vex/", &[]),
    ("ubuntu-oval", "ubuntu/oval/", &[]),
    ("almalinux-oval", "alma/oval/", &[]),
    ("openeuler-cvrf", "openeuler/cvrf/", &[]),
    // Broken on purpose.
    ("oracle", "oracle/", &["invalid.xml"]),
    ("almalinux", "alma/errata/", &["invalid.json"]),
    ("arch", "arch/", &["invalid.json"]),
    // A comma too much, as the upstream once published it.
    (
        "openeuler-csaf",
        "openeuler/csaf/",
        &["csaf-openeuler-cve-2024-50187.json"],
    ),
];

#[test]
fn every_slice_is_read_whole() {
    let mut total = 0;
    for (feed, place, known) in SLICES {
        let part = format!("{FETCHED}{place}");
        let Some(files) = files("distro-slices", &part) else {
            return;
        };
        let outcome = read(feed, &files);
        let named = |text: &str| known.iter().any(|name| text.contains(name));
        let mut bad: Vec<String> = outcome.unreadable;
        bad.extend(
            outcome
                .bad
                .iter()
                .map(|b| format!("{}: {}", b.record, b.reason)),
        );
        bad.retain(|text| !named(text));
        assert_eq!(bad, Vec::<String>::new(), "{feed} in {place}");
        // Some are packed twice, and their records are read by other tests.
        total += outcome.advisories.len();
    }
    assert!(total > 40, "only {total} records");
    println!("{total} records of {} slices", SLICES.len());
}
