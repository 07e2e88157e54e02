//! Files that lie elsewhere than their packages list them: dpkg's diversions.

use std::collections::HashMap;

use crate::paths;
use crate::squash::Visible;

/// A path under which a package may list a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Listed {
    /// Hash of the path.
    pub(crate) hash: u64,
    /// Whether the file lies elsewhere because of a diversion.
    pub(crate) diverted: bool,
}

/// The diversions of an image.
#[derive(Debug, Default)]
pub(crate) struct Diversions<'a> {
    /// By the hash of the path that packages list: whose file stays there.
    stays: HashMap<u64, &'a str>,
    /// By the hash of the path that files are moved to: of the one that packages list.
    moved: HashMap<u64, u64>,
}

impl<'a> Diversions<'a> {
    pub(crate) fn of(visible: &[Visible<'a>]) -> Self {
        let mut all = Self::default();
        for (from, to, by) in visible.iter().flat_map(|v| &v.file.diverted) {
            let from = paths::hash(from.as_bytes());
            all.stays.insert(from, by);
            all.moved.insert(paths::hash(to.as_bytes()), from);
        }
        all
    }

    /// Tells the path with that hash, and the one that its file was diverted from.
    pub(crate) fn each(&self, hash: u64, tell: &mut impl FnMut(Listed)) {
        let diverted = false;
        tell(Listed { hash, diverted });
        if let Some(hash) = self.moved.get(&hash).copied() {
            let diverted = true;
            tell(Listed { hash, diverted });
        }
    }

    /// Whether the file that `package` lists is the one that was asked for by `listed`.
    pub(crate) fn fits(&self, listed: Listed, package: &str) -> bool {
        let moved = |stays: &&str| *stays != package;
        self.stays.get(&listed.hash).is_some_and(moved) == listed.diverted
    }
}
