//! What may take the place of a base image, and what each brings.

use std::fmt;

use lazaret_check::tags::{Alternative, AlternativeKind, alternatives};
use lazaret_image::ImageRef;
use lazaret_image::registry::tags;
use lazaret_model::{Outcome, Report};
use lazaret_policy::{difference, outcome_name};

use super::resolve::Resolver;
use super::wanted;
use crate::policy::Judge;
use crate::targets::registry_options;

/// An image that may take the place of another one.
#[derive(Debug, Clone)]
pub(super) struct Suggestion {
    reference: String,
    what: &'static str,
    wanted: Outcome,
    removes: usize,
    of: usize,
    adds: usize,
    packages: i64,
}

impl fmt::Display for Suggestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.wanted {
            Outcome::Allow => "nothing speaks against it".to_owned(),
            outcome => format!("the policy would {}", outcome_name(outcome)),
        };
        write!(
            f,
            "{} ({}): removes {} of {} vulnerabilities, adds {}",
            self.reference, self.what, self.removes, self.of, self.adds
        )?;
        match self.packages {
            0 => {}
            fewer if fewer < 0 => write!(f, ", {} packages fewer", -fewer)?,
            more => write!(f, ", {more} packages more")?,
        }
        write!(f, "; {verdict}")
    }
}

/// What may be taken instead of a base, best first; else why nothing is known.
///
/// # Errors
/// When the command cannot go on with any image.
pub(super) fn instead(
    name: &str,
    base: &Report,
    resolver: &mut Resolver<'_>,
    judge: &Judge,
) -> anyhow::Result<Result<Vec<Suggestion>, String>> {
    let Ok(reference) = name.parse::<ImageRef>() else {
        return Ok(Err("the reference cannot be understood".into()));
    };
    let Some(tag) = reference.tag.clone().filter(|tag| !tag.is_empty()) else {
        return Ok(Err("the reference has a digest and no tag".into()));
    };
    let options = match registry_options(&reference, resolver.registry) {
        Ok(options) => options,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let listed = match tags(&reference, &options) {
        Ok(listed) => listed,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let mut candidates = alternatives(&tag, &listed.tags);
    if reference.digest.is_some() {
        // What is pinned may be behind what its own tag stands for today.
        let same = Alternative {
            tag: tag.clone(),
            kind: AlternativeKind::Patch,
        };
        candidates.insert(0, same);
    }
    let mut found = Vec::new();
    for candidate in candidates {
        let other = ImageRef {
            tag: Some(candidate.tag.clone()),
            digest: None,
            ..reference.clone()
        };
        let Ok(mut report) = resolver.report(&other)? else {
            continue;
        };
        if report.target.digest.is_some() && report.target.digest == base.target.digest {
            continue;
        }
        judge.of_base(&mut report);
        let change = difference(base, &report);
        let count = |report: &Report| i64::try_from(report.packages.len()).unwrap_or(i64::MAX);
        let open = base.findings.iter().filter(|f| f.suppressed.is_none());
        found.push(Suggestion {
            reference: other.to_string(),
            what: match candidate.tag == tag {
                true => "the same tag today",
                false => candidate.kind.name(),
            },
            wanted: wanted(&report),
            removes: change.gone.len(),
            of: open.count(),
            adds: change.new.len(),
            packages: count(&report) - count(base),
        });
    }
    Ok(Ok(found))
}
