//! Errors for people: what was being done, what was wrong, what to type next.

use std::io::Write as _;

use crate::console;

/// Whether the reader of our output has gone.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
    })
}

/// What was written, or nobody reads any more: who stops reading a report early has not
/// changed what it says.
pub(crate) fn unless_gone(written: anyhow::Result<()>) -> anyhow::Result<()> {
    match written {
        Err(error) if is_broken_pipe(&error) => Ok(()),
        other => other,
    }
}

/// Prints the chain of causes, outermost first, with control characters made visible.
pub(crate) fn show(error: &anyhow::Error) {
    tell("error", error);
}

/// The same about what went wrong and does not end the command.
pub(crate) fn warn(error: &anyhow::Error) {
    if !console::is_quiet() {
        tell("warning", error);
    }
}

fn tell(word: &str, error: &anyhow::Error) {
    let mut err = anstream::stderr();
    let _ = writeln!(err, "{word}: {}", visible(&error.to_string()));
    let mut last = error.to_string();
    for cause in error.chain().skip(1) {
        let text = cause.to_string();
        // A cause that only repeats its effect says nothing.
        if !last.contains(&text) {
            let _ = writeln!(err, "  because: {}", visible(&text));
        }
        last = text;
    }
}

/// A text without the control characters that could move a terminal's cursor.
pub(crate) fn visible(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}
