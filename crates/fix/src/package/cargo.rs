//! `Cargo.toml`: requirements that name one version (`=1.2.3`). Every other requirement is
//! a range that `Cargo.lock` decides. Source: the Cargo Book, "Specifying Dependencies".

use std::ops::Range;

use lazaret_check::Edit;

use super::line::{Line, lines};
use super::{Bump, Editor, Unchanged};

pub(super) static EDITOR: Editor = Editor {
    wants: |path| path.rsplit('/').next() == Some("Cargo.toml"),
    kind: "cargo",
    edit,
    // The checksum of the new version is in nobody's hands yet.
    then: Some("cargo update --workspace"),
};

fn edit(text: &str, bump: &Bump) -> Result<Vec<Edit>, Unchanged> {
    let edit = |range| Edit {
        range,
        text: bump.to.clone(),
    };
    let found = lines(text).filter_map(|line| of(&line, text, bump));
    Ok(found.map(edit).collect())
}

/// The bytes of the version in a line that asks for the crate.
fn of(line: &Line<'_>, text: &str, bump: &Bump) -> Option<Range<usize>> {
    let (table, key) = match is_table(line.table) {
        true => (line.table, line.key()),
        // `[dependencies.NAME]` has the version in a line of its own.
        false => line.table.rsplit_once('.')?,
    };
    if !is_table(table) {
        return None;
    }
    let is_inline = table == line.table;
    let renamed = match is_inline {
        true => line.text("package").map(|(_, name)| name),
        false => lines(text)
            .filter(|l| l.table == line.table)
            .find_map(|l| l.text("package").map(|(_, name)| name)),
    };
    let (range, said) = match line.value() {
        Some(value) if is_inline => value,
        _ => line.text("version")?,
    };
    let name = renamed.unwrap_or(key.trim_matches(['"', '\'']));
    let version = said.strip_prefix('=')?.trim_start();
    (name == bump.name && version.trim_end() == bump.from).then(|| {
        let start = range.end - version.len();
        start..start + version.trim_end().len()
    })
}

/// Whether a table lists dependencies: the crate's, the workspace's, a platform's.
fn is_table(table: &str) -> bool {
    let last = table.rsplit('.').next().unwrap_or_default();
    let known = ["dependencies", "dev-dependencies", "build-dependencies"];
    known.contains(&last)
}
