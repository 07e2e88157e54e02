//! `db`: the advisory database.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

/// Which database.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct DatabaseArgs {
    /// Advisory database; without one, the database of `lazaret db update`, else the
    /// starter database inside the program.
    #[arg(long, value_name = "FILE", env = "LAZARET_DB")]
    pub(crate) db: Option<PathBuf>,
}

/// `db`.
#[derive(Debug, ClapArgs)]
pub(crate) struct DbArgs {
    #[command(subcommand)]
    pub(crate) command: DbCommand,
}

/// What can be done with the database.
#[derive(Debug, Subcommand)]
pub(crate) enum DbCommand {
    /// Build a database from feeds: FEED=PATH, a file, directory, .zip, .tar, .tar.gz or
    /// .tar.zst in the upstream's own layout.
    Build {
        /// The file to write.
        #[arg(long, value_name = "FILE", env = "LAZARET_DB_BUILD_OUT")]
        out: PathBuf,
        /// The first record that cannot be read fails the build.
        #[arg(long, env = "LAZARET_DB_BUILD_STRICT")]
        strict: bool,
        /// FEED=PATH, as `lazaret db feeds` lists them.
        #[arg(required = true, value_name = "FEED=PATH")]
        sources: Vec<String>,
    },
    /// List the feeds that can be read.
    Feeds,
    /// Tell what a database holds, and verify it.
    Status(DatabaseArgs),
    /// Look an id or a package up.
    Search {
        /// An id or a part of a package's name.
        text: String,
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// Fetch a prebuilt database from the first source that has one, verify it and
    /// install it. A failed update changes nothing.
    Update {
        /// An https:// address or a path, tried in the order given.
        #[arg(
            long,
            value_name = "SOURCE",
            required = true,
            env = "LAZARET_DB_UPDATE_FROM",
            value_delimiter = ','
        )]
        from: Vec<String>,
    },
    /// Tell what is new, gone or different in the newer of two databases.
    Diff {
        /// The older database.
        before: PathBuf,
        /// The newer database.
        after: PathBuf,
        /// `table` or `json`.
        #[arg(
            short,
            long,
            default_value = "table",
            value_parser = ["table", "json"],
            env = "LAZARET_DB_DIFF_FORMAT"
        )]
        format: String,
    },
    /// Write the file that turns one database into another: a day's news instead of the
    /// whole file.
    Delta {
        /// The database that the delta begins with.
        before: PathBuf,
        /// The database that it leads to.
        after: PathBuf,
        /// The file to write.
        #[arg(long, env = "LAZARET_DB_DELTA_OUT")]
        out: PathBuf,
    },
    /// Apply a delta: gives the very bytes of the newer database, or an error.
    Apply {
        /// The database that the delta begins with.
        base: PathBuf,
        /// The delta.
        delta: PathBuf,
        /// The file to write; may be BASE itself.
        #[arg(long, env = "LAZARET_DB_APPLY_OUT")]
        out: PathBuf,
    },
    /// Verify a database file and make it the installed one.
    Import {
        /// The file.
        file: PathBuf,
    },
    /// Copy the installed database to a file.
    Export {
        /// The file to write.
        file: PathBuf,
    },
}
