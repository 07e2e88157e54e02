//! What a caller may choose.

use crate::Check;

/// Settings that the checks share.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// Today's date, `YYYY-MM-DD`, against which ends of life and of ignore comments are
    /// held. Without it, nothing expires.
    pub today: Option<String>,
    /// Ids (ours or peers') of the checks to run; empty for all.
    pub only: Vec<String>,
    /// Ids (ours or peers') of checks not to run.
    pub skip: Vec<String>,
    /// Whether checks that found nothing are listed as passed, per file.
    pub with_passed: bool,
    /// Registries, or registries with a path, that base images may come from; empty for
    /// any. Compared part by part: `registry.example` does not allow
    /// `registry.example.evil.test`.
    pub registries: Vec<String>,
    /// Images that must not be built upon: a repository, with a tag or digest or without.
    pub denied: Vec<String>,
    /// Values of build arguments (`--build-arg`), by name.
    pub build_args: Vec<(String, String)>,
}

impl Settings {
    /// Whether the caller wants the answers of `check`, its own id and its peers' considered.
    pub fn wants(&self, check: &Check) -> bool {
        self.wants_named(check.id, check.peers)
    }

    /// Whether the caller wants an answer of those names.
    pub(crate) fn wants_named(&self, id: &str, aliases: &[&str]) -> bool {
        let named = |ids: &[String]| {
            ids.iter().any(|one| {
                one.eq_ignore_ascii_case(id)
                    || aliases.iter().any(|alias| alias.eq_ignore_ascii_case(one))
            })
        };
        (self.only.is_empty() || named(&self.only)) && !named(&self.skip)
    }
}
