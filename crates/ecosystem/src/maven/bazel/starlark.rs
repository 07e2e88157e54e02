//! Evaluates as much of a Starlark build file as names Maven artifacts: assignments,
//! texts, lists, `+`, and the calls of `rules_jvm_external`. Everything else is unknown
//! and adds nothing.

use std::collections::{HashMap, HashSet};

use super::tokens::{Token, tokens};

/// Deepest nesting of expressions.
const MAX_DEPTH: usize = 64;
/// Longest text, in bytes, and longest list that adding may make.
const MAX_LENGTH: usize = 64 << 10;
/// All bytes that names may be replaced by.
const MAX_COPIED: usize = 64 << 20;

#[derive(Debug, Clone, PartialEq)]
enum Value {
    Text(String),
    /// The texts of a list; nothing else in one can name an artifact.
    List(Vec<String>),
    /// The module extension `maven`, or the struct of the same name in `specs.bzl`.
    Maven,
    /// The function `maven_install`.
    Install,
    /// `maven.install`, `maven.artifact`.
    Method(String),
    Unknown,
}

/// The arguments of a call.
#[derive(Default)]
struct Arguments {
    positional: Vec<Value>,
    named: HashMap<String, Value>,
}

impl Arguments {
    fn text(&self, name: &str, position: usize) -> Option<&str> {
        let value = self
            .named
            .get(name)
            .or_else(|| self.positional.get(position));
        match value {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }
}

/// The coordinates of the artifacts that the file asks the rules for.
pub(super) fn artifacts(text: &str) -> Vec<String> {
    let tokens = tokens(text);
    let mut machine = Machine {
        tokens: &tokens,
        at: 0,
        names: HashMap::new(),
        repositories: HashSet::from(["rules_jvm_external".to_owned()]),
        artifacts: Vec::new(),
        room: MAX_COPIED,
    };
    machine.run();
    machine.artifacts
}

struct Machine<'t> {
    tokens: &'t [Token],
    at: usize,
    names: HashMap<String, Value>,
    /// What the repository of the rules is called here.
    repositories: HashSet<String>,
    artifacts: Vec<String>,
    /// Bytes that may still be copied.
    room: usize,
}

impl Machine<'_> {
    fn run(&mut self) {
        while self.at < self.tokens.len() {
            if let (Some(Token::Name(name)), Some(Token::Sign('='))) =
                (self.tokens.get(self.at), self.tokens.get(self.at + 1))
            {
                let name = name.clone();
                self.at += 2;
                let value = self.sum(0);
                self.names.insert(name, value);
            } else {
                self.sum(0);
            }
            // What was not understood is left out to the end of its line.
            while self.tokens.get(self.at).is_some_and(|t| *t != Token::End) {
                self.at += 1;
            }
            self.at += 1;
        }
    }

    fn takes(&mut self, sign: char) -> bool {
        let there = self.tokens.get(self.at) == Some(&Token::Sign(sign));
        self.at += usize::from(there);
        there
    }

    fn sum(&mut self, depth: usize) -> Value {
        let mut value = self.term(depth);
        while self.takes('+') {
            let more = self.term(depth);
            value = added(value, more);
        }
        value
    }

    fn term(&mut self, depth: usize) -> Value {
        if depth > MAX_DEPTH {
            return Value::Unknown;
        }
        let mut value = match self.tokens.get(self.at) {
            Some(Token::Text(text)) => {
                self.at += 1;
                Value::Text(text.clone())
            }
            Some(Token::Sign('[')) => {
                self.at += 1;
                texts(self.list(']', depth))
            }
            Some(Token::Sign('(')) => {
                self.at += 1;
                let mut inside = self.list(')', depth);
                match inside.len() {
                    1 => inside.remove(0),
                    _ => texts(inside),
                }
            }
            Some(Token::Name(name)) => {
                self.at += 1;
                self.value_of(name)
            }
            _ => return Value::Unknown,
        };
        loop {
            if self.takes('.') {
                let Some(Token::Name(name)) = self.tokens.get(self.at) else {
                    return Value::Unknown;
                };
                self.at += 1;
                value = match value {
                    Value::Maven => Value::Method(format!("maven.{name}")),
                    _ => Value::Unknown,
                };
            } else if self.takes('(') {
                let arguments = self.arguments(depth);
                value = self.call(&value, arguments);
            } else {
                // A name by itself that nothing gave a value.
                return match value {
                    Value::Method(_) => Value::Unknown,
                    value => value,
                };
            }
        }
    }

    fn value_of(&mut self, name: &str) -> Value {
        let Some(value) = self.names.get(name) else {
            return Value::Method(name.to_owned());
        };
        let size = match value {
            Value::Text(text) => text.len(),
            Value::List(texts) => texts.iter().map(|t| t.len() + size_of::<String>()).sum(),
            _ => 0,
        };
        match self.room.checked_sub(size) {
            Some(room) => {
                self.room = room;
                value.clone()
            }
            None => Value::Unknown,
        }
    }

    /// Values up to the closing sign. Of a comprehension nothing is left.
    fn list(&mut self, close: char, depth: usize) -> Vec<Value> {
        let mut values = Vec::new();
        while self.at < self.tokens.len() && !self.takes(close) {
            let before = self.at;
            let value = self.sum(depth + 1);
            if self.at == before {
                self.at += 1;
            } else if !self.takes(',') && self.tokens.get(self.at) != Some(&Token::Sign(close)) {
                self.skip(close);
                return Vec::new();
            } else {
                values.push(value);
            }
        }
        values
    }

    /// Goes behind the sign that closes what is open.
    fn skip(&mut self, close: char) {
        let mut open = 0_usize;
        while let Some(token) = self.tokens.get(self.at) {
            self.at += 1;
            match token {
                Token::Sign(c) if *c == close && open == 0 => return,
                Token::Sign('(' | '[' | '{') => open += 1,
                Token::Sign(')' | ']' | '}') => open = open.saturating_sub(1),
                _ => {}
            }
        }
    }

    fn arguments(&mut self, depth: usize) -> Arguments {
        let mut arguments = Arguments::default();
        while self.at < self.tokens.len() && !self.takes(')') {
            let before = self.at;
            if let (Some(Token::Name(name)), Some(Token::Sign('='))) =
                (self.tokens.get(self.at), self.tokens.get(self.at + 1))
            {
                let name = name.clone();
                self.at += 2;
                let value = self.sum(depth + 1);
                arguments.named.insert(name, value);
            } else {
                let value = self.sum(depth + 1);
                arguments.positional.push(value);
            }
            self.takes(',');
            if self.at == before {
                self.at += 1;
            }
        }
        arguments
    }

    fn call(&mut self, function: &Value, arguments: Arguments) -> Value {
        let name = match function {
            Value::Install => "maven.install",
            Value::Method(name) => name.as_str(),
            _ => return Value::Unknown,
        };
        match name {
            "bazel_dep" if arguments.text("name", 0) == Some("rules_jvm_external") => {
                let other = arguments.text("repo_name", usize::MAX).map(str::to_owned);
                self.repositories.extend(other);
            }
            "use_extension" => {
                let ours = arguments
                    .text("extension_bzl_file", 0)
                    .is_some_and(|l| self.ours(l));
                if ours && arguments.text("extension_name", 1) == Some("maven") {
                    return Value::Maven;
                }
            }
            "load" => self.load(&arguments),
            "maven.install" => {
                if let Some(Value::List(artifacts)) = arguments.named.get("artifacts") {
                    self.artifacts.extend(artifacts.iter().cloned());
                }
            }
            "maven.artifact" => {
                let told = |name, position| arguments.text(name, position).unwrap_or_default();
                let coordinates = format!(
                    "{}:{}:{}",
                    told("group", 0),
                    told("artifact", 1),
                    told("version", 2)
                );
                // The tag of the extension asks for the artifact; the struct of the same
                // name stands in a list, to which its text is as good.
                if arguments.positional.is_empty() {
                    self.artifacts.push(coordinates.clone());
                }
                return Value::Text(coordinates);
            }
            _ => {}
        }
        Value::Unknown
    }

    /// `load("@rules_jvm_external//:defs.bzl", "maven_install", other = "name")`.
    fn load(&mut self, arguments: &Arguments) {
        if !arguments.text("", 0).is_some_and(|label| self.ours(label)) {
            return;
        }
        let same = arguments.positional.iter().skip(1).filter_map(|v| match v {
            Value::Text(name) => Some((name.clone(), name)),
            _ => None,
        });
        let renamed = arguments.named.iter().filter_map(|(local, v)| match v {
            Value::Text(name) => Some((local.clone(), name)),
            _ => None,
        });
        for (local, name) in same.chain(renamed) {
            let value = match name.as_str() {
                "maven_install" => Value::Install,
                "maven" => Value::Maven,
                _ => continue,
            };
            self.names.insert(local, value);
        }
    }

    /// Whether a label is of the rules' repository: `@name//…`, `@@name~//…`.
    fn ours(&self, label: &str) -> bool {
        let repository = label.split("//").next().unwrap_or_default();
        let name = repository.trim_start_matches('@');
        let name = name.split(['~', '+']).next().unwrap_or_default();
        repository.starts_with('@') && self.repositories.contains(name)
    }
}

fn texts(values: Vec<Value>) -> Value {
    let text = |value| match value {
        Value::Text(text) => Some(text),
        _ => None,
    };
    Value::List(values.into_iter().filter_map(text).collect())
}

fn added(a: Value, b: Value) -> Value {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) if a.len() + b.len() <= MAX_LENGTH => Value::Text(a + &b),
        (Value::List(mut a), Value::List(b)) if a.len() + b.len() <= MAX_LENGTH => {
            a.extend(b);
            Value::List(a)
        }
        // A part that cannot be known takes nothing from a list.
        (Value::List(list), Value::Unknown) | (Value::Unknown, Value::List(list)) => {
            Value::List(list)
        }
        _ => Value::Unknown,
    }
}
