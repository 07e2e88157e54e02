//! `demo`: everything at once, to try.

use std::path::PathBuf;

use clap::Args as ClapArgs;

/// `demo`.
#[derive(Debug, Clone, ClapArgs)]
#[command(after_help = "Examples:
  lazaret demo
  lazaret demo --registry ./images
  lazaret demo --once

Nothing leaves the machine. What the centre and the edge keep is gone at the end; the
directory of the registry stays where it was named.")]
pub(crate) struct DemoArgs {
    /// Where the centre answers; another port where this one is taken.
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8080",
        env = "LAZARET_DEMO_LISTEN"
    )]
    pub(crate) listen: String,
    /// Directory of the registry: an OCI layout for each repository, looked at again every
    /// second. Without it, a temporary one.
    #[arg(long, value_name = "DIR", env = "LAZARET_DEMO_REGISTRY")]
    pub(crate) registry: Option<PathBuf>,
    /// Advisory database. Without it, the installed one, else the starter in the program.
    #[arg(long, value_name = "FILE", env = "LAZARET_DEMO_DB")]
    pub(crate) db: Option<PathBuf>,
    /// End when the sample image has its verdict.
    #[arg(long, env = "LAZARET_DEMO_ONCE")]
    pub(crate) once: bool,
}
