//! Which repositories of a registry are listed.

use lazaret_image::registry::{RegistryError, RegistryOptions, repositories};
use lazaret_wire::event::is_repository;

use super::pattern::matches;
use super::{Listed, Refused};

/// The repositories to list. Where all are named, the catalogue is not asked.
pub(super) fn wanted(
    host: &str,
    patterns: &[String],
    options: &RegistryOptions,
    listed: &mut Listed,
) -> Result<Vec<String>, Refused> {
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
            listed.failed.push(words(&error));
            return Ok(named);
        }
        Err(error) => {
            return Err(Refused {
                why: words(&error),
                may_pass: error.may_pass(),
            });
        }
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

/// Why there is no catalogue, and what to do about it where the registry has none for us.
fn words(error: &RegistryError) -> String {
    match error {
        RegistryError::Denied { .. }
        | RegistryError::NotFound { .. }
        | RegistryError::Status {
            status: 400..=499 | 501,
            ..
        } => format!(
            "{error}. It tells nobody its repositories, as registries of clouds and many others do \
             not: name them in `repositories` of this registry, one by one (`team/app`) and without \
             `*`"
        ),
        _ => error.to_string(),
    }
}
