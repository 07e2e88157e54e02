//! From tokens to simple commands.

use std::ops::Range;

use super::Script;
use super::command::{Command, Join, Nesting, Redirect, ShellWord};
use super::lex::{DEEPEST, Lexer, Token};
use crate::dockerfile::text::Text;
use crate::dockerfile::words::Word;

/// Most commands of one script.
const MOST: usize = 5_000;

/// Words that open or close something where a command may begin.
const RESERVED: [&str; 14] = [
    "if", "then", "elif", "else", "fi", "while", "until", "do", "done", "{", "}", "!", "time",
    "coproc",
];

/// Commands that run another one, with their flags that take the word after them.
const WRAPPERS: [(&str, &[&str]); 12] = [
    (
        "sudo",
        &[
            "-u", "-g", "-h", "-p", "-C", "-r", "-t", "-T", "-U", "-D", "-R", "--user", "--group",
        ],
    ),
    ("env", &["-u", "-C", "-S", "--unset", "--chdir"]),
    ("exec", &["-a"]),
    ("command", &[]),
    ("builtin", &[]),
    ("nohup", &[]),
    ("nice", &["-n"]),
    ("ionice", &["-c", "-n"]),
    ("eatmydata", &[]),
    ("time", &["-f", "-o"]),
    ("stdbuf", &["-i", "-o", "-e"]),
    ("timeout", &["-k", "-s"]),
];

struct Parser<'a> {
    text: &'a Text,
    script: Script,
}

pub(super) fn parse(text: &Text) -> Script {
    let mut parser = Parser {
        text,
        script: Script::default(),
    };
    parser.region(0..text.as_str().len(), Nesting::Top, 0);
    parser.script
}

/// The one command of a JSON array, or the text that it gives to a shell.
pub(super) fn of_words(words: &[Word]) -> Script {
    let words: Vec<ShellWord> = words
        .iter()
        .map(|word| ShellWord {
            raw: word.raw.clone(),
            value: word.value.clone(),
            span: word.span.clone(),
            quoted: true,
            ..ShellWord::default()
        })
        .collect();
    let (Some(first), Some(last)) = (words.first(), words.last()) else {
        return Script::default();
    };
    let span = first.span.start..last.span.end;
    let command = finish(Command {
        words: words.clone(),
        span,
        ..Command::default()
    });
    if command.is_shell()
        && let Some(at) = words
            .iter()
            .position(|w| w.value.starts_with('-') && w.value.ends_with('c'))
        && let Some(text) = words.get(at + 1)
    {
        let mut script = Script::read(&Text::of(&text.value, text.span.start + 1));
        // Escapes of JSON shift what follows them, so places inside are not exact.
        for command in &mut script.commands {
            let limit = text.span.end;
            command.span = command.span.start.min(limit)..command.span.end.min(limit);
            for word in &mut command.words {
                word.span = word.span.start.min(limit)..word.span.end.min(limit);
            }
        }
        return script;
    }
    Script {
        commands: vec![command],
        ..Script::default()
    }
}

/// What is being read of a `case`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    Subject,
    Pattern,
    Body,
}

/// State of the reading of one stretch of text.
struct Region {
    open: Command,
    started: bool,
    join: Join,
    nesting: Nesting,
    condition: bool,
    cases: Vec<Case>,
    nested: Vec<Range<usize>>,
    /// Whether the words up to `do`, or of `[[ … ]]`, are no command.
    skipping: bool,
    pending: Option<String>,
}

impl Parser<'_> {
    fn region(&mut self, range: Range<usize>, nesting: Nesting, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        let mut lexer = Lexer::new(self.text, range);
        let mut region = Region {
            open: Command::default(),
            started: false,
            join: Join::Sequence,
            nesting,
            condition: false,
            cases: Vec::new(),
            nested: Vec::new(),
            skipping: false,
            pending: None,
        };
        let mut subshells = 0usize;
        while let Some(token) = lexer.next() {
            if self.script.commands.len() >= MOST {
                break;
            }
            match token {
                Token::Word(word, nested) => {
                    region.nested.extend(nested);
                    self.word(&mut region, word);
                }
                Token::Redirect(operator) => region.pending = Some(operator),
                Token::Operator("(", _) if region.cases.last() == Some(&Case::Pattern) => {}
                Token::Operator(")", _) if region.cases.last() == Some(&Case::Pattern) => {
                    region.reset(Join::Sequence);
                    if let Some(case) = region.cases.last_mut() {
                        *case = Case::Body;
                    }
                }
                Token::Operator("(", _) => {
                    // `name ()` defines a function: the name is no command.
                    let join = region.join;
                    region.reset(join);
                    self.script.is_compound = true;
                    subshells += 1;
                    region.nesting = Nesting::Subshell;
                }
                Token::Operator(")", _) => {
                    self.end(&mut region, Join::Sequence);
                    subshells = subshells.saturating_sub(1);
                    if subshells == 0 {
                        region.nesting = nesting;
                    }
                }
                Token::Operator(operator, _) => self.operator(&mut region, operator),
            }
        }
        self.end(&mut region, Join::Sequence);
        self.script.is_broken |= lexer.is_broken;
        for inner in std::mem::take(&mut region.nested) {
            self.region(inner, Nesting::Substitution, depth + 1);
        }
    }

    fn operator(&mut self, region: &mut Region, operator: &str) {
        if matches!(operator, ";;" | ";&" | ";;&") {
            self.end(region, Join::Sequence);
            if let Some(case) = region.cases.last_mut() {
                *case = Case::Pattern;
            }
            return;
        }
        if region.cases.last() == Some(&Case::Pattern) {
            return;
        }
        let join = match operator {
            "&&" => Join::And,
            "||" => Join::Or,
            "|" | "|&" => Join::Pipe,
            "&" => Join::Background,
            _ => Join::Sequence,
        };
        if operator != "\n" {
            self.script.is_compound = true;
        } else if !region.started {
            // A line may end after `&&` and `|`.
            return;
        }
        self.end(region, join);
    }

    fn word(&mut self, region: &mut Region, word: ShellWord) {
        if let Some(operator) = region.pending.take() {
            region.open.redirects.push(Redirect {
                operator,
                target: word,
            });
            return;
        }
        match region.cases.last() {
            Some(Case::Subject) => {
                if word.raw == "in" {
                    region.reset(Join::Sequence);
                    region.cases.pop();
                    region.cases.push(Case::Pattern);
                }
                return;
            }
            Some(Case::Pattern) => {
                if word.raw == "esac" {
                    region.cases.pop();
                }
                return;
            }
            _ => {}
        }
        if !region.started && !word.quoted {
            match word.raw.as_str() {
                "case" => {
                    self.script.is_compound = true;
                    return region.cases.push(Case::Subject);
                }
                "esac" => {
                    region.cases.pop();
                    return;
                }
                "for" | "select" => {
                    self.script.is_compound = true;
                    region.skipping = true;
                    return;
                }
                "function" => {
                    region.skipping = true;
                    return;
                }
                raw if RESERVED.contains(&raw) => {
                    region.skipping = false;
                    self.script.is_compound |= raw != "!";
                    match raw {
                        "if" | "elif" | "while" | "until" => region.condition = true,
                        "then" | "do" => region.condition = false,
                        _ => {}
                    }
                    return;
                }
                _ => {}
            }
        }
        if region.skipping {
            return;
        }
        if !region.started && region.open.assignments.is_empty() && region.open.words.is_empty() {
            region.open.span = word.span.clone();
        }
        region.open.span.end = word.span.end;
        if !region.started && is_assignment(&word.raw) {
            region.open.assignments.push(word);
            return;
        }
        region.started = true;
        region.open.words.push(word);
    }

    /// Ends the command that is open.
    fn end(&mut self, region: &mut Region, next: Join) {
        let mut command = region.reset(next);
        if command.words.is_empty()
            && command.assignments.is_empty()
            && command.redirects.is_empty()
        {
            return;
        }
        if command.span.end == 0
            && let Some(first) = command.redirects.first()
        {
            command.span = first.target.span.clone();
        }
        command.is_piped = next == Join::Pipe;
        self.script.commands.push(finish(command));
    }
}

impl Region {
    /// Takes the open command and begins another one, joined by `next`.
    fn reset(&mut self, next: Join) -> Command {
        let mut command = std::mem::take(&mut self.open);
        command.join = self.join;
        command.nesting = self.nesting;
        command.is_condition = self.condition;
        self.join = next;
        self.started = false;
        self.skipping = false;
        self.pending = None;
        command
    }
}

fn is_assignment(raw: &str) -> bool {
    let Some((name, _)) = raw.split_once('=') else {
        return false;
    };
    let name = name.strip_suffix('+').unwrap_or(name);
    let name = name.split('[').next().unwrap_or(name);
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Takes the wrappers off.
fn finish(mut command: Command) -> Command {
    for _ in 0..4 {
        let name = command.name().to_owned();
        let Some((_, takes_value)) = WRAPPERS.iter().find(|(wrapper, _)| *wrapper == name) else {
            break;
        };
        let mut at = 1;
        while let Some(word) = command.words.get(at) {
            if takes_value.contains(&word.value.as_str()) {
                at += 2;
            } else if word.value.starts_with('-') || (name == "timeout" && at == 1) {
                at += 1;
            } else if matches!(name.as_str(), "env" | "sudo") && is_assignment(&word.raw) {
                command.assignments.push(word.clone());
                at += 1;
            } else {
                break;
            }
        }
        if at >= command.words.len() {
            break;
        }
        command.words.drain(..at);
        command.wrappers.push(name);
    }
    command
}
