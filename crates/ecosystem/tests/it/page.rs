//! The page that tells people which files are read says what the readers do.

use std::collections::BTreeMap;

use lazaret_ecosystem::{ALL, EvidenceKind};

const PAGE: &str = include_str!("../../../../docs/ecosystems.md");

/// A row: purl type, OSV names, files of installed packages, lock files and manifests.
struct Row {
    osv: String,
    installed: Vec<&'static str>,
    locked: Vec<&'static str>,
}

fn rows() -> BTreeMap<&'static str, Row> {
    let mut rows = BTreeMap::new();
    for line in PAGE.lines().filter(|l| l.starts_with("| ")).skip(1) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let &[_, kind, osv, _, installed, locked] = cells.as_slice() else {
            panic!("six cells: {line}")
        };
        let row = Row {
            osv: osv.to_owned(),
            installed: quoted(installed),
            locked: quoted(locked),
        };
        assert!(
            rows.insert(kind.trim_matches('`'), row).is_none(),
            "{kind} once"
        );
    }
    rows
}

fn quoted(cell: &'static str) -> Vec<&'static str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_ecosystem_has_a_row_with_its_names() {
    let rows = rows();
    assert_eq!(rows.len(), ALL.len(), "no row without an ecosystem");
    for ecosystem in ALL {
        let row = rows.get(ecosystem.kind);
        let row = row.unwrap_or_else(|| panic!("a row for {}", ecosystem.kind));
        assert_eq!(row.osv, ecosystem.osv.join(", "), "{}", ecosystem.kind);
    }
}

#[test]
fn every_file_of_a_row_is_wanted_by_a_reader_of_its_column() {
    let rows = rows();
    let mut unwanted: Vec<&str> = Vec::new();
    for ecosystem in ALL {
        let row = &rows[ecosystem.kind];
        let columns = [
            (EvidenceKind::Installed, &row.installed),
            (EvidenceKind::Locked, &row.locked),
        ];
        for (evidence, files) in columns {
            let wanted = |file: &str| {
                let mut readers = ecosystem.readers.iter();
                readers.any(|r| r.evidence == evidence && (r.wants)(file))
            };
            unwanted.extend(files.iter().copied().filter(|file| !wanted(file)));
        }
    }
    assert!(unwanted.is_empty(), "{unwanted:?}");
}

/// Readers that no name selects stand in the page's list of what is recognised by content.
#[test]
fn every_reader_is_in_the_page() {
    let rows = rows();
    let mut absent = Vec::new();
    for ecosystem in ALL {
        let row = &rows[ecosystem.kind];
        for reader in ecosystem.readers {
            let mut files = row.installed.iter().chain(&row.locked);
            let named = PAGE.contains(&format!("`{}`", reader.id));
            if !named && !files.any(|file| (reader.wants)(file)) {
                absent.push(reader.id);
            }
        }
    }
    assert!(absent.is_empty(), "{absent:?}");
}
