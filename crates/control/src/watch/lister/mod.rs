//! What a registry has, for the events that were lost.

mod catalogue;
mod pattern;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use lazaret_image::registry::{RegistryError, RegistryOptions, digest, tags};
use lazaret_store::ListProgress;

use super::reference;
use lazaret_wire::event::is_tag;

/// Most tags of a registry that are asked for, at one request each.
const MOST_TAGS: usize = 200_000;

/// Tags of one step.
const STEP: usize = 50;

/// A tag and what it means now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tagged {
    pub(crate) repository: String,
    pub(crate) tag: String,
    pub(crate) digest: String,
}

/// What was read of a repository since the step before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// Tags, with what they mean now.
    pub(crate) tags: Vec<Tagged>,
    /// What need not be read again when this was taken in.
    pub(crate) progress: ListProgress,
    /// At the end of a repository that was read whole: what it does not name is gone.
    pub(crate) whole: Option<BTreeSet<String>>,
}

/// How a list ended.
#[derive(Debug, Clone, Default)]
pub(crate) struct Listed {
    /// What could not be read, for people.
    pub(crate) failed: Vec<String>,
    /// Whether `take` had enough before the end.
    pub(crate) is_cut: bool,
}

/// Why nothing was listed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub(crate) struct Refused {
    /// For people: what to do about it, too.
    why: String,
    /// Whether it may be otherwise later.
    pub(crate) may_pass: bool,
}

/// Lists a registry, in the order of names: repositories that match the patterns, their tags,
/// their digests. Blocking. `take` gets them step by step and says whether to go on; what was
/// done `before` is left out.
///
/// # Errors
/// When the catalogue is refused and no repository is named without `*`.
pub(crate) fn list(
    host: &str,
    patterns: &[String],
    options: &RegistryOptions,
    before: Option<&ListProgress>,
    take: &mut dyn FnMut(Step) -> bool,
) -> Result<Listed, Refused> {
    let mut listed = Listed::default();
    let mut left = MOST_TAGS;
    for repository in catalogue::wanted(host, patterns, options, &mut listed)? {
        let mut after = None;
        if let Some(before) = before {
            match (repository.cmp(&before.repository), &before.tag) {
                (std::cmp::Ordering::Less, _) | (std::cmp::Ordering::Equal, None) => continue,
                (std::cmp::Ordering::Equal, Some(tag)) => after = Some(tag.as_str()),
                (std::cmp::Ordering::Greater, _) => {}
            }
        }
        if !one(
            host,
            &repository,
            options,
            after,
            &mut left,
            &mut listed,
            take,
        ) {
            listed.is_cut = true;
            break;
        }
    }
    Ok(listed)
}

/// A repository, behind a tag; whether to go on.
fn one(
    host: &str,
    repository: &str,
    options: &RegistryOptions,
    after: Option<&str>,
    left: &mut usize,
    listed: &mut Listed,
    take: &mut dyn FnMut(Step) -> bool,
) -> bool {
    let step = |tags, tag: Option<&str>, whole| Step {
        tags,
        progress: ListProgress {
            repository: repository.to_owned(),
            tag: tag.map(str::to_owned),
        },
        whole,
    };
    let Ok(reference_of_all) = reference(host, repository, None, None) else {
        return true;
    };
    let found = match tags(&reference_of_all, options) {
        Ok(found) => found,
        // A repository without a tag is as good as none.
        Err(RegistryError::NotFound { .. }) => {
            return take(step(Vec::new(), None, Some(BTreeSet::new())));
        }
        Err(error) => {
            listed.failed.push(error.to_string());
            return true;
        }
    };
    let mut is_whole = !found.has_more;
    let mut names: BTreeSet<String> = BTreeSet::new();
    for tag in found.tags {
        match is_tag(&tag) {
            true => {
                names.insert(tag);
            }
            false => is_whole = false,
        }
    }
    let mut absent = Vec::new();
    let mut read = Vec::new();
    let behind = names
        .iter()
        .filter(|tag| after.is_none_or(|after| tag.as_str() > after));
    for tag in behind {
        if *left == 0 {
            is_whole = false;
            break;
        }
        *left -= 1;
        let Ok(named) = reference(host, repository, Some(tag), None) else {
            continue;
        };
        match digest(&named, options) {
            Ok(digest) => read.push(Tagged {
                repository: repository.to_owned(),
                tag: tag.clone(),
                digest: digest.to_string(),
            }),
            Err(RegistryError::NotFound { .. }) => absent.push(tag.clone()),
            Err(error) => {
                is_whole = false;
                listed.failed.push(error.to_string());
            }
        }
        if read.len() >= STEP && !take(step(std::mem::take(&mut read), Some(tag.as_str()), None)) {
            return false;
        }
    }
    for tag in absent {
        names.remove(&tag);
    }
    take(step(read, None, is_whole.then_some(names)))
}
