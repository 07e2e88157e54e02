//! Why something is not reported: each record, and the first reason.

use lazaret_match::{Absence, MatchOptions, absence};
use lazaret_model::{
    Advisory, Affected, Distro, FeedItem, FixStatus, Inventory, KeyKind, Package, Qualifiers,
};

use crate::acceptance::{advisory, database, of};
use crate::conditions::statement;

const ID: &str = "CVE-2030-1";

fn why(statements: Vec<Affected>, package: Package) -> Vec<String> {
    reasons(&of([advisory(ID, statements)]), package)
}

fn asked(db: &lazaret_advisory::Db, package: Package, id: &str) -> Absence {
    let mut inventory = Inventory {
        packages: vec![package],
        ..Inventory::default()
    };
    inventory.target.distro = Some(Distro::new("rhel", "9"));
    absence(&inventory, db, &MatchOptions::default(), id).expect("a good database")
}

fn reasons(db: &lazaret_advisory::Db, package: Package) -> Vec<String> {
    let told = asked(db, package, ID);
    assert!(told.is_known);
    told.considered.into_iter().map(|c| c.reason).collect()
}

fn tool(version: &str) -> Package {
    Package {
        architecture: Some("x86_64".into()),
        ..Package::new("rpm", "tool", version)
    }
}

fn fixed(qualifiers: Qualifiers) -> Affected {
    statement("rhel:9", "0:2.0-1", qualifiers)
}

#[test]
fn the_first_reason_is_told_in_the_words_of_the_record() {
    let plain = || fixed(Qualifiers::default());
    let named = |name: &str, space: &str| Affected {
        name: name.into(),
        space: space.into(),
        ..plain()
    };
    let source = Affected {
        key: KeyKind::Source,
        ..named("other", "rhel:9")
    };
    let only = |architecture: &str| {
        fixed(Qualifiers {
            architectures: vec![architecture.into()],
            ..Qualifiers::default()
        })
    };
    let module = fixed(Qualifiers {
        module: Some("tool:2".into()),
        ..Qualifiers::default()
    });
    let stream = fixed(Qualifiers {
        channel: Some("eus:9.0".into()),
        ..Qualifiers::default()
    });
    let acquittal = Affected {
        status: FixStatus::NotAffected,
        ..statement("rhel:9", "", Qualifiers::default())
    };
    for (statement, expected) in [
        (plain(), "tool 2.0-1: rpm, 2.0-1 is not in < 0:2.0-1"),
        (named("lib", "rhel:9"), "no package lib of rhel:9 was found"),
        (source, "no package other of rhel:9 was found"),
        (
            named("tool", "rhel:8"),
            "speaks about rhel:8, which is not here",
        ),
        (only("s390x"), "tool 2.0-1: only s390x, and this is x86_64"),
        (
            stream,
            "tool 2.0-1: the system does not receive the channel eus:9.0",
        ),
        (acquittal, "tool 2.0-1: says that it is not concerned"),
    ] {
        assert_eq!(why(vec![statement], tool("2.0-1")), [expected]);
    }
    let labelled = Package {
        module: Some("tool:1:8060:abc".into()),
        ..tool("1.0-1")
    };
    let told = "tool 1.0-1: only of the module tool:2, and this is of tool:1:8060:abc";
    assert_eq!(why(vec![module], labelled), [told]);
    let foreign = Package {
        third_party: true,
        ..tool("1.0-1")
    };
    let told = "tool 1.0-1 was not built by the distribution";
    assert_eq!(why(vec![plain()], foreign), [told]);
}

#[test]
fn every_record_is_told_nearest_first_with_errata_and_what_is_void() {
    let erratum = Advisory {
        upstream: vec![ID.into()],
        ..advisory("RHSA-2030:1", vec![fixed(Qualifiers::default())])
    };
    let withdrawn = Advisory {
        withdrawn: Some("2030-01-01T00:00:00Z".into()),
        ..advisory(ID, vec![fixed(Qualifiers::default())])
    };
    let silent = Advisory {
        aliases: vec![ID.into()],
        ..advisory("GHSA-aaaa-bbbb-cccc", Vec::new())
    };
    let records = [erratum, withdrawn, silent].map(Box::new);
    let db = database(records.map(FeedItem::Advisory).to_vec());
    let told = asked(&db, tool("2.0-1"), ID);
    let lines: Vec<String> = told
        .considered
        .iter()
        .map(|c| format!("{}: {}", c.advisory, c.reason))
        .collect();
    assert_eq!(
        lines,
        [
            "RHSA-2030:1: tool 2.0-1: rpm, 2.0-1 is not in < 0:2.0-1",
            "CVE-2030-1: was withdrawn by its author",
            "GHSA-aaaa-bbbb-cccc: names no package that could be matched",
        ]
    );
    let unknown = asked(&db, tool("2.0-1"), "CVE-1999-1");
    assert_eq!(unknown, Absence::default(), "not in this database");
}
