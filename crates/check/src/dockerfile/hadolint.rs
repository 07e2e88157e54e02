//! hadolint's configuration file, so that who changes the tool keeps what was decided.
//!
//! Heard are `ignored`, `override`, `trustedRegistries`, `label-schema` and `strict-labels`
//! (hadolint, "Configure"). What is about its own output is not ours.

use lazaret_model::{Gap, GapKind, Severity, Suppression};

use crate::manifest::node::Node;
use crate::manifest::yaml;
use crate::{Finding, Settings, Source};

/// Most ids, registries or labels that are taken from a file.
const MOST: usize = 1_000;

/// The form that a label's value must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Anything.
    Text,
    /// An address.
    Url,
    /// A time as RFC 3339 has it.
    Time,
    /// A version as Semantic Versioning has it.
    Version,
    /// A licence of the SPDX list, or an expression.
    License,
    /// A commit of Git.
    Hash,
    /// An address of mail.
    Mail,
}

/// What a configuration says.
#[derive(Debug, Default)]
pub(super) struct Config {
    path: String,
    ignored: Vec<(String, u32)>,
    severities: Vec<(String, Severity)>,
    registries: Vec<String>,
    /// Labels that an image must have, and their forms.
    pub(super) labels: Vec<(String, Form)>,
    /// Whether an image may have no other labels.
    pub(super) is_strict: bool,
    error: Option<String>,
}

impl Config {
    /// Reads a configuration. What is not understood is passed over, as hadolint does; a file
    /// that is no YAML says nothing, and is a gap.
    pub(super) fn read(source: &Source) -> Self {
        let read = yaml::read(&source.text, 0);
        let mut config = Self {
            path: source.path.clone(),
            error: read.error.map(|error| error.to_string()),
            ..Self::default()
        };
        let Some(document) = read.documents.first() else {
            return config;
        };
        let ids = |node: &Node| -> Vec<(String, u32)> {
            let items = node.items().iter().take(MOST);
            items
                .filter_map(|one| Some((one.as_str()?.to_owned(), one.span.line)))
                .collect()
        };
        config.ignored = document.get("ignored").map(ids).unwrap_or_default();
        for (word, severity) in [
            ("error", Severity::High),
            ("warning", Severity::Medium),
            ("info", Severity::Low),
            ("style", Severity::Negligible),
        ] {
            let listed = document.at(&["override", word]).map(ids);
            let listed = listed.unwrap_or_default().into_iter();
            config
                .severities
                .extend(listed.map(|(id, _)| (id, severity)));
        }
        let registries = document.get("trustedRegistries").map(ids);
        config.registries = registries
            .unwrap_or_default()
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        let labels = document
            .get("label-schema")
            .into_iter()
            .flat_map(Node::entries);
        config.labels = labels
            .take(MOST)
            .filter_map(|(key, form)| Some((key.as_str()?.to_owned(), form_of(form.as_str()?))))
            .collect();
        config.is_strict = document.is_true("strict-labels");
        config
    }

    /// What could not be read.
    pub(super) fn gap(&self) -> Option<Gap> {
        let error = self.error.as_ref()?;
        Some(Gap::new(
            GapKind::Unreadable,
            self.path.clone(),
            error.clone(),
        ))
    }

    /// The settings for a file below it: its registries, where the caller names none.
    pub(super) fn settings(&self, settings: &Settings) -> Option<Settings> {
        (settings.registries.is_empty() && !self.registries.is_empty()).then(|| Settings {
            registries: self.registries.clone(),
            ..settings.clone()
        })
    }

    /// Applies severities and what is ignored to a finding.
    pub(super) fn apply(&self, finding: &mut Finding) {
        let is = |id: &str| {
            finding.check.id.eq_ignore_ascii_case(id)
                || finding
                    .aliases
                    .iter()
                    .any(|one| one.eq_ignore_ascii_case(id))
        };
        let severity = self.severities.iter().find(|(id, _)| is(id));
        let ignored = self.ignored.iter().find(|(id, _)| is(id));
        let silenced = ignored.map(|(id, line)| Suppression {
            by: "configuration".into(),
            reason: format!("{id} is ignored"),
            rule: Some(format!("{}:{line}", self.path)),
        });
        if let Some((_, severity)) = severity {
            finding.severity = *severity;
        }
        finding.silenced = silenced;
    }
}

fn form_of(word: &str) -> Form {
    match word.to_ascii_lowercase().as_str() {
        "url" => Form::Url,
        "rfc3339" => Form::Time,
        "semver" => Form::Version,
        "spdx" => Form::License,
        "hash" | "githash" => Form::Hash,
        "email" => Form::Mail,
        _ => Form::Text,
    }
}
