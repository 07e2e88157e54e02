//! What distributions' own files say, on extracts of the real ones.

use lazaret_model::{AdvisoryKind, Severity};

use crate::slices::{files, members, read};

const SLICES: &str = "distro-slices";

#[test]
fn oracle_keeps_flavours_modules_and_architectures_apart() {
    let Some(files) = files(SLICES, "oracle/test-fixtures/mock_") else {
        return;
    };
    let named: Vec<_> = files
        .into_iter()
        .map(|(path, bytes)| (format!("{path}.xml"), bytes))
        .collect();
    let read = read("oracle", &named);
    assert_eq!(
        read.lines("ELSA-2021-9151", "oracle:8", "openssl"),
        ["binary < 2:1.1.1g-15.ksplice1.el8_3 fixed flavour `ksplice` on aarch64|x86_64"]
    );
    assert_eq!(
        read.lines("ELSA-2022-4803", "oracle:7", "rsyslog"),
        [
            "binary < 0:8.24.0-57.0.1.el7_9.3 fixed flavour `` on x86_64",
            "binary < 0:8.24.0-57.0.4.el7_9.3 fixed flavour `` on aarch64",
        ]
    );
    let erratum = read.advisory("ELSA-2021-9151");
    assert_eq!(erratum.upstream, ["CVE-2021-3449", "CVE-2021-3450"]);
    assert_eq!(erratum.ratings[0].severity, Some(Severity::High));
}

#[test]
fn oracle_modules_come_from_the_criteria() {
    let Some(files) = files(SLICES, "oracle/linux/testdata/fixtures/com.oracle.elsa-all") else {
        return;
    };
    let read = read("oracle", &files);
    assert_eq!(
        read.lines("ELSA-2023-12342", "oracle:8", "hivex"),
        ["binary < 0:1.3.18-21.module+el8.7.0+21037+8ee66348 fixed \
          module `virt:kvm_utils` flavour `` on aarch64"]
    );
}

#[test]
fn red_hat_oval_tells_errata_open_flaws_and_acquittals_apart() {
    let Some(files) = files(SLICES, "oval/v2/RHEL9/rhel-9-including-unpatched") else {
        return;
    };
    let read = read("redhat-oval", &files);
    assert_eq!(
        read.lines("CVE-2005-2541", "rhel:9", "tar"),
        ["binary * will_not_fix"]
    );
    assert_eq!(
        read.lines("CVE-2002-0059", "rhel:9", "zlib"),
        ["binary * not_affected"]
    );
    assert_eq!(
        read.lines("RHSA-2022:4765", "rhel:9", "firefox"),
        ["binary < 0:91.9.1-1.el9_0 fixed on aarch64|ppc64le|s390x|x86_64"]
    );
}

#[test]
fn products_on_top_of_red_hat_have_no_statements() {
    let Some(files) = files(SLICES, "redhat/oval/testdata/happy/RHEL8/ansible-2") else {
        return;
    };
    let read = read("redhat-oval", &files);
    assert!(read.unreadable.is_empty());
    assert!(read.advisories.iter().all(|a| a.affected.is_empty()));
}

#[test]
fn suse_oval_is_by_service_pack_and_channel_and_names_cve_ids() {
    let Some(files) = files(SLICES, "sles/test-fixtures/suse_truncated.xml") else {
        return;
    };
    let read = read("suse-oval", &files);
    assert_eq!(
        read.lines("CVE-2021-29154", "sles:15.0", "kernel-default"),
        ["binary < 0:4.12.14-150.72.1 fixed high channel `ltss` on aarch64|ppc64le|s390x|x86_64"]
    );
    assert_eq!(
        read.lines("CVE-1999-0524", "sles:15.0", "kernel-default"),
        ["binary * not_affected"]
    );
}

#[test]
fn suse_oval_knows_leap_tumbleweed_and_micro() {
    let Some(files) = files(SLICES, "suse/oval/testdata/fixtures/happy/") else {
        return;
    };
    let read = read("suse-oval", &files);
    assert_eq!(
        read.lines("CVE-2010-2322", "opensuse-leap:15.2", "fastjar"),
        ["binary < 0:0.98-lp152.4.3.1 fixed low on i586|x86_64"]
    );
    assert_eq!(
        read.lines("CVE-2001-1267", "opensuse-tumbleweed", "tar"),
        ["binary < 0:1.34-2.2 fixed medium"]
    );
    assert_eq!(
        read.lines("CVE-2009-0316", "sl-micro:5.0", "vim-small"),
        ["binary < 0:8.0.1568-5.11.1 fixed medium on aarch64|ppc64le|s390x|x86_64"]
    );
}

#[test]
fn ubuntu_oval_is_by_source_package_and_channel() {
    let Some(files) = files(SLICES, "ubuntu/oval/testdata/fixtures/oci.com.ubuntu") else {
        return;
    };
    let read = read("ubuntu-oval", &files);
    assert_eq!(
        read.lines("CVE-2023-48795", "ubuntu:22.04", "openssh"),
        [
            "source < 1:8.9p1-3ubuntu0.5 fixed",
            "source < 1:8.9p1-3ubuntu0.5 fixed channel `fips-updates`",
        ]
    );
    assert_eq!(
        read.lines("USN-6561-1", "ubuntu:22.04", "libssh-gcrypt-4"),
        ["binary < 0.9.6-2ubuntu0.22.04.2 fixed"]
    );
    assert_eq!(read.advisory("USN-6561-1").upstream, ["CVE-2023-48795"]);
}

#[test]
fn photon_errata_have_the_ids_of_their_announcements() {
    let Some(files) = files(SLICES, "photon/oval/testdata/fixtures/happy") else {
        return;
    };
    let read = read("photon-oval", &files);
    assert_eq!(
        read.lines("PHSA-2024-5.0-0184", "photon:5", "ansible"),
        ["binary < 0:2.14.12-1.ph5 fixed high"]
    );
}

#[test]
fn azure_linux_joins_two_bounds_of_one_package_and_reads_its_typing_errors() {
    let Some(files) = files("azurelinux-oval", "oval") else {
        return;
    };
    let read = read("azurelinux", &files);
    assert_eq!((&read.bad[..], &read.unreadable[..]), (&[][..], &[][..]));
    assert_eq!(
        read.lines("CVE-2025-26466", "azurelinux:3.0", "openssh"),
        ["source < 0:9.8p1-3.azl3 fixed high"]
    );
    let statements: Vec<_> = read.advisories.iter().flat_map(|a| &a.affected).collect();
    assert_eq!(statements.len(), read.advisories.len());
    assert!(statements.iter().all(|s| s.range.opaque.is_none()));
    let bounded = |s: &&&lazaret_model::Affected| {
        let interval = &s.range.intervals[0];
        interval.lower.version().is_some() && interval.upper.version().is_some()
    };
    assert!(statements.iter().filter(bounded).count() > 20);
}

#[test]
fn amazon_kernel_lines_begin_with_their_version() {
    let Some(files) = files(SLICES, "fetch/amazon/testdata/fixtures/updateinfo_2") else {
        return;
    };
    let read = read("amazon", &files);
    assert_eq!(
        read.lines("ALAS2KERNEL-5.15-2022-001", "amazon:2", "kernel"),
        ["binary >= 0:5.15, < 0:5.15.43-20.123.amzn2 fixed on aarch64|x86_64"]
    );
    assert_eq!(
        read.lines("ALAS2-2018-939", "amazon:2", "kernel"),
        ["binary < 0:4.9.76-38.79.amzn2 fixed on x86_64"]
    );
    // The order is rpm's, whatever else the peers take.
    assert!(
        read.advisories
            .iter()
            .flat_map(|a| &a.affected)
            .all(|s| s.scheme == lazaret_version::Scheme::Rpm)
    );
}

#[test]
fn rocky_and_alma_releases_come_from_the_release_tag() {
    let Some(rocky) = files(SLICES, "fetch/rocky/updateinfo/testdata/fixtures/happy/pub") else {
        return;
    };
    let read_rocky = read("rocky-updateinfo", &rocky);
    assert_eq!(
        read_rocky.lines("RLSA-2023:3820", "rocky:9", "mariadb"),
        ["binary < 3:10.5.16-2.module+el9.1.0+13358+56c3b6a3 fixed on x86_64"]
    );
    let alma = files(SLICES, "fetch/alma/updateinfo/testdata/fixtures/happy").unwrap();
    let read_alma = read("almalinux-updateinfo", &alma);
    assert_eq!(
        read_alma.lines("ALSA-2023:7549", "almalinux:9", "nodejs"),
        ["binary < 1:18.18.2-1.el9 fixed module `` on x86_64"]
    );
}

#[test]
fn fedora_updates_without_a_flaw_are_informational() {
    let Some(files) = files(SLICES, "uln-2013/updateinfo.xml") else {
        return;
    };
    let read = read("fedora-updateinfo", &files);
    assert_eq!((read.advisories.len(), read.bad.len()), (2494, 0));
    assert_eq!(
        read.advisory("FEDORA-2013-14429").kind,
        AdvisoryKind::Informational
    );
    let flaw = read.advisory("FEDORA-2013-11135");
    assert_eq!(flaw.kind, AdvisoryKind::Vulnerability);
    assert_eq!(flaw.upstream, ["CVE-2013-2175"]);
    assert_eq!(
        read.lines("FEDORA-2013-11135", "fedora:19", "haproxy"),
        ["binary < 0:1.4.24-1.fc19 fixed module `` on i686|x86_64"]
    );
}

#[test]
fn bottlerocket_names_packages_of_the_image() {
    let Some(files) = files(SLICES, "bottlerocket/testdata/updateinfo.xml") else {
        return;
    };
    let read = read("bottlerocket-updateinfo", &files);
    assert_eq!(
        read.lines(
            "BRSA-1bwujdrkn6nc",
            "bottlerocket",
            "bottlerocket-kernel-6.1"
        ),
        ["binary < 0:6.1.140-1.1749663821.e27d1b03.br1 fixed on aarch64|x86_64"]
    );
}

#[test]
fn suse_csaf_is_by_service_pack_with_vulnerabilities_apart() {
    let Some(files) = files(SLICES, "suse/csaf") else {
        return;
    };
    let files: Vec<_> = files
        .iter()
        .flat_map(|(_, tar)| members(tar))
        .map(|(path, bytes)| (path, bytes.to_vec()))
        .collect();
    let read = read("suse-csaf", &files);
    assert_eq!((&read.bad[..], &read.unreadable[..]), (&[][..], &[][..]));
    assert_eq!(
        read.lines("SUSE-SU-2015:0011-2", "sles:11.2", "bind"),
        ["binary < 9.9.4P2-0.6.1 fixed on i586|ia64|ppc64|s390x|x86_64"]
    );
    assert!(
        read.advisory("SUSE-SU-2015:0011-2")
            .upstream
            .contains(&"CVE-2014-0591".to_owned())
    );
    assert_eq!(
        read.lines("CVE-2023-5568", "opensuse-tumbleweed", "samba"),
        ["binary < 4.19.2+git.322.7e9201cef5-1.1 fixed medium"]
    );
    assert_eq!(
        read.lines("CVE-2023-5568", "sles:15.4", "libdcerpc-binding0-32bit"),
        Vec::<String>::new()
    );
}

#[test]
fn openeuler_csaf_is_by_service_pack() {
    let Some(files) = files(SLICES, "openeuler/csaf/testdata/fixtures/happy") else {
        return;
    };
    let read = read("openeuler-csaf", &files);
    // One of the files is no JSON; it is named, and the others are read.
    assert_eq!((read.bad.len(), read.unreadable.len()), (0, 1));
    assert!(read.unreadable[0].contains("cve-2024-50187"));
    assert_eq!(
        read.lines(
            "openEuler-SA-2025-1351",
            "openeuler:22.03-LTS-SP3",
            "vim-minimal"
        ),
        ["binary < 9.0-33.oe2203sp3 fixed medium on aarch64|x86_64"]
    );
}

#[test]
fn red_hat_csaf_keeps_update_channels_apart() {
    let Some(files) = files(SLICES, "redhat/vex/v1/testdata/fixtures/2023/cve-2023-6212") else {
        return;
    };
    let read = read("redhat-csaf", &files);
    let lines = read.lines("CVE-2023-6212", "rhel:8", "firefox");
    for expected in [
        "binary < 0:115.5.0-1.el8_9 fixed high module `` on aarch64|ppc64le|s390x|x86_64",
        "binary < 0:115.5.0-1.el8_2 fixed high module `` channel `aus:8.2` on x86_64",
        "binary < 0:115.5.0-1.el8_6 fixed high module `` channel `eus:8.6` \
         on aarch64|ppc64le|s390x|x86_64",
    ] {
        assert!(
            lines.iter().any(|l| l == expected),
            "{expected} is not in {lines:#?}"
        );
    }
    assert_eq!(
        read.lines("CVE-2023-6212", "rhel:6", "firefox"),
        [
            "binary * end_of_life high module ``",
            "source * end_of_life high module ``",
        ]
    );
}
