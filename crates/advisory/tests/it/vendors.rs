//! What the smaller formats of vendors and projects say, on extracts of the real ones.

use lazaret_model::AdvisoryKind;

use crate::slices::{files, members, read};

const SLICES: &str = "distro-slices";

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

#[test]
fn rocky_errata_tell_modules() {
    let Some(files) = files(SLICES, "fetch/rocky/errata/testdata/fixtures/happy") else {
        return;
    };
    let read = read("rocky", &files);
    assert_eq!((read.bad.len(), read.unreadable.len()), (0, 0));
    assert_eq!(
        read.lines("RLSA-2025:21816", "rocky:10", "delve"),
        ["binary < 0:1.25.2-1.el10_1 fixed module `` on aarch64|ppc64le|x86_64"]
    );
    assert_eq!(
        read.lines("RLBA-2019:0973", "rocky:8", "oci-systemd-hook"),
        [
            "binary < 1:0.1.15-2.git2d0b8a3.module+el8.4.0+557+48ba8b2f fixed \
          module `container-tools:1.0` on aarch64|x86_64"
        ]
    );
    assert_eq!(
        read.advisory("RLBA-2019:0973").kind,
        AdvisoryKind::Informational
    );
}

#[test]
fn alma_errata_tell_the_module_of_each_package() {
    let Some(files) = files(SLICES, "fetch/alma/errata/testdata/fixtures/errata.full") else {
        return;
    };
    let read = read("almalinux", &files);
    let lines = read.lines("ALSA-2019:3708", "almalinux:8", "Judy");
    let expected = "binary < 0:1.0.5-18.module_el8.5.0+2632+14ced695 fixed \
                    module `mariadb:10.3` on x86_64";
    assert!(lines.iter().any(|l| l == expected), "{lines:#?}");
    let published = &read.advisory("ALSA-2019:3708").published;
    assert_eq!(published, "2019-11-05T19:53:43Z");
}

#[test]
fn photon_is_by_source_package_with_acquittals() {
    let Some(files) = files(SLICES, "fetch/photon/cve/testdata/fixtures/happy") else {
        return;
    };
    let read = read("photon", &files);
    assert_eq!(
        read.lines("CVE-2025-9086", "photon:4", "curl"),
        ["source < 8.16.0-1.ph4 fixed"]
    );
    let bad: Vec<&str> = read.bad.iter().map(|b| b.record.as_str()).collect();
    assert!(bad.contains(&"UNK-1 curl"), "{bad:?}");
}

#[test]
fn bottlerocket_kernels_lose_the_name_of_their_source() {
    let Some(files) = files("bottlerocket-advisories", "BRSA-") else {
        return;
    };
    let read = read("bottlerocket", &files);
    assert_eq!((read.advisories.len(), read.bad.len()), (154, 0));
    assert_eq!(
        read.lines("BRSA-ye9ba4g7971j", "bottlerocket", "kernel-6.1"),
        ["binary < 0:6.1.112-0 fixed on aarch64|x86_64"]
    );
}

#[test]
fn arch_groups_are_by_package() {
    let Some(files) = files(SLICES, "fetch/arch/testdata/fixtures/advisory.json") else {
        return;
    };
    let read = read("arch", &files);
    assert_eq!(
        read.lines("AVG-5", "arch", "libtiff"),
        ["binary < 4.0.8-2 fixed"]
    );
    let upstream = &read.advisory("AVG-5").upstream;
    assert_eq!(upstream, &["CVE-2016-10095", "CVE-2015-7554"]);
}

#[test]
fn amazon_extras_speak_about_their_line_alone() {
    let text = include_bytes!("../../testdata/feed/updateinfo/amazon.xml");
    let files = [("updateinfo.xml".to_owned(), text.to_vec())];
    assert_eq!(
        read("amazon", &files).lines("ALAS2RUBY3.0-2030-001", "amazon:2", "ruby"),
        ["binary >= 0:3.0, < 0:3.0.4-156.amzn2 fixed channel `extras:ruby3.0` on aarch64|x86_64"]
    );
}

#[test]
fn oracle_fips_builds_are_a_flavour() {
    let text = include_bytes!("../../testdata/feed/oval/oracle.xml");
    let files = [("oracle.xml".to_owned(), text.to_vec())];
    assert_eq!(
        read("oracle", &files).lines("ELSA-2030-0001", "oracle:9", "tool"),
        ["binary < 0:1.2-3.el9_fips fixed flavour `fips` on x86_64"]
    );
}

/// Peers skip modular packages of AlmaLinux's OSV records, which have no label.
#[test]
fn alma_modules_without_a_label_are_told_by_the_title() {
    let Some(files) = files("alma-osv", "almalinux8/ALSA-2023:") else {
        return;
    };
    let read = read("osv", &files);
    let modular = read
        .advisories
        .iter()
        .flat_map(|a| &a.affected)
        .filter(|s| s.fixed.iter().any(|v| v.contains(".module")));
    let (labelled, all) = modular.fold((0, 0), |(labelled, all), statement| {
        (
            labelled + usize::from(statement.qualifiers.module.is_some()),
            all + 1,
        )
    });
    assert!(
        all > 500 && labelled * 100 >= all * 95,
        "{labelled} of {all}"
    );
}

#[test]
fn ubuntu_vex_is_by_source_package_release_and_channel() {
    let Some(files) = files(SLICES, "fetch/ubuntu/vex/testdata/fixtures") else {
        return;
    };
    let files: Vec<_> = files
        .iter()
        .flat_map(|(_, tar)| members(tar))
        .map(|(path, bytes)| (path, bytes.to_vec()))
        .collect();
    let read = read("ubuntu-vex", &files);
    assert_eq!((read.bad.len(), read.unreadable.len()), (0, 0));
    assert_eq!(
        read.lines("USN-7372-1", "ubuntu:18.04", "varnish"),
        ["source < 5.2.1-1ubuntu0.1+esm1 fixed channel `esm-apps`"]
    );
    // What no paid channel has, no system has.
    assert_eq!(
        read.lines("CVE-2025-0167", "ubuntu:14.04", "curl"),
        ["source * not_affected"]
    );
}

#[test]
fn ubuntu_osv_tells_channels_and_keeps_untriaged_packages() {
    let Some(files) = files(SLICES, "ubuntu/test-fixtures/osv-esm-cases/cve") else {
        return;
    };
    let read = read("osv", &files);
    assert_eq!(
        read.lines("UBUNTU-CVE-2022-24823", "ubuntu:18.04", "netty"),
        ["source < 1:4.1.7-4ubuntu0.1+esm3 fixed channel `esm-apps`"]
    );
    assert_eq!(
        read.lines("UBUNTU-CVE-2022-24823", "ubuntu:25.10", "netty"),
        ["source * affected"]
    );
    let record = read.advisory("UBUNTU-CVE-2022-24823");
    assert_eq!(record.aliases, ["CVE-2022-24823"]);
}

#[test]
fn suse_osv_names_the_packages_that_are_built() {
    let Some(files) = files("osv-harvest", "/SUSE/") else {
        return;
    };
    let read = read("osv", &files);
    assert_eq!(
        read.lines("SUSE-SU-403", "sles:12.0", "libqt4-32bit"),
        ["binary < 4.8.6-7.1 fixed"]
    );
}
