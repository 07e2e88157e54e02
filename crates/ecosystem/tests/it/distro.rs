//! Distributions: what hints say, where advisories are, what purls keep.

use lazaret_ecosystem::distro::{self, DistroHint};
use lazaret_ecosystem::{Input, readers_for};
use lazaret_model::{Package, Purl, Source};

fn hints(files: &[(&str, &str)]) -> Vec<DistroHint> {
    let mut hints = Vec::new();
    for (path, text) in files {
        for reader in readers_for(path, false) {
            let found = (reader.read)(Input {
                path,
                bytes: text.as_bytes(),
            })
            .expect("a good file");
            hints.extend(found.distro);
        }
    }
    hints
}

#[track_caller]
fn check(files: &[(&str, &str)], shown: &str, space: &str) {
    let found = distro::identify(&hints(files)).expect("a distribution");
    assert_eq!(found.to_string(), shown);
    assert_eq!(
        distro::space(&found).map(|s| s.name).as_deref(),
        Some(space)
    );
}

#[test]
fn the_files_of_a_system_name_its_release() {
    let os = "etc/os-release";
    check(
        &[(os, "ID=debian\nVERSION_ID=\"12\"\n")],
        "debian 12",
        "debian:12",
    );
    check(
        &[(os, "ID=debian\r\nVERSION_ID='12'\r\n")],
        "debian 12",
        "debian:12",
    );
    check(
        &[(os, "ID=debian\nVERSION_CODENAME=forky\n")],
        "debian 14",
        "debian:14",
    );
    check(
        &[(
            os,
            "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux bookworm/sid\"\n",
        )],
        "debian 12",
        "debian:12",
    );
    check(
        &[(os, "ID=alpine\nVERSION_ID=3.18.4\n")],
        "alpine 3.18",
        "alpine:3.18",
    );
    check(
        &[
            (os, "ID=alpine\nVERSION_ID=3.9.2\n"),
            (
                "etc/apk/repositories",
                "https://h/alpine/v3.10/main\nhttps://h/alpine/v3.9/main\n",
            ),
        ],
        "alpine 3.10",
        "alpine:3.10",
    );
    check(
        &[
            (os, "ID=alpine\nVERSION_ID=3.18.0\n"),
            (
                "etc/apk/repositories",
                "https://h/alpine/v3.18/main\nhttps://h/alpine/edge/main\n",
            ),
        ],
        "alpine edge",
        "alpine:edge",
    );
    check(
        &[(os, "ID=\"ol\"\nVERSION_ID=\"9.4\"\n")],
        "ol 9.4",
        "oracle:9",
    );
    check(
        &[(os, "ID=amzn\nVERSION_ID=2018.03\n")],
        "amzn 2018.03",
        "amazon:1",
    );
    check(
        &[(os, "ID=centos\nVERSION_ID=7\nNAME=CentOS\n")],
        "centos 7",
        "rhel:7",
    );
    check(
        &[(os, "ID=centos\nVERSION_ID=9\nNAME=\"CentOS Stream\"\n")],
        "centos 9 stream",
        "centos-stream:9",
    );
    check(&[(os, "ID=wolfi\nVERSION_ID=20230201\n")], "wolfi", "wolfi");
    check(
        &[
            (
                "etc/redhat-release",
                "Red Hat Enterprise Linux Server release 6.10\n",
            ),
            ("etc/oracle-release", "Oracle Linux Server release 6.10\n"),
        ],
        "ol 6.10",
        "oracle:6",
    );
    check(
        &[(
            os,
            "ID=openEuler\nVERSION_ID=22.03\nVERSION=\"22.03 (LTS-SP3)\"\n",
        )],
        "openeuler 22.03-LTS-SP3",
        "openeuler:22.03-LTS-SP3",
    );
    check(&[(os, "ID=gentoo\n")], "gentoo", "gentoo");
    check(
        &[(os, "ID=sle-micro\nVERSION_ID=5.5\n")],
        "sle-micro 5.5",
        "sl-micro:5.5",
    );
    check(
        &[("usr/lib/os-release", "ID=photon\nVERSION_ID=5.0\n")],
        "photon 5.0",
        "photon:5",
    );
}

#[test]
fn names_of_other_programs_lead_to_the_same_space() {
    for (text, space) in [
        ("debian:12", "debian:12"),
        ("debian-12.5", "debian:12"),
        ("bullseye", "debian:11"),
        ("woody", "debian:3.0"),
        ("jammy", "ubuntu:22.04"),
        ("alpine-3.18.4", "alpine:3.18"),
        ("almalinux-10", "almalinux:10"),
        ("redhat-8.4", "rhel:8"),
        ("opensuse-leap-15.5", "opensuse-leap:15.5"),
        ("amazon-2", "amazon:2"),
        ("centos-stream:9", "centos-stream:9"),
        ("wolfi", "wolfi"),
    ] {
        let found = distro::parse(text)
            .and_then(|d| distro::space(&d))
            .map(|s| s.name);
        assert_eq!(found.as_deref(), Some(space), "{text}");
    }
    for (osv, space) in [
        ("Debian:12", Some("debian:12")),
        ("Alpine:v3.18", Some("alpine:3.18")),
        ("Ubuntu:22.04:LTS", Some("ubuntu:22.04")),
        ("Red Hat:enterprise_linux:9::appstream", Some("rhel:9")),
        ("Red Hat:openshift:4.13::el9", None),
        ("SUSE:Linux Enterprise Server 15 SP5", Some("sles:15.5")),
        ("Wolfi", Some("wolfi")),
        ("npm", None),
        ("Debian", None),
    ] {
        assert_eq!(
            distro::space_of_osv(osv).map(|s| s.name).as_deref(),
            space,
            "{osv}"
        );
    }
}

#[test]
fn a_finished_purl_tells_all_that_matching_needs() {
    let mut package = Package::new("rpm", "perl-Errno", "1:1.28-4.el9");
    package.epoch = Some(1);
    package.architecture = Some("x86_64".to_owned());
    package.source = Some(Source {
        name: "perl".to_owned(),
        version: "5.26-4.el9".to_owned(),
    });
    package.module = Some("perl:5.26:1:2".to_owned());
    distro::finish(&mut package, distro::parse("almalinux:9").as_ref());
    let purl: Purl = package.purl.to_string().parse().expect("a purl");
    let back = distro::from_purl(&purl);
    assert_eq!(back, package);
    assert_eq!(distro::distro_of_purl(&purl), distro::parse("almalinux:9"));
}
