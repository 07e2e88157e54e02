//! What is looked for in files beside packages, while their layer streams by.

use std::collections::{BTreeMap, HashMap};

use lazaret_check::image::{Place, places};
use lazaret_ecosystem::sums;
use lazaret_inspect::secrets::{self, Context, Found, Hit};
use lazaret_inspect::{licenses, signs};
use lazaret_model::{Secret, SecretPlace, Sign, SignKind, Suppression, TargetKind};

use crate::Look;
use crate::diversions::{Diversions, Listed};
use crate::facts::{LayerFacts, LicenseText};
use crate::ownership::Names;
use crate::paths;
use crate::squash::Visible;
use crate::statements;
use crate::tree::Tree;

/// Most credentials that one layer keeps.
pub(crate) const MAX_SECRETS: usize = 2_000;

/// Most texts of licences that one layer keeps.
pub(crate) const MAX_TEXTS: usize = 20_000;

/// Most signs of tampering that one layer keeps.
pub(crate) const MAX_SIGNS: usize = 5_000;

/// Most files and directories that one layer keeps for the checks of the image.
pub(crate) const MAX_PLACES: usize = 5_000;

/// What makes facts of one look comparable with those of another.
pub(crate) fn flavour(look: Look) -> String {
    let mut text = String::new();
    for (asked, name, revision) in [
        (look.secrets, "secrets", secrets::REVISION),
        (look.licenses, "licenses", licenses::REVISION),
        (look.signs, "signs", signs::REVISION),
        (look.misconfigurations, "places", places::REVISION),
        (look.statements, "statements", statements::REVISION),
    ] {
        if asked {
            text.push_str(&format!(";{name}={revision}"));
        }
    }
    if look.signs {
        for reader in sums::READERS {
            text.push_str(&format!(";{}={}", reader.id, reader.revision));
        }
    }
    text
}

/// What was found in the file at `path`, as facts of its layer.
pub(crate) fn of_file(path: &str, found: Found) -> impl Iterator<Item = Secret> {
    let hits = found.hits.into_iter();
    hits.map(move |hit| secret(SecretPlace::File, path, hit))
}

/// The credentials in one file that is a target of its own.
pub fn secrets_of_file(path: &str, bytes: &[u8]) -> Vec<Secret> {
    if secrets::is_binary(path, bytes) {
        return Vec::new();
    }
    let context = secrets::context(path).beginning(bytes);
    let mut found: Vec<Secret> = of_file(path, secrets::find(bytes, &context)).collect();
    number(&mut found);
    found
}

/// A hit without its place among others: [`number`] gives the key.
pub(crate) fn secret(place: SecretPlace, path: &str, hit: Hit) -> Secret {
    Secret {
        key: String::new(),
        rule: hit.rule.to_owned(),
        title: hit.title.to_owned(),
        severity: hit.severity,
        confidence: hit.confidence,
        place,
        path: path.to_owned(),
        line: hit.line,
        column: hit.column,
        layer: None,
        deleted_in: None,
        redacted: hit.redacted,
        why: hit.why.into_iter().map(str::to_owned).collect(),
        suppressed: hit.suppressed.map(|(by, reason)| Suppression {
            by: by.to_owned(),
            reason: reason.to_owned(),
            rule: None,
        }),
    }
}

/// The credentials in a text of the image's configuration.
pub(crate) fn of_text(place: SecretPlace, name: &str, text: &str) -> Vec<Secret> {
    let found = secrets::find(text.as_bytes(), &Context::settings());
    let unplaced = found.hits.into_iter().map(|hit| secret(place, name, hit));
    unplaced
        .map(|secret| Secret {
            line: 0,
            column: 0,
            ..secret
        })
        .collect()
}

/// The credentials of all layers, the deleted ones among them.
pub(crate) fn gather(
    layers: &[LayerFacts],
    visible: &[Visible<'_>],
    tree: &Tree<'_>,
    names: &Names<'_>,
    kind: TargetKind,
) -> Vec<Secret> {
    let mut owned = Owned::of(layers, names);
    owned.fill(visible, names.diversions());
    let mut all = Vec::new();
    for (at, layer) in layers.iter().enumerate() {
        for secret in &layer.secrets {
            let mut secret = secret.clone();
            if kind == TargetKind::Image {
                secret.layer = Some(layer.diff_id.clone());
                let deleted = tree.hidden_by(at, &secret.path);
                secret.deleted_in = deleted.map(|above| layers[above].diff_id.clone());
            }
            if secret.suppressed.is_none() && owned.holds(names, &secret.path, at) {
                secret.suppressed = Some(Suppression {
                    by: "owner".to_owned(),
                    reason: "a file of a distribution's package, which everybody can read"
                        .to_owned(),
                    rule: None,
                });
            }
            all.push(secret);
        }
    }
    all
}

/// What the file at `path` says about licences, where it says something.
pub(crate) fn license_text(path: &str, bytes: &[u8]) -> Option<LicenseText> {
    let declared = match licenses::is_copyright(path) {
        true => licenses::copyright_names(bytes),
        false => Vec::new(),
    };
    // Where licences are declared, the texts say the same once more.
    let recognised = match declared.is_empty() {
        true => licenses::recognise(bytes),
        false => Vec::new(),
    };
    let recognised: Vec<_> = recognised
        .into_iter()
        .map(|(id, sure)| (id.to_owned(), sure))
        .collect();
    (!declared.is_empty() || !recognised.is_empty()).then(|| LicenseText {
        path: path.to_owned(),
        recognised,
        declared,
    })
}

/// The signs of tampering that are left when it is known which package owns what.
pub(crate) fn signs(
    layers: &[LayerFacts],
    visible: &[Visible<'_>],
    tree: &Tree<'_>,
    names: &Names<'_>,
    kind: TargetKind,
) -> Vec<Sign> {
    let of_layer = |layer: &'_ LayerFacts| layer.signs.iter().map(|s| s.path.clone()).collect();
    let paths: Vec<Vec<String>> = layers.iter().map(of_layer).collect();
    let mut owned = Owned::paths(paths.iter().flatten().map(String::as_str), names);
    owned.fill(visible, names.diversions());
    let mut all: Vec<Sign> = Vec::new();
    for (at, layer) in layers.iter().enumerate() {
        for sign in &layer.signs {
            let is_owned = owned.has(names, &sign.path);
            let is_set = sign.kind == SignKind::UnownedSetuid;
            if tree.hidden(at, &sign.path) || is_set && is_owned {
                continue;
            }
            let mut sign = sign.clone();
            if kind == TargetKind::Image {
                sign.layer = Some(layer.diff_id.clone());
            }
            all.push(sign);
        }
    }
    all.sort_by(|a, b| (&a.path, a.kind).cmp(&(&b.path, b.kind)));
    all.dedup_by(|a, b| a.key == b.key);
    all
}

/// The files and directories of the image that its checks ask about, as its layers leave them.
pub(crate) fn places(layers: &[LayerFacts]) -> Vec<Place> {
    let tree = Tree::of(layers);
    let mut all = BTreeMap::new();
    for (at, layer) in layers.iter().enumerate() {
        for (path, mode, directory) in &layer.places {
            // A directory that a later layer has once more is as that one says.
            let hash = paths::hash(path.as_bytes());
            let above = layers.get(at + 1..).unwrap_or_default();
            let again = || {
                above
                    .iter()
                    .any(|l| l.directories.binary_search(&hash).is_ok())
            };
            let gone = tree.hidden(at, path) || *directory && again();
            if !gone {
                all.insert(path, (*mode, *directory));
            }
        }
    }
    let place = |(path, (mode, directory)): (&String, (u32, bool))| Place {
        path: path.clone(),
        mode,
        directory,
    };
    all.into_iter().map(place).collect()
}

/// Gives every credential its key, and puts them in order.
pub(crate) fn number(secrets: &mut [Secret]) {
    secrets.sort_by(|a, b| {
        let of = |s: &Secret| (s.place, s.path.clone(), s.line, s.column, s.rule.clone());
        of(a).cmp(&of(b))
    });
    let mut seen: HashMap<String, usize> = HashMap::new();
    for secret in secrets {
        let base = format!("secret|{}|{}", secret.rule, secret.path);
        let n = seen.entry(base.clone()).or_default();
        *n += 1;
        secret.key = match n {
            1 => base,
            n => format!("{base}|{n}"),
        };
    }
}

/// Which of some files belong to distribution packages.
struct Owned {
    /// By the path that a package lists the file under: the layer of the list that has it.
    layers: HashMap<Listed, Option<usize>>,
}

impl Owned {
    fn of(layers: &[LayerFacts], names: &Names<'_>) -> Self {
        let secrets = layers.iter().flat_map(|layer| &layer.secrets);
        Self::paths(secrets.map(|secret| secret.path.as_str()), names)
    }

    fn paths<'p>(paths: impl Iterator<Item = &'p str>, names: &Names<'_>) -> Self {
        let mut wanted = HashMap::new();
        for path in paths {
            names.each_listed(path, |listed| {
                wanted.insert(listed, None);
            });
        }
        Self { layers: wanted }
    }

    /// Whether some package's list has the file.
    fn has(&self, names: &Names<'_>, path: &str) -> bool {
        self.holds_where(names, path, |_| true)
    }

    fn fill(&mut self, visible: &[Visible<'_>], diversions: &Diversions<'_>) {
        if self.layers.is_empty() {
            return;
        }
        for list in visible {
            let mut hashes = list.file.owned.iter();
            for owner in &list.file.owners {
                for hash in hashes.by_ref().take(owner.count as usize) {
                    for diverted in [false, true] {
                        let listed = Listed {
                            hash: *hash,
                            diverted,
                        };
                        if let Some(layer) = self.layers.get_mut(&listed)
                            && diversions.fits(listed, &owner.package)
                        {
                            *layer = Some(list.layer);
                        }
                    }
                }
            }
        }
    }

    /// Whether the file of `layer` is as its package brought it, as far as can be told:
    /// settings are made to be changed, and what a later layer writes is not the package's.
    fn holds(&self, names: &Names<'_>, path: &str, layer: usize) -> bool {
        !path.starts_with("etc/") && self.holds_where(names, path, |list| layer <= list)
    }

    fn holds_where(&self, names: &Names<'_>, path: &str, fits: impl Fn(usize) -> bool) -> bool {
        let mut holds = false;
        names.each_listed(path, |listed| {
            holds |= self
                .layers
                .get(&listed)
                .copied()
                .flatten()
                .is_some_and(&fits);
        });
        holds
    }
}
