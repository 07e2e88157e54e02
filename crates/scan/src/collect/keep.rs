//! What is kept of a file that told something.

use lazaret_ecosystem::{Found, inert};
use lazaret_inspect::secrets;
use lazaret_model::{Gap, GapKind, Location};

use super::Collector;
use crate::behind::Name;
use crate::facts::{OwnerFacts, rename};
use crate::{look, paths};

impl Collector<'_> {
    pub(super) fn keep_secrets(&mut self, path: &str, found: secrets::Found) {
        self.more_secrets += found.missed;
        for secret in look::of_file(path, found) {
            if self.secrets.len() < look::MAX_SECRETS {
                self.secrets.push(secret);
            } else {
                self.more_secrets += 1;
            }
        }
    }

    pub(super) fn keep(&mut self, name: &Name, found: Found) {
        let path = name.place.as_str();
        let facts = self.files.entry(path.to_owned()).or_default();
        path.clone_into(&mut facts.path);
        for mut package in found.packages {
            if package.locations.is_empty() {
                package.locations.push(Location {
                    path: path.to_owned(),
                    layer: None,
                });
            } else if name.wanted != path {
                rename(&mut package, &name.wanted, path);
            }
            facts.packages.push(package);
        }
        for hint in found.distro {
            facts
                .distro
                .push((hint.from.to_owned(), hint.key, hint.value));
        }
        // Of files beyond a limit nobody knows what they are.
        let whole = found.gaps.iter().all(|(kind, _)| *kind != GapKind::Limit);
        for owner in found.owned {
            let paths = owner.paths.iter().map(String::as_str);
            facts.owners.push(OwnerFacts {
                kind: owner.kind.to_owned(),
                package: owner.package,
                count: u32::try_from(owner.paths.len()).unwrap_or(u32::MAX),
                inert: inert(paths).filter(|_| whole).map(str::to_owned),
            });
            let hashes = owner.paths.iter().map(|p| paths::hash(p.as_bytes()));
            facts.owned.extend(hashes);
        }
        let diverted = found.diverted.into_iter();
        facts
            .diverted
            .extend(diverted.map(|d| (d.from, d.to, d.by)));
        facts.gaps.extend(
            found
                .gaps
                .into_iter()
                .map(|(kind, detail)| Gap::new(kind, path, detail)),
        );
        if facts.is_empty() {
            self.files.remove(path);
        }
    }
}
