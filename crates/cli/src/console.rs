//! How much is said on standard error, and in which colours. Set once, from the arguments.

use std::io::{IsTerminal as _, Write as _};
use std::sync::OnceLock;

use anstream::ColorChoice;

use crate::args::{ConsoleArgs, When};
use crate::errors;

static CONSOLE: OnceLock<Console> = OnceLock::new();

/// What was asked for.
#[derive(Debug, Clone, Copy)]
struct Console {
    quiet: bool,
    verbose: bool,
    progress: bool,
    color: When,
}

/// Takes what was asked for; what is printed before that is printed in full.
pub(crate) fn set(args: &ConsoleArgs) {
    let console = Console {
        quiet: args.quiet,
        verbose: args.verbose && !args.quiet,
        progress: !args.quiet && !args.no_progress && std::io::stderr().is_terminal(),
        color: args.color,
    };
    if CONSOLE.set(console).is_ok() {
        let choice = match args.color {
            When::Auto => return,
            When::Always => ColorChoice::Always,
            When::Never => ColorChoice::Never,
        };
        choice.write_global();
    }
}

fn console() -> Console {
    CONSOLE.get().copied().unwrap_or(Console {
        quiet: false,
        verbose: false,
        progress: false,
        color: When::Auto,
    })
}

/// Whether nothing but the report and errors is to be said.
pub(crate) fn is_quiet() -> bool {
    console().quiet
}

/// Whether what is done is to be said.
pub(crate) fn is_verbose() -> bool {
    console().verbose
}

/// Says what is done, where that was asked for.
pub(crate) fn detail(text: std::fmt::Arguments<'_>) {
    if console().verbose {
        let text = errors::visible(&text.to_string());
        // Whoever closed standard error does not want to hear it.
        let _ = writeln!(anstream::stderr(), "- {text}");
    }
}

/// Whether progress is to be shown.
pub(crate) fn shows_progress() -> bool {
    console().progress
}

/// Whether a report on standard output is coloured. `NO_COLOR` wins over
/// `CLICOLOR_FORCE`, and both over what the output is.
pub(crate) fn colors_report() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match console().color {
        When::Always => true,
        When::Never => false,
        When::Auto if set("NO_COLOR") => false,
        When::Auto if std::env::var_os("CLICOLOR_FORCE").is_some_and(|v| v != "0") => true,
        When::Auto => std::io::stdout().is_terminal(),
    }
}
