//! Dockerfiles and Containerfiles: reader, stages, checks.
//!
//! The reader follows BuildKit; see [`Dockerfile::read`]. Checks are in `rules`, a file
//! for each, listed in `rules::ALL`.

mod ignores;
mod instruction;
mod lex;
mod rules;
mod stages;
mod text;
mod words;

pub use instruction::{Flag, Instruction, Keyword};
pub use lex::{Comment, Heredoc, Problem};
pub use stages::{Base, Stage, fill};
pub use text::Text;
pub use words::{Pair, Word};

use std::ops::Range;

use crate::{Check, Findings, Language, Settings, Source, engine};

/// Dockerfiles.
pub static LANGUAGE: Language = Language {
    name: "dockerfile",
    title: "Dockerfile",
    checks: || rules::ALL.iter().map(|rule| rule.check).collect(),
    wants,
    claims,
    examine: |files, _, settings| engine::each(files, settings, examine),
    ignores: ignores::of,
};

/// A check of Dockerfiles with its code.
pub(crate) struct Rule {
    check: &'static Check,
    run: fn(&Dockerfile<'_>, &mut Findings),
}

/// A Dockerfile that was read.
#[derive(Debug)]
pub struct Dockerfile<'a> {
    /// The file.
    pub source: &'a Source,
    /// The escape character.
    pub escape: char,
    /// The frontend image that `# syntax=` names, and the directive's bytes.
    pub syntax: Option<(String, Range<usize>)>,
    /// Comment lines.
    pub comments: Vec<Comment>,
    /// Instructions in order.
    pub instructions: Vec<Instruction>,
    /// Stages in order.
    pub stages: Vec<Stage>,
    /// What a builder would refuse.
    pub problems: Vec<Problem>,
    /// What the caller chose.
    pub settings: &'a Settings,
}

impl<'a> Dockerfile<'a> {
    /// Reads a file. Never fails: what a builder would refuse is among the problems.
    ///
    /// Source: BuildKit's `frontend/dockerfile/parser` and `instructions`, and Docker's
    /// "Dockerfile reference".
    pub fn read(source: &'a Source, settings: &'a Settings) -> Self {
        let lexed = lex::lex(source);
        let escape = lexed.escape.unwrap_or('\\');
        let read = |line| Instruction::read(line, escape);
        let mut instructions: Vec<Instruction> = lexed.lines.iter().map(read).collect();
        let stages = stages::read(&mut instructions, settings);
        Self {
            source,
            escape,
            syntax: lexed.syntax,
            comments: lexed.comments,
            instructions,
            stages,
            problems: lexed.problems,
            settings,
        }
    }

    /// The instructions of a stage, `FROM` first.
    pub fn of_stage(&self, stage: &Stage) -> &[Instruction] {
        let own = stage.instructions.clone();
        self.instructions.get(own).unwrap_or_default()
    }

    /// The stage that ships: the last one.
    pub fn last_stage(&self) -> Option<&Stage> {
        self.stages.last()
    }

    /// The instructions of a kind, those of `ONBUILD` among them.
    pub fn of(&self, keyword: Keyword) -> impl Iterator<Item = &Instruction> {
        self.instructions
            .iter()
            .filter(move |i| i.keyword == keyword)
    }

    /// What people call a stage: its name, or its number.
    pub fn stage_name(&self, index: usize) -> String {
        match self.stages.get(index).and_then(|s| s.name.clone()) {
            Some(name) => format!("stage {name}"),
            None => format!("stage {index}"),
        }
    }
}

fn wants(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    if name.ends_with(".dockerignore") {
        return true;
    }
    is_dockerfile_name(&name)
}

fn is_dockerfile_name(name: &str) -> bool {
    // Files that lie beside Dockerfiles and are called after them.
    if [
        ".md",
        ".dockerignore",
        ".txt",
        ".sh",
        ".py",
        ".go",
        ".rs",
        ".js",
        ".ts",
    ]
    .iter()
    .any(|e| name.ends_with(e))
    {
        return false;
    }
    ["dockerfile", "containerfile"].iter().any(|word| {
        let after = name.strip_prefix(word);
        after.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
            || name
                .strip_suffix(word)
                .is_some_and(|rest| rest.ends_with(['.', '-', '_']))
    })
}

fn claims(source: &Source) -> bool {
    if is_dockerfile_name(&source.file_name().to_ascii_lowercase()) {
        return true;
    }
    // A file that the caller named is taken for one by its first instruction.
    let mut lines = source.text.lines().map(str::trim);
    let first = lines.find(|l| !l.is_empty() && !l.starts_with('#'));
    let keyword = first.and_then(|line| line.split_ascii_whitespace().next());
    source.named
        && keyword.is_some_and(|k| ["FROM", "ARG"].iter().any(|f| k.eq_ignore_ascii_case(f)))
}

fn examine(source: &Source, settings: &Settings) -> Findings {
    let file = Dockerfile::read(source, settings);
    let mut findings = Findings::default();
    for rule in rules::ALL {
        (rule.run)(&file, &mut findings);
    }
    findings
}
