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

/// Manifests that ask for ranges, which a lock decides: another range alone makes the two
/// disagree, and the build that trusts the lock stop.
static ASKING: [(&str, &str); 7] = [
    ("package.json", "npm install {name}@{to}"),
    (
        "composer.json",
        "composer require {name}:{to} --with-dependencies",
    ),
    (
        "Gemfile",
        "bundle add {name} --version {to} && bundle update --conservative {name}",
    ),
    ("mix.exs", "mix deps.update {name}"),
    ("pubspec.yaml", "dart pub add {name}:{to}"),
    ("Podfile", "pod update {name}"),
    ("Pipfile", "pipenv upgrade {name}=={to}"),
];

/// Programs that are run to learn what they ask for: only running them tells what an edit
/// does.
static PROGRAMS: [&str; 4] = [
    "build.gradle",
    "build.gradle.kts",
    "settings.gradle",
    "settings.gradle.kts",
];

/// Why the file stays as it is; `None` where its name is not one that only a tool may write.
pub(super) fn of(file: &str, bump: &Bump) -> Option<Unchanged> {
    if PROGRAMS.contains(&file) {
        let why = format!("{file} is a program; what it asks for is known when it has run");
        return Some(Unchanged::new(why));
    }
    let entry = |list: &'static [(&str, &str)]| list.iter().find(|(name, _)| *name == file);
    let (why, (_, command)) = match (entry(&LOCKS), entry(&ASKING)) {
        (Some(lock), _) => (
            "holds checksums and a solved graph, which its own tool must write",
            lock,
        ),
        (None, asking) => (
            "asks for a range, and its lock, which decides, would say another",
            asking?,
        ),
    };
    let command = command
        .replace("{name}", &quoted(&bump.name))
        .replace("{to}", &quoted(&bump.to));
    Some(Unchanged {
        why: format!("{file} {why}"),
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
