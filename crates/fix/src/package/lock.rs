//! Lock files: what only the tool may write that made them.
//!
//! An entry of a lock has a checksum of the file that is to be fetched, and stands for a
//! solved graph. Neither can be known without asking the ecosystem's registry and solving
//! again, and an entry without them is refused by the tool or, worse, believed.

use super::{Bump, Unchanged};

/// Names of lock files, and the command that changes a version in them.
static LOCKS: [(&str, &str); 17] = [
    ("package-lock.json", "npm install {name}@{to}"),
    ("npm-shrinkwrap.json", "npm install {name}@{to}"),
    ("yarn.lock", "yarn up {name}@{to}"),
    ("pnpm-lock.yaml", "pnpm update {name}@{to}"),
    ("bun.lock", "bun update {name}@{to}"),
    ("Cargo.lock", "cargo update -p {name} --precise {to}"),
    ("Gemfile.lock", "bundle update --conservative {name}"),
    (
        "composer.lock",
        "composer update {name}:{to} --with-dependencies",
    ),
    ("poetry.lock", "poetry update {name}"),
    ("uv.lock", "uv lock --upgrade-package {name}=={to}"),
    ("pdm.lock", "pdm update {name}"),
    ("Pipfile.lock", "pipenv upgrade {name}=={to}"),
    (
        "packages.lock.json",
        "dotnet add package {name} --version {to}",
    ),
    (
        "gradle.lockfile",
        "gradle dependencies --update-locks {name}",
    ),
    ("mix.lock", "mix deps.update {name}"),
    ("pubspec.lock", "dart pub upgrade {name}"),
    ("Podfile.lock", "pod update {name}"),
];

/// Why the lock file stays as it is; `None` where the name is no lock file's.
pub(super) fn of(file: &str, bump: &Bump) -> Option<Unchanged> {
    let (name, command) = LOCKS.iter().find(|(name, _)| *name == file)?;
    let command = command
        .replace("{name}", &quoted(&bump.name))
        .replace("{to}", &quoted(&bump.to));
    Some(Unchanged {
        why: format!("{name} holds checksums and a solved graph, which its own tool must write"),
        command: Some(command),
    })
}

/// A name in a command that people may paste: names come from files and are hostile.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "@/._:+-".contains(c);
    match text.chars().all(is_plain) && !text.starts_with('-') {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}
