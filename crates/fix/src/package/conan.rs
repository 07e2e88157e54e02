//! `conanfile.txt`: references with a version, one in a line. Source: Conan's
//! documentation, "conanfile.txt".

use lazaret_check::Edit;

use super::line::lines;
use super::{Bump, Editor, Unchanged};

pub(super) static EDITOR: Editor = Editor {
    wants: |path| path.rsplit('/').next() == Some("conanfile.txt"),
    kind: "conan",
    edit,
    then: None,
};

fn edit(text: &str, bump: &Bump) -> Result<Vec<Edit>, Unchanged> {
    let mut edits = Vec::new();
    // A `#` in such a line begins a revision, not a comment: what has one is pinned to
    // bytes that another version has not.
    for line in lines(text).filter(|l| l.table.ends_with("requires")) {
        let reference = line.code.trim();
        let behind = text.get(line.start + line.code.len()..).unwrap_or_default();
        let Some(rest) = reference
            .strip_prefix(bump.name.as_str())
            .and_then(|r| r.strip_prefix('/'))
        else {
            continue;
        };
        let version = rest.split(['@', ':', '%']).next().unwrap_or_default();
        if version != bump.from {
            continue;
        }
        if behind.starts_with('#') {
            let why = format!("{} is pinned to a revision of its recipe", bump.name);
            return Err(Unchanged::new(why));
        }
        let indent = line.code.len() - line.code.trim_start().len();
        let start = line.start + indent + bump.name.len() + 1;
        edits.push(Edit {
            range: start..start + version.len(),
            text: bump.to.clone(),
        });
    }
    Ok(edits)
}
