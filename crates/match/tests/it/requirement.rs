//! What a manifest only asks for is never compared.

use lazaret_match::{MatchOptions, matched};
use lazaret_model::{GapKind, Inventory, Package, Qualifiers};

#[test]
fn what_a_manifest_only_asks_for_is_a_gap_and_no_finding() {
    let db = super::database("pypi", "9", Qualifiers::default());
    let inventory = Inventory {
        packages: vec![Package::new("pypi", "tool", "1.0").asked_for(">=1.0")],
        ..Inventory::default()
    };
    let result = matched(&inventory, &db, &MatchOptions::default()).expect("a good database");
    assert_eq!(result.findings, []);
    let kinds: Vec<GapKind> = result.gaps.iter().map(|g| g.kind).collect();
    assert_eq!(kinds, [GapKind::MissingVersion]);
}
