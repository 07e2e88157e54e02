//! `debug`: hidden, stable, for measuring.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

/// `debug`.
#[derive(Debug, ClapArgs)]
pub(crate) struct DebugArgs {
    #[command(subcommand)]
    pub(crate) command: DebugCommand,
}

/// For measuring.
#[derive(Debug, Subcommand)]
pub(crate) enum DebugCommand {
    /// Read lines `A<TAB>B`, print `<`, `=`, `>` or `?`.
    Compare {
        /// Name of the scheme.
        #[arg(long)]
        scheme: String,
    },
    /// Run the readers that PATH selects on FILE's bytes.
    Packages {
        /// The file.
        file: PathBuf,
        /// The path it is taken to have.
        #[arg(long = "as", value_name = "PATH")]
        path: String,
    },
    /// Match stored inventories against a newer database: which ones it touches, whether
    /// their outcome is another, and whether every other one kept its own.
    Rematch {
        /// The older database.
        before: PathBuf,
        /// The newer database.
        after: PathBuf,
        /// Reports or bills of materials.
        #[arg(required = true)]
        stored: Vec<PathBuf>,
    },
    /// Write a small sample image.
    Sample {
        /// The archive to write.
        #[arg(long)]
        out: PathBuf,
    },
    /// Print the page about every command and option, in Markdown.
    Reference,
}
