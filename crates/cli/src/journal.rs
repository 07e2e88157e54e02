//! What servers write down while they run: one line for each event, on standard error.

use tracing::Level;

use crate::args::ConsoleArgs;

/// Begins to write. `--quiet` leaves warnings and errors, `--verbose` adds what is usual.
pub(crate) fn begin(console: &ConsoleArgs) {
    let level = match (console.quiet, console.verbose) {
        (true, _) => Level::WARN,
        (false, true) => Level::DEBUG,
        (false, false) => Level::INFO,
    };
    // A second server in one process would find the first one's; there is none.
    let _ = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(level)
        .with_target(false)
        .with_ansi(false)
        .try_init();
}
