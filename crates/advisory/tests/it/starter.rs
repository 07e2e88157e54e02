//! The database inside the program knows the landmarks and says that it is small.

use lazaret_advisory::starter;
use lazaret_model::AdvisoryKind;
use lazaret_version::Containment;

/// Whether some statement about the package holds for the version, and under which id.
fn found(space: &str, name: &str, version: &str) -> Vec<String> {
    let db = starter::database().unwrap();
    let mut ids: Vec<String> = db
        .statements(space, name)
        .unwrap()
        .into_iter()
        .filter(|statement| {
            let affected = &statement.affected;
            matches!(
                affected.range.contains(affected.scheme, version),
                Containment::Inside(_)
            )
        })
        .map(|statement| {
            let group = db.group_of(statement.advisory).unwrap();
            db.group(group).unwrap().primary
        })
        .collect();
    ids.sort();
    ids.dedup();
    ids
}

#[track_caller]
fn check(space: &str, name: &str, version: &str, expected: &[&str]) {
    assert_eq!(
        found(space, name, version),
        expected,
        "{space} {name} {version}"
    );
}

#[test]
fn it_marks_itself() {
    let db = starter::database().unwrap();
    db.verify().unwrap();
    assert!(db.info().starter);
    assert_eq!(db.info().feeds.len(), 1);
    assert!(db.advisory_count() >= 25);
}

#[test]
fn landmarks_are_found_in_the_versions_that_had_them() {
    let log4j = "org.apache.logging.log4j:log4j-core";
    check(
        "maven",
        log4j,
        "2.14.1",
        &["CVE-2021-44228", "CVE-2021-45046"],
    );
    check("maven", log4j, "2.15.0", &["CVE-2021-45046"]);
    check("maven", log4j, "2.12.2", &[]);
    check("maven", log4j, "2.17.1", &[]);
    check(
        "maven",
        "org.springframework:spring-beans",
        "5.3.17",
        &["CVE-2022-22965"],
    );
    check("maven", "org.springframework:spring-beans", "5.3.18", &[]);
    check(
        "npm",
        "lodash",
        "4.17.11",
        &["CVE-2019-10744", "CVE-2021-23337"],
    );
    check("npm", "lodash", "4.17.21", &[]);
    check("npm", "ua-parser-js", "0.7.29", &["GHSA-pjwm-rvh2-c87w"]);
    check("npm", "ua-parser-js", "0.7.28", &[]);
    check("npm", "flatmap-stream", "0.1.1", &["GHSA-mh6f-8j2x-4483"]);
    check("pypi", "pyyaml", "5.3.1", &["CVE-2020-14343"]);
    check("pypi", "urllib3", "2.0.5", &["CVE-2023-43804"]);
    check("pypi", "urllib3", "1.26.17", &[]);
    check("golang", "stdlib", "1.21.2", &["CVE-2023-39325"]);
    check("golang", "stdlib", "1.20.10", &[]);
    check(
        "golang",
        "golang.org/x/crypto",
        "v0.30.0",
        &["CVE-2024-45337"],
    );
    check("cargo", "openssl-src", "300.0.10+3.0.6", &["CVE-2022-3602"]);
    check("gem", "actionview", "5.2.2", &["CVE-2019-5418"]);
    check("composer", "phpunit/phpunit", "5.6.2", &["CVE-2017-9841"]);
    check(
        "debian:12",
        "openssh",
        "1:9.2p1-2+deb12u2",
        &["CVE-2024-6387"],
    );
    check("debian:12", "openssh", "1:9.2p1-2+deb12u3", &[]);
    check("debian:13", "xz-utils", "5.6.1-1", &["CVE-2024-3094"]);
    check("debian:13", "xz-utils", "5.4.5-0.3", &[]);
    check("alpine:3.18", "curl", "8.3.0-r0", &["CVE-2023-38545"]);
}

#[test]
fn what_was_made_to_do_harm_is_called_malware() {
    let db = starter::database().unwrap();
    let event_stream = &db.statements("npm", "event-stream").unwrap()[0];
    let head = db.advisory_head(event_stream.advisory).unwrap();
    assert_eq!(
        (head.kind, head.feed.as_str()),
        (AdvisoryKind::Malware, "starter")
    );
}

#[test]
fn exploitation_is_known() {
    let db = starter::database().unwrap();
    let kev = db
        .by_id("CVE-2021-44228")
        .unwrap()
        .and_then(|record| record.kev)
        .unwrap();
    assert!(kev.ransomware);
    assert_eq!(kev.date_added, "2021-12-10");
}
