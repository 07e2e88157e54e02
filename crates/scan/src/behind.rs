//! What a second reading of a layer looks for: files that stand behind links.

use std::collections::BTreeMap;

/// The name that a reader wants a file under, and the path that its facts are kept under.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name {
    pub(crate) wanted: String,
    pub(crate) place: String,
}

/// What a second reading of a layer looks for: files that stand behind links.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Behind {
    /// Files by their own path.
    pub(crate) files: BTreeMap<String, Vec<Name>>,
    /// Folders by their own path, with the path that readers know them by.
    pub(crate) folders: BTreeMap<String, Vec<String>>,
}

impl Name {
    /// The name of a file that is read under its own path.
    pub(crate) fn own(path: &str) -> Self {
        Self {
            wanted: path.to_owned(),
            place: path.to_owned(),
        }
    }
}

impl Behind {
    /// Where what is looked for stands.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files
            .keys()
            .chain(self.folders.keys())
            .map(String::as_str)
    }

    /// The names that readers want the file at `path` under; none where it is not looked for.
    pub(crate) fn names(&self, path: &str) -> Vec<Name> {
        let mut names = self.files.get(path).cloned().unwrap_or_default();
        for (end, _) in path.match_indices('/') {
            for known in self.folders.get(&path[..end]).into_iter().flatten() {
                names.push(Name {
                    wanted: format!("{known}{}", &path[end..]),
                    place: path.to_owned(),
                });
            }
        }
        names
    }
}
