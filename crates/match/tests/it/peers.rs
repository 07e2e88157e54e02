//! Mistakes that other scanners make and this one must not.

use lazaret_model::{Affected, Distro, FixStatus, KeyKind, Package, Qualifiers};
use lazaret_version::Scheme;

use crate::conditions::{database, found, statement};

/// How many findings there are against a package of `kind` in `version`.
fn count(affected: Affected, distro: Option<Distro>, package: Package) -> usize {
    found(&database(vec![affected]), distro, package).len()
}

#[test]
fn versions_of_amazon_are_ordered_as_rpm_does() {
    let amazon = || Some(Distro::new("amzn", "2023"));
    let fixed = |fix: &str| statement("amazon:2023", fix, Qualifiers::default());
    // dpkg would put letters and the caret elsewhere.
    let tool = |version: &str| Package::new("rpm", "tool", version);
    assert_eq!(count(fixed("1.0^2-1"), amazon(), tool("1.0-1")), 1);
    assert_eq!(count(fixed("1.0-1"), amazon(), tool("1.0^2-1")), 0);
    assert_eq!(count(fixed("1.0.1-1"), amazon(), tool("1.0^20160101-1")), 1);
}

#[test]
fn gentoo_is_not_looked_up_in_red_hat_s_data() {
    let mut package = Package::new("ebuild", "tool", "1.0");
    package.purl.kind = "ebuild".into();
    let db = database(vec![
        statement("rhel:9", "2.0", Qualifiers::default()),
        Affected {
            name: "other".into(),
            scheme: Scheme::Portage,
            ..statement("gentoo", "2.0", Qualifiers::default())
        },
    ]);
    assert_eq!(
        found(&db, Some(Distro::new("gentoo", "")), package).len(),
        0
    );
}

#[test]
fn a_flaw_that_nobody_has_triaged_is_shown_with_its_state() {
    let untriaged = Affected {
        status: FixStatus::UnderInvestigation,
        key: KeyKind::Source,
        ..statement("ubuntu:22.04", "", Qualifiers::default())
    };
    let ubuntu = Some(Distro::new("ubuntu", "22.04"));
    let found = found(
        &database(vec![untriaged]),
        ubuntu,
        Package::new("deb", "tool", "1.0-1"),
    );
    let states: Vec<FixStatus> = found.iter().map(|f| f.status).collect();
    assert_eq!(states, [FixStatus::UnderInvestigation]);
}

#[test]
fn a_version_that_cannot_be_compared_is_undecided_and_not_clean() {
    let python = Affected {
        scheme: Scheme::Pep440,
        ..statement("pypi", "2.0", Qualifiers::default())
    };
    let inventory = lazaret_model::Inventory {
        packages: vec![Package::new("pypi", "tool", "one point oh!")],
        ..lazaret_model::Inventory::default()
    };
    let options = lazaret_match::MatchOptions::default();
    let result = lazaret_match::matched(&inventory, &database(vec![python]), &options);
    let findings = result.expect("a good database").findings;
    let states: Vec<FixStatus> = findings.iter().map(|f| f.status).collect();
    assert_eq!(states, [FixStatus::Undecided]);
}

#[test]
fn dots_and_dashes_in_names_of_python_packages_are_the_same() {
    let python = Affected {
        name: "some-tool".into(),
        scheme: Scheme::Pep440,
        ..statement("pypi", "2.0", Qualifiers::default())
    };
    assert_eq!(
        count(python, None, Package::new("pypi", "Some.Tool", "1.0")),
        1
    );
}

#[test]
fn an_advisory_for_another_system_of_a_program_says_nothing() {
    let windows = || Affected {
        scheme: Scheme::Go,
        ..statement(
            "golang",
            "1.2.0",
            Qualifiers {
                goos: vec!["windows".into()],
                ..Qualifiers::default()
            },
        )
    };
    let mut program = Package::new("golang", "tool", "1.1.0");
    assert_eq!(
        count(windows(), None, program.clone()),
        1,
        "not told: it may be"
    );
    program.properties.insert("go.os".into(), "linux".into());
    assert_eq!(count(windows(), None, program), 0);
}

#[test]
fn statements_of_photon_are_held_against_the_source_version() {
    let source = Affected {
        key: KeyKind::Source,
        ..statement("photon:5", "2.0-1.ph5", Qualifiers::default())
    };
    let package = Package {
        source: Some(lazaret_model::Source {
            name: "tool".into(),
            version: "2.0-1.ph5".into(),
        }),
        ..Package::new("rpm", "tool-libs", "1.0-1.ph5")
    };
    assert_eq!(
        count(source, Some(Distro::new("photon", "5.0")), package),
        0
    );
}
