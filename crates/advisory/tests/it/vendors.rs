//! What the smaller formats of vendors and projects say, on extracts of the real ones.

use lazaret_model::{AdvisoryKind, FixStatus};
use lazaret_version::{Containment, Scheme};

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

#[test]
fn fedora_updates_are_by_source_package_once_they_are_stable() {
    let Some(files) = files(SLICES, "fedora/test-fixtures/input/FEDORA-") else {
        return;
    };
    let read = read("fedora", &files);
    assert_eq!(
        read.lines("FEDORA-2025-aaa1111111", "fedora:40", "python3-docs"),
        ["source < 0:3.12.9-1.fc40 fixed module ``"]
    );
    let erratum = read.advisory("FEDORA-2025-aaa1111111");
    assert_eq!(erratum.upstream, ["CVE-2025-1234"]);
}

#[test]
fn cvrf_of_suse_and_openeuler_are_by_release() {
    let Some(suse) = files(SLICES, "suse/cvrf") else {
        return;
    };
    let suse: Vec<_> = suse
        .iter()
        .filter(|(path, _)| path.ends_with(".tar.bz2") || path.ends_with(".tar"))
        .flat_map(|(_, tar)| members(tar))
        .map(|(path, bytes)| (path, bytes.to_vec()))
        .collect();
    let read_suse = read("suse-cvrf", &suse);
    assert_eq!(
        read_suse.lines("SUSE-SU-2015:0011-2", "sles:11.2", "bind"),
        ["binary < 9.9.4P2-0.6.1 fixed"]
    );
    assert_eq!(
        read_suse.lines("CVE-2022-41160", "opensuse-leap:15.3", "freerdp"),
        ["binary < 2.1.2-150200.15.18.1 fixed"]
    );
    let openeuler = files(SLICES, "openeuler/testdata/cvrf-openEuler").unwrap();
    let read_openeuler = read("openeuler-cvrf", &openeuler);
    assert_eq!(
        read_openeuler.lines(
            "openEuler-SA-2022-1693",
            "openeuler:20.03-LTS-SP3",
            "python3-XStatic-jquery-ui"
        ),
        ["binary < 1.12.1.1-2.oe1 fixed"]
    );
}

#[test]
fn kubernetes_components_have_their_lines() {
    let Some(community) = files("k8s-cves", "cves/CVE-") else {
        return;
    };
    let read_community = read("kubernetes", &community);
    assert_eq!(
        (read_community.advisories.len(), read_community.bad.len()),
        (62, 0)
    );
    assert_eq!(
        read_community.lines("CVE-2020-8552", "k8s", "kube-apiserver"),
        ["binary < 1.15.10 || >= 1.16.0, <= 1.16.6 || >= 1.17.0, <= 1.17.2 fixed"]
    );
    let official = files("k8s-vuln-list", "upstream/").unwrap();
    let read_official = read("osv", &official);
    assert_eq!(
        read_official.lines("CVE-2019-11243", "k8s", "k8s.io/client-go"),
        ["binary >= 1.12.0, < 1.12.5 || >= 1.13.0, < 1.13.1 fixed"]
    );
}

#[test]
fn retire_knows_npm_packages_and_leaves_examples_out() {
    let Some(files) = files("js-retire", "repository.json") else {
        return;
    };
    let read = read("retire", &files);
    assert_eq!(read.bad.len(), 0);
    assert_eq!(
        read.lines("retire:jquery:GHSA-579v-mp3v-rrw5", "npm", "jquery"),
        ["binary < 1.6.3 fixed"]
    );
    assert!(read.advisories.iter().all(|a| !a.id.contains("XXXX")));
    let ends = read.advisories.iter().flat_map(|a| &a.affected);
    assert!(
        ends.clone()
            .all(|s| s.fixed.iter().all(|v| !v.starts_with("99.9")))
    );
    assert!(ends.clone().any(|s| s.status == FixStatus::Affected));
}

#[test]
fn node_core_is_by_release_line() {
    let Some(files) = files("npm-nodejs-security-wg", "vuln/core/") else {
        return;
    };
    let read = read("nodejs-core", &files);
    assert_eq!((read.advisories.len(), read.bad.len()), (171, 0));
    let statement = read.statements("NSWG-CORE-122")[0];
    assert_eq!(statement.name, "nodejs:node.js");
    for (version, inside) in [("18.17.0", true), ("18.17.1", false), ("20.5.1", false)] {
        let found = statement.range.contains(Scheme::Npm, version);
        assert_eq!(matches!(found, Containment::Inside(_)), inside, "{version}");
    }
}

#[test]
fn gentoo_ranges_are_bounded_by_what_is_unaffected() {
    let text = r#"<?xml version="1.0"?><!DOCTYPE glsa SYSTEM "http://www.gentoo.org/dtd/glsa.dtd">
      <glsa id="203001-02"><title>Tool: Two flaws</title><announced>2030-01-02</announced>
      <affected>
        <package name="dev-lang/tool" auto="yes" arch="*">
          <unaffected range="ge" slot="3.8">3.8.2</unaffected>
          <unaffected range="ge" slot="3.7">3.7.5-r1</unaffected>
          <vulnerable range="lt" slot="3.8">3.8.2</vulnerable>
          <vulnerable range="lt" slot="3.7">3.7.5-r1</vulnerable>
        </package>
        <package name="app-misc/other" auto="yes" arch="amd64 x86">
          <unaffected range="rge">1.2-r3</unaffected>
          <vulnerable range="le">1.3</vulnerable>
        </package>
      </affected>
      <references><uri link="https://nvd.nist.gov/vuln/detail/CVE-2030-0001">CVE-2030-0001</uri></references>
      </glsa>"#;
    let files = [("glsa-203001-02.xml".to_owned(), text.as_bytes().to_vec())];
    let read = read("gentoo", &files);
    assert_eq!((read.bad.len(), read.unreadable.len()), (0, 0));
    let erratum = read.advisory("GLSA-203001-02");
    assert_eq!(erratum.upstream, ["CVE-2030-0001"]);
    let [tool, other] = erratum.affected.as_slice() else {
        panic!("{:?}", erratum.affected);
    };
    assert_eq!(
        (tool.space.as_str(), tool.scheme),
        ("gentoo", Scheme::Portage)
    );
    for (statement, version, inside) in [
        (tool, "3.7.5", true),
        (tool, "3.7.5-r1", false),
        (tool, "3.8.1-r7", true),
        (tool, "3.8.2", false),
        (tool, "3.9", false),
        (other, "1.2-r2", true),
        (other, "1.2-r3", false),
        (other, "1.3", true),
    ] {
        let found = statement.range.contains(Scheme::Portage, version);
        let is_inside = matches!(found, Containment::Inside(_));
        assert_eq!(is_inside, inside, "{} {version}", statement.name);
    }
    assert_eq!(other.qualifiers.architectures, ["amd64", "x86"]);
}
