//! Entries of a second reading, which looks for what stands behind links.

use std::io::Read;

use lazaret_image::{Entry, EntryKind, SinkError};

use super::Collector;
use crate::behind::Behind;
use crate::links;

impl Collector<'_> {
    /// An entry of a second reading: a file that is looked for, or another link to it.
    pub(super) fn again_entry(
        &mut self,
        behind: &Behind,
        path: &str,
        entry: &Entry<'_>,
        body: &mut dyn Read,
    ) -> Result<(), SinkError> {
        let names = behind.names(path);
        if names.is_empty() {
            return Ok(());
        }
        let target = |bytes| String::from_utf8_lossy(bytes).into_owned();
        let locked = self.settings.locked;
        match &entry.kind {
            EntryKind::File if self.skipped(path) => self.settle(path),
            EntryKind::File if names.iter().any(|n| links::is_wanted(&n.wanted, locked)) => {
                return self.file(path, &names, entry, body);
            }
            EntryKind::Symlink(to) => {
                self.links.insert(path.to_owned(), target(to));
            }
            // What a hard link names lies in the same tree, counted from the root.
            EntryKind::HardLink(to) => {
                self.links
                    .insert(path.to_owned(), format!("/{}", target(to)));
            }
            _ => {}
        }
        Ok(())
    }
}
