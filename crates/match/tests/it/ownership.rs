//! What belongs to a package of a distribution: its owner's verdict wins, nothing twice.

use lazaret_advisory::Db;
use lazaret_advisory::build::{BuildOptions, Builder};
use lazaret_match::{MatchOptions, MatchResult, matched};
use lazaret_model::{
    Advisory, Affected, Distro, FeedItem, FixStatus, GapKind, Inventory, KeyKind, Package, Purl,
    Qualifiers, Severity, Source,
};
use lazaret_version::Scheme;

use crate::conditions::statement;

const OWNER: &str = "pkg:deb/debian/tool@1.9-3?distro=debian-12";

/// `CVE-2030-1`, fixed upstream in 2.0, by its CPE name.
fn upstream() -> (&'static str, &'static str, Affected) {
    let affected = Affected {
        name: "maker:tool".into(),
        ..statement("cpe", "2.0", Qualifiers::default())
    };
    ("nvd", "CVE-2030-1", affected)
}

/// What a tracker of Debian says of the source `tool`; an empty fix: open.
fn debian(id: &'static str, fixed: &str) -> (&'static str, &'static str, Affected) {
    let affected = Affected {
        key: KeyKind::Source,
        scheme: Scheme::Deb,
        ..statement("debian:12", fixed, Qualifiers::default())
    };
    ("debian", id, affected)
}

fn database(records: &[(&str, &str, Affected)]) -> Db {
    let mut builder = Builder::new();
    for (feed, id, affected) in records {
        let advisory = Advisory {
            id: (*id).to_owned(),
            feed: (*feed).to_owned(),
            affected: vec![affected.clone()],
            ..Advisory::default()
        };
        let item = FeedItem::Advisory(Box::new(advisory));
        builder.item(feed, item).expect("a good advisory");
    }
    let encoded = builder.finish(BuildOptions::default().level, false);
    Db::from_bytes(encoded.expect("a database").bytes).expect("a good database")
}

/// The program of Debian's package `tool`, recognised by its content.
fn program() -> Package {
    Package {
        owner: Some(OWNER.into()),
        cpes: vec!["cpe:2.3:a:maker:tool:1.9:*:*:*:*:*:*:*".into()],
        ..Package::new("generic", "tool", "1.9").at("usr/bin/tool")
    }
}

fn package() -> Package {
    let mut package = Package {
        source: Some(Source {
            name: "tool".into(),
            version: "1.9-3".into(),
        }),
        ..Package::new("deb", "tool", "1.9-3").at("var/lib/dpkg/status")
    };
    package.purl = OWNER.parse().expect("a purl");
    package
}

fn against(db: &Db, packages: Vec<Package>, strict: bool) -> MatchResult {
    let mut inventory = Inventory {
        packages,
        ..Inventory::default()
    };
    inventory.target.distro = Some(Distro::new("debian", "12"));
    let options = MatchOptions {
        strict,
        ..MatchOptions::default()
    };
    matched(&inventory, db, &options).expect("a good database")
}

/// `type status` of every finding that counts.
fn counting(result: &MatchResult) -> Vec<String> {
    let open = result.findings.iter().filter(|f| f.suppressed.is_none());
    open.map(|f| {
        let kind = f.package.purl.split(['/', ':']).nth(1).unwrap_or_default();
        format!("{kind} {}", f.status.name())
    })
    .collect()
}

#[test]
fn a_program_of_a_package_is_reported_once_and_as_its_owner_says() {
    let both = || vec![program(), package()];
    let db = database(&[upstream(), debian("CVE-2030-1", "1.9-5")]);
    let result = against(&db, both(), false);
    assert_eq!(counting(&result), ["deb fixed"]);
    assert_eq!(result.gaps, []);
    assert_eq!(counting(&against(&db, both(), true)).len(), 2, "strict");
    let fixed = database(&[upstream(), debian("CVE-2030-1", "1.9-2")]);
    let result = against(&fixed, both(), false);
    assert_eq!(counting(&result), Vec::<String>::new());
    let reason = result.findings[0].suppressed.clone().expect("suppressed");
    assert_eq!(
        reason.reason,
        format!(
            "the files belong to {OWNER}, whose distribution tracks this: \
             fixed or never concerned there"
        )
    );
}

#[test]
fn silence_of_a_distribution_that_lists_open_flaws_acquits_its_program() {
    let both = || vec![program(), package()];
    let tracked = database(&[upstream(), debian("CVE-2029-9", "1.9-1")]);
    assert_eq!(counting(&against(&tracked, both(), false)).len(), 0);
    // Notices about fixes alone do not tell what is open.
    let fixes = database(&[upstream(), debian("DSA-9999-1", "1.9-1")]);
    let result = against(&fixes, both(), false);
    assert_eq!(counting(&result), ["generic fixed"]);
}

/// Findings on a library of PyPI that belongs to the package `owner`.
fn library(name: &str, version: &str, owner: (&str, &str), tracker: &'static str) -> Vec<String> {
    let python = Affected {
        name: name.to_lowercase(),
        scheme: Scheme::Pep440,
        ..statement("pypi", "9.0", Qualifiers::default())
    };
    let mut purl = Purl::of_name("deb", owner.0, owner.1);
    purl.set("distro", "debian-12");
    let library = Package {
        owner: Some(purl.to_string()),
        ..Package::new("pypi", name, version)
    };
    let mut package = Package {
        source: Some(Source {
            name: "tool".into(),
            version: owner.1.into(),
        }),
        ..Package::new("deb", owner.0, owner.1)
    };
    package.purl = purl;
    let records = [("pypa", "PYSEC-2030-1", python), debian(tracker, "0.1-1")];
    let result = against(&database(&records), vec![library, package], false);
    counting(&result)
}

#[test]
fn the_silence_of_a_distribution_acquits_no_library_inside_a_package() {
    for (name, version, owner) in [
        ("inner", "1.9", ("python3-tool", "1.9-3")),
        ("tool", "1.8", ("python3-tool", "1.9-3")),
        ("tool", "1.9", ("python3-tool", "1.9.1-3")),
        ("tool", "1.9", ("python3-tool", "1.90-3")),
    ] {
        let found = library(name, version, owner, "CVE-2029-9");
        assert_eq!(found, ["pypi fixed"], "{name} {version} of {owner:?}");
    }
}

#[test]
fn a_library_that_is_the_package_itself_is_judged_as_the_package() {
    for (version, owner) in [
        ("1.9", ("python3-tool", "1.9-3")),
        ("1.9", ("python3-tool", "2:1.9+dfsg-3+deb12u1")),
        ("1.9", ("libtool-python", "1.9~ds-1")),
    ] {
        let silent = library("Tool", version, owner, "CVE-2029-9");
        assert_eq!(silent, Vec::<String>::new(), "{owner:?}");
        let fixes_alone = library("Tool", version, owner, "DSA-9999-1");
        assert_eq!(fixes_alone, ["pypi fixed"], "{owner:?}");
    }
}

#[test]
fn a_program_of_a_package_is_no_gap_and_another_one_is() {
    // No records by CPE name at all.
    let db = database(&[debian("CVE-2030-1", "1.9-2")]);
    let owned = against(&db, vec![program(), package()], false);
    assert_eq!(owned.gaps, []);
    let alone = Package {
        owner: None,
        ..program()
    };
    let kinds = |result: MatchResult| result.gaps.iter().map(|g| g.kind).collect::<Vec<_>>();
    let result = against(&db, vec![alone, package()], false);
    assert_eq!(kinds(result), [GapKind::NoAdvisories]);
    // Who does not build the package does not vouch for its program.
    let foreign = Package {
        third_party: true,
        ..package()
    };
    let db = database(&[upstream(), debian("CVE-2030-1", "1.9-2")]);
    let result = against(&db, vec![program(), foreign], false);
    assert_eq!(counting(&result), ["generic fixed"]);
    assert_eq!(kinds(result), [GapKind::NoAdvisories]);
}

#[test]
fn what_nvd_alone_says_of_an_apk_package_is_not_said_of_its_program_again() {
    let owner = "pkg:apk/alpine/tool@1.9-r0?distro=alpine-3.20";
    let mut package = Package {
        cpes: program().cpes,
        ..Package::new("apk", "tool", "1.9-r0")
    };
    package.purl = owner.parse().expect("a purl");
    let program = Package {
        owner: Some(owner.into()),
        ..program()
    };
    let other = Affected {
        name: "other".into(),
        key: KeyKind::Source,
        ..statement("alpine:3.20", "1.0-r1", Qualifiers::default())
    };
    let db = database(&[upstream(), ("alpine", "CVE-2029-1", other)]);
    let mut inventory = Inventory {
        packages: vec![program, package],
        ..Inventory::default()
    };
    inventory.target.distro = Some(Distro::new("alpine", "3.20"));
    let result = matched(&inventory, &db, &MatchOptions::default()).expect("a good database");
    let open = result.findings.iter().filter(|f| f.suppressed.is_none());
    let told: Vec<(&str, FixStatus)> = open.map(|f| (f.package.purl.as_str(), f.status)).collect();
    assert_eq!(told, [(owner, FixStatus::Fixed)]);
}

#[test]
fn a_finding_on_a_package_of_which_nothing_can_run_is_demoted_with_the_reason() {
    let mut record = debian("CVE-2030-1", "1.9-5");
    record.2.severity = Some(Severity::High);
    let db = database(&[record]);
    let mut headers = package();
    headers.set_inert("headers and documentation");
    let result = against(&db, vec![headers.clone()], false);
    let [finding] = result.findings.as_slice() else {
        panic!("one finding, not {:?}", result.findings);
    };
    assert_eq!(finding.severity, Severity::Negligible);
    assert_eq!(finding.suppressed, None);
    assert_eq!(finding.risk.score, 0.0);
    let reason = "present but inert: the package holds headers and documentation, \
                  nothing that can run";
    let source = format!("{reason}; high by the record's own rating of this package");
    assert_eq!(finding.severity_source, source);
    assert_eq!(finding.risk.why.last().map(String::as_str), Some(reason));
    let strict = against(&db, vec![headers], true);
    assert_eq!(strict.findings[0].severity, Severity::High);
    let ordinary = against(&db, vec![package()], false);
    assert_eq!(ordinary.findings[0].severity, Severity::High);
}
