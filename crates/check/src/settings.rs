//! What a caller may choose.

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
