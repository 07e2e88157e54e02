//! Which packages of a lock file the project needs when it runs.
//!
//! Lock files of pnpm 9, Bun and uv state no package to be a development dependency: it is
//! one when nothing but `devDependencies` leads to it.

use std::collections::{HashMap, HashSet};

/// Packages by key, and what each one needs when it runs.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    needs: HashMap<String, Vec<String>>,
    roots: Vec<String>,
}

impl Graph {
    /// Something that the project itself needs when it runs.
    pub(crate) fn root(&mut self, key: impl Into<String>) {
        self.roots.push(key.into());
    }

    /// `key` needs `other`.
    pub(crate) fn needs(&mut self, key: &str, other: impl Into<String>) {
        self.needs
            .entry(key.to_owned())
            .or_default()
            .push(other.into());
    }

    /// Every key that a root leads to.
    pub(crate) fn reached(&self) -> HashSet<&str> {
        let mut reached: HashSet<&str> = HashSet::new();
        let mut open: Vec<&str> = self.roots.iter().map(String::as_str).collect();
        while let Some(key) = open.pop() {
            if reached.insert(key) {
                open.extend(
                    self.needs
                        .get(key)
                        .into_iter()
                        .flatten()
                        .map(String::as_str),
                );
            }
        }
        reached
    }
}
