//! What a fuzzer calls.

use super::Db;
use super::container::{Section, assemble};

/// Opens `bytes` as a database and asks it everything; then puts `bytes`, without the
/// first, in place of the section that the first byte names, in an otherwise good file
/// with good digests, and asks that. Never panics, whatever the bytes are.
///
/// Without the second half a fuzzer would never get past the digests, which anybody who
/// makes a file can state rightly.
#[doc(hidden)]
pub fn exercise(bytes: &[u8]) {
    if let Ok(db) = Db::from_bytes(bytes.to_vec()) {
        ask(&db);
    }
    let (Some((first, rest)), Ok(good)) = (bytes.split_first(), crate::starter::database()) else {
        return;
    };
    let chosen = usize::from(*first) % Section::ALL.len();
    let sections = Section::ALL.map(|section| match section as usize - 1 == chosen {
        true => rest.to_vec(),
        false => good.section(section).to_vec(),
    });
    if let Ok(db) = Db::from_bytes(assemble(&sections)) {
        ask(&db);
    }
}

/// Asks everything there is to ask; what comes back does not matter.
fn ask(db: &Db) {
    let mut names = Vec::new();
    let _ = db.each_package(|space, name, _| {
        names.push((space.to_owned(), name.to_owned()));
        names.len() < 64
    });
    names.push(("npm".to_owned(), "lodash".to_owned()));
    for (space, name) in &names {
        let _ = db.has_space(space);
        for statement in db.statements(space, name).unwrap_or_default() {
            let _ = db.advisory(statement.advisory);
        }
    }
    for index in db.advisories().take(64) {
        let _ = db.advisory_head(index);
        let _ = db.advisory(index);
        let _ = db.group_of(index).and_then(|group| db.group(group));
    }
    let mut ids = vec!["CVE-2021-44228".to_owned(), String::new()];
    let _ = db.each_id("", |id, _| {
        ids.push(id.to_owned());
        ids.len() < 64
    });
    for id in &ids {
        let _ = db.by_id(id);
    }
    let all = db.derived_from(&ids.into_iter().collect());
    let _ = db.each_package_of(&all.unwrap_or_default(), |_, _, _| true);
    let _ = db.end_of_life("debian", "11");
    let _ = db.ends_of_life();
    let _ = db.search("log4j", 10);
    let _ = db.verify();
}
