//! The pages of `docs` against the tree.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every file with that ending below a folder.
fn files(folder: &Path, ending: &str, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of the repository") {
        let path = entry.expect("a folder of the repository").path();
        if path.is_dir() {
            files(&path, ending, into);
        } else if path.extension().is_some_and(|e| e == ending) {
            into.push(path);
        }
    }
}

/// Names of the tests in the tree.
fn tests() -> BTreeSet<String> {
    let mut sources = Vec::new();
    files(&root().join("crates"), "rs", &mut sources);
    let mut names = BTreeSet::new();
    for path in sources {
        let text = std::fs::read_to_string(&path).expect("a source");
        // The attribute stands before the function, and others may stand between; inside
        // `proptest!` both are indented.
        for test in text.split("#[test]").skip(1) {
            let name = test.split("fn ").nth(1).and_then(|t| t.split('(').next());
            names.extend(name.map(str::to_owned));
        }
    }
    names
}

/// What looks like the name of a test: a sentence of small letters.
fn is_sentence(word: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    word.chars().all(plain) && word.matches('_').count() >= 3
}

#[test]
fn every_test_that_a_page_names_exists() {
    let tests = tests();
    let mut named = 0;
    for page in [
        "matching.md",
        "versions.md",
        "systems.md",
        "feeds.md",
        "proof.md",
    ] {
        let text = std::fs::read_to_string(root().join("docs").join(page)).expect("a page");
        let words = text.split('`').skip(1).step_by(2);
        for word in words.filter(|word| is_sentence(word)) {
            named += 1;
            assert!(tests.contains(word), "{page} names the test {word}");
        }
    }
    let short = ["dpkg_agrees", "rpm_agrees"];
    assert!(short.iter().all(|name| tests.contains(*name)));
    assert!(named > 60, "only {named} tests are named");
}

/// The cells of the rows of a page's table that begin with a word in backticks.
fn rows(page: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(root().join("docs").join(page)).expect("a page");
    let lines = text.lines().filter(|line| line.starts_with("| `"));
    let cells = |line: &str| line.split('|').skip(1).map(str::to_owned).collect();
    lines.map(cells).collect()
}

/// The words of a cell that are in backticks.
fn words(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

#[test]
fn every_distribution_has_a_row_with_feeds_that_exist() {
    let rows = rows("systems.md");
    for family in lazaret_ecosystem::distro::FAMILIES {
        let row = rows
            .iter()
            .find(|row| words(&row[0]).any(|id| id == family.id));
        let row = row.unwrap_or_else(|| panic!("{} has no row", family.id));
        let mut feeds = words(&row[1]).peekable();
        assert!(
            feeds.peek().is_some() || row[1].contains("those of"),
            "{row:?}"
        );
        for feed in feeds {
            let exists = lazaret_advisory::feed::by_name(feed).is_some();
            assert!(exists, "{}: {feed} is no feed", family.id);
        }
    }
}
