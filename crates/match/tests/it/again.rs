//! Only what a newer database touches is matched again, and that is enough.

use std::collections::{BTreeMap, BTreeSet};

use lazaret_advisory::Db;
use lazaret_advisory::build::{BuildOptions, SourceSpec, build};
use lazaret_advisory::delta::Changes;
use lazaret_match::{Keys, MatchOptions, MatchResult, ReverseIndex, matched};
use lazaret_model::{Distro, Inventory, Package, Purl};
use lazaret_testkit::shared;

fn outcome(inventory: &Inventory, db: &Db) -> MatchResult {
    matched(inventory, db, &MatchOptions::default()).expect("a good database")
}

/// A store of inventories, as a keeper of images has it.
struct Store {
    inventories: Vec<Inventory>,
}

impl Store {
    /// How many inventories the step from one database to the other touches, and how many
    /// of them have another outcome. Every other one must have the outcome that it had.
    fn step(&self, before: &Db, after: &Db) -> (usize, usize) {
        let mut index = ReverseIndex::default();
        let mut old = Vec::new();
        for (number, inventory) in self.inventories.iter().enumerate() {
            let result = outcome(inventory, before);
            index.insert(&number, &Keys::of(inventory, &result.findings));
            old.push(result);
        }
        let changes = Changes::between(before, after).expect("good databases");
        let touched = index.touched(&changes);
        let mut changed = 0;
        for (number, inventory) in self.inventories.iter().enumerate() {
            let same = outcome(inventory, after) == old[number];
            let is_touched = touched.contains(&number);
            assert!(same || is_touched, "{:?} was missed", inventory.packages);
            let keys = Keys::of(inventory, &old[number].findings);
            assert_eq!(keys.are_touched_by(&changes), is_touched);
            changed += usize::from(!same);
        }
        (touched.len(), changed)
    }
}

/// Inventories of up to `size` packages each, of the collected questions of every `nth`.
fn store(size: usize, nth: usize) -> Option<Store> {
    let path = shared::path("corpus/oracle/queries.jsonl.zst")?;
    let packed = std::fs::read(path).expect("the questions");
    let lines = zstd::decode_all(packed.as_slice()).expect("the questions");
    let lines = String::from_utf8_lossy(&lines);
    let mut by_ecosystem: BTreeMap<String, Vec<Inventory>> = BTreeMap::new();
    for line in lines.lines().step_by(nth) {
        let question: serde_json::Value = serde_json::from_str(line).expect("a question");
        let text = |key: &str| question[key].as_str().unwrap_or_default().to_owned();
        let purl: Purl = text("purl").parse().expect("a purl");
        let of = by_ecosystem.entry(text("ecosystem")).or_default();
        if of.last().is_none_or(|i| i.packages.len() >= size) {
            of.push(Inventory::default());
        }
        let package = lazaret_ecosystem::distro::from_purl(&purl);
        if let Some(inventory) = of.last_mut() {
            inventory.packages.push(package);
        }
    }
    Some(Store {
        inventories: by_ecosystem.into_values().flatten().collect(),
    })
}

/// Inventories with every package that a database speaks about in a space, forty in each,
/// in the version that mends the first flaw of each.
fn of_database(db: &Db, space: &str) -> Store {
    let mut packages = Vec::new();
    db.each_package(|of, name, statements| {
        let fix = statements.iter().find_map(|s| s.affected.fixed.first());
        if let Some(fix) = fix.filter(|_| of == space) {
            packages.push(Package::new("rpm", name, fix.as_str()));
        }
        true
    })
    .expect("a good database");
    let inventory = |packages: &[Package]| {
        let mut inventory = Inventory {
            packages: packages.to_vec(),
            ..Inventory::default()
        };
        let (id, release) = space.split_once(':').expect("a release");
        inventory.target.distro = Some(Distro::new(id, release));
        inventory
    };
    Store {
        inventories: packages.chunks(40).map(inventory).collect(),
    }
}

fn built(sources: &[String], as_of: Option<&str>) -> Db {
    let sources: Vec<SourceSpec> = sources
        .iter()
        .map(|source| source.parse().expect("a source"))
        .collect();
    let options = BuildOptions {
        level: 1,
        as_of: as_of.map(str::to_owned),
        ..BuildOptions::default()
    };
    let (bytes, _) = build(&sources, &options, &mut |_| {}).expect("a database");
    Db::from_bytes(bytes).expect("a good database")
}

/// Goes from each snapshot to the next and back.
fn there_and_back(store: &Store, snapshots: &[Db]) {
    let all = store.inventories.len();
    for pair in snapshots.windows(2) {
        for (before, after) in [(&pair[0], &pair[1]), (&pair[1], &pair[0])] {
            let (touched, changed) = store.step(before, after);
            println!("{touched} of {all} inventories touched, {changed} changed");
            assert!(0 < changed && changed <= touched && touched < all);
        }
    }
    let same = store.step(&snapshots[0], &snapshots[0]);
    assert_eq!(same, (0, 0), "nothing is new");
}

#[test]
fn what_a_newer_snapshot_does_not_touch_has_the_same_outcome() {
    let feeds = [("osv", "alma-osv"), ("osv", "pypi-pypa"), ("kev", "kev")];
    let source = |(feed, archive): (&str, &str)| {
        let path = shared::path(&format!("feeds/{archive}.tar.zst"))?;
        Some(format!("{feed}={}", path.display()))
    };
    let sources: Option<Vec<String>> = feeds.into_iter().map(source).collect();
    let (Some(store), Some(sources)) = (store(20, 40), sources) else {
        return;
    };
    let dates = [Some("2025-11-20"), Some("2025-11-27"), None];
    let snapshots = dates.map(|date| built(&sources, date));
    there_and_back(&store, &snapshots);
}

#[test]
fn records_that_were_changed_touch_what_they_speak_about() {
    let Some(files) = shared::files("azurelinux-oval", "azurelinux-3.0") else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let snapshot = |number: usize| {
        let place = folder.path().join(number.to_string());
        std::fs::create_dir_all(&place).expect("a folder");
        let path = place.join("azurelinux-3.0-oval.xml");
        std::fs::write(&path, &files[number].1).expect("a file");
        built(&[format!("azurelinux={}", path.display())], None)
    };
    let snapshots = [snapshot(0), snapshot(1)];
    let mut store = of_database(&snapshots[1], "azurelinux:3.0");
    // One that has nothing that is in the news.
    store.inventories.push(Inventory::default());
    there_and_back(&store, &snapshots);
}

#[test]
fn an_inventory_that_is_taken_out_is_touched_by_nothing() {
    let mut index = ReverseIndex::default();
    let keys = |name: &str| Keys {
        packages: BTreeSet::from([("npm".to_owned(), name.to_owned())]),
        ids: BTreeSet::from(["CVE-2030-1".to_owned()]),
        ..Keys::default()
    };
    index.insert(&"one", &keys("left-pad"));
    index.insert(&"two", &keys("right-pad"));
    let changes = Changes {
        packages: BTreeSet::from([("npm".to_owned(), "left-pad".to_owned())]),
        ..Changes::default()
    };
    assert_eq!(index.touched(&changes), BTreeSet::from(["one"]));
    let scores = Changes {
        scores: BTreeSet::from(["CVE-2030-1".to_owned()]),
        ..Changes::default()
    };
    assert_eq!(index.touched(&scores).len(), 2);
    index.remove(&"one", &keys("left-pad"));
    assert_eq!(index.touched(&changes), BTreeSet::new());
    assert_eq!(index.touched(&scores), BTreeSet::from(["two"]));
}
