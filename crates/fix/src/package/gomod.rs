//! `go.mod`: `require` directives. Source: the Go Modules Reference, "go.mod files".

use lazaret_check::Edit;

use super::{Bump, Editor, Unchanged};

pub(super) static EDITOR: Editor = Editor {
    wants: |path| path.rsplit('/').next() == Some("go.mod"),
    kind: "golang",
    edit,
    // The checksums of the new version are in nobody's hands yet.
    then: Some("go mod tidy"),
};

fn edit(text: &str, bump: &Bump) -> Result<Vec<Edit>, Unchanged> {
    let to = format!("v{}", bump.to.trim_start_matches('v'));
    let from = bump.from.trim_start_matches('v');
    if !same_major(&bump.name, &to) {
        let why = format!(
            "{to} of {} is another major version, with another import path",
            bump.name
        );
        return Err(Unchanged::new(why));
    }
    let mut edits = Vec::new();
    let mut block = String::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let code = line.split("//").next().unwrap_or_default();
        let mut words = code.split_whitespace().peekable();
        let first = words.peek().copied().unwrap_or_default();
        let directive = match block.as_str() {
            "" => words.next().unwrap_or_default().to_owned(),
            block => block.to_owned(),
        };
        let rest: Vec<&str> = words.collect();
        match rest.as_slice() {
            ["("] if block.is_empty() => block = directive,
            _ if first == ")" => block.clear(),
            [name, ..] if directive == "replace" && name.trim_matches('"') == bump.name => {
                let why = format!("{} is replaced by another module here", bump.name);
                return Err(Unchanged::new(why));
            }
            [name, version] if directive == "require" => {
                let said = version.trim_matches('"');
                if name.trim_matches('"') == bump.name && said.trim_start_matches('v') == from {
                    // The version is the last word, so the last place that says it is its.
                    let at = code.rfind(said).unwrap_or_default();
                    edits.push(Edit {
                        range: start + at..start + at + said.len(),
                        text: to.clone(),
                    });
                }
            }
            _ => {}
        }
        start += line.len();
    }
    Ok(edits)
}

/// Whether a module of this path may have this version: `/v2` needs version 2.
fn same_major(path: &str, version: &str) -> bool {
    let major = version
        .trim_start_matches('v')
        .split('.')
        .next()
        .unwrap_or_default();
    let suffix = path.rsplit('/').next().unwrap_or_default();
    let stated = suffix
        .strip_prefix('v')
        .or_else(|| suffix.rsplit_once(".v").map(|(_, n)| n))
        .filter(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    match stated {
        Some(stated) => stated == major,
        None => matches!(major, "0" | "1") || version.ends_with("+incompatible"),
    }
}
