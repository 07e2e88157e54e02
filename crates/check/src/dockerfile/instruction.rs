//! One instruction: keyword, flags, arguments in every form that it may take.

use std::ops::Range;

use super::lex::{Heredoc, Logical};
use super::shell::Script;
use super::text::Text;
use super::words::{self, Pair, Word};

/// Keywords of the "Dockerfile reference".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names are the keywords")]
pub enum Keyword {
    Add,
    Arg,
    Cmd,
    Copy,
    Entrypoint,
    Env,
    Expose,
    From,
    Healthcheck,
    Label,
    Maintainer,
    Onbuild,
    Run,
    Shell,
    Stopsignal,
    User,
    Volume,
    Workdir,
    /// None of these.
    Unknown,
}

impl Keyword {
    const ALL: [(&'static str, Keyword); 18] = [
        ("ADD", Self::Add),
        ("ARG", Self::Arg),
        ("CMD", Self::Cmd),
        ("COPY", Self::Copy),
        ("ENTRYPOINT", Self::Entrypoint),
        ("ENV", Self::Env),
        ("EXPOSE", Self::Expose),
        ("FROM", Self::From),
        ("HEALTHCHECK", Self::Healthcheck),
        ("LABEL", Self::Label),
        ("MAINTAINER", Self::Maintainer),
        ("ONBUILD", Self::Onbuild),
        ("RUN", Self::Run),
        ("SHELL", Self::Shell),
        ("STOPSIGNAL", Self::Stopsignal),
        ("USER", Self::User),
        ("VOLUME", Self::Volume),
        ("WORKDIR", Self::Workdir),
    ];

    fn of(word: &str) -> Self {
        let known = Self::ALL
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(word));
        known.map_or(Self::Unknown, |(_, keyword)| *keyword)
    }

    /// As it is written in the reference; `?` for an unknown one.
    pub fn name(self) -> &'static str {
        let known = Self::ALL.iter().find(|(_, keyword)| *keyword == self);
        known.map_or("?", |(name, _)| name)
    }
}

/// `--name=value` before the arguments of an instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// Without the dashes.
    pub name: String,
    /// What follows `=`; empty where nothing does.
    pub value: String,
    /// Its bytes in the file.
    pub span: Range<usize>,
}

/// An instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    /// What it is; of `ONBUILD`, what is to be done then.
    pub keyword: Keyword,
    /// The keyword as it was written.
    pub written: String,
    /// Whether it is done by images built upon this one.
    pub onbuild: bool,
    /// Bytes from the keyword to the end, here-documents included.
    pub span: Range<usize>,
    /// Bytes of the keyword.
    pub keyword_span: Range<usize>,
    /// Bytes of the lines without here-documents.
    pub line_span: Range<usize>,
    /// Flags before the arguments.
    pub flags: Vec<Flag>,
    /// What follows the flags.
    pub args: Text,
    /// Here-documents.
    pub heredocs: Vec<Heredoc>,
    /// The strings, where the arguments are a JSON array.
    pub json: Option<Vec<Word>>,
    /// The words otherwise.
    pub words: Vec<Word>,
    /// Index of the stage; none before the first `FROM`.
    pub stage: Option<usize>,
    /// The escape character of the file.
    pub escape: char,
    /// What it runs; nothing where the shell reads no POSIX text.
    pub script: Script,
    /// The shell that reads its shell form.
    pub shell: Shell,
}

/// The shell of a place in a stage: what `SHELL` says, or Docker's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shell {
    /// Whether it reads POSIX text; PowerShell and cmd do not.
    pub posix: bool,
    /// Whether a pipe fails when any part of it fails.
    pub pipefail: bool,
    /// Whether it is `sh`, which knows POSIX and little else.
    pub bourne: bool,
}

impl Shell {
    /// `/bin/sh -c`.
    pub(super) const DEFAULT: Self = Self {
        posix: true,
        pipefail: false,
        bourne: true,
    };

    /// What `SHELL` with these words makes.
    pub(super) fn of(words: &[Word]) -> Self {
        let first = words.first().map_or("", |w| w.value.as_str());
        let name = first.rsplit(['/', '\\']).next().unwrap_or(first);
        let name = name.trim_end_matches(".exe").to_ascii_lowercase();
        let pipefail = words.windows(2).any(|pair| {
            let (flag, option) = (&pair[0].value, &pair[1].value);
            flag.starts_with('-') && flag.ends_with('o') && option == "pipefail"
        });
        Self {
            posix: !["pwsh", "powershell", "cmd"].contains(&name.as_str()),
            pipefail,
            bourne: ["sh", "dash", "ash"].contains(&name.as_str()),
        }
    }
}

impl Instruction {
    pub(super) fn read(line: &Logical, escape: char) -> Self {
        let mut onbuild = false;
        let whole = line.text.as_str();
        let mut at = 0;
        let (written, keyword) = loop {
            let rest = whole.get(at..).unwrap_or("");
            let blanks = rest.len() - rest.trim_start().len();
            at += blanks;
            let rest = whole.get(at..).unwrap_or("");
            let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let word = rest.get(..length).unwrap_or("");
            match Keyword::of(word) {
                Keyword::Onbuild if !onbuild && rest.trim().len() > length => {
                    onbuild = true;
                    at += length;
                }
                keyword => break (word.to_owned(), keyword),
            }
        };
        let keyword_span = line.text.span(at..at + written.len());
        let args = trimmed(&line.text, at + written.len());
        let takes_flags = matches!(
            keyword,
            Keyword::From | Keyword::Run | Keyword::Copy | Keyword::Add | Keyword::Healthcheck
        );
        let (flags, args) = match takes_flags {
            true => flags(&args, escape),
            false => (Vec::new(), args),
        };
        Self {
            keyword,
            onbuild,
            span: line.span.clone(),
            line_span: line.text.span(0..whole.len()),
            keyword_span,
            flags,
            heredocs: line.heredocs.clone(),
            json: words::json(&args),
            words: words::split(&args, escape),
            written,
            args,
            stage: None,
            escape,
            script: Script::default(),
            shell: Shell::DEFAULT,
        }
    }

    /// The value of a flag; of the last one where there are several.
    pub fn flag(&self, name: &str) -> Option<&Flag> {
        self.flags.iter().rev().find(|flag| flag.name == name)
    }

    /// The arguments: of the JSON array, or else the words.
    pub fn arguments(&self) -> &[Word] {
        self.json.as_deref().unwrap_or(&self.words)
    }

    /// The pairs of `ENV`, `LABEL` and `ARG`.
    pub fn pairs(&self) -> Vec<Pair> {
        match self.keyword {
            Keyword::Env | Keyword::Label => words::pairs(&self.args, self.escape, true),
            Keyword::Arg => words::pairs(&self.args, self.escape, false),
            _ => Vec::new(),
        }
    }

    /// Sources and target of `COPY` and `ADD`; here-documents are sources called `<<NAME`.
    pub fn paths(&self) -> Option<(&[Word], &Word)> {
        let (target, sources) = self.arguments().split_last()?;
        (!sources.is_empty()).then_some((sources, target))
    }
}

/// What stands after `from`, without blanks before it.
fn trimmed(text: &Text, from: usize) -> Text {
    let rest = text.as_str().get(from..).unwrap_or("");
    let start = from + (rest.len() - rest.trim_start().len());
    text.slice(start..text.as_str().len())
}

/// The flags at the beginning, and the rest.
fn flags(args: &Text, escape: char) -> (Vec<Flag>, Text) {
    let mut found = Vec::new();
    let mut from = 0;
    for word in words::split(args, escape) {
        // An escape character that stands before a blank instead of a line's end.
        if word.value.trim().is_empty() && word.raw.starts_with(escape) {
            continue;
        }
        let Some(flag) = word.value.strip_prefix("--") else {
            break;
        };
        from = word.at + word.raw.len();
        if flag.is_empty() {
            break;
        }
        let (name, value) = flag.split_once('=').unwrap_or((flag, ""));
        found.push(Flag {
            name: name.to_owned(),
            value: value.to_owned(),
            span: word.span.clone(),
        });
    }
    (found, trimmed(args, from))
}
