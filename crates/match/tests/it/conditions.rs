//! Channels, modules and architectures: which statements speak to a package.

use lazaret_advisory::Db;
use lazaret_advisory::build::{BuildOptions, Builder};
use lazaret_match::{MatchOptions, matched};
use lazaret_model::{
    Advisory, Affected, Distro, FeedItem, Finding, FixStatus, Inventory, KeyKind, Package,
    Qualifiers,
};
use lazaret_version::{Interval, Range, Scheme};

/// Packages named `tool` of `space`: open where `fixed` is empty, else fixed in it.
pub(crate) fn statement(space: &str, fixed: &str, qualifiers: Qualifiers) -> Affected {
    let open = fixed.is_empty();
    Affected {
        space: space.to_owned(),
        name: "tool".to_owned(),
        key: KeyKind::Binary,
        scheme: match space.split(':').next() {
            Some("ubuntu") => Scheme::Deb,
            Some("alpine") => Scheme::Apk,
            Some("cpe") => Scheme::Generic,
            _ => Scheme::Rpm,
        },
        range: match open {
            true => Range::everything(),
            false => Range::from(Interval::below(fixed)),
        },
        status: match open {
            true => FixStatus::Affected,
            false => FixStatus::Fixed,
        },
        raw_status: None,
        fixed: Some(fixed.to_owned())
            .filter(|_| !open)
            .into_iter()
            .collect(),
        severity: None,
        qualifiers,
    }
}

/// A database with one advisory that makes these statements.
pub(crate) fn database(statements: Vec<Affected>) -> Db {
    let advisory = Advisory {
        id: "CVE-2030-0001".to_owned(),
        feed: "test".to_owned(),
        affected: statements,
        ..Advisory::default()
    };
    let mut builder = Builder::new();
    builder
        .item("osv", FeedItem::Advisory(Box::new(advisory)))
        .expect("a good advisory");
    let encoded = builder
        .finish(BuildOptions::default().level, false)
        .expect("a database");
    Db::from_bytes(encoded.bytes).expect("a good database")
}

/// What is found against one package of a system.
pub(crate) fn found(db: &Db, distro: Option<Distro>, package: Package) -> Vec<Finding> {
    let mut inventory = Inventory::default();
    inventory.target.distro = distro;
    inventory.packages = vec![package];
    let result = matched(&inventory, db, &MatchOptions::default()).expect("a good database");
    assert_eq!(result.gaps, [], "everything could be looked at");
    result.findings
}

fn system(id: &str, release: &str, channels: &[&str]) -> Distro {
    Distro {
        channels: channels.iter().map(ToString::to_string).collect(),
        ..Distro::new(id, release)
    }
}

fn channel(name: &str) -> Qualifiers {
    Qualifiers {
        channel: Some(name.to_owned()),
        ..Qualifiers::default()
    }
}

fn module(name: &str) -> Qualifiers {
    Qualifiers {
        module: Some(name.to_owned()),
        ..Qualifiers::default()
    }
}

/// Status and fixed versions, as `fixed 1.0, 2.0`; `nothing` where nothing is found.
#[track_caller]
fn check(db: &Db, distro: Distro, package: Package, expected: &str) {
    let name = format!("{} on {distro} {:?}", package.version, distro.channels);
    let found = found(db, Some(distro), package);
    let told: Vec<String> = found
        .iter()
        .map(|f| format!("{} {}", f.status.name(), f.fixed_versions.join(", ")))
        .collect();
    let told = match told.as_slice() {
        [] => "nothing".to_owned(),
        all => all.join("; "),
    };
    assert_eq!(told.trim_end(), expected, "{name}");
}

#[test]
fn a_fix_for_subscribers_is_open_for_everybody_else_and_no_fix_for_them() {
    let db = database(vec![statement(
        "ubuntu:18.04",
        "1.0-1+esm2",
        channel("esm-infra"),
    )]);
    let tool = || Package::new("deb", "tool", "1.0-1");
    check(&db, system("ubuntu", "18.04", &[]), tool(), "affected");
    let subscribed = system("ubuntu", "18.04", &["esm", "esm-infra"]);
    check(&db, subscribed, tool(), "fixed 1.0-1+esm2");
    let found = found(&db, Some(system("ubuntu", "18.04", &[])), tool());
    let told = found
        .iter()
        .map(|f| f.raw_status.as_deref())
        .collect::<Vec<_>>();
    assert_eq!(told, [Some("fixed in esm-infra: 1.0-1+esm2")]);
}

#[test]
fn the_ordinary_statement_decides_where_there_is_one() {
    let db = database(vec![
        statement("sles:15.3", "0:1.0-5", Qualifiers::default()),
        statement("sles:15.3", "0:1.0-9", channel("ltss")),
    ]);
    let plain = || system("sles", "15.3", &[]);
    check(
        &db,
        plain(),
        Package::new("rpm", "tool", "1.0-1"),
        "fixed 0:1.0-5",
    );
    check(
        &db,
        plain(),
        Package::new("rpm", "tool", "1.0-5"),
        "nothing",
    );
    let receives = system("sles", "15.3", &["ltss"]);
    check(
        &db,
        receives,
        Package::new("rpm", "tool", "1.0-5"),
        "fixed 0:1.0-9",
    );
}

#[test]
fn a_package_with_the_fix_of_its_channel_is_not_open() {
    let db = database(vec![
        statement("ubuntu:18.04", "", Qualifiers::default()),
        statement("ubuntu:18.04", "1.0-1+esm2", channel("esm-infra")),
    ]);
    let plain = || system("ubuntu", "18.04", &[]);
    check(
        &db,
        plain(),
        Package::new("deb", "tool", "1.0-1"),
        "affected",
    );
    check(
        &db,
        plain(),
        Package::new("deb", "tool", "1.0-1+esm2"),
        "nothing",
    );
}

#[test]
fn a_system_that_stays_on_a_minor_release_is_fixed_by_its_own_stream() {
    let db = database(vec![
        statement("rhel:9", "0:2.0-5.el9_4", Qualifiers::default()),
        statement("rhel:9", "0:2.0-1.el9_2.3", channel("eus:9.2")),
    ]);
    let stays = || system("rhel", "9.2", &["eus"]);
    let tool = |version: &str| Package::new("rpm", "tool", version);
    check(&db, stays(), tool("2.0-1.el9_2"), "fixed 0:2.0-1.el9_2.3");
    check(&db, stays(), tool("2.0-1.el9_2.3"), "nothing");
    check(
        &db,
        system("rhel", "9.3", &[]),
        tool("2.0-1.el9"),
        "fixed 0:2.0-5.el9_4",
    );
}

#[test]
fn a_fix_of_a_later_minor_release_is_none_for_a_system_that_stays() {
    let db = database(vec![statement(
        "rhel:9",
        "0:2.0-5.el9_4",
        Qualifiers::default(),
    )]);
    let tool = Package::new("rpm", "tool", "2.0-1.el9_2");
    check(&db, system("rhel", "9.2", &["eus"]), tool, "affected");
}

#[test]
fn fips_realtime_and_unknown_channels_say_nothing_about_others() {
    for name in [
        "fips",
        "fips-updates",
        "realtime",
        "bluefield",
        "client-tools",
    ] {
        let db = database(vec![statement(
            "ubuntu:20.04",
            "1.0-2.fips.1",
            channel(name),
        )]);
        let tool = Package::new("deb", "tool", "1.0-1");
        check(&db, system("ubuntu", "20.04", &["esm"]), tool, "nothing");
    }
}

#[test]
fn a_module_is_told_by_the_label_or_by_the_database_that_has_none() {
    let alma = || system("almalinux", "8.10", &[]);
    let plain = "1.0-1.el8";
    let modular = "1.0-1.module_el8.6.0+1+abc";
    let read = |version: &str| Package::new("rpm", "tool", version).at("var/lib/rpm/Packages");
    let db = database(vec![statement(
        "almalinux:8",
        "2.0-1.module_el8.6.0+9+abc",
        module("tool:2"),
    )]);
    check(&db, alma(), read(plain), "nothing");
    check(
        &db,
        alma(),
        read(modular),
        "fixed 2.0-1.module_el8.6.0+9+abc",
    );
    // A package URL without the label does not tell.
    let told = Package::new("rpm", "tool", plain);
    check(&db, alma(), told, "fixed 2.0-1.module_el8.6.0+9+abc");
    let other = Package {
        module: Some("tool:1:8060:abc".into()),
        ..read(modular)
    };
    check(&db, alma(), other, "nothing");
    let same = Package {
        module: Some("tool:2:8060:abc".into()),
        ..read(modular)
    };
    check(&db, alma(), same, "fixed 2.0-1.module_el8.6.0+9+abc");
    let db = database(vec![statement("almalinux:8", "2.0-1.el8", module(""))]);
    check(&db, alma(), read(plain), "fixed 2.0-1.el8");
    check(&db, alma(), read(modular), "nothing");
}

#[test]
fn an_unconfirmed_architecture_is_accused_and_not_acquitted() {
    let only = || Qualifiers {
        architectures: vec!["x86_64".into()],
        ..Qualifiers::default()
    };
    let db = database(vec![statement("rhel:9", "0:2.0-1.el9", only())]);
    let of = |arch: &str| Package {
        architecture: Some(arch.into()),
        ..Package::new("rpm", "tool", "1.0-1.el9")
    };
    let rhel = || system("rhel", "9", &[]);
    check(&db, rhel(), of("x86_64"), "fixed 0:2.0-1.el9");
    check(&db, rhel(), of("aarch64"), "nothing");
    check(&db, rhel(), of("noarch"), "fixed 0:2.0-1.el9");
    let acquittal = Affected {
        status: FixStatus::NotAffected,
        ..statement("rhel:9", "", only())
    };
    let accused = statement("rhel:9", "0:2.0-1.el9", Qualifiers::default());
    let db = database(vec![accused, acquittal]);
    check(&db, rhel(), of("x86_64"), "nothing");
    check(&db, rhel(), of("noarch"), "fixed 0:2.0-1.el9");
}

#[test]
fn a_source_without_an_epoch_is_compared_without_one() {
    let source = Affected {
        key: KeyKind::Source,
        ..statement("photon:5", "4:2.0-1.ph5", Qualifiers::default())
    };
    let db = database(vec![source]);
    let of = |version: &str| Package {
        source: Some(lazaret_model::Source {
            name: "tool".into(),
            version: version.into(),
        }),
        ..Package::new("rpm", "tool-libs", "7.0-1.ph5")
    };
    let photon = || system("photon", "5.0", &[]);
    check(&db, photon(), of("1.9-1.ph5"), "fixed 4:2.0-1.ph5");
    check(&db, photon(), of("2.0-1.ph5"), "nothing");
}
