//! Distributions by their own files: one row for each system that people run.

use lazaret_ecosystem::distro::{self, DistroHint};
use lazaret_ecosystem::{Input, readers_for};
use lazaret_model::{Distro, Package};

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

fn identified(files: &[(&str, &str)]) -> Distro {
    distro::identify(&hints(files)).expect("a distribution")
}

/// The release and the advisory space that an os-release leads to; a space of `-` is none.
#[track_caller]
fn check(os_release: &str, shown: &str, space: &str) {
    let found = identified(&[("etc/os-release", os_release)]);
    assert_eq!(found.to_string(), shown, "{os_release}");
    let told = distro::space(&found).map(|s| s.name);
    assert_eq!(told.as_deref().unwrap_or("-"), space, "{os_release}");
}

#[test]
fn releases_of_debian_and_its_kin() {
    check(
        "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm",
        "debian 12",
        "debian:12",
    );
    check(
        "ID=debian\nVERSION_ID=\"9\"\nVERSION=\"9 (stretch)\"",
        "debian 9",
        "debian:9",
    );
    check(
        "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux trixie/sid\"\nVERSION_CODENAME=trixie",
        "debian 13",
        "debian:13",
    );
    check(
        "ID=raspbian\nID_LIKE=debian\nVERSION_ID=\"11\"",
        "raspbian 11",
        "debian:11",
    );
    check(
        "ID=devuan\nID_LIKE=debian\nVERSION_ID=\"5\"",
        "devuan 5",
        "debian:12",
    );
    check(
        "ID=linuxmint\nID_LIKE=debian\nVERSION_ID=\"6\"\nDEBIAN_CODENAME=bookworm",
        "linuxmint 6",
        "debian:12",
    );
    check("ID=echo\nID_LIKE=debian\nVERSION_ID=1", "echo", "echo");
    check(
        "ID=kali\nID_LIKE=debian\nVERSION_ID=\"2024.1\"\nVERSION_CODENAME=kali-rolling",
        "kali 2024.1",
        "-",
    );
    check(
        "ID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"22.04\"\nUBUNTU_CODENAME=jammy",
        "ubuntu 22.04",
        "ubuntu:22.04",
    );
    check(
        "ID=ubuntu\nVERSION_CODENAME=noble",
        "ubuntu 24.04",
        "ubuntu:24.04",
    );
    check(
        "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\nVERSION_ID=\"21.2\"\nUBUNTU_CODENAME=jammy",
        "linuxmint 21.2",
        "ubuntu:22.04",
    );
    check(
        "ID=pop\nID_LIKE=\"ubuntu debian\"\nVERSION_ID=\"22.04\"\nUBUNTU_CODENAME=jammy",
        "pop 22.04",
        "ubuntu:22.04",
    );
    check(
        "ID=elementary\nID_LIKE=ubuntu\nVERSION_ID=\"7.1\"\nUBUNTU_CODENAME=jammy",
        "elementary 7.1",
        "ubuntu:22.04",
    );
    check(
        "ID=zorin\nID_LIKE=\"ubuntu debian\"\nVERSION_ID=\"16\"\nUBUNTU_CODENAME=focal",
        "zorin 16",
        "ubuntu:20.04",
    );
}

#[test]
fn releases_of_alpine_and_its_kin() {
    check("ID=alpine\nVERSION_ID=3.18.4", "alpine 3.18", "alpine:3.18");
    check(
        "ID=alpine\nVERSION_ID=3.21_alpha20240807",
        "alpine edge",
        "alpine:edge",
    );
    check(
        "ID=postmarketos\nVERSION_ID=\"v23.12\"",
        "postmarketos v23.12",
        "alpine:3.19",
    );
    check(
        "ID=postmarketos\nVERSION_ID=\"edge\"",
        "postmarketos edge",
        "alpine:edge",
    );
    check("ID=wolfi\nVERSION_ID=20230201", "wolfi", "wolfi");
    check(
        "ID=chainguard\nVERSION_ID=20230214",
        "chainguard",
        "chainguard",
    );
    check("ID=minimos\nVERSION_ID=20241031", "minimos", "minimos");
    check(
        "ID=alpaquita\nID_LIKE=alpine\nVERSION_ID=23",
        "alpaquita 23",
        "alpaquita:23",
    );
    check(
        "ID=openwrt\nVERSION_ID=\"23.05.2\"\nID_LIKE=\"lede openwrt\"",
        "openwrt 23.05.2",
        "-",
    );
}

#[test]
fn releases_of_red_hat_and_its_rebuilds() {
    check(
        "ID=\"rhel\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"9.4\"",
        "rhel 9.4",
        "rhel:9",
    );
    check("ID=rhel\nVERSION_ID=10.0", "rhel 10.0", "rhel:10");
    check(
        "ID=rhcos\nID_LIKE=\"rhel fedora\"\nVERSION_ID=\"4.12\"\nRHEL_VERSION=8.6\nPLATFORM_ID=\"platform:el8\"",
        "rhcos 4.12",
        "rhel:8",
    );
    check(
        "ID=centos\nNAME=\"CentOS Linux\"\nVERSION_ID=7",
        "centos 7",
        "rhel:7",
    );
    check(
        "ID=centos\nNAME=\"CentOS Stream\"\nVERSION_ID=9",
        "centos 9 stream",
        "centos-stream:9",
    );
    check("ID=rocky\nVERSION_ID=\"8.9\"", "rocky 8.9", "rocky:8");
    check(
        "ID=almalinux\nNAME=AlmaLinux\nVERSION_ID=\"9.3\"",
        "almalinux 9.3",
        "almalinux:9",
    );
    check(
        "ID=almalinux\nNAME=\"AlmaLinux Kitten\"\nVERSION_ID=10",
        "almalinux 10 stream",
        "almalinux-stream:10",
    );
    check("ID=ol\nVERSION_ID=\"8.10\"", "ol 8.10", "oracle:8");
    check(
        "ID=eurolinux\nID_LIKE=\"rhel fedora centos\"\nVERSION_ID=\"9.2\"\nPLATFORM_ID=\"platform:el9\"",
        "eurolinux 9.2",
        "rhel:9",
    );
    check(
        "ID=fedora\nVERSION_ID=40\nPLATFORM_ID=\"platform:f40\"",
        "fedora 40",
        "fedora:40",
    );
    check(
        "ID=nobara\nID_LIKE=fedora\nVERSION_ID=39\nPLATFORM_ID=\"platform:f39\"",
        "nobara 39",
        "fedora:39",
    );
}

#[test]
fn releases_of_other_rpm_systems() {
    check(
        "ID=\"amzn\"\nVERSION_ID=\"2018.03\"",
        "amzn 2018.03",
        "amazon:1",
    );
    check("ID=\"amzn\"\nVERSION_ID=\"2\"", "amzn 2", "amazon:2");
    check(
        "ID=\"amzn\"\nVERSION_ID=\"2022\"",
        "amzn 2022",
        "amazon:2022",
    );
    check(
        "ID=\"amzn\"\nVERSION_ID=\"2023\"",
        "amzn 2023",
        "amazon:2023",
    );
    check(
        "ID=mariner\nVERSION_ID=\"2.0\"",
        "mariner 2.0",
        "mariner:2.0",
    );
    check(
        "ID=azurelinux\nVERSION_ID=\"3.0\"",
        "azurelinux 3.0",
        "azurelinux:3.0",
    );
    check("ID=photon\nVERSION_ID=4.0", "photon 4.0", "photon:4");
    check(
        "ID=\"openEuler\"\nVERSION_ID=\"24.03\"\nVERSION=\"24.03 (LTS)\"",
        "openeuler 24.03-LTS",
        "openeuler:24.03-LTS",
    );
    check(
        "ID=bottlerocket\nVERSION_ID=1.19.2\nVARIANT_ID=aws-k8s-1.29",
        "bottlerocket",
        "bottlerocket",
    );
    check("ID=mageia\nVERSION_ID=9", "mageia 9", "mageia:9");
    check("ID=\"sles\"\nVERSION_ID=\"15\"", "sles 15", "sles:15.0");
    check("ID=\"sles\"\nVERSION_ID=\"15.5\"", "sles 15.5", "sles:15.5");
    check(
        "ID=\"sles_sap\"\nVERSION_ID=\"12.5\"",
        "sles_sap 12.5",
        "sles:12.5",
    );
    check(
        "ID=\"sle-micro\"\nVERSION_ID=\"5.3\"",
        "sle-micro 5.3",
        "sl-micro:5.3",
    );
    check(
        "ID=\"sl-micro\"\nVERSION_ID=\"6.0\"",
        "sl-micro 6.0",
        "sl-micro:6.0",
    );
    check(
        "ID=\"opensuse-leap\"\nVERSION_ID=\"15.6\"",
        "opensuse-leap 15.6",
        "opensuse-leap:15.6",
    );
    check(
        "ID=\"opensuse-leap-micro\"\nVERSION_ID=\"5.5\"",
        "opensuse-leap-micro 5.5",
        "opensuse-leap-micro:5.5",
    );
    check(
        "ID=\"opensuse-tumbleweed\"\nVERSION_ID=\"20240801\"",
        "opensuse-tumbleweed",
        "opensuse-tumbleweed",
    );
    check(
        "ID=\"opensuse-microos\"\nID_LIKE=\"suse opensuse opensuse-tumbleweed\"\nVERSION_ID=\"20240801\"",
        "opensuse-microos",
        "opensuse-tumbleweed",
    );
}

#[test]
fn rolling_systems_and_what_is_built_on_them() {
    check("ID=arch\nBUILD_ID=rolling", "arch", "arch");
    check("ID=archarm\nID_LIKE=arch", "archarm", "arch");
    check("ID=manjaro\nID_LIKE=arch", "manjaro", "arch");
    check("ID=endeavouros\nID_LIKE=\"arch\"", "endeavouros", "arch");
    check("ID=gentoo\nVERSION_ID=2.17", "gentoo", "gentoo");
    check("ID=nixos\nVERSION_ID=\"23.11\"", "nixos 23.11", "-");
}

#[test]
fn a_release_that_is_not_told_has_no_advisories() {
    for id in [
        "debian", "ubuntu", "rhel", "rocky", "ol", "sles", "fedora", "alpine",
    ] {
        check(&format!("ID={id}"), id, "-");
    }
    assert!(distro::identify(&hints(&[("etc/os-release", "")])).is_none());
}

#[test]
fn systems_older_than_os_release_are_known_by_their_own_files() {
    for (path, text, shown, space) in [
        (
            "etc/redhat-release",
            "CentOS release 6.10 (Final)",
            "centos 6.10",
            "rhel:6",
        ),
        (
            "etc/redhat-release",
            "Red Hat Enterprise Linux Server release 5.11 (Tikanga)",
            "rhel 5.11",
            "rhel:5",
        ),
        (
            "etc/system-release",
            "Amazon Linux AMI release 2014.03",
            "amzn 2014.03",
            "amazon:1",
        ),
        (
            "etc/SuSE-release",
            "SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n",
            "sles 11.4",
            "sles:11.4",
        ),
        (
            "etc/SuSE-release",
            "openSUSE 13.2 (x86_64)\nVERSION = 13.2\n",
            "opensuse-leap 13.2",
            "opensuse-leap:13.2",
        ),
        ("etc/debian_version", "7.11", "debian 7", "debian:7"),
        ("etc/alpine-release", "3.2.3", "alpine 3.2", "alpine:3.2"),
        (
            "etc/lsb-release",
            "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=10.04\nDISTRIB_CODENAME=lucid\n",
            "ubuntu 10.04",
            "ubuntu:10.04",
        ),
        (
            "x86_64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release",
            "ID=bottlerocket\nVERSION_ID=1.19.2",
            "bottlerocket",
            "bottlerocket",
        ),
    ] {
        let found = identified(&[(path, text)]);
        assert_eq!(found.to_string(), shown);
        assert_eq!(
            distro::space(&found).map(|s| s.name).as_deref(),
            Some(space)
        );
    }
}

#[test]
fn repositories_of_alpine_beat_its_release() {
    let os = ("etc/os-release", "ID=alpine\nVERSION_ID=3.18.0");
    for (path, text, release) in [
        (
            "etc/apk/repositories",
            "https://h/alpine/v3.19/main\n#https://h/alpine/edge/main\n",
            "3.19",
        ),
        (
            "etc/apk/repositories",
            "@edge https://h/alpine/edge/main\nhttps://h/alpine/v3.18/main\n",
            "3.18",
        ),
        (
            "etc/apk/repositories.d/a.list",
            "https://h/alpine/edge/testing\n",
            "edge",
        ),
    ] {
        assert_eq!(identified(&[os, (path, text)]).version, release, "{text}");
    }
}

#[test]
fn services_of_ubuntu_pro_are_channels() {
    let status = r#"{"attached": true, "services": [
        {"name": "esm-infra", "status": "enabled"}, {"name": "fips-updates", "status": "enabled"},
        {"name": "esm-apps", "status": "disabled"}]}"#;
    let found = identified(&[
        ("etc/os-release", "ID=ubuntu\nVERSION_ID=18.04"),
        ("var/lib/ubuntu-advantage/status.json", status),
    ]);
    assert_eq!(found.channels, ["esm", "esm-infra", "fips-updates"]);
}

#[test]
fn what_red_hat_built_an_image_from_is_kept() {
    let found = identified(&[
        ("etc/os-release", "ID=rhel\nVERSION_ID=9.2"),
        (
            "root/buildinfo/content_manifests/ubi9-container-9.2-1.json",
            r#"{"metadata":{"icm_version":1,"image_layer_index":0},"content_sets":[
               "rhel-9-for-x86_64-baseos-eus-rpms","rhel-9-for-x86_64-appstream-rpms"]}"#,
        ),
        (
            "root/buildinfo/Dockerfile-ubi9-9.2-1",
            "FROM sha256:abc\nLABEL com.redhat.component=\"ubi9-container\" \\\n      name=\"ubi9\" \\\n      \
             version=\"9.2\"\nLABEL \"release\"=\"1\"\nRUN x=y\n",
        ),
    ]);
    assert_eq!(
        found.content_sets,
        [
            "rhel-9-for-x86_64-appstream-rpms",
            "rhel-9-for-x86_64-baseos-eus-rpms"
        ]
    );
    assert_eq!(found.builds, ["ubi9-container-9.2-1"]);
    assert_eq!(found.channels, ["eus:9.2"]);
}

#[test]
fn packages_know_the_repository_that_they_came_from() {
    let told = hints(&[
        (
            "usr/lib/sysimage/libdnf5/nevras.toml",
            "version = \"1.0\"\n[nevras]\n\"bash-5.2.26-3.fc40.x86_64\" = {from_repo=\"fedora\"}\n\
             \"NetworkManager-1:1.46.0-2.fc40.x86_64\" = {from_repo=\"updates\"}\n",
        ),
        (
            "var/lib/yum/yumdb/z/0b0c-zlib-1.2.7-21.el7_9-x86_64/from_repo",
            "updates",
        ),
    ]);
    let rpm = |name: &str, version: &str| {
        let mut package = Package::new("rpm", name, version);
        package.architecture = Some("x86_64".to_owned());
        package
    };
    let mut packages = [
        rpm("bash", "5.2.26-3.fc40"),
        rpm("NetworkManager", "1:1.46.0-2.fc40"),
        rpm("zlib", "1.2.7-21.el7_9"),
        rpm("other", "1-1"),
    ];
    distro::set_repositories(&mut packages, &told);
    let of = |p: &Package| p.properties.get("rpm.repository").cloned();
    let found: Vec<Option<String>> = packages.iter().map(of).collect();
    let some = |name: &str| Some(name.to_owned());
    assert_eq!(
        found,
        [some("fedora"), some("updates"), some("updates"), None]
    );
}
