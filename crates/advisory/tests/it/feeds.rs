//! Small records in every upstream's format, and what they must say.

use lazaret_advisory::feed::{self, BadRecord, FeedFile, Sink};
use lazaret_model::{Advisory, AdvisoryKind, Affected, FeedItem, FixStatus};
use lazaret_version::Containment;

/// What a feed reads from one file.
pub(crate) fn read(name: &str, path: &str, text: &str) -> (Vec<FeedItem>, Vec<BadRecord>) {
    let feed = feed::by_name(name).expect("the feed exists");
    assert!((feed.wants)(path), "{name} wants {path}");
    let (mut items, mut bad) = (Vec::new(), Vec::new());
    let file = FeedFile {
        path,
        bytes: text.as_bytes(),
    };
    (feed.read)(file, &mut Sink::new(&mut items, &mut bad)).expect("the file is readable");
    (items, bad)
}

fn advisories(name: &str, path: &str, text: &str) -> Vec<Advisory> {
    let (items, bad) = read(name, path, text);
    assert_eq!(bad, [], "{name}");
    items
        .into_iter()
        .map(|item| match item {
            FeedItem::Advisory(advisory) => *advisory,
            other => panic!("not an advisory: {other:?}"),
        })
        .collect()
}

/// Whether the only statement about a package concerns each of these versions.
fn check(advisory: &Advisory, space: &str, name: &str, versions: &[(&str, bool)]) -> Affected {
    let mut about = advisory
        .affected
        .iter()
        .filter(|a| a.space == space && a.name == name);
    let affected = about
        .next()
        .unwrap_or_else(|| panic!("nothing about {space} {name}"));
    for (version, expected) in versions {
        let found = affected.range.contains(affected.scheme, version);
        let inside = matches!(found, Containment::Inside(_));
        assert_eq!(inside, *expected, "{name} {version}: {found:?}");
    }
    affected.clone()
}

#[test]
fn osv_ranges_and_listed_versions_are_one_set() {
    let text = r#"{"id":"GHSA-aaaa-bbbb-cccc","aliases":["CVE-2030-1"],
        "modified":"2030-01-02T00:00:00Z","summary":"A flaw",
        "severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
        "affected":[{"package":{"ecosystem":"PyPI","name":"Some_Thing"},
          "ranges":[{"type":"GIT","repo":"x","events":[{"introduced":"0"}]},
            {"type":"ECOSYSTEM","events":[{"introduced":"1.0"},{"fixed":"1.5"},
              {"introduced":"2.0"},{"last_affected":"2.3"}]}],
          "versions":["0.9","trunk"]}],
        "database_specific":{"severity":"CRITICAL","cwe_ids":["CWE-79"]}}"#;
    let [advisory] = advisories("osv", "a.json", text).try_into().expect("one");
    assert_eq!(advisory.feed, "ghsa");
    assert_eq!(advisory.aliases, ["CVE-2030-1"]);
    assert_eq!(advisory.cwes, ["CWE-79"]);
    let versions = [
        ("0.8", false),
        ("0.9", true),
        ("1.0", true),
        ("1.5", false),
        ("2.3", true),
        ("2.3.1", false),
    ];
    let affected = check(&advisory, "pypi", "some-thing", &versions);
    assert_eq!(affected.fixed, ["1.5"]);
    assert_eq!(affected.status, FixStatus::Fixed);
}

#[test]
fn errata_keep_their_vulnerabilities_apart() {
    let text = r#"{"id":"ALSA-2030:1","related":["CVE-2030-1","CVE-2030-2"],
        "affected":[{"package":{"ecosystem":"AlmaLinux:9","name":"curl"},
          "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"7.76.1-2.el9"}]}]}]}"#;
    let [advisory] = advisories("osv", "a.json", text).try_into().expect("one");
    assert_eq!(advisory.feed, "almalinux");
    assert!(advisory.aliases.is_empty());
    assert_eq!(advisory.upstream, ["CVE-2030-1", "CVE-2030-2"]);
    check(
        &advisory,
        "almalinux:9",
        "curl",
        &[("7.76.1-1.el9", true), ("7.76.1-2.el9", false)],
    );
}

#[test]
fn go_conditions_count_only_when_every_import_has_one() {
    let record = |imports: &str| {
        format!(
            r#"{{"id":"GO-2030-1","modified":"0001-01-01T00:00:00Z","affected":[{{
            "package":{{"ecosystem":"Go","name":"stdlib"}},
            "ranges":[{{"type":"SEMVER","events":[{{"introduced":"0"}},{{"fixed":"1.20.1"}}]}}],
            "ecosystem_specific":{{"imports":[{imports}]}}}}]}}"#
        )
    };
    let goos = |imports: &str| {
        let all = advisories("osv", "a.json", &record(imports));
        all[0].affected[0].qualifiers.goos.clone()
    };
    assert_eq!(goos(r#"{"path":"os","goos":["windows"]}"#), ["windows"]);
    assert!(goos(r#"{"path":"os","goos":["windows"]},{"path":"net"}"#).is_empty());
}

#[test]
fn what_github_copies_from_go_is_left_to_go() {
    let text = r#"{"id":"GHSA-a-b-c","affected":[{"package":{"ecosystem":"Go",
        "name":"golang.org/x/net"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]}]}"#;
    assert!(advisories("osv", "a.json", text)[0].affected.is_empty());
}

#[test]
fn malware_and_notices_are_told_apart_from_vulnerabilities() {
    let record = |id: &str, more: &str| {
        format!(
            r#"{{"id":"{id}","affected":[{{"package":{{"ecosystem":"crates.io","name":"x"}},
            "ranges":[{{"type":"SEMVER","events":[{{"introduced":"0"}}]}}]{more}}}]}}"#
        )
    };
    for (id, more, kind) in [
        ("MAL-2030-1", "", AdvisoryKind::Malware),
        ("RUSTSEC-2030-1", "", AdvisoryKind::Vulnerability),
        (
            "RUSTSEC-2030-2",
            r#","database_specific":{"informational":"unmaintained"}"#,
            AdvisoryKind::Informational,
        ),
        ("ALBA-2030:1", "", AdvisoryKind::Informational),
    ] {
        assert_eq!(
            advisories("osv", "a.json", &record(id, more))[0].kind,
            kind,
            "{id}"
        );
    }
}

#[test]
fn rustsec_affects_what_is_neither_patched_nor_unaffected() {
    let text = "```toml\n[advisory]\nid = \"RUSTSEC-2030-0001\"\npackage = \"thing\"\n\
        date = \"2030-01-01\"\n[versions]\npatched = [\">= 1.4.2\"]\nunaffected = [\"< 1.1.0\"]\n\
        ```\n\n# A title\n\nText.\n";
    let [advisory] = advisories("rustsec", "crates/thing/RUSTSEC-2030-0001.md", text)
        .try_into()
        .expect("one");
    assert_eq!(advisory.summary, "A title");
    let versions = [
        ("1.0.9", false),
        ("1.1.0", true),
        ("1.4.1", true),
        ("1.4.2", false),
    ];
    let affected = check(&advisory, "cargo", "thing", &versions);
    assert_eq!(affected.fixed, ["1.4.2"]);
}

#[test]
fn composer_bounds_begin_with_pre_releases() {
    let text = "title: A flaw\nlink: https://example.org\ncve: CVE-2030-1\nbranches:\n\
        \x20 1.x:\n    time: 2030-01-01 10:00:00\n    versions: ['>=1.0', '<1.2']\n\
        reference: composer://Some/Thing\n";
    let path = "some/thing/CVE-2030-1.yaml";
    let [advisory] = advisories("friendsofphp", path, text)
        .try_into()
        .expect("one");
    assert_eq!(advisory.id, path);
    assert_eq!(advisory.aliases, ["CVE-2030-1"]);
    let versions = [
        ("1.0.0-beta1", true),
        ("1.1.9", true),
        ("1.2.0-RC1", false),
        ("1.2", false),
    ];
    let affected = check(&advisory, "composer", "some/thing", &versions);
    assert_eq!(affected.fixed, ["1.2"]);
}

#[test]
fn secdb_keeps_every_id_of_an_entry() {
    let text = r#"{"distroversion":"v3.18","reponame":"main","packages":[{"pkg":{"name":"xen",
        "secfixes":{"4.1-r0":["CVE-2030-1 XSA-1","CVE-2030-2 XSA-1","CVE-2030-3 TALOS-2030-9"],
        "0":["CVE-2030-4"]}}}]}"#;
    let all = advisories("alpine", "v3.18/main.json", text);
    let find = |id: &str| all.iter().find(|a| a.id == id).expect(id);
    check(
        find("CVE-2030-1"),
        "alpine:3.18",
        "xen",
        &[("4.0-r9", true), ("4.1-r0", false)],
    );
    assert_eq!(find("TALOS-2030-9").aliases, ["CVE-2030-3"]);
    assert_eq!(find("XSA-1").upstream, ["CVE-2030-1", "CVE-2030-2"]);
    assert_eq!(
        find("CVE-2030-4").affected[0].status,
        FixStatus::NotAffected
    );
}

#[test]
fn what_debian_has_fixed_and_not_published_is_open() {
    let text = r#"{"curl":{"CVE-2030-1":{"releases":{"bookworm":{"status":"resolved",
        "fixed_version":"7.88-10+deb12u9","urgency":"not yet assigned",
        "repositories":{"bookworm":"7.88-10","bookworm-security":"7.88-10+deb12u8"}},
        "trixie":{"status":"resolved","fixed_version":"8.1-1","urgency":"medium**",
        "repositories":{"trixie":"8.1-2"}}}}}}"#;
    let [advisory] = advisories("debian", "json", text).try_into().expect("one");
    let open = check(&advisory, "debian:12", "curl", &[("7.88-10", true)]);
    assert_eq!((open.status, open.fixed.len()), (FixStatus::Affected, 0));
    // What the tracker infers from unstable for a release stands there as its own fix.
    let versions = [("8.0-1", true), ("8.1-2", false)];
    let fixed = check(&advisory, "debian:13", "curl", &versions);
    assert_eq!(fixed.status, FixStatus::Fixed);
}

#[test]
fn a_record_that_names_no_versions_accuses_none() {
    let record = |range: &str| {
        format!(
            r#"{{"id":"GHSA-aaaa-bbbb-cccc","modified":"2030-01-02T00:00:00Z","affected":[
            {{"package":{{"ecosystem":"PyPI","name":"thing"}}{range}}}]}}"#
        )
    };
    for nothing in [
        "",
        r#","ranges":[]"#,
        r#","versions":[]"#,
        r#","ranges":[{"type":"ECOSYSTEM","events":[{"fixed":"2.0"}]}]"#,
    ] {
        let (items, _) = read("osv", "a.json", &record(nothing));
        let inside = items.iter().any(|item| match item {
            FeedItem::Advisory(advisory) => advisory.affected.iter().any(|a| {
                let found = a.range.contains(a.scheme, "1.0");
                matches!(found, Containment::Inside(_))
            }),
            _ => false,
        });
        assert!(!inside, "{nothing}");
    }
    // An end that is empty is no version, and leaves doubt, not an answer.
    let empty = r#","ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":""}]}]"#;
    let (items, bad) = read("osv", "a.json", &record(empty));
    let undecided = items.iter().any(|item| match item {
        FeedItem::Advisory(advisory) => advisory.affected.iter().any(|a| {
            let found = a.range.contains(a.scheme, "1.0");
            matches!(found, Containment::Undecided(_))
        }),
        _ => false,
    });
    assert!(undecided || !bad.is_empty(), "{items:?}");
}

#[test]
fn debian_notices_name_releases_by_number() {
    let text = "[01 Apr 2030] DSA-1-1 curl - security update\n\t{CVE-2030-1 CVE-2030-2}\n\
        \t[bookworm] - curl 7.88.1-10+deb12u1\n\t[bullseye] - curl <not-affected> (too old)\n\
        [02 Apr 2030] DSA-2-1 games - end of life\n\t[bookworm] - games <end-of-life>\n";
    let all = advisories("debian-lists", "data/DSA/list", text);
    assert_eq!(all.len(), 2);
    assert_eq!(all[0].published, "2030-04-01");
    assert_eq!(all[0].upstream, ["CVE-2030-1", "CVE-2030-2"]);
    let versions = [("7.88.1-10", true), ("7.88.1-10+deb12u1", false)];
    check(&all[0], "debian:12", "curl", &versions);
    let older = check(&all[0], "debian:11", "curl", &[]);
    assert_eq!(older.status, FixStatus::NotAffected);
    assert_eq!(all[1].kind, AdvisoryKind::Informational);
}

#[test]
fn red_hat_tells_fixed_unfixed_and_not_affected_apart() {
    let text = include_str!("../../testdata/feed/csaf/vex.json");
    let [advisory] = advisories("redhat-csaf", "2030/cve-2030-1.json", text)
        .try_into()
        .expect("one");
    assert_eq!(
        (advisory.id.as_str(), advisory.feed.as_str()),
        ("CVE-2030-1", "redhat")
    );
    let versions = [("0:4.0.9-31.el8", true), ("0:4.0.9-32.el8_10", false)];
    let fixed = check(&advisory, "rhel:8", "libtiff", &versions);
    assert_eq!(fixed.fixed, ["0:4.0.9-32.el8_10"]);
    let modular = check(&advisory, "rhel:8", "nodejs", &[]);
    assert_eq!(modular.qualifiers.module.as_deref(), Some("nodejs:18"));
    let open = check(&advisory, "rhel:7", "libtiff", &[("99", true)]);
    assert_eq!(open.status, FixStatus::WillNotFix);
    let fine = check(&advisory, "rhel:9", "libtiff", &[]);
    assert_eq!(fine.status, FixStatus::NotAffected);
}

#[test]
fn a_record_of_another_shape_does_not_take_its_document_with_it() {
    let debian = r#"{"curl":{"CVE-2030-1":{"releases":{"bookworm":{"status":"open"}}},
        "CVE-2030-2":{"releases":[]}},"zlib":[],"tar":{}}"#;
    let answers = r#"{"vulnerabilities":[{"cve":{"id":"CVE-2030-1"}},{"cve":{"id":[]}}]}"#;
    let catalogue = r#"{"vulnerabilities":[{"cveID":"CVE-2030-1"},{"cveID":7}]}"#;
    for (feed, text, bad) in [
        ("debian", debian, 2),
        ("nvd", answers, 1),
        ("kev", catalogue, 1),
    ] {
        let (items, named) = read(feed, "file.json", text);
        assert_eq!((items.len(), named.len()), (1, bad), "{feed}: {named:?}");
    }
    // An empty object for an empty list is no mistake of a record.
    let secdb = r#"{"distroversion":"v3.20","packages":[{"pkg":{"name":"curl","secfixes":{
        "8.0-r0":["CVE-2030-1"],"8.1-r0":{}}}}]}"#;
    let (items, bad) = read("alpine", "main.json", secdb);
    assert_eq!((items.len(), bad.len()), (1, 0));
    let (items, bad) = read(
        "alpine",
        "main.json",
        r#"{"distroversion":"v3.20","packages":{}}"#,
    );
    assert_eq!((items.len(), bad.len()), (0, 0));
}

#[test]
fn facts_about_cve_ids_are_read() {
    let (items, _) = read(
        "epss",
        "epss.csv",
        "#model:v1\ncve,epss,percentile\nCVE-2030-1,0.5,0.9\n",
    );
    assert!(
        matches!(&items[0], FeedItem::Epss { id, epss } if id == "CVE-2030-1" && epss.score == 0.5)
    );
    // As it was until September 2021.
    let (items, bad) = read(
        "epss",
        "epss.csv",
        "cve,epss\nCVE-2030-1,0.5\nCVE-2030-2,0.1\nCVE-2030-3,0.5\nCVE-2030-4,2\n",
    );
    let percentile = |item: &FeedItem| match item {
        FeedItem::Epss { epss, .. } => epss.percentile,
        _ => -1.0,
    };
    assert_eq!(
        items.iter().map(percentile).collect::<Vec<_>>(),
        [1.0, 1.0 / 3.0, 1.0]
    );
    assert_eq!(bad[0].record, "CVE-2030-4");
    let text = r#"{"vulnerabilities":[{"cveID":"CVE-2030-1","dateAdded":"2030-01-01",
        "vulnerabilityName":"N","knownRansomwareCampaignUse":"Known"}]}"#;
    let (items, _) = read("kev", "kev.json", text);
    assert!(matches!(&items[0], FeedItem::Kev { kev, .. } if kev.ransomware));
    let text =
        "---\ntitle: Debian\nreleases:\n  - releaseCycle: \"12\"\n    eol: 2028-06-10\n---\ntext\n";
    let (items, _) = read("endoflife", "products/debian.md", text);
    assert!(
        matches!(&items[0], FeedItem::EndOfLife(end) if end.cycle == "12" && end.date == "2028-06-10")
    );
}
