//! The configuration of an image: how its containers run, and how it was built.
//!
//! Judged when an image is scanned, and where a configuration is given as a JSON file
//! (`docker image inspect` has another shape and is not read). Checks are in `checks`, a
//! file for each. Source: the OCI image specification, "Image Configuration", with
//! Docker's `Healthcheck` and `OnBuild`.

mod checks;
mod facts;
pub mod places;

pub use facts::{Facts, Step};
pub use places::Place;

use lazaret_model::{Gap, GapKind, Misconfiguration};

use crate::{Check, Finding, Findings, Language, Settings, Source, engine};

/// Configurations of images.
pub static LANGUAGE: Language = Language {
    name: "image",
    title: "Image configuration",
    checks: || checks::ALL.iter().map(|rule| rule.check).collect(),
    // Only one that is named is read: what lies about as `config.json` is rarely one.
    wants: |_| false,
    claims,
    examine: |files, _, settings| engine::each(files, settings, examine),
    ignores: |_| Vec::new(),
};

/// A check of image configurations with its code.
pub(crate) struct Rule {
    check: &'static Check,
    run: fn(&Facts) -> Vec<Told>,
}

/// What a check says.
pub(crate) struct Told {
    message: String,
    remedy: &'static str,
    /// The build step, the variable: what the report calls the resource.
    part: String,
}

impl Told {
    fn new(message: impl Into<String>, remedy: &'static str) -> Self {
        Self {
            message: message.into(),
            remedy,
            part: String::new(),
        }
    }

    fn of(mut self, part: impl Into<String>) -> Self {
        self.part = part.into();
        self
    }
}

fn claims(source: &Source) -> bool {
    let text = source.text.trim_start();
    source.named
        && text.starts_with('{')
        && text.contains("\"rootfs\"")
        && !text.contains("\"apiVersion\"")
}

fn examine(source: &Source, _: &Settings) -> Findings {
    let mut findings = Findings::default();
    match Facts::parse(source.text.as_bytes()) {
        Ok(facts) => findings.found = found(&facts, source),
        Err(error) => {
            let detail = error.to_string();
            findings
                .gaps
                .push(Gap::new(GapKind::Unreadable, source.path.clone(), detail));
        }
    }
    findings
}

fn found(facts: &Facts, source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    for rule in checks::ALL {
        for told in (rule.run)(facts).into_iter().take(100) {
            found.push(
                Finding::new(rule.check, source, 0..0, told.message)
                    .remedy(told.remedy)
                    .resource(told.part),
            );
        }
    }
    found
}

/// What the checks say about the configuration of the image that reports call `name`.
pub fn answers(facts: &Facts, name: &str) -> Vec<Misconfiguration> {
    let source = Source::new(name, "");
    let found = found(facts, &source);
    let mut answers: Vec<Misconfiguration> = found
        .iter()
        .map(|finding| engine::answer(finding, &source, &[]).of_whole())
        .collect();
    answers.sort_by(|a, b| (&a.id, &a.resource, &a.message).cmp(&(&b.id, &b.resource, &b.message)));
    answers
}
