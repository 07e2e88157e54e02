//! Every check of the shared list is here, or docs/checks.md says who else answers for it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const BEGIN: &str = "<!-- elsewhere: begin -->\n";
const END: &str = "<!-- elsewhere: end -->\n";

/// `checks.yaml` of the shared research; `None` where it is not there.
fn listed() -> Option<BTreeSet<String>> {
    let shared = std::env::var_os("LAZARET_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let text = std::fs::read_to_string(shared.join("research/checks.yaml")).ok()?;
    let ids = text.split("{id: ").skip(1);
    Some(
        ids.filter_map(|rest| rest.split(',').next())
            .map(str::to_owned)
            .collect(),
    )
}

/// The ids that a cell names: one, several, or `LZ-HO-001 to LZ-HO-014`.
fn expand(cell: &str) -> Vec<String> {
    let mut ids = Vec::new();
    for part in cell.split(',').map(str::trim) {
        match part.split_once(" to ") {
            Some((first, last)) => {
                let number = |id: &str| id[id.len() - 3..].parse::<u32>().expect("a number");
                let head = &first[..first.len() - 3];
                assert_eq!(Some(head), last.get(..head.len()), "{part}");
                ids.extend((number(first)..=number(last)).map(|n| format!("{head}{n:03}")));
            }
            None => ids.push(part.to_owned()),
        }
    }
    ids
}

fn elsewhere() -> Vec<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/checks.md");
    let page = std::fs::read_to_string(page).expect("docs/checks.md");
    let (_, rest) = page.split_once(BEGIN).expect("a begin mark");
    let (table, _) = rest.split_once(END).expect("an end mark");
    let rows = table.lines().filter(|line| line.starts_with("| LZ-"));
    rows.flat_map(|row| expand(row.split('|').nth(1).unwrap_or_default()))
        .collect()
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that skips says so")]
fn every_check_of_the_shared_list_is_here_or_argued() {
    let ours: BTreeSet<String> = lazaret_check::checks()
        .iter()
        .map(|check| check.id.to_owned())
        .collect();
    let argued = elsewhere();
    let set: BTreeSet<&String> = argued.iter().collect();
    assert_eq!(set.len(), argued.len(), "an id is argued twice");
    let twice: Vec<_> = set.iter().filter(|id| ours.contains(**id)).collect();
    assert!(
        twice.is_empty(),
        "checks that are also argued away: {twice:?}"
    );
    let Some(listed) = listed() else {
        eprintln!("skipped: the shared research is not beside the repository");
        return;
    };
    assert!(listed.len() > 300, "{}", listed.len());
    let missing: Vec<_> = listed
        .iter()
        .filter(|id| !ours.contains(*id) && !set.contains(id))
        .collect();
    assert!(
        missing.is_empty(),
        "neither checked nor argued: {missing:?}"
    );
    let unknown: Vec<_> = argued.iter().filter(|id| !listed.contains(*id)).collect();
    assert!(unknown.is_empty(), "argued and not listed: {unknown:?}");
}
