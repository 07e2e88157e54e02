//! Stages: where each begins, on what it builds, and which of them ships.

use std::collections::HashMap;
use std::ops::Range;

use super::instruction::{Instruction, Keyword};
use super::words::Word;
use crate::Settings;

/// Most stages; the instructions of later ones count as the last one's.
const MOST: usize = 1_000;

/// Deepest chain of stages, and of variables in a value.
const DEEPEST: usize = 64;

/// What a stage begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// Another stage, by index.
    Stage(usize),
    /// Nothing: `scratch`.
    Scratch,
    /// An image, by reference.
    Image(String),
    /// It depends on a build argument that has no value here.
    Unknown,
}

/// A stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Index of its `FROM` among the instructions.
    pub from: usize,
    /// Its instructions, `FROM` first.
    pub instructions: Range<usize>,
    /// Its name, in lower case.
    pub name: Option<String>,
    /// The image as it was written.
    pub image: Option<Word>,
    /// What it begins with.
    pub base: Base,
    /// Whether the base, and with it a tag, was written out without any variable.
    pub is_literal: bool,
    /// Whether the stage is the last one: what the build makes unless told otherwise.
    pub ships: bool,
    /// Whether its content is in the image that ships: it is the last one, or stands
    /// below it.
    pub is_below: bool,
    /// Whether the last stage needs it at all, by `FROM` or by copying from it.
    pub is_used: bool,
}

impl Stage {
    /// The stage of instructions that come before any `FROM`: no builder takes them, but
    /// what they say can still be judged.
    fn implied(index: usize) -> Self {
        Self {
            from: index,
            instructions: index..index + 1,
            name: None,
            image: None,
            base: Base::Unknown,
            is_literal: true,
            ships: false,
            is_below: false,
            is_used: false,
        }
    }

    /// Whether a `FROM` begins it.
    pub fn is_real(&self) -> bool {
        self.image.is_some()
    }
}

/// Gives every instruction its stage.
pub(super) fn read(instructions: &mut [Instruction], settings: &Settings) -> Vec<Stage> {
    let mut arguments = Arguments::new(settings);
    let mut stages: Vec<Stage> = Vec::new();
    for (index, instruction) in instructions.iter_mut().enumerate() {
        match instruction.keyword {
            // A `FROM` that names nothing begins nothing.
            Keyword::From if instruction.words.is_empty() => {}
            Keyword::From if !instruction.onbuild && stages.len() < MOST => {
                let stage = begin(index, instruction, &stages, &arguments);
                stages.push(stage);
            }
            Keyword::Arg if stages.is_empty() => arguments.take(instruction),
            _ if stages.is_empty() => stages.push(Stage::implied(index)),
            _ => {}
        }
        instruction.stage = stages.len().checked_sub(1);
        if let Some(stage) = stages.last_mut() {
            stage.instructions.end = index + 1;
        }
    }
    mark(&mut stages, instructions);
    stages
}

fn begin(index: usize, from: &Instruction, stages: &[Stage], arguments: &Arguments) -> Stage {
    let image = from.words.first().cloned();
    let name = match from.words.as_slice() {
        [_, word, name, ..] if word.value.eq_ignore_ascii_case("as") => {
            Some(name.value.to_ascii_lowercase())
        }
        _ => None,
    };
    let written = image.as_ref().map_or("", |w| w.value.as_str());
    let base = match arguments.fill(written) {
        None => Base::Unknown,
        Some(text) if text.is_empty() => Base::Unknown,
        Some(text) => {
            let lower = text.to_ascii_lowercase();
            let named = |s: &Stage| s.name.as_deref() == Some(lower.as_str());
            match stages.iter().rposition(named) {
                Some(parent) => Base::Stage(parent),
                None if text == "scratch" => Base::Scratch,
                None => Base::Image(text),
            }
        }
    };
    Stage {
        from: index,
        instructions: index..index + 1,
        name,
        base,
        is_literal: !written.contains('$'),
        image,
        ships: false,
        is_below: false,
        is_used: false,
    }
}

/// Finds out what ships, what lies below it, and what it needs.
fn mark(stages: &mut [Stage], instructions: &[Instruction]) {
    let Some(last) = stages.len().checked_sub(1) else {
        return;
    };
    stages[last].ships = true;
    let mut at = last;
    // A stage only builds on one before it, so this ends.
    loop {
        stages[at].is_below = true;
        match stages[at].base {
            Base::Stage(parent) if parent < at => at = parent,
            _ => break,
        }
    }
    let mut needed = vec![last];
    while let Some(index) = needed.pop() {
        if std::mem::replace(&mut stages[index].is_used, true) {
            continue;
        }
        if let Base::Stage(parent) = stages[index].base {
            needed.push(parent);
        }
        let own = stages[index].instructions.clone();
        for instruction in instructions.get(own).unwrap_or_default() {
            for name in copied_from(instruction) {
                needed.extend(find(stages, &name, index));
            }
        }
    }
}

/// The stages or images that an instruction takes files from.
pub(super) fn copied_from(instruction: &Instruction) -> Vec<String> {
    let mut names = Vec::new();
    for flag in &instruction.flags {
        match flag.name.as_str() {
            "from" => names.push(flag.value.clone()),
            "mount" => names.extend(
                flag.value
                    .split(',')
                    .filter_map(|part| part.strip_prefix("from="))
                    .map(str::to_owned),
            ),
            _ => {}
        }
    }
    names
}

/// The stage before `before` that is called `name`, or has that number.
pub(super) fn find(stages: &[Stage], name: &str, before: usize) -> Option<usize> {
    let lower = name.to_ascii_lowercase();
    let earlier = stages.get(..before).unwrap_or_default();
    let named = earlier
        .iter()
        .rposition(|s| s.name.as_deref() == Some(&lower));
    named.or_else(|| name.parse().ok().filter(|n| *n < before))
}

/// Build arguments with their values.
#[derive(Debug, Default)]
struct Arguments {
    values: HashMap<String, Option<String>>,
    given: HashMap<String, String>,
}

impl Arguments {
    fn new(settings: &Settings) -> Self {
        Self {
            values: HashMap::new(),
            given: settings.build_args.iter().cloned().collect(),
        }
    }

    fn take(&mut self, instruction: &Instruction) {
        for pair in instruction.pairs().into_iter().take(1_000) {
            let given = self.given.get(&pair.key).cloned();
            let value = given.or_else(|| pair.value.and_then(|v| self.fill(&v)));
            self.values.insert(pair.key, value);
        }
    }

    /// `text` with its variables in place; none where one has no value.
    fn fill(&self, text: &str) -> Option<String> {
        fill(text, &|name| self.values.get(name).cloned().flatten(), 0)
    }
}

/// Longest text that filling in variables may make, in bytes.
const LONGEST: usize = 16 << 10;

/// `text` with its variables in place: `$NAME`, `${NAME}`, `${NAME:-default}`,
/// `${NAME:+other}` and without the colon. None where a variable has no value, or where
/// the operation is one of patterns.
pub fn fill(text: &str, value: &dyn Fn(&str) -> Option<String>, depth: usize) -> Option<String> {
    if depth > DEEPEST {
        return None;
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(rest.get(..at)?);
        rest = rest.get(at + 1..)?;
        if let Some(inner) = rest.strip_prefix('{') {
            let end = closing(inner)?;
            let body = inner.get(..end)?;
            rest = inner.get(end + 1..)?;
            let length = body.find(|c: char| !is_name(c)).unwrap_or(body.len());
            let (name, operation) = body.split_at(length);
            let known = value(name).filter(|v| !v.is_empty() || !operation.starts_with(':'));
            let operation = operation.strip_prefix(':').unwrap_or(operation);
            match operation.chars().next() {
                None => out.push_str(&known?),
                Some('-') => match known {
                    Some(known) => out.push_str(&known),
                    None => out.push_str(&fill(operation.get(1..)?, value, depth + 1)?),
                },
                Some('+') if known.is_some() => {
                    out.push_str(&fill(operation.get(1..)?, value, depth + 1)?);
                }
                Some('+') => {}
                Some('?') => out.push_str(&known?),
                Some(_) => return None,
            }
        } else {
            let length = rest.find(|c: char| !is_name(c)).unwrap_or(rest.len());
            if length == 0 {
                out.push('$');
                continue;
            }
            out.push_str(&value(rest.get(..length)?)?);
            rest = rest.get(length..)?;
        }
        if out.len() > LONGEST {
            return None;
        }
    }
    out.push_str(rest);
    Some(out)
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Where the brace that is open closes.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}
