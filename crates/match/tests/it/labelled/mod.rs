//! Grype's matcher fixtures: real records of an upstream. Cases are those of Grype's own tests,
//! and the versions on both sides of a record's bounds where those tests ask of one side; where
//! we answer otherwise, [`ARGUED`] says why.

mod people;
mod records;

use lazaret_advisory::Db;
use lazaret_match::{MatchOptions, matched};
use lazaret_model::{Distro, Inventory, Package, Source};
use lazaret_testkit::shared;

/// A package of a system, ids that must be found against it, and ids that must not.
struct Case {
    fixture: &'static str,
    /// `rhel 9.4 eus:9.4`: id, release, channels; empty for packages of an ecosystem.
    system: &'static str,
    /// `rpm python3 3.9.18-1 source=python3.9 arch=x86_64 module=a:1`.
    package: &'static str,
    found: &'static [&'static str],
    absent: &'static [&'static str],
}

const fn case(
    fixture: &'static str,
    system: &'static str,
    package: &'static str,
    found: &'static [&'static str],
    absent: &'static [&'static str],
) -> Case {
    Case {
        fixture,
        system,
        package,
        found,
        absent,
    }
}

#[rustfmt::skip]
const CASES: &[Case] = &[
    case("bitnami", "", "bitnami spark 3.2.1", &["BIT-spark-2022-31777", "BIT-spark-2023-22946"], &[]),
    case("bitnami", "", "bitnami spark 3.2.4", &["BIT-spark-2023-22946"], &["BIT-spark-2022-31777"]),
    case("bitnami", "", "bitnami spark 3.3.0", &["BIT-spark-2022-31777", "BIT-spark-2023-22946"], &[]),
    case("bitnami", "", "bitnami spark 3.4.1", &[], &["BIT-spark-2022-31777", "BIT-spark-2023-22946"]),
    case("bitnami", "", "bitnami apache 2.4.40", &["BIT-apache-2020-11984"], &["BIT-apache-2020-11985"]),
    case("bitnami", "", "bitnami apache 2.4.10", &["BIT-apache-2020-11985"], &["BIT-apache-2020-11984"]),
    case("bitnami", "", "bitnami apache 2.4.50", &[], &["BIT-apache-2020-11984", "BIT-apache-2020-11985"]),
    case("bitnami", "", "bitnami node 12.18.0", &["BIT-node-2020-8201"], &[]),
    case("bitnami", "", "bitnami node 12.18.4", &[], &["BIT-node-2020-8201"]),
    case("bitnami", "", "bitnami redis 7.0.0", &[], &["BIT-node-2020-8201", "BIT-apache-2020-11984"]),

    case("govulndb-go", "", "golang stdlib 1.18.0", &["GO-2022-0969"], &[]),
    case("govulndb-go", "", "golang stdlib 1.18.6", &[], &["GO-2022-0969"]),
    case("govulndb-go", "", "golang stdlib 1.19.0", &["GO-2022-0969", "GO-2023-1840"], &["GO-2023-1839"]),
    case("govulndb-go", "", "golang stdlib 1.20.5", &[], &["GO-2022-0969", "GO-2023-1840"]),
    case("govulndb-and-ghsa", "", "golang github.com/tidwall/gjson v1.9.2", &["GO-2021-0265"], &[]),
    case("govulndb-and-ghsa", "", "golang github.com/tidwall/gjson v1.9.3", &[], &["GO-2021-0265"]),
    case("govulndb-and-ghsa", "", "golang github.com/redis/go-redis/v9 v9.5.2", &["CVE-2025-29923"], &[]),
    case("govulndb-and-ghsa", "", "golang github.com/redis/go-redis/v9 v9.7.3", &[], &["CVE-2025-29923"]),
    case("govulndb-and-ghsa", "", "golang github.com/canonical/lxd v0.0.0-20240601000000-aaaaaaaaaaaa", &["CVE-2024-6156"], &[]),
    case("govulndb-and-ghsa", "", "golang github.com/canonical/lxd v0.0.0-20240709000000-aaaaaaaaaaaa", &[], &["CVE-2024-6156"]),
    case("govulndb-and-ghsa", "", "golang github.com/evanphx/json-patch v3.0.0+incompatible", &["CVE-2018-14632"], &[]),
    case("istio-and-stdlib", "", "golang istio.io/istio v0.0.0-20260301000000-aaaaaaaaaaaa", &["CVE-2026-41413"], &[]),
    case("istio-and-stdlib", "", "golang istio.io/istio v0.0.0-20260411000000-aaaaaaaaaaaa", &[], &["CVE-2026-41413"]),

    case("rhel8", "rhel 8", "rpm openssl 1:1.1.1b-1.el8", &["CVE-2018-0735"], &[]),
    case("rhel8", "rhel 8", "rpm openssl-libs 1:1.1.1b-1.el8 source=openssl", &["CVE-2018-0735"], &[]),
    case("rhel8", "rhel 8", "rpm openssl 1:1.1.1c-2.el8", &[], &["CVE-2018-0735"]),
    case("rhel8", "rhel 8", "rpm openssl-libs 1:1.1.1d-1.el8 source=openssl", &[], &["CVE-2018-0735"]),
    case("rhel8", "rhel 8", "rpm httpd 2.4.37-30.module+el8.3.0+1.el8 module=httpd:2.4", &["CVE-2018-17199"], &[]),
    case("rhel8", "rhel 8", "rpm httpd 2.4.37-30.module+el8.3.0+1.el8 module=httpd:2.6", &[], &["CVE-2018-17199"]),
    case("rhel8", "rhel 8", "rpm glibc 2.28-100.el8", &["CVE-2016-10228"], &["CVE-1999-0199"]),
    case("eol-rhel7", "rhel 7", "rpm openssl 1:1.0.2k-16.el7", &["CVE-2018-0735"], &[]),
    case("eol-rhel7", "rhel 7", "rpm openssl 1:1.0.2k-16.el7_6.1", &[], &["CVE-2018-0735"]),

    case("rhel-multi-rhsa", "rhel 9.4", "rpm python3 3.9.18-3.el9_4.5 source=python3.9", &[], &["CVE-2024-8088"]),
    case("rhel-multi-rhsa", "rhel 9.4", "rpm python3 3.9.18-3.el9_4.4 source=python3.9", &["CVE-2024-8088"], &[]),
    case("rhel-multi-rhsa", "rhel 9.4", "rpm python3 3.9.18-10.el9_4 source=python3.9", &[], &["CVE-2024-8088"]),
    case("rhel-multi-rhsa", "rhel 9.4", "rpm python3 3.9.19-1.el9 source=python3.9", &["CVE-2024-8088"], &[]),
    case("rhel-multi-rhsa", "rhel 9.4", "rpm python3 3.9.19-8.el9 source=python3.9", &[], &["CVE-2024-8088"]),
    case("rhel-multi-rhsa", "rhel 9.2", "rpm python3 3.9.16-1.el9_2.5 source=python3.9", &["CVE-2024-8088"], &[]),
    case("rhel-multi-rhsa", "rhel 8.2", "rpm microcode_ctl 4:20191115-4.20200602.2.el8_2", &[], &["CVE-2020-0543"]),
    case("rhel-multi-rhsa", "rhel 8.2", "rpm microcode_ctl 4:20191115-4.20200602.1.el8_2", &["CVE-2020-0543"], &[]),
    case("rhel-multi-rhsa", "rhel 8.3", "rpm microcode_ctl 4:20191115-4.20200602.2.el8_2", &[], &["CVE-2020-0543"]),
    case("rhel-multi-rhsa", "rhel 8.4", "rpm microcode_ctl 4:20210216-1.20210608.1.el8_4", &[], &["CVE-2020-0543"]),
    case("rhel-multi-rhsa", "rhel 8.4", "rpm microcode_ctl 4:20210216-1.20210510.1.el8_4", &["CVE-2020-0543"], &[]),
    case("rhel-multi-rhsa", "rhel 8.6", "rpm mariadb 3:10.5.16-1.module+el8.6.0+15522+7adc332a module=mariadb:10.5", &[], &["CVE-2021-27928"]),
    case("rhel-multi-rhsa", "rhel 8.6", "rpm mariadb 3:10.3.17-1.module+el8.1.0+3974+90eded84 module=mariadb:10.3", &["CVE-2021-27928"], &[]),
    case("rhel-multi-rhsa", "rhel 9.2", "rpm libtiff 4.4.0-9.el9", &["CVE-2017-17095"], &[]),
    case("rhel-multi-rhsa", "rhel 9.2", "rpm glibc 2.34-60.el9_2.1", &["CVE-2023-4813"], &[]),

    case("rhel9-eus", "rhel 9", "rpm kernel 5.14.0-427.80.1.el9_4", &["CVE-2021-47527", "CVE-2024-0340"], &[]),
    case("rhel9-eus", "rhel 9.4 eus:9.4", "rpm kernel 5.14.0-427.67.1.el9_4", &["CVE-2021-47527", "CVE-2024-0340"], &[]),
    case("rhel9-eus", "rhel 9.4 eus:9.4", "rpm kernel 5.14.0-427.80.1.el9_4", &["CVE-2021-47527"], &["CVE-2024-0340"]),
    case("rhel9-eus", "rhel 9.4 eus:9.4", "rpm kernel 5.14.0-427.81.1.el9_4", &[], &["CVE-2021-47527", "CVE-2024-0340"]),
    case("rhel9-eus", "rhel 9.4 eus:9.4", "rpm nginx 1:1.20.1-13.el9_4", &["CVE-2024-7347"], &[]),
    case("rhel9-eus", "rhel 9.4 eus:9.4", "rpm nginx 1:1.20.1-14.el9_4", &[], &["CVE-2024-7347"]),
    case("rhel9-eus", "rhel 9", "rpm nginx 1:1.20.1-14.el9", &["CVE-2024-7347"], &[]),

    case("sles15", "sles 15.6", "rpm python311-Werkzeug 2.3.6-150400.6.12.1", &[], &["CVE-2024-49766", "CVE-2023-25577"]),
    case("sles15", "sles 15.6", "rpm python311-Werkzeug 2.3.0-150400.6.1.1", &["CVE-2023-25577"], &["CVE-2024-49766"]),
    case("sles15", "sles 15.7", "rpm python311-Werkzeug 2.3.0-150700.6.1.1", &[], &["CVE-2023-25577", "CVE-2024-49766"]),
    case("sles15", "sles 15.7", "rpm glibc 2.36-150600.10.1.1", &["CVE-2024-2961"], &[]),
    case("sles15", "sles 15", "rpm python3-Werkzeug 0.16.1-150100.4.6.1", &[], &["CVE-2024-49766"]),

    case("oracle", "ol 7", "rpm rsyslog 8.24.0-57.0.1.el7_9.3 arch=x86_64", &[], &["ELSA-2022-4803", "CVE-2022-24903"]),
    case("oracle", "ol 7", "rpm rsyslog 8.24.0-57.0.1.el7_9.3 arch=aarch64", &["CVE-2022-24903"], &[]),

    case("alma8", "almalinux 8", "rpm patch 2.7.6-10.el8", &["ALSA-2020:1852"], &[]),
    case("alma8", "almalinux 8", "rpm patch 2.7.6-11.el8", &[], &["ALSA-2020:1852"]),
    case("alma8", "almalinux 8", "rpm mariadb 3:10.3.17-1.module_el8.1.0+257+48736ea6 module=mariadb:10.3", &["ALSA-2021:1242"], &[]),
    case("alma8", "almalinux 8", "rpm mariadb 3:10.5.9-1.module_el8.4.0+2257+bd2c49fd module=mariadb:10.5", &[], &["ALSA-2021:1242"]),
    case("alma8", "almalinux 8", "rpm tar 2:1.30-9.el8", &["CVE-2005-2541"], &[]),

    case("ubuntu-esm", "ubuntu 16.04 esm", "deb wayland 1.11.0-2", &["CVE-2021-3782"], &[]),
    case("ubuntu-esm", "ubuntu 20.04 esm", "deb openssh 1:8.2p1-4ubuntu0.12", &["CVE-2025-61985"], &[]),
    case("ubuntu-esm", "ubuntu 16.04 esm", "deb libwayland-client0 1.11.0-2 source=wayland", &["CVE-2021-3782"], &[]),
    case("ubuntu-esm", "ubuntu 16.04", "deb wayland 1.11.0-2", &["CVE-2021-3782"], &[]),
    case("ubuntu-esm", "ubuntu 20.04 esm", "deb wayland 1.17.0-1ubuntu1", &["CVE-2021-3782"], &[]),
    case("ubuntu-esm", "ubuntu 16.04 esm", "deb wayland 1.12.0-1~ubuntu16.04.3+esm1", &[], &["CVE-2021-3782"]),
    case("ubuntu-esm", "ubuntu 20.04 esm", "deb wayland 1.18.0-1ubuntu0.1", &[], &["CVE-2021-3782"]),
    case("rootio-ubuntu-2204", "ubuntu 22.04", "deb gnupg2 2.2.27-3ubuntu2.3", &["CVE-2025-68973"], &[]),
    case("rootio-ubuntu-2204", "ubuntu 22.04", "deb gnupg2 2.2.27-3ubuntu2.5", &[], &["CVE-2025-68973"]),
    case("rootio-ubuntu-2204", "ubuntu 22.04", "deb patch 2.7.6-7build2", &["CVE-2018-6952"], &[]),
    case("rootio-debian-12", "debian 12", "deb jq 1.6-2.1", &["CVE-2025-48060"], &[]),
    case("rootio-debian-12", "debian 12", "deb jq 1.6-2.1+deb12u1", &[], &["CVE-2025-48060"]),
    case("rootio-debian-12", "debian 12", "deb postgresql-15 15.13", &["CVE-2025-12817"], &[]),
    case("eol-debian8", "debian 8", "deb gzip 1.3.5-5", &["CVE-1999-1332"], &[]),

    case("alpine318", "alpine 3.18", "apk libssl3 3.1.4-r4 source=openssl", &["CVE-2024-0727"], &[]),
    case("alpine318", "alpine 3.18", "apk openssl 3.1.4-r5", &[], &["CVE-2024-0727"]),
    case("alpine318", "alpine 3.18", "apk bind 9.18.0-r0", &[], &["CVE-2019-6470"]),
    case("wolfi-rolling", "wolfi 20230201", "apk openssl 3.2.0-r0", &["CVE-2024-0727"], &[]),
    case("wolfi-rolling", "wolfi 20230201", "apk openssl 3.2.1-r0", &[], &["CVE-2024-0727"]),
    case("wolfi-rolling", "wolfi 20230201", "apk kafka-3.9 3.9.0-r0", &[], &["CVE-2024-47535"]),
    case("chainguard-rolling", "chainguard 20230214", "apk langfuse-3-worker 3.152.0-r0 arch=x86_64", &["CGA-22hv-wp9q-4779"], &[]),
    case("chainguard-rolling", "chainguard 20230214", "apk langfuse-3-worker 3.153.0-r0 arch=x86_64", &[], &["CGA-22hv-wp9q-4779"]),

    case("h2-and-vex", "", "maven com.h2database:h2 1.4.200", &["CVE-2021-42392", "CVE-2022-23221", "CVE-2022-45868"], &[]),
    case("h2-and-vex", "", "maven com.h2database:h2 2.1.210", &["CVE-2022-45868"], &["CVE-2021-42392", "CVE-2022-23221"]),
    case("h2-and-vex", "", "maven com.h2database:h2 2.2.220", &[], &["CVE-2022-45868"]),
    case("spring-core-and-vex", "", "maven org.springframework:spring-core 5.3.44", &["CVE-2025-41249"], &[]),
    case("spring-core-and-vex", "", "maven org.springframework:spring-core 5.3.45", &[], &["CVE-2025-41249"]),
    case("spring-security-and-vex", "", "maven org.springframework.security:spring-security-web 6.5.8", &["CVE-2026-22732"], &[]),
    case("spring-security-and-vex", "", "maven org.springframework.security:spring-security-web 6.5.9", &[], &["CVE-2026-22732"]),
    case("spring-webmvc", "", "maven org.springframework:spring-webmvc 5.3.25", &["CVE-2023-20860", "CVE-2025-41242"], &[]),
    case("spring-webmvc", "", "maven org.springframework:spring-webmvc 6.2.10", &[], &["CVE-2023-20860", "CVE-2025-41242"]),

    case("npm-scope-handling", "", "npm @babel/traverse 7.23.1", &["CVE-2023-45133"], &[]),
    case("npm-scope-handling", "", "npm @babel/traverse 7.23.2", &[], &["CVE-2023-45133"]),
    case("npm-scope-handling", "", "npm @babel/traverse 8.0.0-alpha.3", &["CVE-2023-45133"], &[]),
    case("npm-scope-handling", "", "npm request 2.60.0", &["CVE-2017-16026"], &["CVE-2025-25290"]),
    case("npm-scope-handling", "", "npm request 2.47.0", &[], &["CVE-2017-16026"]),
    case("npm-scope-handling", "", "npm @octokit/request 8.4.0", &["CVE-2025-25290"], &["CVE-2017-16026"]),
    case("python-name-and-vex", "", "pypi oslo_utils 0.1.9", &["CVE-2014-7231"], &[]),
    case("python-name-and-vex", "", "pypi oslo-utils 0.2.0", &[], &["CVE-2014-7231"]),
    case("python-name-and-vex", "", "pypi django 1.3.1", &["CVE-2011-4140"], &[]),
    case("python-name-and-vex", "", "pypi Django 1.3.2", &[], &["CVE-2011-4140"]),
    case("python-name-and-vex", "", "pypi certifi 2023.5.7", &["CVE-2023-37920"], &[]),
    case("rack", "", "gem rack 3.1.16", &["CVE-2025-61772"], &[]),
    case("rack", "", "gem rack 3.1.17", &[], &["CVE-2025-61772"]),
    case("rack", "", "gem rack 2.2.19", &[], &["CVE-2025-61772"]),
];

/// Where Grype answers otherwise, and why we do not.
const ARGUED: &[(&str, &str, &str)] = &[
    (
        "almalinux 8",
        "rpm tar 2:1.30-9.el8",
        "Grype takes Red Hat's open flaws for AlmaLinux's; AlmaLinux says nothing about them",
    ),
    (
        "rhel 9",
        "rpm kernel 5.14.0-427.80.1.el9_4",
        "a build of the stream 9.4 has what that stream fixed, whoever installed it",
    ),
];

#[test]
fn grype_s_matcher_fixtures_agree() {
    if shared::path("feeds/grype-dbtest.tar.zst").is_none() {
        return;
    }
    let (mut wrong, mut argued) = (Vec::new(), 0);
    for fixture in CASES.chunk_by(|a, b| a.fixture == b.fixture) {
        let db = records::database(fixture[0].fixture).expect("it is here");
        for case in fixture {
            let ids = found(&db, case);
            let missed = case
                .found
                .iter()
                .filter(|id| !ids.contains(&(**id).to_owned()));
            let beyond = case
                .absent
                .iter()
                .filter(|id| ids.contains(&(**id).to_owned()));
            let named: Vec<&str> = missed.chain(beyond).copied().collect();
            if named.is_empty() {
                continue;
            }
            match ARGUED
                .iter()
                .any(|(system, package, _)| (*system, *package) == (case.system, case.package))
            {
                true => argued += 1,
                false => wrong.push(format!("{}: {}: {named:?}", case.fixture, case.package)),
            }
        }
    }
    println!(
        "{} cases, {} wrong, {argued} argued",
        CASES.len(),
        wrong.len()
    );
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(argued, ARGUED.len(), "what is argued still differs");
}

/// Every id of every finding.
fn found(db: &Db, case: &Case) -> Vec<String> {
    let mut inventory = Inventory::default();
    let mut words = case.system.split(' ').filter(|word| !word.is_empty());
    inventory.target.distro = words.next().map(|id| Distro {
        channels: words.clone().skip(1).map(str::to_owned).collect(),
        ..Distro::new(id, words.next().unwrap_or_default())
    });
    inventory.packages = vec![package(case.package)];
    let result = matched(&inventory, db, &MatchOptions::default()).expect("a good database");
    let ids = result.findings.into_iter().flat_map(|finding| {
        let records = finding.also.into_iter().chain([finding.evidence]);
        let records = records.map(|record| record.advisory);
        records.chain(finding.aliases).chain([finding.id])
    });
    ids.collect()
}

fn package(text: &str) -> Package {
    let mut words = text.split(' ');
    let mut next = || words.next().unwrap_or_default();
    let (kind, name, version) = (next(), next(), next());
    let mut package = Package::new(kind, name, version);
    package.source = Some(Source {
        name: name.to_owned(),
        version: version.to_owned(),
    });
    if kind == "rpm" {
        // As rpm's own database tells of what is outside of modules.
        package.module = Some(String::new());
    }
    for word in words {
        match word.split_once('=') {
            Some(("source", source)) => {
                package.source = Some(Source {
                    name: source.to_owned(),
                    version: version.to_owned(),
                });
            }
            Some(("arch", architecture)) => package.architecture = Some(architecture.to_owned()),
            Some(("module", module)) => package.module = Some(format!("{module}:1:1")),
            _ => panic!("{word} of {text}"),
        }
    }
    package
}
