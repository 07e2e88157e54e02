//! Files that readers want and that stand behind links.
//!
//! Most are read under their own name anyway. What is not is looked for on the squashed
//! tree, since link and file may be of different layers, and its layer is read a second
//! time, for nothing but such files. A link that leads nowhere hides nothing, unless it
//! stands in place of a package database: then the packages are missing, and that is a gap.

use std::collections::{BTreeMap, BTreeSet};

use lazaret_model::{Gap, GapKind};

use crate::behind::{Behind, Name};
use crate::facts::LayerFacts;
use crate::links::{self, DATABASES, FOLDER_FILES, IDENTITY};
use crate::paths;
use crate::tree::{Link, Tree, Way};

/// Most times that layers are read again: each time may find one more link of a chain.
const MAX_ROUNDS: usize = 8;

/// Most files that are looked for behind links.
const MAX_FILES: usize = 50_000;

/// Gives the facts of what stands behind links in a layer, where the layer can be read a
/// second time.
pub(crate) type Again<'a, E> = dyn FnMut(usize, &Behind) -> Result<Option<LayerFacts>, E> + 'a;

/// Completes the facts of layers with what stands behind links; what remains unread.
///
/// # Errors
/// What `again` says.
pub(crate) fn complete<E>(
    layers: &mut [LayerFacts],
    locked: bool,
    again: &mut Again<'_, E>,
) -> Result<Vec<Gap>, E> {
    let mut asked = BTreeSet::new();
    for _ in 0..MAX_ROUNDS {
        share(layers, locked);
        let mut search = Search::of(layers, locked, &asked);
        let (behind, homes) = (
            std::mem::take(&mut search.behind),
            std::mem::take(&mut search.homes),
        );
        let new = std::mem::take(&mut search.new);
        if new.is_empty() {
            return Ok(search.gaps);
        }
        let mut read = Vec::new();
        for (layer, behind) in &behind {
            if let Some(found) = again(*layer, behind)? {
                read.push((*layer, found));
            }
        }
        if read.is_empty() {
            return Ok(search.gaps);
        }
        asked.extend(new);
        for (layer, found) in read {
            adopt(layers, layer, found, &homes);
        }
    }
    share(layers, locked);
    Ok(Search::of(layers, locked, &asked).gaps)
}

/// The layer that a hard link is from, by the layer of its file and its own path.
type Homes = BTreeMap<(usize, String), usize>;

fn adopt(layers: &mut [LayerFacts], layer: usize, found: LayerFacts, homes: &Homes) {
    let home = |path: &str| {
        let known = homes.get(&(layer, path.to_owned()));
        known.copied().unwrap_or(layer)
    };
    for ((of, path), home) in homes {
        let hash = paths::hash(path.as_bytes());
        if *of == layer && found.silent.binary_search(&hash).is_ok() {
            layers[*home].settle(path);
        }
    }
    for file in found.files {
        layers[home(&file.path)].add(file);
    }
    for gap in found.gaps {
        layers[home(&gap.subject)].gaps.push(gap);
    }
    layers[layer].links.extend(found.links);
    let silent = &mut layers[layer].silent;
    silent.extend(found.silent);
    silent.sort_unstable();
    silent.dedup();
}

/// Gives hard links the facts of files of lower layers that were read already.
fn share(layers: &mut [LayerFacts], locked: bool) {
    for layer in 0..layers.len() {
        let pending = std::mem::take(&mut layers[layer].hard_links);
        if pending.is_empty() {
            continue;
        }
        let tree = Tree::of(&layers[..=layer]);
        let mut told = Vec::new();
        let mut silent = Vec::new();
        for (path, target) in &pending {
            let Way::File(file, from) = tree.follow(target) else {
                continue;
            };
            if !links::read_alike(&file, path, locked) {
                continue;
            }
            match layers[from].file(&file) {
                Some(facts) => told.push(facts.renamed(&file, path)),
                None if layers[from].is_silent(&file) => silent.push(path),
                None => {}
            }
        }
        for path in silent {
            layers[layer].settle(path);
        }
        for facts in told {
            layers[layer].add(facts);
        }
        let facts = &mut layers[layer];
        facts.hard_links = pending
            .into_iter()
            .filter(|(path, _)| facts.file(path).is_none() && !facts.is_silent(path))
            .collect();
    }
}

/// A file that was looked for: its layer, its path, and the name that a reader wants.
type Asked = BTreeSet<(usize, String, String)>;

/// What is to be read again, and what is a gap if it is not.
struct Search<'a> {
    layers: &'a [LayerFacts],
    locked: bool,
    asked: &'a Asked,
    new: Asked,
    behind: BTreeMap<usize, Behind>,
    homes: Homes,
    gaps: Vec<Gap>,
}

impl<'a> Search<'a> {
    fn of(layers: &'a [LayerFacts], locked: bool, asked: &'a Asked) -> Self {
        let mut search = Self {
            layers,
            locked,
            asked,
            new: Asked::new(),
            behind: BTreeMap::new(),
            homes: Homes::new(),
            gaps: Vec::new(),
        };
        let tree = Tree::of(layers);
        let mut known: Vec<Link<'_>> = tree.links().collect();
        known.sort_unstable();
        for link in known {
            search.link(&tree, link.path, link.target);
        }
        for database in DATABASES {
            for file in database.files {
                search.file(&tree, &format!("{}/{file}", database.directory));
            }
            for (folder, example) in database.folders {
                search.folder(&tree, &format!("{}/{folder}", database.directory), example);
            }
        }
        for path in IDENTITY {
            search.file(&tree, path);
        }
        search.hard_links(&tree);
        search
    }

    fn gap(&mut self, subject: &str, detail: String) {
        self.gaps
            .push(Gap::new(GapKind::Unreadable, subject, detail));
    }

    fn link(&mut self, tree: &Tree<'_>, path: &str, target: &str) {
        let wanted = links::is_wanted(path, self.locked);
        if wanted {
            self.file(tree, path);
        } else if links::is_folder(path, self.locked) {
            for file in FOLDER_FILES {
                let file = format!("{path}/{file}");
                if links::is_wanted(&file, self.locked) {
                    self.file(tree, &file);
                }
            }
        }
        if !links::is_database(path) || (!wanted && !links::holds_database(path)) {
            return;
        }
        let leads = match tree.follow(path) {
            Way::File(file, layer) if wanted => !self.is_fruitless(layer, &file, path),
            Way::Directory(_) => !wanted,
            Way::File(..) | Way::Through(..) | Way::Nowhere => false,
        };
        if !leads {
            self.gap(
                path,
                format!("a link to {target}, where no package database is"),
            );
        }
    }

    /// A file that was looked for and turned out to be nothing that can be read.
    fn is_fruitless(&self, layer: usize, file: &str, wanted: &str) -> bool {
        let asked = (layer, file.to_owned(), wanted.to_owned());
        self.asked.contains(&asked) && !self.is_read(layer, file)
    }

    fn is_read(&self, layer: usize, path: &str) -> bool {
        let facts = &self.layers[layer];
        facts.file(path).is_some() || facts.is_silent(path)
    }

    /// The file that a reader wants at `wanted`, which may lead through links.
    fn file(&mut self, tree: &Tree<'_>, wanted: &str) {
        match tree.follow(wanted) {
            Way::File(path, layer) if path != wanted => {
                let name = Name {
                    wanted: wanted.to_owned(),
                    place: path.clone(),
                };
                if links::is_database(wanted) {
                    // Which layer brought a package is told by all the layers' databases.
                    let hash = paths::hash(path.as_bytes());
                    for lower in 0..layer {
                        if self.layers[lower].occupied.binary_search(&hash).is_ok() {
                            self.look_for(lower, &path, &name);
                        }
                    }
                }
                if self.look_for(layer, &path, &name) {
                    let detail = format!("it is {path}, behind a link, and was not read there");
                    self.gap(wanted, detail);
                }
            }
            Way::Through(path, layer) => self.look_through(layer, path),
            Way::File(..) | Way::Directory(_) | Way::Nowhere => {}
        }
    }

    /// A folder whose files readers want, such as `example`.
    fn folder(&mut self, tree: &Tree<'_>, folder: &str, example: &str) {
        match tree.follow(folder) {
            Way::Directory(real) if real != folder => {
                let alike = links::read_alike(
                    &format!("{real}/{example}"),
                    &format!("{folder}/{example}"),
                    self.locked,
                );
                if alike {
                    return;
                }
                let hash = paths::hash(real.as_bytes());
                let mut unread = false;
                for (layer, facts) in self.layers.iter().enumerate() {
                    let asked = (layer, real.clone(), folder.to_owned());
                    if !facts.has_directory(hash) || self.asked.contains(&asked) {
                        continue;
                    }
                    unread = true;
                    let behind = self.behind.entry(layer).or_default();
                    let known = behind.folders.entry(real.clone()).or_default();
                    known.push(folder.to_owned());
                    self.new.insert(asked);
                }
                if unread {
                    let detail = format!("it is {real}, behind a link, and was not read there");
                    self.gap(folder, detail);
                }
            }
            Way::File(path, layer) | Way::Through(path, layer) if path != folder => {
                self.look_through(layer, path);
            }
            _ => {}
        }
    }

    fn hard_links(&mut self, tree: &Tree<'_>) {
        for (home, facts) in self.layers.iter().enumerate() {
            if facts.hard_links.is_empty() {
                continue;
            }
            let below = Tree::of(&self.layers[..=home]);
            for (path, target) in &facts.hard_links {
                if tree.hidden(home, path) {
                    continue;
                }
                let name = Name {
                    wanted: path.clone(),
                    place: path.clone(),
                };
                match below.follow(target) {
                    Way::File(file, layer) => {
                        self.homes.insert((layer, path.clone()), home);
                        if self.look_for(layer, &file, &name) {
                            let detail = format!("a hard link to {target}, which was not read");
                            self.gap(path, detail);
                        } else if links::is_database(path) {
                            self.gap(path, format!("a hard link to {target}, which is no file"));
                        }
                    }
                    Way::Through(file, layer) => self.look_through(layer, file),
                    Way::Directory(_) | Way::Nowhere if links::is_database(path) => {
                        let detail = format!("a hard link to {target}, where no file is");
                        self.gap(path, detail);
                    }
                    Way::Directory(_) | Way::Nowhere => {}
                }
            }
        }
    }

    /// Whether a file is still to be read under a name that it does not have itself.
    fn look_for(&mut self, layer: usize, path: &str, name: &Name) -> bool {
        let alike = links::read_alike(path, &name.wanted, self.locked);
        let asked = (layer, path.to_owned(), name.wanted.clone());
        if self.asked.contains(&asked) || (alike && self.is_read(layer, path)) {
            return false;
        }
        if self.new.len() < MAX_FILES {
            let behind = self.behind.entry(layer).or_default();
            let names = behind.files.entry(path.to_owned()).or_default();
            names.push(name.clone());
            self.new.insert(asked);
        }
        true
    }

    /// Looks whether what stands in the middle of a way is another link.
    fn look_through(&mut self, layer: usize, path: String) {
        let nothing = Name {
            wanted: String::new(),
            place: path.clone(),
        };
        self.look_for(layer, &path, &nothing);
    }
}
