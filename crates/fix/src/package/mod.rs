//! Packages that files ask for, in another version.

mod cargo;
mod conan;
mod gomod;
mod gradle;
mod line;
mod lock;
mod maven;
mod msbuild;
mod python;

use lazaret_check::Edit;

/// A package that is to be had in another version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bump {
    /// The package URL's type: `pypi`, `golang`, `maven`, `nuget`, `cargo`, `conan`.
    pub kind: String,
    /// The name, as the ecosystem writes it.
    pub name: String,
    /// The version that is asked for now.
    pub from: String,
    /// The version that is wanted.
    pub to: String,
}

/// Why a file stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Unchanged {
    /// The reason, for people.
    pub why: String,
    /// What to type instead, where there is something.
    pub command: Option<String>,
}

impl Unchanged {
    fn new(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            command: None,
        }
    }
}

/// Edits, and what has to be done besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bumped {
    /// The edits of the file.
    pub edits: Vec<Edit>,
    /// A command that has to be run afterwards, such as one that refreshes checksums.
    pub then: Option<&'static str>,
}

/// A kind of file that can be edited.
struct Editor {
    /// Whether a file of this name is of this kind.
    wants: fn(name: &str) -> bool,
    /// The package URL's type.
    kind: &'static str,
    /// Edits of the text; none where the package is not asked for in that version.
    edit: fn(text: &str, bump: &Bump) -> Result<Vec<Edit>, Unchanged>,
    /// What has to be run afterwards.
    then: Option<&'static str>,
}

/// Every kind of file that can be edited.
static ALL: &[&Editor] = &[
    &python::REQUIREMENTS,
    &python::PROJECT,
    &gomod::EDITOR,
    &maven::EDITOR,
    &gradle::EDITOR,
    &msbuild::EDITOR,
    &cargo::EDITOR,
    &conan::EDITOR,
];

/// Whether a directory's file of this path may ask for packages and be changed.
pub fn wants(path: &str) -> bool {
    ALL.iter().any(|editor| (editor.wants)(path))
}

/// The edits of the file at `path` that ask for the package in the other version.
///
/// # Errors
/// When the file is one that only its ecosystem's tool may write, or does not say the
/// version in a way that can be changed; [`Unchanged::command`] then tells what to type.
pub fn bump(path: &str, text: &str, bump: &Bump) -> Result<Bumped, Unchanged> {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    if let Some(unchanged) = lock::of(name, bump) {
        return Err(unchanged);
    }
    let editor = ALL.iter().find(|e| e.kind == bump.kind && (e.wants)(path));
    let Some(editor) = editor else {
        return Err(Unchanged::new(format!(
            "nothing here knows how to change {name}"
        )));
    };
    let edits = (editor.edit)(text, bump)?;
    if edits.is_empty() {
        let why = format!(
            "{name} does not ask for {} {} in so many words",
            bump.name, bump.from
        );
        return Err(Unchanged::new(why));
    }
    Ok(Bumped {
        edits,
        then: editor.then,
    })
}
