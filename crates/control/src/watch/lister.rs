//! What a registry has, for the events that were lost.

use std::collections::BTreeSet;

use lazaret_image::registry::{RegistryError, RegistryOptions, digest, repositories, tags};
use lazaret_store::ListProgress;

use super::reference;
use lazaret_wire::event::{is_repository, is_tag};

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
) -> Result<Listed, RegistryError> {
    let mut listed = Listed::default();
    let mut left = MOST_TAGS;
    for repository in wanted(host, patterns, options, &mut listed)? {
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

/// The repositories to list. Where all are named, the catalogue is not asked.
fn wanted(
    host: &str,
    patterns: &[String],
    options: &RegistryOptions,
    listed: &mut Listed,
) -> Result<Vec<String>, RegistryError> {
    let mut named: Vec<String> = patterns
        .iter()
        .filter(|p| !p.contains('*'))
        .cloned()
        .collect();
    named.sort();
    named.dedup();
    if !patterns.is_empty() && patterns.iter().all(|p| !p.contains('*')) {
        return Ok(named);
    }
    let found = match repositories(host, options) {
        Ok(found) => found,
        Err(error) if !named.is_empty() => {
            listed.failed.push(error.to_string());
            return Ok(named);
        }
        Err(error) => return Err(error),
    };
    if found.has_more {
        let why = "the registry has more repositories than are read; name those that count";
        listed.failed.push(why.into());
    }
    let mut wanted = named;
    wanted.extend(found.repositories.into_iter().filter(|repository| {
        is_repository(repository)
            && (patterns.is_empty() || patterns.iter().any(|p| matches(p, repository)))
    }));
    wanted.sort();
    wanted.dedup();
    Ok(wanted)
}

/// Whether a pattern matches: `*` stands for a part of a segment, `**` for any text.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let (p, t) = (pattern.as_bytes(), text.as_bytes());
    // The usual two pointers, with the last star of each kind to come back to.
    let (mut i, mut j) = (0, 0);
    let mut star: Option<(usize, usize, bool)> = None;
    let mut outer: Option<(usize, usize)> = None;
    while j < t.len() {
        if p.get(i) == Some(&b'*') {
            let deep = p.get(i + 1) == Some(&b'*');
            let after = if deep { i + 2 } else { i + 1 };
            star = Some((after, j, deep));
            if deep {
                outer = Some((after, j));
            }
            i = after;
        } else if p.get(i) == t.get(j) {
            (i, j) = (i + 1, j + 1);
        } else {
            let again = match star {
                Some((after, at, deep)) if deep || t.get(at) != Some(&b'/') => {
                    star = Some((after, at + 1, deep));
                    Some((after, at + 1))
                }
                _ => outer.map(|(after, at)| {
                    outer = Some((after, at + 1));
                    star = Some((after, at + 1, true));
                    (after, at + 1)
                }),
            };
            match again {
                Some((after, at)) if at <= t.len() => (i, j) = (after, at),
                _ => return false,
            }
        }
    }
    p.get(i..)
        .is_none_or(|rest| rest.iter().all(|b| *b == b'*'))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use lazaret_store::ListProgress;
    use lazaret_testkit::registry::{LoopbackRegistry, Manners};

    use super::{Step, list, matches};
    use crate::watch::Secrets;

    #[test]
    fn a_star_ends_at_a_slash_and_two_do_not() {
        for (pattern, text, expected) in [
            ("team/app", "team/app", true),
            ("team/app", "team/apple", false),
            ("team/*", "team/app", true),
            ("team/*", "team/app/x", false),
            ("team/**", "team/app/x", true),
            ("**/app", "a/b/app", true),
            ("**/app", "a/b/apple", false),
            ("*/*", "a/b", true),
            ("*/*", "a/b/c", false),
            ("**", "anything/at/all", true),
            ("a*c/d", "abbbc/d", true),
            ("**/x*/y", "a/x1/z/x2/y", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn a_list_that_is_cut_off_anywhere_goes_on_from_there() {
        let registry = LoopbackRegistry::start(Manners::default()).expect("a registry");
        let json = "application/json";
        let repositories: Vec<String> = (0..7).map(|n| format!("team/app{n}")).collect();
        let catalog = serde_json::json!({"repositories": repositories}).to_string();
        registry.put("/v2/_catalog?n=1000".to_owned(), json, catalog.as_bytes());
        let mut all = BTreeSet::new();
        for (number, repository) in repositories.iter().enumerate() {
            let names: Vec<String> = (0..number * 40).map(|n| format!("v{n}")).collect();
            for name in &names {
                let kind = "application/vnd.oci.image.manifest.v1+json";
                registry.manifest(
                    repository,
                    name,
                    kind,
                    format!("{repository} {name}").as_bytes(),
                );
                all.insert((repository.clone(), name.clone()));
            }
            let tags = serde_json::json!({"name": repository, "tags": names}).to_string();
            registry.put(
                format!("/v2/{repository}/tags/list?n=1000"),
                json,
                tags.as_bytes(),
            );
        }
        let (host, plain) = (registry.host(), format!("http://{}", registry.host()));
        let (host_of_url, is_plain) = super::super::host_of(&plain).expect("an address");
        assert_eq!(host_of_url, host);
        let options = super::super::options(&host, is_plain, &Secrets::default());
        let (mut found, mut wholes, mut attempts) = (Vec::new(), 0, 0);
        let mut progress: Option<ListProgress> = None;
        loop {
            attempts += 1;
            let before = progress.clone();
            let mut steps = 0;
            // Each attempt lives for two steps.
            let mut take = |step: Step| {
                steps += 1;
                found.extend(step.tags.into_iter().map(|t| (t.repository, t.tag)));
                if let Some(names) = &step.whole {
                    wholes += 1;
                    let of = &step.progress.repository;
                    assert_eq!(names.len(), all.iter().filter(|(r, _)| r == of).count());
                }
                progress = Some(step.progress);
                steps < 2
            };
            let listed = list(&host, &[], &options, before.as_ref(), &mut take).expect("listed");
            assert!(listed.failed.is_empty(), "{:?}", listed.failed);
            if !listed.is_cut {
                break;
            }
        }
        assert!(attempts > 8, "{attempts} attempts");
        assert_eq!((found.len(), wholes), (all.len(), 7), "nothing twice");
        assert_eq!(
            found.into_iter().collect::<BTreeSet<_>>(),
            all,
            "nothing lost"
        );
        let asked = registry.requests().into_iter();
        let asked = asked
            .filter(|request| request.path.contains("/manifests/"))
            .count();
        assert_eq!(asked, all.len(), "and nothing asked for twice");
    }
}
