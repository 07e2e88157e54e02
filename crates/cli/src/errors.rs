//! Errors for people: what was being done, what was wrong, what to type next.

use std::fmt;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::console;
use lazaret_model::nearest;

/// Most names that are looked at for one that may have been meant.
const MAX_NAMES: usize = 10_000;

/// What was being done, as the context of an error, and what to try when it failed.
#[derive(Debug)]
pub(crate) struct Doing {
    what: String,
    next: Next,
}

/// What to try.
#[derive(Debug)]
enum Next {
    /// This.
    Line(String),
    /// Whatever makes the file readable.
    Read(PathBuf),
    /// Whatever makes the file writable.
    Write(PathBuf),
}

impl fmt::Display for Doing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Doing {}

/// Something that is refused, and a line that can be typed instead.
pub(crate) fn refused(what: impl Into<String>, next: impl Into<String>) -> anyhow::Error {
    anyhow::Error::new(doing(what, next))
}

/// What was being done, and a line that can be typed next.
pub(crate) fn doing(what: impl Into<String>, next: impl Into<String>) -> Doing {
    Doing {
        what: what.into(),
        next: Next::Line(next.into()),
    }
}

/// A file was being read.
pub(crate) fn read(path: &Path) -> Doing {
    Doing {
        what: format!("read {}", path.display()),
        next: Next::Read(path.to_owned()),
    }
}

/// Something was being done that needs the file at `path`.
pub(crate) fn doing_with(what: impl Into<String>, path: &Path) -> Doing {
    Doing {
        what: what.into(),
        next: Next::Read(path.to_owned()),
    }
}

/// A file was being written.
pub(crate) fn write(path: &Path) -> Doing {
    Doing {
        what: format!("write {}", path.display()),
        next: Next::Write(path.to_owned()),
    }
}

/// Gives an error that has none a line to type next.
pub(crate) fn advise(error: anyhow::Error, next: Option<String>) -> anyhow::Error {
    match next {
        Some(next) if error.downcast_ref::<Doing>().is_none() => {
            let what = error.to_string();
            error.context(doing(what, next))
        }
        _ => error,
    }
}

/// Whether the reader of our output has gone.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    kind(error) == Some(ErrorKind::BrokenPipe)
}

/// What the operating system says, if it was its word.
pub(crate) fn kind(error: &anyhow::Error) -> Option<ErrorKind> {
    let said = |cause: &(dyn std::error::Error + 'static)| {
        cause
            .downcast_ref::<std::io::Error>()
            .map(std::io::Error::kind)
    };
    error.chain().find_map(said)
}

/// What was written, or nobody reads any more: who stops reading a report early has not
/// changed what it says.
pub(crate) fn unless_gone(written: anyhow::Result<()>) -> anyhow::Result<()> {
    match written {
        Err(error) if is_broken_pipe(&error) => Ok(()),
        other => other,
    }
}

/// Prints the chain of causes, outermost first, and what to try.
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
    let mut last = error.to_string();
    let _ = writeln!(err, "{word}: {}", indented(&last));
    for cause in error.chain().skip(1) {
        let text = cause.to_string();
        // A cause that only repeats its effect says nothing.
        if !last.contains(&text) {
            let _ = writeln!(err, "  because: {}", indented(&text));
        }
        last = text;
    }
    let next = error
        .downcast_ref::<Doing>()
        .and_then(|doing| next(doing, kind(error)));
    if let Some(next) = next {
        let _ = writeln!(err, "  try: {}", visible(&next));
    }
}

/// What to try, in the light of what the operating system said.
fn next(doing: &Doing, kind: Option<ErrorKind>) -> Option<String> {
    let (path, writes) = match &doing.next {
        Next::Line(line) => return Some(line.clone()),
        Next::Read(path) => (path, false),
        Next::Write(path) => (path, true),
    };
    let shown = path.display();
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    match kind? {
        ErrorKind::NotFound if writes => Some(format!("mkdir -p {}", folder.display())),
        ErrorKind::NotFound => Some(match sibling(path) {
            Some(near) => format!("{}, which is there", near.display()),
            None => {
                let there = folder.ancestors().find(|dir| dir.is_dir());
                format!("ls {}", there.unwrap_or(Path::new(".")).display())
            }
        }),
        ErrorKind::PermissionDenied => Some(match writes {
            true => format!("ls -ld {}", folder.display()),
            false => format!("ls -l {shown}"),
        }),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            Some(format!("df -h {}", folder.display()))
        }
        ErrorKind::IsADirectory => Some(match writes {
            true => format!("{shown}/report.json, a file inside it"),
            false => format!("ls {shown}"),
        }),
        ErrorKind::InvalidData => Some(format!("file {shown}")),
        _ => None,
    }
}

/// The file beside `path` that may have been meant.
fn sibling(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let folder = path.parent()?;
    let listed = match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    };
    let entries = std::fs::read_dir(listed).ok()?.take(MAX_NAMES).flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    nearest(name, names.iter().map(String::as_str)).map(|near| folder.join(near))
}

/// A text of one or more lines, without what could move a terminal's cursor; further
/// lines are indented, so that none can pass for a message of its own.
fn indented(text: &str) -> String {
    let text = without_numbers(text);
    // Readers of YAML begin with the word that stands before the whole message, and name
    // an input that has no name.
    let text = text.replace(": error: line ", ": line ");
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let lines: Vec<String> = text
        .trim_end()
        .lines()
        .filter(|line| !line.trim_start().starts_with("--> <input>"))
        .map(visible)
        .collect();
    lines.join("\n    ")
}

/// "No such file or directory (os error 2)" without what is for programmers.
fn without_numbers(text: &str) -> String {
    let mut parts = text.split(" (os error ");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-');
        out.push_str(rest.strip_prefix(')').unwrap_or(rest));
    }
    out
}

/// A text without the control characters that could move a terminal's cursor.
pub(crate) fn visible(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}
