//! Compares what the feeds say with what is expected of package versions.
//!
//! `oracle TREES QUERIES ADVISORIES`: the folder of feed trees, and the JSON lines of
//! queries and of advisory ids. Evaluates the statements alone: no database, no matcher.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use lazaret_advisory::feed::{self, FeedFile, Sink};
use lazaret_model::{Advisory, AdvisoryKind, Affected, FeedItem, FixStatus};
use lazaret_version::Containment;
use serde_json::Value;

const TREES: &[(&str, &str)] = &[
    ("alma", "osv"),
    ("go", "osv"),
    ("pypa", "osv"),
    ("rustsec", "rustsec"),
    ("ruby", "rubysec"),
    ("php", "friendsofphp"),
    ("npmwg", "nodejs-wg"),
    ("alpine-secdb", "alpine"),
    ("debian", "debian-lists"),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [trees, queries, advisories] = arguments.as_slice() else {
        println!("usage: oracle TREES QUERIES ADVISORIES");
        return;
    };
    let started = std::time::Instant::now();
    let mut all = Vec::new();
    for (tree, name) in TREES {
        let read = read_tree(&Path::new(trees).join(tree), name);
        println!("{tree}: {} advisories", read.len());
        all.extend(read);
    }
    println!("read in {:?}", started.elapsed());
    let mut index: HashMap<(&str, &str), Vec<(&Advisory, &Affected)>> = HashMap::new();
    for advisory in all
        .iter()
        .filter(|advisory| advisory.withdrawn.is_none())
        .filter(|advisory| advisory.kind != AdvisoryKind::Informational)
    {
        for affected in &advisory.affected {
            let key = (affected.space.as_str(), affected.name.as_str());
            index.entry(key).or_default().push((advisory, affected));
        }
    }
    judge(&index, queries, &aliases(advisories));
}

fn read_tree(root: &Path, name: &str) -> Vec<Advisory> {
    let feed = feed::by_name(name).unwrap();
    let (mut items, mut bad) = (Vec::new(), Vec::new());
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let relative = path.strip_prefix(root).unwrap().to_str().unwrap();
            if !(feed.wants)(relative) {
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            let file = FeedFile {
                path: relative,
                bytes: &bytes,
            };
            if let Err(error) = (feed.read)(file, &mut Sink::new(&mut items, &mut bad)) {
                println!("  unreadable {relative}: {error}");
            }
        }
    }
    for record in bad {
        println!("  bad {}: {}", record.record, record.reason);
    }
    let mut advisories: Vec<Advisory> = items
        .into_iter()
        .filter_map(|item| match item {
            FeedItem::Advisory(advisory) => Some(*advisory),
            _ => None,
        })
        .collect();
    advisories.sort_by(|a, b| a.id.cmp(&b.id));
    if let Some(finish) = feed.finish {
        finish(&mut advisories);
    }
    advisories
}

fn lines(path: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn texts(value: &Value) -> Vec<String> {
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    items
        .iter()
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

fn aliases(path: &str) -> HashMap<String, BTreeSet<String>> {
    let mut of: HashMap<String, BTreeSet<String>> = HashMap::new();
    for row in lines(path) {
        let id = row["id"].as_str().unwrap().to_owned();
        let all = texts(&row["aliases"]);
        of.entry(id.clone())
            .or_default()
            .extend(all.iter().cloned());
        for alias in all {
            of.entry(alias).or_default().insert(id.clone());
        }
    }
    of
}

/// The spaces of a query's ecosystem.
fn key(row: &Value) -> (String, String) {
    let ecosystem = row["ecosystem"].as_str().unwrap();
    let name = row["name"].as_str().unwrap();
    let debian = [
        ("woody", "3.0"),
        ("sarge", "3.1"),
        ("etch", "4"),
        ("lenny", "5"),
        ("squeeze", "6"),
        ("wheezy", "7"),
        ("jessie", "8"),
        ("stretch", "9"),
        ("buster", "10"),
        ("bullseye", "11"),
    ];
    let space = match ecosystem.split_once(':').unwrap_or((ecosystem, "")) {
        ("Debian", code) => {
            let number = debian.iter().find(|(name, _)| *name == code).unwrap().1;
            format!("debian:{number}")
        }
        ("Alpine", release) => format!("alpine:{}", release.trim_start_matches('v')),
        ("AlmaLinux", release) => format!("almalinux:{release}"),
        (language, _) => match language {
            "npm" => "npm",
            "PyPI" => "pypi",
            "Go" => "golang",
            "crates.io" => "cargo",
            "Packagist" => "composer",
            "RubyGems" => "gem",
            other => panic!("{other}"),
        }
        .to_owned(),
    };
    let name = if space == "pypi" {
        name.to_lowercase().replace(['_', '.'], "-")
    } else if space == "composer" {
        name.to_lowercase()
    } else {
        name.to_owned()
    };
    (space, name)
}

#[derive(Default)]
struct Score {
    hit: usize,
    miss: usize,
    extra: usize,
    undecided: usize,
    shown: usize,
}

fn judge(
    index: &HashMap<(&str, &str), Vec<(&Advisory, &Affected)>>,
    queries: &str,
    of: &HashMap<String, BTreeSet<String>>,
) {
    let near = |id: &String| {
        let mut ids = of.get(id).cloned().unwrap_or_default();
        ids.insert(id.clone());
        ids
    };
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    for row in lines(queries) {
        let ecosystem = row["ecosystem"].as_str().unwrap();
        let family = ecosystem.split(':').next().unwrap().to_owned();
        let score = scores.entry(family).or_default();
        let version = row["version"].as_str().unwrap();
        let (space, name) = key(&row);
        let statements = index.get(&(space.as_str(), name.as_str()));
        let mut found: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for (advisory, affected) in statements.into_iter().flatten() {
            match affected.range.contains(affected.scheme, version) {
                Containment::Inside(_) if affected.status == FixStatus::NotAffected => {}
                Containment::Inside(_) => {
                    let ids = found.entry(&advisory.id).or_default();
                    ids.insert(advisory.id.clone());
                    ids.extend(advisory.aliases.iter().cloned());
                }
                Containment::Undecided(why) => {
                    score.undecided += 1;
                    show(score, &format!("undecided ({why})"), &row, &advisory.id);
                }
                Containment::Outside => {}
            }
        }
        let expected = texts(&row["expected"]);
        let ids: BTreeSet<String> = found.values().flatten().cloned().collect();
        let allowed: BTreeSet<String> = expected
            .iter()
            .chain(&texts(&row["informational"]))
            .flat_map(&near)
            .collect();
        for id in &expected {
            if near(id).is_disjoint(&ids) {
                score.miss += 1;
                show(score, "missed", &row, id);
            } else {
                score.hit += 1;
            }
        }
        for (id, names) in &found {
            if names.is_disjoint(&allowed) {
                score.extra += 1;
                show(score, "beyond", &row, id);
            }
        }
    }
    for (family, s) in scores {
        let Score {
            hit,
            miss,
            extra,
            undecided,
            ..
        } = s;
        println!(
            "{family}: recall {hit}/{}, beyond {extra}, undecided {undecided}",
            hit + miss
        );
    }
}

fn show(score: &mut Score, what: &str, row: &Value, id: &str) {
    score.shown += 1;
    if score.shown <= 4000 {
        println!(
            "  {what} {} {} {} {id}",
            row["q"], row["name"], row["version"]
        );
    }
}
