//! The YAML of a policy, before anything in it is judged.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::Pulls;

/// A policy document. A misspelt key would leave a rule out, so an unknown one is refused.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Document {
    pub(crate) api_version: Spanned<String>,
    #[serde(default)]
    pub(crate) kind: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) name: Option<String>,
    /// For people alone.
    #[serde(default, rename = "description")]
    pub(crate) _description: Option<String>,
    /// Whose rules stand beside those of this document.
    #[serde(default)]
    pub(crate) extends: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) mode: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) environments: Option<BTreeMap<String, Environment>>,
    /// What is not a rule's matter at a gate.
    #[serde(default)]
    pub(crate) gate: Option<Spanned<Pulls>>,
    #[serde(default)]
    pub(crate) rules: Option<Vec<Rule>>,
    #[serde(default)]
    pub(crate) exceptions: Option<Vec<Exception>>,
    #[serde(default)]
    pub(crate) signers: Option<Vec<Signer>>,
}

/// Somebody who is trusted to sign.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Signer {
    pub(crate) name: Spanned<String>,
    #[serde(default)]
    pub(crate) images: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    pub(crate) key: Option<String>,
    #[serde(default)]
    pub(crate) identity: Option<String>,
    #[serde(default)]
    pub(crate) identity_regex: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) issuer: Option<String>,
    #[serde(default)]
    pub(crate) authorities: Option<String>,
    #[serde(default)]
    pub(crate) logs: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) trusted_root: Option<String>,
    #[serde(default)]
    pub(crate) same_repository: bool,
}

/// What an environment changes for every rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Environment {
    #[serde(default)]
    pub(crate) mode: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) gate: Option<Spanned<Pulls>>,
}

/// A rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    pub(crate) name: Spanned<String>,
    #[serde(default)]
    pub(crate) description: Option<String>,
    #[serde(default)]
    pub(crate) each: Option<Spanned<String>>,
    pub(crate) when: Spanned<String>,
    pub(crate) action: Spanned<String>,
    #[serde(default)]
    pub(crate) undecided: Option<Spanned<String>>,
    /// What it holds or quarantines is refused even where it runs already.
    #[serde(default)]
    pub(crate) even_if_running: bool,
    #[serde(default)]
    pub(crate) mode: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) environments: Option<BTreeMap<String, Override>>,
}

/// What an environment changes for one rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Override {
    #[serde(default)]
    pub(crate) when: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) action: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) mode: Option<Spanned<String>>,
}

/// An exception.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exception {
    pub(crate) name: Spanned<String>,
    #[serde(default)]
    pub(crate) ids: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    pub(crate) packages: Option<Spanned<Vec<PackageScope>>>,
    #[serde(default)]
    pub(crate) paths: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    pub(crate) images: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    pub(crate) environments: Option<Spanned<Vec<String>>>,
    pub(crate) reason: Spanned<String>,
    pub(crate) owner: Spanned<String>,
    #[serde(default)]
    pub(crate) expires: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) until: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    pub(crate) exposure: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) severity: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) most: Option<usize>,
}

/// Packages of an exception.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PackageScope {
    pub(crate) purl: Spanned<String>,
    #[serde(default)]
    pub(crate) versions: Option<Spanned<String>>,
}
