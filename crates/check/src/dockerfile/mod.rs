//! Dockerfiles and Containerfiles: reader, stages, checks.
//!
//! The reader follows BuildKit; see [`Dockerfile::read`]. Checks are in `rules`, a file
//! for each, listed in `rules::ALL`.

mod bases;
mod beside;
mod dockerignore;
mod hadolint;
mod ignores;
mod instruction;
mod lex;
mod rules;
mod shell;
mod stages;
mod text;
mod words;

pub use bases::{BaseImage, BaseUse, base_images};
pub use beside::Context;
pub(crate) use beside::companions;
pub use hadolint::Form;
pub use instruction::{Flag, Instruction, Keyword, Shell};
pub use lex::{Comment, Heredoc, Problem};
pub use shell::{Command, Join, Nesting, Redirect, Script, ShellWord};
pub use stages::{Base, Stage, fill};
pub use text::Text;
pub use words::{Pair, Word};

pub(crate) use rules::df030_admin_port::admin_port;
pub(crate) use rules::secrets;

use std::ops::Range;

use rayon::prelude::*;

use crate::{Check, Finding, Findings, Language, Settings, Source};
use beside::Beside;
use hadolint::Config;

/// Dockerfiles.
pub static LANGUAGE: Language = Language {
    name: "dockerfile",
    title: "Dockerfile",
    checks: || rules::ALL.iter().map(|rule| rule.check).collect(),
    wants,
    claims,
    examine,
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
    /// What is known of the files that the build leaves out.
    pub context: Context<'a>,
    /// Labels that an image must have, and their forms.
    pub labels: Vec<(String, Form)>,
    /// Whether an image may have no other labels.
    pub is_strict: bool,
    /// Variables that `ENV` and `ARG` declare, in order.
    declared: Vec<Declared>,
}

/// A variable that is declared.
#[derive(Debug)]
struct Declared {
    name: String,
    value: Option<String>,
    is_argument: bool,
    /// Index of the first instruction of its stage.
    stage: Option<usize>,
    /// Where the instruction begins.
    at: usize,
}

/// Most variables that are remembered.
const MOST_VARIABLES: usize = 2_000;

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
        let asked = pragma_shell(&lexed.comments);
        read_shells(source, &mut instructions, &stages, escape, asked);
        Self {
            source,
            escape,
            syntax: lexed.syntax,
            comments: lexed.comments,
            instructions,
            stages,
            problems: lexed.problems,
            settings,
            context: Context::Untold,
            labels: Vec::new(),
            is_strict: false,
            declared: Vec::new(),
        }
        .with_variables()
    }

    fn with_variables(mut self) -> Self {
        for instruction in &self.instructions {
            if !matches!(instruction.keyword, Keyword::Env | Keyword::Arg) {
                continue;
            }
            let stage = instruction.stage.and_then(|index| self.stages.get(index));
            for pair in instruction.pairs() {
                self.declared.push(Declared {
                    name: pair.key,
                    value: pair.value,
                    is_argument: instruction.keyword == Keyword::Arg,
                    stage: stage.map(|s| s.from),
                    at: instruction.span.start,
                });
            }
            if self.declared.len() > MOST_VARIABLES {
                self.declared.truncate(MOST_VARIABLES);
                break;
            }
        }
        self
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

    /// A failure of `check` inside of an instruction.
    pub(crate) fn finding(
        &self,
        check: &'static Check,
        instruction: &Instruction,
        span: Range<usize>,
        message: impl Into<String>,
    ) -> Finding {
        let resource = match instruction.stage {
            Some(stage) if self.stages.len() > 1 => self.stage_name(stage),
            _ => String::new(),
        };
        Finding::new(check, self.source, span, message)
            .within(instruction.span.clone())
            .resource(resource)
    }

    /// The stages below a stage, itself first.
    pub fn chain<'s>(&'s self, stage: &'s Stage) -> impl Iterator<Item = &'s Stage> {
        let below = |stage: &&'s Stage| match stage.base {
            Base::Stage(parent) => self.stages.get(parent).filter(|p| p.from < stage.from),
            _ => None,
        };
        std::iter::successors(Some(stage), below)
    }

    /// The value that `ENV` or `ARG` gives a variable for an instruction: `Some(None)`
    /// where an `ARG` has no default, `None` where nothing declares it. Those of the
    /// stages below count, and a build argument wherever before it was declared: one that
    /// its stage does not see is still meant by its name.
    pub fn variable(&self, name: &str, at: &Instruction) -> Option<Option<String>> {
        let before = |d: &&Declared| d.at < at.span.start && d.name == name;
        let stage = at.stage.and_then(|index| self.stages.get(index));
        for stage in stage.into_iter().flat_map(|stage| self.chain(stage)) {
            let own = |d: &&Declared| d.stage == Some(stage.from) && before(d);
            if let Some(declared) = self.declared.iter().rev().find(own) {
                return Some(declared.value.clone());
            }
        }
        let argument = |d: &&Declared| d.is_argument && before(d);
        self.declared.iter().find(argument).map(|d| d.value.clone())
    }

    /// Whether the stage of an instruction sees a variable that `ENV` or `ARG` declares: its
    /// own, or the `ENV` of a stage below.
    pub fn sees(&self, name: &str, at: &Instruction) -> bool {
        self.seen(at).any(|known| known == name)
    }

    /// The variables that the stage of an instruction sees.
    pub fn seen(&self, at: &Instruction) -> impl Iterator<Item = &str> {
        let stage = at.stage.and_then(|index| self.stages.get(index));
        let chain: Vec<usize> = stage
            .into_iter()
            .flat_map(|stage| self.chain(stage))
            .map(|stage| stage.from)
            .collect();
        let at = at.span.start;
        // A file without FROM is one whole.
        let whole = stage.is_none_or(|stage| !stage.is_real());
        let known = self.declared.iter().filter(move |one| {
            let own = one.stage.is_some_and(|from| chain.first() == Some(&from));
            let below = !one.is_argument && one.stage.is_some_and(|from| chain.contains(&from));
            one.at < at && (whole || own || below)
        });
        known.map(|one| one.name.as_str())
    }

    /// What people call a stage: its name, or its number.
    pub fn stage_name(&self, index: usize) -> String {
        match self.stages.get(index).and_then(|s| s.name.clone()) {
            Some(name) => format!("stage {name}"),
            None => format!("stage {index}"),
        }
    }
}

/// The shell that hadolint's `# hadolint shell=…` names.
fn pragma_shell(comments: &[Comment]) -> Option<Shell> {
    let named = comments.iter().find_map(|comment| {
        let rest = comment.text.strip_prefix("hadolint")?.trim_start();
        Some(
            rest.strip_prefix("shell")?
                .trim_start()
                .strip_prefix('=')?
                .trim(),
        )
    })?;
    let word = Word {
        raw: named.to_owned(),
        value: named.to_owned(),
        span: 0..0,
        at: 0,
    };
    Some(Shell::of(&[word]))
}

/// Gives every instruction the shell that reads it, and what it runs.
fn read_shells(
    source: &Source,
    instructions: &mut [Instruction],
    stages: &[Stage],
    escape: char,
    asked: Option<Shell>,
) {
    // A backtick escapes where paths have backslashes: on Windows.
    let fallback = Shell {
        posix: escape != '`',
        ..Shell::DEFAULT
    };
    let first = asked.unwrap_or(fallback);
    let mut last: Vec<Shell> = Vec::with_capacity(stages.len());
    let mut shell = first;
    for instruction in instructions {
        if let Some(index) = instruction.stage.filter(|index| *index == last.len()) {
            shell = match stages.get(index).map(|s| &s.base) {
                Some(Base::Stage(parent)) => last.get(*parent).copied().unwrap_or(first),
                _ => first,
            };
            last.push(shell);
        }
        if instruction.keyword == Keyword::Shell {
            shell = Shell::of(instruction.arguments());
            if let Some(of_stage) = last.last_mut() {
                *of_stage = shell;
            }
        }
        instruction.shell = shell;
        if shell.posix || instruction.json.is_some() {
            instruction.script = Script::of(instruction, &source.text);
        }
    }
}

/// Whether a shell text updates a package index and does nothing with it.
pub(crate) fn is_lone_update(text: &str) -> bool {
    let script = Script::read(&Text::of(text, 0));
    rules::df023_lone_update::lone_update(&script.commands).is_some()
}

fn wants(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    beside::is_beside(path) || is_dockerfile_name(&name)
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

fn examine(files: &[&Source], others: &[Source], settings: &Settings) -> Findings {
    let beside = Beside::of(others);
    let all: Vec<Findings> = files
        .par_iter()
        .map(|source| examine_one(source, &beside, settings))
        .collect();
    let mut findings = Findings::default();
    findings
        .gaps
        .extend(beside.configurations().filter_map(Config::gap));
    for one in all {
        findings.extend(one);
    }
    findings
}

fn examine_one(source: &Source, beside: &Beside<'_>, settings: &Settings) -> Findings {
    let config = beside.configuration(source);
    let own = config.and_then(|config| config.settings(settings));
    let mut file = Dockerfile::read(source, own.as_ref().unwrap_or(settings));
    file.context = beside.context(source);
    if let Some(config) = config {
        file.labels.clone_from(&config.labels);
        file.is_strict = config.is_strict;
    }
    let mut findings = Findings::default();
    for rule in rules::ALL {
        let mut own = Findings::default();
        (rule.run)(&file, &mut own);
        findings.extend(own);
    }
    if let Some(config) = config {
        findings.found.iter_mut().for_each(|one| config.apply(one));
    }
    findings
}
