//! Version catalogues of Gradle, `libs.versions.toml`: versions of libraries, or those of
//! the table `versions` that they refer to. Source: Gradle's user manual, "Version Catalogs".
//!
//! Rich versions (`strictly`, `require`) say a range for a reason, and stay.

use std::ops::Range;

use lazaret_check::Edit;

use super::line::{Line, lines};
use super::{Bump, Editor, Unchanged};

pub(super) static EDITOR: Editor = Editor {
    wants: |path| path.ends_with(".versions.toml"),
    kind: "maven",
    edit,
    then: None,
};

fn edit(text: &str, bump: &Bump) -> Result<Vec<Edit>, Unchanged> {
    let mut places: Vec<Range<usize>> = Vec::new();
    for library in lines(text).filter(|l| l.table == "libraries") {
        places.extend(own(&library, bump));
        if let (true, Some((_, reference))) = (is_it(&library, bump), library.text("version.ref")) {
            let versions = lines(text).filter(|l| l.table == "versions" && l.key() == reference);
            let said = versions.filter_map(|line| line.value());
            places.extend(
                said.filter(|(_, v)| *v == bump.from)
                    .map(|(range, _)| range),
            );
        }
    }
    // Several libraries may refer to one version.
    places.sort_by_key(|range| range.start);
    places.dedup();
    let edit = |range| Edit {
        range,
        text: bump.to.clone(),
    };
    Ok(places.into_iter().map(edit).collect())
}

/// The version that the entry of the library says itself.
fn own(library: &Line<'_>, bump: &Bump) -> Option<Range<usize>> {
    if let Some((range, text)) = library.value() {
        let version = text.strip_prefix(&bump.name)?.strip_prefix(':')?;
        return (version == bump.from).then(|| range.end - version.len()..range.end);
    }
    let (range, version) = library.text("version").filter(|_| is_it(library, bump))?;
    (version == bump.from).then_some(range)
}

fn is_it(library: &Line<'_>, bump: &Bump) -> bool {
    let text = |key| library.text(key).map_or("", |(_, text)| text);
    match bump.name.split_once(':') {
        _ if text("module") == bump.name => true,
        Some((group, name)) => text("group") == group && text("name") == name,
        None => false,
    }
}
