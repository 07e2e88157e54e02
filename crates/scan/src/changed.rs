//! Files that run and are not what their packages state, on the squashed tree.
//!
//! Layer by layer nothing could be said: a file may come from one layer and the list of its
//! package from another. A file that several packages list, as those of two architectures
//! do, agrees when one of them says so. Settings are no signs, nor are changed permission
//! bits: what counts is what the file holds.

use std::borrow::Cow;
use std::collections::HashMap;

use lazaret_ecosystem::sums::Algorithm;
use lazaret_inspect::signs::digests::{Digests, KEPT};
use lazaret_model::{Confidence, Gap, GapKind, Package, Severity, Sign, SignKind, TargetKind};

use crate::diversions::Listed;
use crate::facts::{LayerFacts, Summed};
use crate::ownership::Names;
use crate::paths::Filter;
use crate::squash::Visible;
use crate::tree::{Place, Tree};

/// Most changed files that are told of one target; how many more there are is a gap.
const MAX_CHANGED: usize = 1_000;

/// A file that runs, as it is in the image.
struct Program<'a> {
    path: &'a str,
    layer: usize,
    digests: &'a Digests,
    agrees: bool,
    /// What some package states of it that it does not hold.
    stated: Option<Stated<'a>>,
}

/// A package's checksum of a file.
#[derive(Clone, Copy)]
struct Stated<'a> {
    kind: &'a str,
    package: &'a str,
    algorithm: Algorithm,
    sum: Summed,
    /// Path of the list, and its layer.
    list: &'a str,
    layer: usize,
}

/// A sign without the purl of its package.
pub(crate) struct Changed {
    pub(crate) sign: Sign,
    kind: String,
    package: String,
}

/// What was found, and what was not told.
pub(crate) fn changed(
    layers: &[LayerFacts],
    visible: &[Visible<'_>],
    tree: &Tree<'_>,
    names: &Names<'_>,
    kind: TargetKind,
) -> (Vec<Changed>, Option<Gap>) {
    if visible.iter().all(|v| v.file.sums.is_empty()) {
        return (Vec::new(), None);
    }
    let mut programs = programs(layers, tree);
    compare(&mut programs, visible, tree, names);
    let differ = |p: &Program<'_>| !p.agrees && p.stated.is_some();
    let mut wrong: Vec<&Program<'_>> = programs.iter().filter(|p| differ(p)).collect();
    wrong.sort_by_key(|p| p.path);
    let more = wrong.len().saturating_sub(MAX_CHANGED);
    wrong.truncate(MAX_CHANGED);
    let gap = (more > 0).then(|| {
        let detail = format!("{more} more differ from what their packages state");
        Gap::new(GapKind::Limit, "changed files", detail)
    });
    let signs = wrong.iter().filter_map(|program| {
        let stated = program.stated.as_ref()?;
        let mut changed = of(program, stated, layers);
        changed.sign.layer =
            (kind == TargetKind::Image).then(|| layers[program.layer].diff_id.clone());
        Some(changed)
    });
    (signs.collect(), gap)
}

fn programs<'a>(layers: &'a [LayerFacts], tree: &Tree<'_>) -> Vec<Program<'a>> {
    let mut programs = Vec::new();
    for (layer, facts) in layers.iter().enumerate() {
        for (path, digests) in facts.programs.iter().zip(&facts.digests) {
            if !tree.hidden(layer, path) {
                programs.push(Program {
                    path,
                    layer,
                    digests,
                    agrees: false,
                    stated: None,
                });
            }
        }
    }
    programs
}

fn compare<'a>(
    programs: &mut [Program<'a>],
    visible: &[Visible<'a>],
    tree: &Tree<'_>,
    names: &Names<'_>,
) {
    let mut wanted: Vec<(Listed, usize)> = Vec::new();
    for (number, program) in programs.iter().enumerate() {
        names.each_listed(program.path, |listed| wanted.push((listed, number)));
    }
    wanted.sort_unstable();
    let filter = Filter::of(wanted.len(), wanted.iter().map(|(listed, _)| listed.hash));
    for Visible { file, layer, .. } in visible {
        let mut sums = file.summed.iter();
        for owner in &file.sums {
            let own = sums.by_ref().take(owner.count as usize);
            if owner.kind == "pypi" && is_conda(&file.path, tree) {
                own.for_each(drop);
                continue;
            }
            for sum in own.filter(|sum| filter.may_have(sum.path)) {
                let from = wanted.partition_point(|(known, _)| known.hash < sum.path);
                let same = wanted[from..].iter();
                for (listed, number) in same.take_while(|(known, _)| known.hash == sum.path) {
                    if names.diversions().fits(*listed, &owner.package) {
                        programs[*number].take(Stated {
                            kind: &owner.kind,
                            package: &owner.package,
                            algorithm: owner.algorithm,
                            sum: *sum,
                            list: &file.path,
                            layer: *layer,
                        });
                    }
                }
            }
        }
    }
}

/// Whether the list of a wheel lies in an environment of conda's, which writes its own paths
/// into the files and states its own checksums of them.
fn is_conda(list: &str, tree: &Tree<'_>) -> bool {
    list.match_indices("/lib/").any(|(end, _)| {
        let meta = format!("{}/conda-meta", &list[..end]);
        tree.at(&meta) == Place::Directory
    })
}

impl<'a> Program<'a> {
    fn digest(&self, algorithm: Algorithm) -> [u8; KEPT] {
        match algorithm {
            Algorithm::Md5 => self.digests.md5,
            Algorithm::Sha1 => self.digests.sha1,
            Algorithm::Sha256 => self.digests.sha256,
        }
    }

    fn take(&mut self, stated: Stated<'a>) {
        let digest = self.digest(stated.algorithm);
        // Not made, since no package of a distribution installs there.
        if digest == [0; KEPT] {
            return;
        }
        self.agrees |= digest == stated.sum.digest;
        // What a distribution says of a file weighs more than what a wheel does.
        let known = self.stated.is_some_and(|known| known.kind != "pypi");
        if !known || stated.kind != "pypi" {
            self.stated = Some(stated);
        }
    }
}

fn of(program: &Program<'_>, stated: &Stated<'_>, layers: &[LayerFacts]) -> Changed {
    let replaced = program.layer > since(stated, layers);
    let system = stated.kind != "pypi";
    let (severity, confidence) = match (system, replaced) {
        (true, false) => (Severity::High, Confidence::Medium),
        (true, true) => (Severity::Medium, Confidence::Low),
        (false, _) => (Severity::Medium, Confidence::Low),
    };
    let why = match replaced {
        true => "a later layer put another file in place of the package's",
        false => "no later layer put it there",
    };
    let (package, algorithm) = (stated.package, stated.algorithm.name());
    let path = program.path;
    Changed {
        sign: Sign {
            key: format!("sign|{}|{path}", SignKind::ChangedFile),
            kind: SignKind::ChangedFile,
            severity,
            confidence,
            path: path.to_owned(),
            layer: None,
            package: None,
            message: format!(
                "not the file that {package} installed ({algorithm} differs from its list): {why}"
            ),
            suppressed: None,
        },
        kind: stated.kind.to_owned(),
        package: package.to_owned(),
    }
}

/// The lowest layer that states the same of the file: a database that is one file is written
/// anew with every package, whatever it says of the others.
fn since(stated: &Stated<'_>, layers: &[LayerFacts]) -> usize {
    let says = |facts: &LayerFacts| {
        let file = facts.file(stated.list);
        file.is_some_and(|file| file.summed.contains(&stated.sum))
    };
    let known = layers[..stated.layer].iter().position(says);
    known.unwrap_or(stated.layer)
}

/// The signs, with the purls of their packages.
pub(crate) fn named(changed: Vec<Changed>, packages: &[Package]) -> impl Iterator<Item = Sign> {
    let key = |kind: &str, name: &str| {
        let known = lazaret_ecosystem::by_kind(kind);
        let name = known.map_or(Cow::Borrowed(name), |e| (e.normalise)(name));
        (kind.to_owned(), name.into_owned())
    };
    let mut purls = HashMap::new();
    if !changed.is_empty() {
        for package in packages {
            let of = key(package.kind(), &package.name);
            purls.entry(of).or_insert_with(|| package.purl.to_string());
        }
    }
    changed.into_iter().map(move |changed| Sign {
        package: purls.get(&key(&changed.kind, &changed.package)).cloned(),
        ..changed.sign
    })
}
