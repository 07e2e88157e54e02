//! Whose signatures count, and `verify`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::{PolicyArgs, TargetArgs};

/// Whose signatures count.
#[derive(Debug, Clone, Default, ClapArgs)]
#[command(next_help_heading = "Signatures")]
pub(crate) struct SignatureArgs {
    /// Public key, PEM, whose signature counts (repeatable). Signatures are then looked for
    /// where the image is kept, and the policy knows `image.signed`.
    #[arg(
        long,
        alias = "key",
        value_name = "FILE",
        value_delimiter = ',',
        env = "LAZARET_VERIFY_KEY"
    )]
    pub(crate) verify_key: Vec<PathBuf>,
    /// Name in a certificate whose signature counts: a mail address, the address of a
    /// workflow, a distinguished name; with --trusted-root or --verify-authority.
    #[arg(
        long,
        alias = "certificate-identity",
        value_name = "NAME",
        env = "LAZARET_VERIFY_IDENTITY"
    )]
    pub(crate) verify_identity: Option<String>,
    /// The same as a regular expression, which the whole name has to fulfil.
    #[arg(
        long,
        alias = "certificate-identity-regexp",
        value_name = "REGEX",
        env = "LAZARET_VERIFY_IDENTITY_REGEX"
    )]
    pub(crate) verify_identity_regex: Option<String>,
    /// Who has to have vouched for that name (the issuer of an OpenID Connect token).
    #[arg(
        long,
        alias = "certificate-oidc-issuer",
        value_name = "URL",
        env = "LAZARET_VERIFY_ISSUER"
    )]
    pub(crate) verify_issuer: Option<String>,
    /// `trusted_root.json` of a Sigstore instance: its authorities and logs.
    #[arg(long, value_name = "FILE", env = "LAZARET_TRUSTED_ROOT")]
    pub(crate) trusted_root: Option<PathBuf>,
    /// Certificates of authorities of your own, PEM (repeatable).
    #[arg(
        long,
        alias = "ca-roots",
        value_name = "FILE",
        value_delimiter = ',',
        env = "LAZARET_VERIFY_AUTHORITY"
    )]
    pub(crate) verify_authority: Vec<PathBuf>,
    /// Public key of a transparency log (Rekor) of your own, PEM (repeatable).
    #[arg(
        long,
        value_name = "FILE",
        value_delimiter = ',',
        env = "LAZARET_VERIFY_LOG"
    )]
    pub(crate) verify_log: Vec<PathBuf>,
    /// A signature has to name the image's repository, and not only its digest.
    #[arg(long, env = "LAZARET_VERIFY_SAME_REPOSITORY")]
    pub(crate) verify_same_repository: bool,
}

/// `verify`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  lazaret verify registry.example/app:1.0 --key cosign.pub
  lazaret verify ghcr.io/acme/app:1.0 --trusted-root trusted_root.json \\
    --verify-identity https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main \\
    --verify-issuer https://token.actions.githubusercontent.com
  lazaret verify registry.example/app:1.0 --policy shop.yaml      its `signers`
  lazaret verify oci-layout:build --key cosign.pub --attested https://slsa.dev/provenance/v1

Exit codes: 0 signed by somebody who is trusted, 1 not signed, 2 could not be done, 3 nobody
knows, because something could not be examined.")]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    #[command(flatten)]
    pub(crate) signatures: SignatureArgs,
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
    /// Predicate type that a trusted signer has to have attested of the image (repeatable);
    /// instead of the signature.
    #[arg(long, value_name = "TYPE", env = "LAZARET_VERIFY_ATTESTED")]
    pub(crate) attested: Vec<String>,
    /// `table` or `json`.
    #[arg(
        short,
        long,
        default_value = "table",
        value_parser = ["table", "json"],
        env = "LAZARET_VERIFY_FORMAT"
    )]
    pub(crate) format: String,
}
