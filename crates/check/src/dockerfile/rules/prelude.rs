//! What the files of this folder share.

pub(super) use lazaret_model::{FixKind, Severity};

pub(super) use crate::dockerfile::{
    Base, Command, Dockerfile, Instruction, Join, Keyword, Pair, Rule, ShellWord, Stage, Word,
};
pub(super) use crate::{Check, Finding, Findings};

/// Every `RUN`, those of `ONBUILD` among them.
pub(super) fn runs<'a>(file: &'a Dockerfile<'_>) -> impl Iterator<Item = &'a Instruction> {
    file.of(Keyword::Run)
}

/// Every command of every `RUN`.
pub(super) fn commands<'a>(
    file: &'a Dockerfile<'_>,
) -> impl Iterator<Item = (&'a Instruction, &'a Command)> {
    runs(file).flat_map(|run| {
        run.script
            .commands
            .iter()
            .map(move |command| (run, command))
    })
}

/// Whether the stage's content reaches an image that somebody keeps: it ships, lies below
/// another stage, or the instruction is done in images built upon it.
pub(super) fn is_kept(file: &Dockerfile<'_>, instruction: &Instruction) -> bool {
    let Some(index) = instruction.stage else {
        return true;
    };
    let is_below = file.stages.iter().any(|s| s.base == Base::Stage(index));
    instruction.onbuild || is_below || file.stages.get(index).is_none_or(|s| s.ships)
}

/// Whether a `RUN` has a mount over `path`, or over a directory above or below it, whose
/// content does not stay in the image.
pub(super) fn is_mounted(run: &Instruction, path: &str) -> bool {
    mounts(run).iter().any(|mount| {
        let kept_out = matches!(mount.kind.as_str(), "cache" | "tmpfs");
        let target = mount.target.trim_end_matches('/');
        let above = |a: &str, b: &str| {
            a.strip_prefix(b)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        kept_out && !target.is_empty() && (above(path, target) || above(target, path))
    })
}

/// A `--mount`.
#[derive(Debug, Default)]
pub(super) struct Mount {
    /// `bind` where nothing is said.
    pub(super) kind: String,
    /// Where it stands.
    pub(super) target: String,
    /// Its other options, in lower case, with their values.
    pub(super) options: Vec<(String, String)>,
    /// The flag's bytes in the file.
    pub(super) span: std::ops::Range<usize>,
}

/// The mounts of a `RUN`.
pub(super) fn mounts(run: &Instruction) -> Vec<Mount> {
    let flags = run.flags.iter().filter(|flag| flag.name == "mount");
    flags
        .map(|flag| {
            let mut mount = Mount {
                kind: "bind".into(),
                span: flag.span.clone(),
                ..Mount::default()
            };
            for part in flag.value.split(',') {
                let (key, value) = part.split_once('=').unwrap_or((part, ""));
                match key.to_ascii_lowercase().as_str() {
                    "type" => mount.kind = value.to_ascii_lowercase(),
                    "target" | "dst" | "destination" => mount.target = value.to_owned(),
                    key => mount.options.push((key.to_owned(), value.to_owned())),
                }
            }
            mount
        })
        .collect()
}

/// `a, b and c`, at most five of them.
pub(super) fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<&str> = names.iter().take(SHOWN).copied().collect();
    match (names.len().saturating_sub(SHOWN), shown.as_slice()) {
        (0, [all @ .., last]) if !all.is_empty() => format!("{} and {last}", all.join(", ")),
        (0, all) => all.join(", "),
        (more, all) => format!("{} and {more} more", all.join(", ")),
    }
}

/// The path's last part, with either kind of slash.
pub(super) fn base_name(path: &str) -> &str {
    path.trim_end_matches(['/', '\\'])
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or(path)
}

/// Whether a path is absolute, on Linux or on Windows, or begins with a variable.
pub(super) fn is_absolute(path: &str) -> bool {
    let bytes = path.as_bytes();
    let drive = bytes.first().is_some_and(u8::is_ascii_alphabetic) && bytes.get(1) == Some(&b':');
    path.starts_with(['/', '\\', '$', '%']) || drive
}
