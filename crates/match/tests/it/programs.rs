//! Programs that no package manager installed, looked up by their CPE names.

use lazaret_model::{Distro, Package, Qualifiers};

use crate::conditions::{database, found, statement};

/// A statement about `maker:tool`, fixed in `fixed`.
fn about(fixed: &str, qualifiers: Qualifiers) -> lazaret_model::Affected {
    lazaret_model::Affected {
        name: "maker:tool".to_owned(),
        ..statement("cpe", fixed, qualifiers)
    }
}

fn program(kind: &str, version: &str, cpe: &str) -> Package {
    Package {
        cpes: vec![cpe.to_owned()],
        ..Package::new(kind, "tool", version)
    }
}

const ANY: &str = "cpe:2.3:a:maker:tool:*:*:*:*:*:*:*:*";

#[test]
fn a_program_is_found_by_its_name_and_version() {
    let db = database(vec![about("2.0", Qualifiers::default())]);
    assert_eq!(found(&db, None, program("generic", "1.9", ANY)).len(), 1);
    assert_eq!(found(&db, None, program("generic", "2.0", ANY)).len(), 0);
    let other = "cpe:2.3:a:maker:other:*:*:*:*:*:*:*:*";
    assert_eq!(found(&db, None, program("generic", "1.9", other)).len(), 0);
}

#[test]
fn the_version_in_the_name_counts_before_the_package_s() {
    let db = database(vec![about("2.0", Qualifiers::default())]);
    let told = "cpe:2.3:a:maker:tool:2.1:*:*:*:*:*:*:*";
    assert_eq!(found(&db, None, program("generic", "1.9", told)).len(), 0);
    let none = "cpe:2.3:a:maker:tool:-:*:*:*:*:*:*:*";
    assert_eq!(found(&db, None, program("generic", "1.9", none)).len(), 1);
}

#[test]
fn what_runs_in_another_program_is_not_the_program() {
    let inside = Qualifiers {
        target_software: vec!["wordpress".into()],
        ..Qualifiers::default()
    };
    let db = database(vec![about("2.0", inside)]);
    assert_eq!(found(&db, None, program("generic", "1.9", ANY)).len(), 0);
    let same = "cpe:2.3:a:maker:tool:*:*:*:*:*:wordpress:*:*";
    assert_eq!(found(&db, None, program("generic", "1.9", same)).len(), 1);
}

#[test]
fn a_flaw_on_another_system_is_none_in_a_container() {
    for (platform, expected) in [
        ("microsoft:windows", 0),
        ("canonical:ubuntu_linux", 0),
        ("debian:debian_linux", 1),
        ("openssl:openssl", 1),
    ] {
        let on = Qualifiers {
            platforms: vec![platform.into()],
            ..Qualifiers::default()
        };
        let db = database(vec![about("2.0", on)]);
        let debian = Some(Distro::new("debian", "12"));
        let found = found(&db, debian, program("generic", "1.9", ANY));
        assert_eq!(found.len(), expected, "{platform}");
    }
}

#[test]
fn alpine_s_own_word_counts_before_nvd_s() {
    let alpine = || Some(Distro::new("alpine", "3.20"));
    let unrelated = lazaret_model::Affected {
        name: "another".into(),
        ..statement("alpine:3.20", "1.0-r1", Qualifiers::default())
    };
    let db = database(vec![about("2.0", Qualifiers::default()), unrelated]);
    assert_eq!(found(&db, alpine(), program("apk", "1.9-r3", ANY)).len(), 1);
    let own = statement("alpine:3.20", "1.9-r3", Qualifiers::default());
    let db = database(vec![about("2.0", Qualifiers::default()), own]);
    assert_eq!(found(&db, alpine(), program("apk", "1.9-r3", ANY)).len(), 0);
    assert_eq!(found(&db, alpine(), program("apk", "1.9-r2", ANY)).len(), 1);
}

#[test]
fn components_of_kubernetes_are_found_by_the_name_of_their_file() {
    let component = lazaret_model::Affected {
        name: "kubelet".into(),
        scheme: lazaret_version::Scheme::Semver,
        ..statement("k8s", "1.29.4", Qualifiers::default())
    };
    let golang = lazaret_model::Affected {
        name: "example.org/another".into(),
        scheme: lazaret_version::Scheme::Go,
        ..statement("golang", "1.0.0", Qualifiers::default())
    };
    let db = database(vec![component, golang]);
    let built = |path: &str| Package::new("golang", "k8s.io/kubernetes", "v1.29.3").at(path);
    assert_eq!(found(&db, None, built("usr/bin/kubelet")).len(), 1);
    assert_eq!(found(&db, None, built("usr/bin/kubectl")).len(), 0);
}
