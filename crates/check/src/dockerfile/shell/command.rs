//! Simple commands and questions about them.

use std::ops::Range;

/// How a command is joined to the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Join {
    /// It is the first, or stands on its own after `;` or a line's end.
    #[default]
    Sequence,
    /// After `&&`.
    And,
    /// After `||`.
    Or,
    /// After `|`: it reads what the one before it writes.
    Pipe,
    /// After `&`.
    Background,
}

/// In what a command stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Nesting {
    /// The text itself.
    #[default]
    Top,
    /// `( … )`.
    Subshell,
    /// `$( … )`, backticks, `<( … )`.
    Substitution,
}

/// A word of a command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShellWord {
    /// As it was written.
    pub raw: String,
    /// Without quotes and escapes; `$NAME` as it was written, `$(…)` as `$()`.
    pub value: String,
    /// Its bytes in the file.
    pub span: Range<usize>,
    /// Whether some of it stands in quotes.
    pub quoted: bool,
    /// Unquoted expansions in it: the bytes of each in the file.
    pub bare: Vec<Range<usize>>,
    /// Whether some of it is only known when it runs.
    pub expands: bool,
}

/// A redirection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// `>`, `>>`, `<`, `<<<`, `&>`, `2>` and so on.
    pub operator: String,
    /// Where to or from; of a here-document, its name.
    pub target: ShellWord,
}

/// A simple command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Command {
    /// `NAME=value` before the name.
    pub assignments: Vec<ShellWord>,
    /// The name and its arguments, without the commands that only wrap it.
    pub words: Vec<ShellWord>,
    /// Commands that wrap it: `sudo`, `env`, `exec`, `time` …
    pub wrappers: Vec<String>,
    /// Redirections.
    pub redirects: Vec<Redirect>,
    /// How it is joined to the one before it.
    pub join: Join,
    /// Whether the one after it reads what it writes.
    pub is_piped: bool,
    /// In what it stands.
    pub nesting: Nesting,
    /// Whether its failure is looked at: it stands in the condition of `if`, `while`.
    pub is_condition: bool,
    /// Its bytes in the file.
    pub span: Range<usize>,
}

impl Command {
    /// The name without its directory; empty where there are only assignments.
    pub fn name(&self) -> &str {
        let first = self.words.first().map_or("", |w| w.value.as_str());
        first.rsplit('/').next().unwrap_or(first)
    }

    /// The arguments.
    pub fn args(&self) -> &[ShellWord] {
        self.words.get(1..).unwrap_or_default()
    }

    /// Whether it is a shell that reads POSIX text.
    pub fn is_shell(&self) -> bool {
        ["sh", "bash", "dash", "ash", "zsh", "ksh"].contains(&self.name())
    }

    /// Whether an argument is exactly this.
    pub fn has_arg(&self, text: &str) -> bool {
        self.args().iter().any(|word| word.value == text)
    }

    /// Whether an argument is exactly one of these.
    pub fn has_any_arg(&self, texts: &[&str]) -> bool {
        texts.iter().any(|text| self.has_arg(text))
    }

    /// The names of the flags: `-xy` is `x` and `y`, `--name=value` is `name`. After `--`
    /// there are none.
    pub fn flags(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for word in self.args() {
            let text = word.value.as_str();
            if text == "--" {
                break;
            }
            if let Some(long) = text.strip_prefix("--") {
                names.push(long.split('=').next().unwrap_or(long));
            } else if let Some(short) = text.strip_prefix('-') {
                for (at, c) in short.char_indices() {
                    names.extend(short.get(at..at + c.len_utf8()));
                }
            }
        }
        names
    }

    /// Whether it has a flag of this name.
    pub fn has_flag(&self, name: &str) -> bool {
        self.flags().contains(&name)
    }

    /// Whether it has a flag of one of these names.
    pub fn has_any_flag(&self, names: &[&str]) -> bool {
        self.flags().iter().any(|flag| names.contains(flag))
    }

    /// How often a flag of this name is there.
    pub fn count_flag(&self, name: &str) -> usize {
        self.flags().iter().filter(|flag| **flag == name).count()
    }

    /// The value of a flag: of `--name=value`, or the word after `--name` or `-n`.
    pub fn flag_value(&self, names: &[&str]) -> Option<&str> {
        let mut words = self.args().iter().peekable();
        while let Some(word) = words.next() {
            let text = word.value.as_str();
            let Some(name) = text.strip_prefix("--").or_else(|| text.strip_prefix('-')) else {
                continue;
            };
            match name.split_once('=') {
                Some((name, value)) if names.contains(&name) => return Some(value),
                None if names.contains(&name) => return words.peek().map(|w| w.value.as_str()),
                _ => {}
            }
        }
        None
    }

    /// The arguments that are no flags, and not the values of those flags that take the
    /// word after them.
    pub fn plain(&self, takes_value: &[&str]) -> Vec<&ShellWord> {
        let mut plain = Vec::new();
        let mut skip = false;
        let mut only_words = false;
        for word in self.args() {
            if std::mem::take(&mut skip) {
                continue;
            }
            let text = word.value.as_str();
            if only_words {
                plain.push(word);
            } else if text == "--" {
                only_words = true;
            } else if let Some(long) = text.strip_prefix("--") {
                skip = takes_value.contains(&long);
            } else if let Some(short) = text.strip_prefix('-').filter(|s| !s.is_empty()) {
                let last = short.char_indices().last().map_or(0, |(at, _)| at);
                skip = takes_value.contains(&short)
                    || short.get(last..).is_some_and(|c| takes_value.contains(&c));
            } else {
                plain.push(word);
            }
        }
        plain
    }
}
