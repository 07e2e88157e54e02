//! Images: put in place by hand, or newer ones of the same line out of registries.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;

use lazaret_check::Source;
use lazaret_fix::image::{BUILT, Use, newest, uses};
use lazaret_image::ImageRef;
use lazaret_image::registry;

use super::Knowledge;
use super::message::Message;
use super::work::Work;
use crate::targets;

/// What is known of images that were asked about.
struct Answers<'a> {
    knowledge: &'a Knowledge<'a>,
    /// For each reference that files have, the one to put in its place; or why none.
    newer: BTreeMap<String, Result<String, String>>,
    /// Ids of what is known against a reference; or why that is not known.
    known: BTreeMap<String, Result<BTreeSet<String>, String>>,
}

pub(super) fn plan(
    knowledge: &Knowledge<'_>,
    work: &mut Work,
    message: &mut Message,
) -> anyhow::Result<()> {
    let args = knowledge.args;
    if args.image.is_empty() && !args.newer_images {
        return Ok(());
    }
    let mut answers = Answers {
        knowledge,
        newer: BTreeMap::new(),
        known: BTreeMap::new(),
    };
    for (name, file) in work.files() {
        let source = Source::new(name.as_str(), file.text());
        for found in uses(&source) {
            let line = source.place(found.at).line;
            let what = format!("{name}:{line}: {} {}", found.role, found.reference);
            let (new, by_hand) = match answers.wanted(&found) {
                Some((Ok(new), by_hand)) if new != found.reference => (new, by_hand),
                Some((Err(why), _)) => {
                    message.left(format!("{what}: {why}"));
                    continue;
                }
                _ => continue,
            };
            let text = format!("{what} -> {new}");
            let edits = match found.replace(&new) {
                Ok(edits) => edits,
                Err(why) => {
                    message.left(format!("{text}: {why}"));
                    continue;
                }
            };
            let before = answers.known(&found.reference);
            let after = answers.known(&new);
            let worse = match (&before, &after) {
                (Ok(before), Ok(after)) => !by_hand && after.len() >= before.len(),
                _ => !by_hand,
            };
            if worse {
                let why = match before.and(after) {
                    Ok(_) => "it has no fewer vulnerabilities".to_owned(),
                    Err(why) => format!("not examined: {why}"),
                };
                message.left(format!("{text}: {why}"));
                continue;
            }
            if let Err(error) = file.add(edits) {
                message.left(format!("{text}: {error}"));
                continue;
            }
            match (before, after) {
                (Ok(before), Ok(after)) => message.bumped(&text, &before, &after),
                (Err(why), _) | (_, Err(why)) => {
                    message.changed(format!("{text}; what that removes is not known: {why}"));
                }
            }
        }
    }
    Ok(())
}

/// Writes digests behind tags that stand alone. The image stays the one that it is, so
/// there is nothing to compare.
pub(super) fn pin(knowledge: &Knowledge<'_>, work: &mut Work, message: &mut Message) {
    if !knowledge.args.pin_images {
        return;
    }
    let mut known: BTreeMap<String, Result<String, String>> = BTreeMap::new();
    for (name, file) in work.files() {
        let Ok(text) = file.with(&[]) else { continue };
        let source = Source::new(name.as_str(), text);
        let mut edits = Vec::new();
        let all = uses(&source);
        let fetched = all.iter().filter(|found| found.role != BUILT);
        for found in fetched.filter(|found| is_tagged(&found.reference)) {
            let line = source.place(found.at).line;
            let what = format!("{name}:{line}: {} {}", found.role, found.reference);
            let pinned = known
                .entry(found.reference.clone())
                .or_insert_with(|| digest(&found.reference, knowledge.args.offline));
            let change = pinned.clone().and_then(|pinned| {
                let edits = found.replace(&pinned).map_err(|why| why.to_string())?;
                Ok((pinned, edits))
            });
            match change {
                Ok((pinned, own)) => {
                    edits.extend(own);
                    message.changed(format!("{what} -> {pinned}"));
                }
                Err(why) => message.left(format!("{what}: {why}")),
            }
        }
        // An argument that several stages are built on is changed once.
        let added = lazaret_fix::merge(edits).and_then(|edits| file.add_on_top(edits));
        if let Err(error) = added {
            message.left(format!("{name}: {error}"));
        }
    }
}

/// Whether a reference has a tag and no digest.
fn is_tagged(reference: &str) -> bool {
    let last = reference.rsplit('/').next().unwrap_or(reference);
    last.contains(':') && !reference.contains('@')
}

/// The reference with the digest that its registry tells; else why there is none.
fn digest(reference: &str, offline: bool) -> Result<String, String> {
    let ask = || -> anyhow::Result<String> {
        let parsed: ImageRef = reference.parse()?;
        let options = reach(&parsed, reference, offline)?;
        let digest = registry::digest(&parsed, &options).context("ask for its digest")?;
        Ok(format!("{reference}@{digest}"))
    };
    ask().map_err(|error| format!("{error:#}"))
}

fn reach(
    parsed: &ImageRef,
    reference: &str,
    offline: bool,
) -> anyhow::Result<registry::RegistryOptions> {
    let mut args = targets::plain(reference)?;
    args.registry.offline |= offline;
    targets::reach(parsed, &args)
}

impl Answers<'_> {
    /// What is to stand in the place of an image, and whether a person says so.
    fn wanted(&mut self, found: &Use) -> Option<(Result<String, String>, bool)> {
        let args = self.knowledge.args;
        let by_hand = args
            .image
            .iter()
            .find(|(old, _)| names(old, &found.reference));
        if let Some((_, new)) = by_hand {
            let new = self.pinned_like(new, &found.reference);
            return Some((new.map_err(|error| format!("{error:#}")), true));
        }
        // The tag of what is built here is given here, and no registry knows a newer one.
        if !args.newer_images || found.role == BUILT {
            return None;
        }
        if let Some(known) = self.newer.get(&found.reference) {
            return Some((known.clone(), false));
        }
        let newer = self
            .newer(&found.reference)
            .map_err(|error| format!("{error:#}"));
        self.newer.insert(found.reference.clone(), newer.clone());
        Some((newer, false))
    }

    /// The newest image of the line, or the reference itself.
    fn newer(&self, reference: &str) -> anyhow::Result<String> {
        let parsed: ImageRef = reference.parse()?;
        let Some(tag) = &parsed.tag else {
            return Ok(reference.to_owned());
        };
        let options = reach(&parsed, reference, self.knowledge.args.offline)?;
        let tags = registry::tags(&parsed, &options)
            .context("ask for newer images")?
            .tags;
        let newest = newest(tag, tags.iter().map(String::as_str)).unwrap_or(tag);
        let head = reference.split('@').next().unwrap_or_default();
        let bare = head
            .strip_suffix(tag.as_str())
            .and_then(|h| h.strip_suffix(':'));
        let new = format!("{}:{newest}", bare.unwrap_or(head));
        match bare {
            // `latest` was not written, so there is nothing to write in its place.
            None => Ok(reference.to_owned()),
            Some(_) => self.pinned_like(&new, reference),
        }
    }

    /// The new reference, with a digest where the old one has one.
    fn pinned_like(&self, new: &str, old: &str) -> anyhow::Result<String> {
        if !old.contains('@') || new.contains('@') {
            return Ok(new.to_owned());
        }
        digest(new, self.knowledge.args.offline).map_err(anyhow::Error::msg)
    }

    /// Ids of what is known against an image.
    fn known(&mut self, reference: &str) -> Result<BTreeSet<String>, String> {
        if let Some(known) = self.known.get(reference) {
            return known.clone();
        }
        let ask = || -> anyhow::Result<BTreeSet<String>> {
            let mut args = targets::plain(reference)?;
            args.registry.offline |= self.knowledge.args.offline;
            let found = self
                .knowledge
                .findings(targets::inventory(&args, targets::Wants::default())?)?;
            let name = |f: &lazaret_model::Finding| format!("{} ({})", f.id, f.package.name);
            Ok(found.iter().map(name).collect())
        };
        let known = ask().map_err(|error| format!("{error:#}"));
        self.known.insert(reference.to_owned(), known.clone());
        known
    }
}

/// Whether `old`, as a person typed it, means the image of a reference.
fn names(old: &str, reference: &str) -> bool {
    let (Ok(wanted), Ok(found)) = (old.parse::<ImageRef>(), reference.parse::<ImageRef>()) else {
        return false;
    };
    let last = old.rsplit('/').next().unwrap_or(old);
    let any_tag = !last.contains([':', '@']);
    let same_tag = wanted.tag == found.tag || (found.tag.is_none() && wanted.tag.is_none());
    let same_digest = wanted.digest.is_none() || wanted.digest == found.digest;
    wanted.name() == found.name() && (any_tag || (same_tag && same_digest))
}
