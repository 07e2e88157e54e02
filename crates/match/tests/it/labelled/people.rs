//! Verdicts of people on what scanners found in public images (`vulnerability-match-labels`).
//! A label names neither the ecosystem nor the system; of AlmaLinux's images both are known.

use lazaret_advisory::Db;
use lazaret_advisory::build::{BuildOptions, SourceSpec, build};
use lazaret_advisory::feed;
use lazaret_match::{MatchOptions, matched};
use lazaret_model::{Distro, Inventory, Package};
use lazaret_testkit::shared;
use serde_json::Value;

fn database() -> Option<Db> {
    let into = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = shared::folder("alma-osv", into)?;
    let source = SourceSpec {
        feed: feed::by_name("osv").expect("the feed exists"),
        path: folder.join("alma-osv/advisories/almalinux8"),
    };
    let (bytes, _) = build(&[source], &BuildOptions::default(), &mut |_| {}).expect("builds");
    Some(Db::from_bytes(bytes).expect("a good database"))
}

/// Whether the database has an erratum of that package for that id.
fn speaks(db: &Db, name: &str, id: &str) -> bool {
    let statements = db.statements("almalinux:8", name).expect("a good database");
    statements.iter().any(|statement| {
        let erratum = db.advisory(statement.advisory).expect("a good database");
        erratum.upstream.iter().any(|of| of == id)
    })
}

#[test]
fn people_s_verdicts_on_packages_of_almalinux_agree() {
    let Some(labels) = shared::files("match-labels-jsonl", "labels.jsonl") else {
        return;
    };
    let Some(db) = database() else { return };
    let (mut cases, mut wrong) = (0, Vec::new());
    for line in labels[0].1.split(|byte| *byte == b'\n') {
        let Ok(label) = serde_json::from_slice::<Value>(line) else {
            continue;
        };
        let text = |path: &str| {
            label
                .pointer(path)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let (name, version) = (text("/package/name"), text("/package/version"));
        let id = text("/vulnerability_id");
        let is_ours = text("/image/exact").contains("almalinux") && version.contains(".el8");
        // Some labels say that nobody could tell.
        let is_decided = matches!(text("/label"), "TP" | "FP");
        if !is_ours || !is_decided || !speaks(&db, name, id) {
            continue;
        }
        let mut inventory = Inventory::default();
        inventory.target.distro = Some(Distro::new("almalinux", "8.5"));
        inventory.packages = vec![Package::new("rpm", name, version)];
        let result = matched(&inventory, &db, &MatchOptions::default()).expect("a good database");
        let is_found = result.findings.iter().any(|finding| finding.id == id);
        cases += 1;
        if is_found != (text("/label") == "TP") {
            wrong.push(format!("{} {name} {version} {id}", text("/label")));
        }
    }
    println!("{cases} verdicts, {} disagree", wrong.len());
    assert!(cases > 100, "only {cases} can be judged");
    assert_eq!(wrong, Vec::<String>::new());
}
