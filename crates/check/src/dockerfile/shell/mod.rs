//! A reader for shell text, good enough to know which commands a `RUN` runs.
//!
//! Gives simple commands with their words, assignments and redirections, how they are
//! joined, and in what they are nested. It is no interpreter: nothing is expanded, and
//! what stands in a variable is not known. Source: POSIX.1-2024, "Shell Command Language",
//! with bash's `|&`, `&>`, `<<<`, `<(…)`, `[[ … ]]` and `$'…'`.

mod command;
mod lex;
mod parse;

pub use command::{Command, Join, Nesting, Redirect, ShellWord};

use super::instruction::{Instruction, Keyword};
use super::text::Text;

/// What a shell would run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Script {
    /// Simple commands in the order of the text, nested ones after the one they stand in.
    pub commands: Vec<Command>,
    /// Whether the text ended inside of a quote or bracket.
    pub is_broken: bool,
    /// Whether commands are joined or nested at all: `&&`, `||`, `;`, `|`, `if` and so on.
    pub is_compound: bool,
}

impl Script {
    /// Reads shell text.
    pub fn read(text: &Text) -> Self {
        parse::parse(text)
    }

    /// What an instruction runs: of `RUN` in both forms with its here-documents, of `CMD`,
    /// `ENTRYPOINT` and `HEALTHCHECK` likewise. Empty for other instructions.
    pub fn of(instruction: &Instruction, source: &str) -> Self {
        let runs = matches!(
            instruction.keyword,
            Keyword::Run | Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck
        );
        if !runs {
            return Self::default();
        }
        if let Some(words) = &instruction.json {
            return parse::of_words(words);
        }
        let mut script = match Self::here_only(instruction) {
            true => Self::default(),
            false => Self::read(&instruction.args),
        };
        let is_shell = match script.commands.last() {
            None => true,
            Some(command) => command.is_shell() && command.words.len() == 1,
        };
        for heredoc in &instruction.heredocs {
            let body = source.get(heredoc.body.clone()).unwrap_or("");
            let other = body.strip_prefix("#!").is_some_and(|line| {
                let first = line.lines().next().unwrap_or("");
                !["sh", "bash", "dash", "ash", "zsh", "ksh"]
                    .iter()
                    .any(|shell| first.split(['/', ' ']).any(|part| part == *shell))
            });
            if is_shell && !other {
                let inner = Self::read(&Text::of(body, heredoc.body.start));
                script.is_compound |= inner.commands.len() > 1;
                script.is_broken |= inner.is_broken;
                script.commands.extend(inner.commands);
            }
        }
        script
    }

    /// Whether the instruction is nothing but here-documents.
    fn here_only(instruction: &Instruction) -> bool {
        !instruction.heredocs.is_empty()
            && instruction.words.iter().all(|w| w.raw.starts_with("<<"))
    }

    /// The commands of this name, with or without a directory.
    pub fn named<'a>(&'a self, names: &'a [&str]) -> impl Iterator<Item = &'a Command> {
        self.commands
            .iter()
            .filter(move |command| names.contains(&command.name()))
    }
}
