//! Every collected slice of an upstream, read whole and built.
//!
//! What cannot be read is named here, and why that is right: files that their collectors
//! broke on purpose, and files of another kind beside those of the feed.

use std::path::Path;

use lazaret_advisory::Db;
use lazaret_advisory::build::{BuildOptions, SourceSpec, build};
use lazaret_advisory::feed;
use lazaret_testkit::shared;

/// A feed, where its files lie, what of them is no good.
type Slice = (&'static str, &'static str, &'static [&'static str]);

/// Below `vuls-data-update/pkg/fetch`: an upstream's files as they are published.
const FETCHED: &[Slice] = &[
    ("almalinux", "alma/errata", &["invalid.json"]),
    ("osv", "alma/osv", &[]),
    ("almalinux-oval", "alma/oval", &[]),
    ("almalinux-updateinfo", "alma/updateinfo", &["corrupt"]),
    ("osv", "alpine/osv", &[]),
    ("alpine", "alpine/secdb", &[]),
    ("amazon", "amazon", &["invalid"]),
    ("arch", "arch", &["invalid.json"]),
    ("osv", "bellsoft/alpaquita/osv", &[]),
    ("osv", "bellsoft/hardened-containers/osv", &[]),
    ("bottlerocket-updateinfo", "bottlerocket", &[]),
    ("kev", "cisa/kev", &[]),
    ("osv", "debian/osv", &[]),
    ("debian", "debian/tracker/api", &["invalid.json"]),
    ("debian-lists", "debian/tracker/salsa", &[]),
    ("osv", "echo/osv", &[]),
    ("endoflife", "endoflife-date/products", &[]),
    ("epss", "epss", &[]),
    // The list of releases lies beside the updates.
    ("fedora", "fedora/api", &["releases.json"]),
    ("fedora-updateinfo", "fedora/updateinfo", &[]),
    ("osv", "minimos/osv", &[]),
    ("alpine", "minimos/secdb", &[]),
    ("cve5", "mitre/cve/v5", &[]),
    ("nvd", "nvd/api/cve", &[]),
    // NVD has not published its first format since 2023.
    ("nvd", "nvd/feed/cve", &["v1/"]),
    // A comma too much, as the upstream once published it.
    ("openeuler-csaf", "openeuler/csaf", &["2024-50187.json"]),
    ("openeuler-cvrf", "openeuler/cvrf", &[]),
    ("osv", "openeuler/osv", &[]),
    ("oracle", "oracle/linux", &["invalid.xml"]),
    // Records that have no id of a vulnerability.
    ("photon", "photon/cve", &["not a CVE id"]),
    ("photon-oval", "photon/oval", &[]),
    ("redhat-csaf", "redhat/csaf", &[]),
    ("redhat-csaf", "redhat/vex", &[]),
    ("redhat-oval", "redhat/oval", &[]),
    // A product on top of the distribution.
    ("osv", "redhat/osv", &["ocp_tools"]),
    ("rocky", "rocky/errata", &[]),
    ("osv", "rocky/osv", &[]),
    ("rocky-updateinfo", "rocky/updateinfo", &["corrupt"]),
    ("suse-csaf", "suse/csaf", &[]),
    ("suse-csaf", "suse/csaf_vex", &[]),
    ("suse-cvrf", "suse/cvrf/", &[]),
    // Cut off on purpose.
    ("suse-cvrf", "suse/cvrf_cve", &["unexpected-eof"]),
    ("suse-oval", "suse/oval", &[]),
    ("osv", "suse/osv", &[]),
    ("ubuntu-vex", "ubuntu/vex", &[]),
    ("ubuntu-oval", "ubuntu/oval", &[]),
    ("osv", "ubuntu/osv", &[]),
];

/// Files of the same upstreams that others have collected.
const COLLECTED: &[Slice] = &[
    (
        "redhat-oval",
        "vuln-list-update/redhat/oval/testdata/happy",
        &[],
    ),
    ("redhat-csaf", "claircore/rhel/vex/testdata", &[]),
    (
        "redhat-csaf",
        "vunnel/tests/unit/providers/rhel/test-fixtures/csaf/advisories",
        &[],
    ),
    (
        "redhat-oval",
        "stackrox-scanner/ext/vulnsrc/rhel/testdata",
        &[],
    ),
    ("suse-oval", "vunnel/tests/unit/providers/sles", &[]),
    ("suse-cvrf", "vuln-list-update/suse/cvrf/testdata/cvrf", &[]),
    // A status and a list that their collectors broke.
    (
        "debian",
        "stackrox-scanner/ext/vulnsrc/debian/testdata",
        &["wheezy"],
    ),
    (
        "debian",
        "vunnel/tests/unit/providers/debian/test-fixtures/input/debian.json",
        &["CVE-2022-0358 chromium-browser"],
    ),
    (
        "debian-lists",
        "vuln-list-update/debian/tracker/testdata/happy",
        &["MALFORMED"],
    ),
    ("alpine", "claircore/alpine/testdata", &[]),
    (
        "alpine",
        "stackrox-scanner/ext/vulnsrc/alpine/testdata",
        &[],
    ),
    ("alpine", "vuln-list-update/alpine/testdata", &[]),
    (
        "alpine",
        "vunnel/tests/unit/providers/alpine/test-fixtures/input",
        &[],
    ),
    (
        "alpine",
        "vunnel/tests/unit/providers/minimos/test-fixtures/input",
        &[],
    ),
    (
        "amazon",
        "vuln-list-update/amazon/testdata/fixtures",
        &["invalid"],
    ),
    (
        "amazon",
        "stackrox-scanner/ext/vulnsrc/amzn/testdata/amazon_linux_2_updateinfo.xml",
        &[],
    ),
    ("photon-oval", "claircore/photon/testdata", &[]),
    (
        "photon",
        "vuln-list-update/photon/testdata",
        &["not a CVE id", "empty_cveid", "invalid_format"],
    ),
    ("azurelinux", "vuln-list-update/mariner/testdata/happy", &[]),
    (
        "azurelinux",
        "vunnel/tests/unit/providers/mariner/test-fixtures",
        &[],
    ),
    (
        "bottlerocket-updateinfo",
        "vuln-list-update/bottlerocket/testdata",
        &["invalid"],
    ),
    (
        "oracle",
        "vuln-list-update/oracle/oval/testdata",
        &["broken"],
    ),
    (
        "rocky-updateinfo",
        "vuln-list-update/rocky/testdata/fixtures",
        &["invalid"],
    ),
    (
        "openeuler-cvrf",
        "vuln-list-update/openeuler/testdata",
        &["broken"],
    ),
    (
        "fedora",
        "vunnel/tests/unit/providers/fedora/test-fixtures/merge-input",
        &[],
    ),
    ("fedora-updateinfo", "uln-2013", &[]),
    (
        "ubuntu-vex",
        "vunnel/tests/unit/providers/ubuntu/test-fixtures/vex",
        &[],
    ),
    (
        "osv",
        "vunnel/tests/unit/providers/ubuntu/test-fixtures/osv",
        &[],
    ),
    (
        "osv",
        "vunnel/tests/unit/providers/ubuntu/test-fixtures/osv-esm-cases",
        &[],
    ),
    (
        "osv",
        "vunnel/tests/unit/providers/rocky/test-fixtures/osv",
        &[],
    ),
    ("osv", "vunnel/tests/unit/providers/alma/test-fixtures", &[]),
    ("osv", "trivy-db/pkg/vulnsrc/ghsa/testdata/happy/ghsa", &[]),
    ("osv", "trivy-db/pkg/vulnsrc/julia/testdata/happy", &[]),
    ("osv", "trivy-db/pkg/vulnsrc/k8svulndb/testdata/happy", &[]),
    ("nvd", "osv-dev/vulnfeeds/test_data/nvdcve-2.0", &[]),
    ("nvd", "claircore/enricher/cvss/testdata", &[]),
    ("cve5", "osv-dev/vulnfeeds/test_data/cvelistV5", &[]),
    ("kev", "claircore/enricher/kev/testdata", &[]),
    ("epss", "claircore/enricher/epss/testdata", &[]),
    // A file of which the first line was broken.
    (
        "epss",
        "vunnel/tests/unit/providers/epss",
        &["invalid-header"],
    ),
];

#[test]
fn every_slice_is_read_whole() {
    let into = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let Some(root) = shared::folder("distro-slices", into) else {
        return;
    };
    let root = root.join("distro-slices");
    let fetched = root.join("vuls-data-update/pkg/fetch");
    let places = FETCHED.iter().map(|slice| (&fetched, slice));
    let places = places.chain(COLLECTED.iter().map(|slice| (&root, slice)));
    let (mut slices, mut records, mut statements) = (0, 0, 0);
    for (below, slice) in places {
        let (read, said) = built(below, slice);
        slices += 1;
        records += read;
        statements += said;
    }
    println!("{slices} slices: {records} records, {statements} statements");
}

/// How many records and statements a slice gives.
fn built(below: &Path, (name, place, known): &Slice) -> (u64, u64) {
    let feed = feed::by_name(name).expect("the feed exists");
    // What its collector made of the files lies beside them.
    let fixtures = below.join(place).join("testdata/fixtures");
    let path = if fixtures.is_dir() {
        fixtures
    } else {
        below.join(place)
    };
    let spec = SourceSpec { feed, path };
    let (bytes, report) = build(&[spec], &BuildOptions::default(), &mut |_| {})
        .unwrap_or_else(|error| panic!("{name} in {place}: {error}"));
    let report = &report.sources[0];
    let bad: Vec<String> = report
        .named
        .iter()
        .map(|bad| format!("{}: {}", bad.record, bad.reason))
        .filter(|text| !known.iter().any(|word| text.contains(word)))
        .collect();
    assert_eq!(bad, Vec::<String>::new(), "{name} in {place}");
    assert!(
        known.is_empty() || report.bad > 0,
        "{name} in {place}: everything was read"
    );
    let db = Db::from_bytes(bytes).expect("a good database");
    let statements: u64 = db.spaces().iter().map(|space| space.statements).sum();
    let facts_alone = ["kev", "epss", "endoflife", "cve5"].contains(name);
    assert!(
        report.records > 0 && (facts_alone || statements > 0),
        "{name} in {place}: {} records, {statements} statements",
        report.records
    );
    (report.records, statements)
}
