//! `build.sbt.lock` of the plugin sbt-dependency-lock: organisation, name, version and
//! configurations of each dependency. What only the tests use is no part of what is
//! built. Format: the plugin's `DependencyLockFile`, versions 1 and 2.

use lazaret_model::Package;

use crate::document::{self, Value, add, items, string, unique};
use crate::{Found, Input, ReadError};

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let lock = document::json(input.bytes)?;
    if lock.get("lockVersion").is_none() {
        return Err(ReadError::new("the lock file states no `lockVersion`"));
    }
    let mut found = Found::default();
    for entry in items(&lock, "dependencies") {
        let tests = |c: &Value| {
            c.as_str()
                .is_some_and(|c| c == "it" || c == "test" || c.starts_with("test-"))
        };
        let configurations: Vec<&Value> = items(entry, "configurations").collect();
        if !configurations.is_empty() && configurations.into_iter().all(tests) {
            continue;
        }
        let (group, artifact) = (string(entry, "org"), string(entry, "name"));
        if !group.is_empty() && !artifact.is_empty() {
            let name = format!("{group}:{artifact}");
            add(
                &mut found,
                Package::new("maven", name, string(entry, "version")),
            );
        }
    }
    Ok(unique(found))
}
