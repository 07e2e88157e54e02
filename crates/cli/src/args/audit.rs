//! Commands about the audit log of a centre.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

/// `audit`.
#[derive(Debug, ClapArgs)]
pub(crate) struct AuditArgs {
    #[command(subcommand)]
    pub(crate) command: AuditCommand,
}

/// Commands about the audit log of a centre.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Tell whether an exported audit log holds together, without the centre it is from.
    Verify(AuditVerifyArgs),
}

/// `audit verify`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  curl -sS -H \"$auth\" $centre/api/v1/audit/export > audit.ndjson
  lazaret audit verify audit.ndjson
  lazaret audit verify --head sha256:… audit.ndjson

Every entry holds the hash of the one before, so one that is changed, taken away or put in breaks
the chain. What was cut off at its end, or written anew as a whole, shows only against a hash that
was noted elsewhere before: --head. Exit code 1: it does not hold together.")]
pub(crate) struct AuditVerifyArgs {
    /// The export, entries as lines of JSON, the oldest first; `-` for standard input.
    #[arg(value_name = "EXPORT")]
    pub(crate) export: PathBuf,
    /// The hash of an entry that was noted before; it has to be in the export.
    #[arg(long, value_name = "HASH", env = "LAZARET_AUDIT_VERIFY_HEAD")]
    pub(crate) head: Option<String>,
}
