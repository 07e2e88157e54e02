//! What lies beside a Dockerfile and has a say: the list of files that a build context leaves
//! out, and hadolint's configuration.

use std::collections::HashMap;

use super::hadolint::Config;
use crate::Source;

/// Names of hadolint's configuration, in the order in which it looks.
const CONFIGURATIONS: &[&str] = &[
    ".hadolint.yaml",
    ".hadolint.yml",
    "hadolint.yaml",
    "hadolint.yml",
];

/// What is known of the files that a build leaves out of its context.
#[derive(Debug, Clone, Copy, Default)]
pub enum Context<'a> {
    /// Nobody looked for the list.
    #[default]
    Untold,
    /// There is no list.
    Whole,
    /// The list.
    Listed(&'a Source),
}

/// The files of a run that Dockerfiles are judged with.
pub(super) struct Beside<'a> {
    lists: HashMap<&'a str, &'a Source>,
    configurations: HashMap<&'a str, Config>,
}

impl<'a> Beside<'a> {
    pub(super) fn of(sources: &'a [Source]) -> Self {
        let lists = sources
            .iter()
            .filter(|one| one.file_name().ends_with(".dockerignore"));
        let mut configurations: HashMap<&str, Config> = HashMap::new();
        for name in CONFIGURATIONS {
            for source in sources.iter().filter(|one| one.file_name() == *name) {
                configurations
                    .entry(source.directory())
                    .or_insert_with(|| Config::read(source));
            }
        }
        Self {
            lists: lists.map(|one| (one.path.as_str(), one)).collect(),
            configurations,
        }
    }

    /// The list for a Dockerfile: BuildKit takes the one that is called after the file, then
    /// the one at the root of the context, which is the directory of the file or one above.
    pub(super) fn context(&self, file: &Source) -> Context<'a> {
        let own = format!("{}.dockerignore", file.path);
        let mut names = above(file.directory()).map(|dir| join(dir, ".dockerignore"));
        let listed = self.lists.get(own.as_str());
        match listed.or_else(|| names.find_map(|name| self.lists.get(name.as_str()))) {
            Some(source) => Context::Listed(source),
            None if file.path == "-" => Context::Untold,
            None => Context::Whole,
        }
    }

    /// The configuration of the nearest directory that has one.
    pub(super) fn configuration(&self, file: &Source) -> Option<&Config> {
        above(file.directory()).find_map(|dir| self.configurations.get(dir))
    }

    /// What could not be read of the configurations.
    pub(super) fn configurations(&self) -> impl Iterator<Item = &Config> {
        self.configurations.values()
    }
}

/// Files that belong to a Dockerfile that is examined alone: beside it, and where the program
/// was started.
pub(crate) fn companions(path: &str) -> Vec<String> {
    let (dir, name) = path.rsplit_once('/').unwrap_or(("", path));
    let mut all = vec![
        join(dir, &format!("{name}.dockerignore")),
        join(dir, ".dockerignore"),
    ];
    for name in CONFIGURATIONS {
        all.push(join(dir, name));
        if !dir.is_empty() {
            all.push((*name).to_owned());
        }
    }
    all
}

/// Whether a file of this path has a say about Dockerfiles.
pub(super) fn is_beside(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    CONFIGURATIONS.contains(&name) || name.to_ascii_lowercase().ends_with(".dockerignore")
}

fn join(dir: &str, name: &str) -> String {
    if dir.is_empty() {
        name.to_owned()
    } else {
        format!("{dir}/{name}")
    }
}

/// A directory and those above it, to the one that has no name.
fn above(dir: &str) -> impl Iterator<Item = &str> {
    fn up<'t>(dir: &&'t str) -> Option<&'t str> {
        match dir.rsplit_once('/') {
            Some((up, _)) => Some(up),
            None if dir.is_empty() => None,
            None => Some(""),
        }
    }
    std::iter::successors(Some(dir), up)
}
