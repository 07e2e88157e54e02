//! From a reference to a report: what the caller laid out, else daemons and the registry.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::bail;

use lazaret_image::ImageRef;
use lazaret_model::Report;

use crate::args::{CheckArgs, MatchArgs, RegistryArgs, TargetArgs};
use crate::policy::Judge;
use crate::signing::Trust;
use crate::{diff, scan};

/// Most images that one command examines, alternatives among them.
const MOST: usize = 100;

/// Examines images, each once.
pub(super) struct Resolver<'a> {
    matching: &'a MatchArgs,
    pub(super) registry: &'a RegistryArgs,
    today: String,
    /// Who is trusted to sign base images, where signatures are looked for.
    signing: Option<Arc<Trust>>,
    layouts: Vec<&'a Path>,
    reports: Vec<Report>,
    known: HashMap<String, Result<Report, String>>,
}

impl<'a> Resolver<'a> {
    /// # Errors
    /// When a place is neither a report nor an OCI layout, or a key cannot be read.
    pub(super) fn new(args: &'a CheckArgs, judge: &Judge) -> anyhow::Result<Self> {
        let mut resolver = Self {
            matching: &args.bases.matching,
            registry: &args.bases.registry,
            today: scan::today(),
            signing: Trust::of(&args.bases.signatures, judge.signers())?,
            layouts: Vec::new(),
            reports: Vec::new(),
            known: HashMap::new(),
        };
        for place in &args.bases.base_from {
            resolver.lay_out(place)?;
        }
        Ok(resolver)
    }

    fn lay_out(&mut self, place: &'a Path) -> anyhow::Result<()> {
        if place.join("oci-layout").is_file() {
            self.layouts.push(place);
        } else if place.is_file() {
            self.reports.push(diff::read_report(place)?);
        } else {
            bail!(
                "{} is neither an OCI layout nor a report in the json format",
                place.display()
            );
        }
        Ok(())
    }

    /// What is known of an image; else why it could not be examined.
    ///
    /// # Errors
    /// When the command cannot go on with any image.
    pub(super) fn report(
        &mut self,
        reference: &ImageRef,
    ) -> anyhow::Result<Result<Report, String>> {
        let key = reference.to_string();
        if let Some(known) = self.known.get(&key) {
            return Ok(known.clone());
        }
        if self.known.len() >= MOST {
            return Ok(Err(format!("more than {MOST} images")));
        }
        let report = self.laid_out(reference).unwrap_or_else(|| {
            self.examine(key.clone()).map_err(|error| {
                let mut chain: Vec<String> = error.chain().map(ToString::to_string).collect();
                // What a cause says again itself is said once.
                let said = |i: usize| chain.get(i + 1).is_some_and(|c| c.starts_with(&chain[i]));
                let again: Vec<bool> = (0..chain.len()).map(said).collect();
                let mut again = again.into_iter();
                chain.retain(|_| !again.next().unwrap_or_default());
                chain.join(": ")
            })
        });
        self.known.insert(key, report.clone());
        Ok(report)
    }

    fn examine(&self, target: String) -> anyhow::Result<Report> {
        let target = TargetArgs {
            signing: self.signing.clone(),
            ..TargetArgs::of(target, self.registry.clone())
        };
        scan::report(&target, self.matching, &self.today)
    }

    /// What the caller laid out under this reference.
    fn laid_out(&self, reference: &ImageRef) -> Option<Result<Report, String>> {
        let is_it = |report: &&Report| {
            let digest = reference.digest.as_ref();
            let by_digest = digest.is_some() && report.target.digest.as_ref() == digest;
            let named = report.target.name.parse::<ImageRef>();
            by_digest || digest.is_none() && named.is_ok_and(|named| named == *reference)
        };
        if let Some(report) = self.reports.iter().find(is_it) {
            return Some(Ok(report.clone()));
        }
        let tag = reference.tag.as_deref().map(|tag| format!(":{tag}"));
        let whole = format!(":{reference}");
        let digest = reference.digest.as_ref().map(|digest| format!("@{digest}"));
        let selectors = match digest {
            Some(digest) => vec![digest],
            None => [Some(whole), tag].into_iter().flatten().collect(),
        };
        for layout in &self.layouts {
            for selector in &selectors {
                let target = format!("oci-layout:{}{selector}", layout.display());
                if let Ok(report) = self.examine(target) {
                    return Some(Ok(report));
                }
            }
        }
        None
    }
}
