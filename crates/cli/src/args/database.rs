//! `db`: the advisory database.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

use lazaret_advisory::update::FeedOrigin;

use super::values::{self, MaxAge};

/// Which database.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct DatabaseArgs {
    /// Advisory database; without one, the database of `lazaret db update`, else the
    /// starter database inside the program.
    #[arg(long, value_name = "FILE", env = "LAZARET_DB")]
    pub(crate) db: Option<PathBuf>,
}

/// How old a database may be.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct AgeArgs {
    /// Age up to which an advisory database will do: an older one is a gap of the report,
    /// and a failed update fails unless the one in use is younger. 12h, 7d, 2w; none for
    /// any age.
    #[arg(
        long,
        value_name = "AGE",
        default_value = "7d",
        env = "LAZARET_MAX_DB_AGE"
    )]
    pub(crate) max_db_age: MaxAge,
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
    #[command(after_help = "Examples:
  lazaret db build --out advisories.db osv=all.zip debian=tracker.json
  lazaret db build --out advisories.db alpine=secdb/ epss=epss.csv.gz --strict")]
    Build {
        /// The file to write.
        #[arg(long, value_name = "FILE", env = "LAZARET_DB_BUILD_OUT")]
        out: PathBuf,
        /// The first record that cannot be read fails the build.
        #[arg(long, env = "LAZARET_DB_BUILD_STRICT")]
        strict: bool,
        /// Leave out what was published after this date (YYYY-MM-DD).
        #[arg(
            long,
            value_name = "DATE",
            value_parser = values::date,
            env = "LAZARET_DB_BUILD_AS_OF"
        )]
        as_of: Option<String>,
        /// FEED=PATH, as `lazaret db feeds` lists them.
        #[arg(required = true, value_name = "FEED=PATH")]
        sources: Vec<String>,
    },
    /// List the feeds that can be read.
    #[command(after_help = "Examples:
  lazaret db feeds
  lazaret db feeds | grep -A1 ubuntu")]
    Feeds,
    /// Tell what a database holds, and verify it.
    #[command(after_help = "Examples:
  lazaret db status
  lazaret db status --db advisories.db")]
    Status(DatabaseArgs),
    /// Look an id or a package up.
    #[command(after_help = "Examples:
  lazaret db search CVE-2021-44228
  lazaret db search log4j --db advisories.db")]
    Search {
        /// An id or a part of a package's name.
        text: String,
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// Fetch the feeds and build a database of them, or fetch a prebuilt one, and install
    /// it. A failed update changes nothing.
    Update(UpdateArgs),
    /// Tell what is new, gone or different in the newer of two databases.
    #[command(after_help = "Examples:
  lazaret db diff monday.db today.db
  lazaret db diff monday.db today.db -f json")]
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
    #[command(after_help = "Examples:
  lazaret db delta monday.db today.db --out today.delta")]
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
    #[command(after_help = "Examples:
  lazaret db apply advisories.db today.delta --out advisories.db")]
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
    #[command(after_help = "Examples:
  lazaret db import advisories.db")]
    Import {
        /// The file.
        file: PathBuf,
    },
    /// Copy the installed database to a file.
    #[command(after_help = "Examples:
  lazaret db export advisories.db")]
    Export {
        /// The file to write.
        file: PathBuf,
    },
}

/// `db update`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  lazaret db update                                    every feed that has a download
  lazaret db update --feed osv --feed epss --feed kev
  lazaret db update --feed-mirror https://mirror.example/feeds --feed-mirror upstream
  lazaret db update --from https://mirror.example/advisories.db,oci:registry.example/db:1

Exit codes: 0 up to date, or nothing could be had and the database in use is younger than
--max-db-age; 2 nothing could be had. The database in use is then kept.")]
pub(crate) struct UpdateArgs {
    /// Fetch a prebuilt database: an http(s):// address, oci:REFERENCE or a path
    /// (repeatable; tried in the order given).
    #[arg(
        long,
        value_name = "SOURCE",
        env = "LAZARET_DB_UPDATE_FROM",
        value_delimiter = ','
    )]
    pub(crate) from: Vec<String>,
    /// Only this feed, as `lazaret db feeds` names it (repeatable).
    #[arg(
        long,
        value_name = "FEED",
        env = "LAZARET_DB_UPDATE_FEED",
        value_delimiter = ','
    )]
    pub(crate) feed: Vec<String>,
    /// Where to fetch feeds: an http(s):// address with FEED/PATH below it, or upstream
    /// (repeatable; tried in the order given).
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "LAZARET_DB_UPDATE_FEED_MIRROR",
        value_delimiter = ',',
        default_value = "upstream"
    )]
    pub(crate) feed_mirror: Vec<FeedOrigin>,
    /// Install a database even where a feed of the one in use could not be had.
    #[arg(long, env = "LAZARET_DB_UPDATE_ALLOW_MISSING")]
    pub(crate) allow_missing: bool,
    #[command(flatten)]
    pub(crate) age: AgeArgs,
    /// PEM file of a certificate authority to trust (repeatable).
    #[arg(
        long,
        value_name = "FILE",
        value_delimiter = ',',
        env = "LAZARET_REGISTRY_CA"
    )]
    pub(crate) registry_ca: Vec<PathBuf>,
}
