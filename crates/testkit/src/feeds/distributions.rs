//! Feeds in XML: OVAL of two vendors, and updateinfo.

use std::fmt::Write as _;
use std::io;

use super::{Output, World};

const OVAL: &str = "<oval_definitions \
     xmlns=\"http://oval.mitre.org/XMLSchema/oval-definitions-5\" \
     xmlns:linux-def=\"http://oval.mitre.org/XMLSchema/oval-definitions-5#linux\">";

/// Definitions of errata that name packages and versions in the comments of their criteria.
pub(super) fn oracle(world: &mut World, count: u64, out: &mut Output) -> io::Result<()> {
    out.text(OVAL)?;
    out.text("<definitions>")?;
    for n in 0..count {
        let (release, date) = (7 + n % 3, world.date());
        let erratum = format!("ELSA-{}-{:05}", &date[..4], n + 1);
        let mut packages = String::new();
        for _ in 0..=world.below(5) {
            let (name, version) = (world.name(), world.version());
            let _ = write!(
                packages,
                "<criteria operator=\"AND\"><criterion comment=\"{name} is earlier than \
                 0:{version}-{}.el{release}\"/><criterion comment=\"{name} is signed with the \
                 Oracle Linux {release} key\"/></criteria>",
                world.below(40)
            );
        }
        let (first, second) = (world.some_cve(), world.some_cve());
        let definition = format!(
            "<definition id=\"oval:com.oracle.elsa:def:{n}\" class=\"patch\"><metadata>\
             <title>{erratum}: {title}</title><affected family=\"unix\"><platform>Oracle Linux \
             {release}</platform></affected><reference source=\"elsa\" ref_id=\"{erratum}\" \
             ref_url=\"https://linux.oracle.com/errata/{erratum}.html\"/>\
             <reference source=\"CVE\" ref_id=\"{first}\" ref_url=\"\"/>\
             <reference source=\"CVE\" ref_id=\"{second}\" ref_url=\"\"/>\
             <description>{text}</description><advisory><severity>{severity}</severity>\
             <issued date=\"{date}\"/></advisory></metadata><criteria operator=\"AND\">\
             <criterion comment=\"Oracle Linux {release} is installed\"/><criteria operator=\"OR\">\
             <criteria operator=\"AND\"><criterion comment=\"Oracle Linux arch is x86_64\"/>\
             <criteria operator=\"OR\">{packages}</criteria></criteria></criteria></criteria>\
             </definition>",
            title = world.sentence(),
            text = world.sentence(),
            severity = world.severity(),
        );
        out.text(&definition)?;
    }
    out.text("</definitions></oval_definitions>")
}

/// Definitions of vulnerabilities whose tests name packages and versions by reference.
pub(super) fn ubuntu(world: &mut World, count: u64, out: &mut Output) -> io::Result<()> {
    let (mut tests, mut objects, mut states) = (String::new(), String::new(), String::new());
    out.text(OVAL)?;
    out.text("<definitions>")?;
    for n in 0..count {
        let (name, version) = (world.name(), world.version());
        let (cve, date) = (World::cve(n * 5), world.date());
        let definition = format!(
            "<definition class=\"vulnerability\" id=\"oval:com.ubuntu.noble:def:{n}\" version=\"1\">\
             <metadata><title>{cve} on Ubuntu 24.04 LTS (noble) - {severity}</title>\
             <description>{text}</description><affected family=\"unix\"><platform>Ubuntu 24.04 LTS\
             </platform></affected><reference source=\"CVE\" ref_id=\"{cve}\" ref_url=\"https://ubuntu.com/security/{cve}\"/>\
             <advisory><severity>{severity}</severity><public_date>{date} 00:00:00 UTC</public_date>\
             <cve>{cve}</cve></advisory></metadata><criteria>\
             <extend_definition definition_ref=\"oval:com.ubuntu.noble:def:100\" comment=\"Ubuntu 24.04 LTS (noble) is installed.\"/>\
             <criteria operator=\"OR\"><criterion test_ref=\"oval:com.ubuntu.noble:tst:{n}\" \
             comment=\"{name} package in noble was vulnerable but has been fixed (note: \
             '{version}-1ubuntu1').\"/></criteria></criteria></definition>",
            severity = world.severity(),
            text = world.sentence(),
        );
        out.text(&definition)?;
        let _ = write!(
            tests,
            "<linux-def:dpkginfo_test id=\"oval:com.ubuntu.noble:tst:{n}\" comment=\"Does the \
             '{name}' package exist?\"><linux-def:object object_ref=\"oval:com.ubuntu.noble:obj:{n}\"/>\
             <linux-def:state state_ref=\"oval:com.ubuntu.noble:ste:{n}\"/></linux-def:dpkginfo_test>"
        );
        let _ = write!(
            objects,
            "<linux-def:dpkginfo_object id=\"oval:com.ubuntu.noble:obj:{n}\"><linux-def:name>{name}\
             </linux-def:name></linux-def:dpkginfo_object>"
        );
        let _ = write!(
            states,
            "<linux-def:dpkginfo_state id=\"oval:com.ubuntu.noble:ste:{n}\"><linux-def:evr \
             datatype=\"debian_evr_string\" operation=\"less than\">0:{version}-1ubuntu1\
             </linux-def:evr></linux-def:dpkginfo_state>"
        );
    }
    for (name, content) in [("tests", tests), ("objects", objects), ("states", states)] {
        out.text(&format!(
            "{}<{name}>{content}</{name}>",
            if name == "tests" {
                "</definitions>"
            } else {
                ""
            }
        ))?;
    }
    out.text("</oval_definitions>")
}

/// Errata of Amazon Linux 2023.
pub(super) fn amazon(world: &mut World, count: u64, out: &mut Output) -> io::Result<()> {
    out.text("<?xml version=\"1.0\" ?>\n<updates>")?;
    for n in 0..count {
        let date = world.date();
        let id = format!("ALAS2023-{}-{:05}", &date[..4], n + 1);
        let mut packages = String::new();
        for _ in 0..=world.below(6) {
            let (name, version, release) = (world.name(), world.version(), world.below(9));
            let _ = write!(
                packages,
                "<package name=\"{name}\" version=\"{version}\" release=\"{release}.amzn2023.0.1\" \
                 epoch=\"0\" arch=\"x86_64\"><filename>{name}.rpm</filename></package>"
            );
        }
        let cve = world.some_cve();
        let update = format!(
            "<update status=\"final\" version=\"1.4\" author=\"a\" type=\"security\" from=\"a\">\
             <id>{id}</id><title>Amazon Linux 2023 - {id}: {severity} priority package update\
             </title><issued date=\"{date} 00:00:00\"/><updated date=\"{date} 00:00:00\"/>\
             <severity>{severity}</severity><description>{text}</description><references>\
             <reference href=\"https://example.org/{cve}\" id=\"{cve}\" type=\"cve\" title=\"\"/>\
             </references><pkglist><collection short=\"amazon-linux-2023\"><name>Amazon Linux 2023\
             </name>{packages}</collection></pkglist></update>",
            severity = world.severity(),
            text = world.sentence(),
        );
        out.text(&update)?;
    }
    out.text("</updates>")
}
