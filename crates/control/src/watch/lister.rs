//! What a registry has, for the events that were lost.

use lazaret_image::registry::{RegistryError, RegistryOptions, digest, repositories, tags};

use super::reference;
use lazaret_wire::event::{is_repository, is_tag};

/// Most tags of a registry that are asked for, at one request each.
const MOST_TAGS: usize = 200_000;

/// A tag and what it means now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tagged {
    pub(crate) repository: String,
    pub(crate) tag: String,
    pub(crate) digest: String,
}

/// What was found in a registry.
#[derive(Debug, Clone, Default)]
pub(crate) struct Listed {
    /// Every tag, with what it means now.
    pub(crate) tags: Vec<Tagged>,
    /// Repositories that were read to their end: what they do not name is gone.
    pub(crate) whole: Vec<String>,
    /// What could not be read, for people.
    pub(crate) failed: Vec<String>,
}

/// Lists a registry: repositories that match the patterns, their tags, their digests.
/// Blocking. `goes_on` is asked between requests.
///
/// # Errors
/// When the catalogue is refused and no repository is named without `*`.
pub(crate) fn list(
    host: &str,
    patterns: &[String],
    options: &RegistryOptions,
    goes_on: &dyn Fn() -> bool,
) -> Result<Listed, RegistryError> {
    let mut listed = Listed::default();
    let mut left = MOST_TAGS;
    for repository in wanted(host, patterns, options, &mut listed)? {
        if !goes_on() {
            break;
        }
        let Ok(reference_of_all) = reference(host, &repository, None, None) else {
            continue;
        };
        let found = match tags(&reference_of_all, options) {
            Ok(found) => found,
            // A repository without a tag is as good as none.
            Err(RegistryError::NotFound { .. }) => {
                listed.whole.push(repository);
                continue;
            }
            Err(error) => {
                listed.failed.push(error.to_string());
                continue;
            }
        };
        let mut is_whole = !found.has_more;
        for tag in found.tags {
            if !is_tag(&tag) || left == 0 || !goes_on() {
                is_whole = false;
                continue;
            }
            left -= 1;
            let Ok(named) = reference(host, &repository, Some(&tag), None) else {
                continue;
            };
            match digest(&named, options) {
                Ok(digest) => listed.tags.push(Tagged {
                    repository: repository.clone(),
                    tag,
                    digest: digest.to_string(),
                }),
                Err(RegistryError::NotFound { .. }) => {}
                Err(error) => {
                    is_whole = false;
                    listed.failed.push(error.to_string());
                }
            }
        }
        if is_whole {
            listed.whole.push(repository);
        }
    }
    Ok(listed)
}

/// The repositories to list. Where all are named, the catalogue is not asked.
fn wanted(
    host: &str,
    patterns: &[String],
    options: &RegistryOptions,
    listed: &mut Listed,
) -> Result<Vec<String>, RegistryError> {
    let named: Vec<String> = patterns
        .iter()
        .filter(|p| !p.contains('*'))
        .cloned()
        .collect();
    if !patterns.is_empty() && named.len() == patterns.len() {
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
    use super::matches;

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
}
