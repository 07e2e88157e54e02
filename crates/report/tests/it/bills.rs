//! Bills of materials: what is written comes back, what others write is understood.

use lazaret_model::{Distro, Gap, GapKind, Inventory, Location, Package, Source, TargetKind};
use lazaret_report::sbom::{self, SbomError, SbomFormat};
use lazaret_report::{Options, by_name};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

use crate::fixtures;

const LOSSLESS: [SbomFormat; 3] = [SbomFormat::CycloneDx, SbomFormat::Spdx, SbomFormat::Lazaret];

#[track_caller]
fn round_trip(inventory: &Inventory) {
    for format in LOSSLESS {
        let mut bytes = Vec::new();
        sbom::write(inventory, format, &Options::default(), &mut bytes).expect("a vector");
        let back = sbom::read(&bytes, "bom").expect("what we write we read");
        assert_eq!(&back, inventory, "{format:?}");
    }
}

#[test]
fn the_inventories_of_the_fixtures_come_back_whole() {
    for report in [fixtures::clean(), fixtures::gaps_only(), fixtures::rich()] {
        round_trip(&Inventory {
            target: report.target,
            packages: report.packages,
            gaps: report.gaps,
            ..Inventory::default()
        });
    }
}

fn package() -> impl Strategy<Value = Package> {
    let kind = prop::sample::select(vec![
        "deb", "rpm", "npm", "maven", "golang", "pypi", "strange",
    ]);
    let text = || option::of("\\PC{0,6}");
    let facts = (
        text(),
        option::of(any::<u32>()),
        text(),
        text(),
        text(),
        text(),
    );
    let lists = (
        vec("\\PC{0,8}", 0..3),
        vec("\\PC{1,8}", 0..3),
        btree_map("[a-z]{1,4}", "\\PC{0,4}", 0..3),
        option::of(("\\PC{0,5}", "\\PC{0,5}")),
    );
    (
        kind,
        "[a-zA-Z@/:é漢 <\u{1b}]{1,10}[a-z]",
        "\\PC{0,8}",
        facts,
        lists,
        any::<(bool, bool)>(),
    )
        .prop_map(|(kind, name, version, facts, lists, flags)| {
            let mut package = Package::new(kind, name, version);
            (
                package.architecture,
                package.epoch,
                package.module,
                package.vendor,
                package.owner,
                package.reference,
            ) = facts;
            let (paths, licenses, properties, source) = lists;
            package.locations = paths
                .into_iter()
                .map(|path| Location { path, layer: None })
                .collect();
            package.licenses = licenses;
            package.properties = properties;
            package.source = source.map(|(name, version)| Source { name, version });
            (package.third_party, package.development) = flags;
            package
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_inventory_comes_back_whole(packages in vec(package(), 0..6), id in "[a-z]{1,5}") {
        let mut inventory = Inventory { packages, ..Inventory::default() };
        inventory.packages.retain(|p| p.purl.to_string().parse().as_ref() == Ok(&p.purl));
        inventory.target.distro = Some(Distro::new(id, ""));
        inventory.gaps = vec![Gap::new(GapKind::Limit, "x\u{7}", "<y>")];
        round_trip(&inventory);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in vec(any::<u8>(), 0..200)) {
        let _ = sbom::read(&bytes, "noise");
    }
}

#[test]
fn components_nested_in_foreign_cyclonedx_are_found_and_the_nameless_are_gaps() {
    let bom = r#"{"bomFormat":"CycloneDX","specVersion":"1.4","metadata":{"component":{"type":"container","name":"img"}},
      "components":[
        {"type":"operating-system","name":"Debian","version":"12"},
        {"type":"library","bom-ref":"a","name":"ignored","version":"9","purl":"pkg:maven/org.x/y@1.0?type=jar",
         "components":[{"type":"library","bom-ref":"b","name":"z","version":"2","purl":"pkg:npm/%40s/z"}]},
        {"type":"library","name":"mystery","version":"3"},
        {"type":"library","name":"q","purl":"pkg:quux/q@1"}]}"#;
    let inventory = sbom::read(bom.as_bytes(), "bom.json").expect("valid CycloneDX");
    let seen: Vec<_> = inventory
        .packages
        .iter()
        .map(|p| {
            (
                p.reference.as_deref(),
                p.name.as_str(),
                p.version.as_str(),
                p.purl.to_string(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            (
                Some("a"),
                "org.x:y",
                "1.0",
                "pkg:maven/org.x/y@1.0?type=jar".to_owned()
            ),
            (Some("b"), "@s/z", "2", "pkg:npm/%40s/z".to_owned()),
            (None, "q", "1", "pkg:quux/q@1".to_owned()),
        ]
    );
    assert_eq!(inventory.target.distro, Some(Distro::new("debian", "12")));
    let gaps: Vec<_> = inventory
        .gaps
        .iter()
        .map(|g| (g.kind, g.subject.as_str()))
        .collect();
    assert_eq!(
        gaps,
        [
            (GapKind::Unsupported, "mystery 3"),
            (GapKind::Unsupported, "pkg:quux/q@1")
        ]
    );
}

#[track_caller]
fn check_packages(document: &str, expected: &[&str]) {
    let inventory = sbom::read(document.as_bytes(), "input").expect("a known document");
    let purls: Vec<String> = inventory
        .packages
        .iter()
        .map(|p| p.purl.to_string())
        .collect();
    assert_eq!(purls, expected);
}

#[test]
fn documents_are_known_by_their_content() {
    check_packages(
        r#"{"spdxVersion":"SPDX-2.2","name":"d","packages":[{"SPDXID":"SPDXRef-1","name":"n","externalRefs":
           [{"referenceCategory":"PACKAGE_MANAGER","referenceType":"purl","referenceLocator":"pkg:gem/rails@7.0"}]}]}"#,
        &["pkg:gem/rails@7.0"],
    );
    check_packages(
        "SPDXVersion: SPDX-2.3\nPackageName: n\nSPDXID: SPDXRef-1\nPackageVersion: 1\n\
         PackageLicenseComments: <text>\nPackageName: not one\n</text>\n\
         ExternalRef: PACKAGE-MANAGER purl pkg:cargo/serde@1.0.0\n",
        &["pkg:cargo/serde@1.0.0"],
    );
    check_packages(
        r#"{"_type":"https://in-toto.io/Statement/v1","predicateType":"https://cyclonedx.org/bom",
           "predicate":{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","name":"a","purl":"pkg:npm/a@1"}]}}"#,
        &["pkg:npm/a@1"],
    );
    check_packages(
        "# list\npkg:npm/a@1\n\npkg:pypi/b@2\n",
        &["pkg:npm/a@1", "pkg:pypi/b@2"],
    );
    check_packages("pkg:npm/a@1", &["pkg:npm/a@1"]);
}

#[test]
fn what_is_no_bill_of_materials_is_refused_by_name() {
    for text in ["", "hello", "{}", "[1]", "{\"a\":", "\u{0}\u{1}"] {
        let error = sbom::read(text.as_bytes(), "thing").expect_err(text);
        assert!(error.to_string().starts_with("thing: "), "{error}");
    }
    assert!(matches!(
        sbom::read(b"<bom/>", "x"),
        Err(SbomError::NotRead { .. })
    ));
    let deep = format!(
        "{{\"bomFormat\":\"CycloneDX\",\"components\":{}",
        "[{\"components\":".repeat(5_000)
    );
    assert!(sbom::read(deep.as_bytes(), "deep").is_err());
}

#[test]
fn a_report_given_as_a_bill_of_materials_forgets_what_its_database_lacked() {
    let mut report = fixtures::gaps_only();
    report
        .gaps
        .push(Gap::new(GapKind::StarterDatabase, "database", "small"));
    for format in ["json", "cyclonedx", "spdx"] {
        let mut bytes = Vec::new();
        let render = by_name(format).expect("a known format").render;
        render(&report, &Options::default(), &mut bytes).expect("a vector takes every byte");
        let inventory = sbom::read(&bytes, "report").expect("a report is an inventory");
        let kinds: Vec<_> = inventory.gaps.iter().map(|g| g.kind).collect();
        assert_eq!(kinds, [GapKind::Unreadable, GapKind::Limit], "{format}");
    }
}

#[test]
fn a_bill_of_five_thousand_components_is_read_in_one_pass() {
    let lines: String = (0..5_000)
        .map(|n| format!("pkg:npm/p{n}@1.{n}\n"))
        .collect();
    let mut inventory = sbom::read(lines.as_bytes(), "list").expect("a list");
    inventory.target.kind = TargetKind::Sbom;
    round_trip(&inventory);
}
