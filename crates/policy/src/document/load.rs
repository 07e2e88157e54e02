//! From YAML to a policy: every mistake of every document, with its line.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use lazaret_model::{Outcome, nearest};
use serde_saphyr::Spanned;

use super::raw::{Document, Override};
use super::{API_VERSION, Mode, Policy, Pulls, Rule, Variant, digest, raw};
use crate::cel::{self, Expr, Problem, Scope};
use crate::exception::{self, Exception};
use crate::facts::{COMMON, EACH, ELSEWHERE, OUTCOME};
use crate::signer::{self, Signer};

/// Largest document, in bytes.
const MAX_BYTES: usize = 4 << 20;
/// Most rules, and most exceptions, of one policy.
const MOST: usize = 10_000;

/// What is wrong in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Document and line.
    pub place: String,
    /// What is wrong, in one or more lines.
    pub message: String,
}

/// Everything that is wrong in the documents of a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct PolicyError(pub Vec<Fault>);

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, fault) in self.0.iter().enumerate() {
            if number > 0 {
                writeln!(f)?;
            }
            write!(f, "{}: {}", fault.place, fault.message)?;
        }
        Ok(())
    }
}

/// A document while it is read.
pub(crate) struct Reader<'a> {
    name: &'a str,
    /// With the line of each.
    faults: Vec<(u64, Fault)>,
}

impl Reader<'_> {
    /// What the caller calls the document.
    pub(crate) fn name(&self) -> &str {
        self.name
    }

    /// Document and line.
    pub(crate) fn place<T>(&self, what: &Spanned<T>) -> String {
        format!("{}:{}", self.name, what.referenced.line())
    }

    /// Notes what is wrong at a place.
    pub(crate) fn wrong<T, U>(&mut self, at: &Spanned<T>, message: impl Into<String>) -> Option<U> {
        let fault = Fault {
            place: self.place(at),
            message: message.into(),
        };
        self.faults.push((at.referenced.line(), fault));
        None
    }

    /// One of some words.
    pub(crate) fn word<T: Copy>(
        &mut self,
        text: &Spanned<String>,
        what: &str,
        known: &[(&str, T)],
    ) -> Option<T> {
        if let Some((_, value)) = known.iter().find(|(word, _)| *word == text.value) {
            return Some(*value);
        }
        let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
        let hint = match nearest(&text.value, words.iter().copied()) {
            Some(near) => format!("`{near}` is"),
            None => format!("known are {}", words.join(", ")),
        };
        let shown = cel::short(&text.value);
        self.wrong(text, format!("`{shown}` is no {what}; {hint}"))
    }

    fn mode(&mut self, text: Option<&Spanned<String>>) -> Option<Mode> {
        self.word(text?, "mode", &Mode::ALL.map(|mode| (mode.name(), mode)))
    }

    /// An action: every outcome but the first, which is what follows without any rule.
    fn action(&mut self, text: &Spanned<String>) -> Option<Outcome> {
        let all = [
            Outcome::Warn,
            Outcome::Hold,
            Outcome::Quarantine,
            Outcome::Block,
        ];
        let words: Vec<_> = OUTCOME.words[1..].iter().copied().zip(all).collect();
        self.word(text, "action", &words)
    }

    fn condition(&mut self, text: &Spanned<String>, scope: &Scope) -> Option<Expr> {
        match cel::condition(&text.value, scope) {
            Ok(condition) => Some(condition),
            Err(problems) => {
                for problem in problems {
                    self.wrong::<_, ()>(text, pointed(&text.value, &problem));
                }
                None
            }
        }
    }
}

/// A problem with the line of the expression that has it, and a mark below.
fn pointed(text: &str, problem: &Problem) -> String {
    let start = problem.start.min(text.len());
    let before = text.get(..start).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = text.get(line_start..).unwrap_or_default();
    let line = line.lines().next().unwrap_or_default();
    let column = before.get(line_start..).unwrap_or_default().chars().count();
    let marked = text.get(start..problem.end.max(start)).unwrap_or_default();
    let marked = marked.lines().next().unwrap_or_default().chars().count();
    // A long line is shown around the mark.
    let skipped = column.saturating_sub(50);
    let shown: String = line.chars().skip(skipped).take(100).collect();
    let marks = "^".repeat(marked.clamp(1, 100 - (column - skipped).min(99)));
    format!(
        "{}\n    {}\n    {}{marks}",
        problem.message,
        shown.trim_end(),
        " ".repeat(column - skipped)
    )
}

pub(super) fn load(documents: &[(&str, &[u8])]) -> Result<Policy, PolicyError> {
    let mut faults = Vec::new();
    let mut parts = Vec::new();
    for (name, bytes) in documents {
        match part(name, bytes) {
            Ok(part) => parts.push(part),
            Err(found) => faults.extend(found),
        }
    }
    if !faults.is_empty() {
        return Err(PolicyError(faults));
    }
    let names: Vec<String> = parts.iter().map(|part| part.name.clone()).collect();
    let mut policy = Policy {
        name: names.join("+"),
        digest: digest(documents),
        rules: Vec::new(),
        exceptions: Vec::new(),
        signers: Vec::new(),
        environments: Vec::new(),
        pulls: Pulls::default(),
        pulls_in: pulls_in(&parts),
    };
    let extends = parts.iter().any(|part| part.extends);
    let mut environments = BTreeSet::new();
    for part in parts {
        environments.extend(part.environments);
        policy.pulls = policy.pulls.stricter(&part.pulls);
        policy.rules.extend(part.rules);
        policy.exceptions.extend(part.exceptions);
        policy.signers.extend(part.signers);
    }
    faults.extend(doubles(&policy));
    if extends {
        let builtin = Policy::builtin();
        environments.extend(builtin.environments);
        let own: BTreeSet<&str> = policy.rules.iter().map(|rule| rule.name.as_str()).collect();
        let kept = builtin
            .rules
            .into_iter()
            .filter(|rule| !own.contains(rule.name.as_str()));
        let kept: Vec<Rule> = kept.collect();
        policy.rules.splice(0..0, kept);
    }
    if policy.rules.is_empty() && faults.is_empty() {
        faults.push(Fault {
            place: documents
                .first()
                .map_or("policy", |(name, _)| name)
                .to_owned(),
            message: "a policy without rules allows everything; write rules, or `extends: default`"
                .into(),
        });
    }
    let parts = [
        &policy.rules.len(),
        &policy.exceptions.len(),
        &policy.signers.len(),
    ];
    if parts.into_iter().any(|count| *count > MOST) {
        faults.push(Fault {
            place: policy.name.clone(),
            message: format!("more than {MOST} rules, exceptions or signers"),
        });
    }
    policy.environments = environments.into_iter().collect();
    match faults.is_empty() {
        true => Ok(policy),
        false => Err(PolicyError(faults)),
    }
}

/// What all documents say of pulls in each environment that any of them names: the strictest.
fn pulls_in(parts: &[Part]) -> BTreeMap<String, Pulls> {
    let names: BTreeSet<&String> = parts.iter().flat_map(|part| part.pulls_in.keys()).collect();
    let of = |name: &String| {
        let each = parts.iter().map(|part| match part.pulls_in.get(name) {
            Some(own) => part.pulls.with(own),
            None => part.pulls.clone(),
        });
        each.fold(Pulls::default(), |all, one| all.stricter(&one))
    };
    names.into_iter().map(|n| (n.clone(), of(n))).collect()
}

/// Names that stand twice: what one says about the other would depend on their order.
fn doubles(policy: &Policy) -> Vec<Fault> {
    let rules = policy
        .rules
        .iter()
        .map(|rule| ("rule", &rule.name, &rule.place));
    let exceptions = policy
        .exceptions
        .iter()
        .map(|e| ("exception", &e.name, &e.place));
    let signers = policy.signers.iter().map(|s| ("signer", &s.name, &s.place));
    let mut seen = BTreeMap::new();
    let mut faults = Vec::new();
    for (what, name, place) in rules.chain(exceptions).chain(signers) {
        if let Some(first) = seen.insert((what, name.as_str()), place.as_str()) {
            faults.push(Fault {
                place: place.clone(),
                message: format!("the {what} `{name}` is there already, at {first}"),
            });
        }
    }
    faults
}

/// What one document gives.
struct Part {
    name: String,
    extends: bool,
    environments: BTreeSet<String>,
    pulls: Pulls,
    pulls_in: BTreeMap<String, Pulls>,
    rules: Vec<Rule>,
    exceptions: Vec<Exception>,
    signers: Vec<Signer>,
}

fn part(name: &str, bytes: &[u8]) -> Result<Part, Vec<Fault>> {
    let fault = |line: u64, message: String| {
        let place = match line {
            0 => name.to_owned(),
            line => format!("{name}:{line}"),
        };
        vec![Fault { place, message }]
    };
    if bytes.len() > MAX_BYTES {
        return Err(fault(0, format!("a policy has at most {MAX_BYTES} bytes")));
    }
    let text = str::from_utf8(bytes).map_err(|error| fault(0, error.to_string()))?;
    let document: Document = serde_saphyr::from_str(text).map_err(|error| {
        let line = error.location().map_or(0, |location| location.line());
        fault(line, error.without_snippet().to_string())
    })?;
    let mut reader = Reader {
        name,
        faults: Vec::new(),
    };
    let part = document_part(&mut reader, document);
    if reader.faults.is_empty() {
        return Ok(part);
    }
    reader.faults.sort_by_key(|(line, _)| *line);
    Err(reader.faults.into_iter().map(|(_, fault)| fault).collect())
}

fn document_part(reader: &mut Reader<'_>, document: Document) -> Part {
    if document.api_version.value != API_VERSION {
        let shown = cel::short(&document.api_version.value);
        let told = format!("`apiVersion` is {API_VERSION} here, and not {shown}");
        reader.wrong::<_, ()>(&document.api_version, told);
    }
    if let Some(kind) = document.kind.as_ref().filter(|kind| kind.value != "Policy") {
        reader.wrong::<_, ()>(kind, "`kind` is Policy, or left out");
    }
    let extends = document.extends.as_ref();
    let extends =
        extends.and_then(|text| reader.word(text, "policy to extend", &[("default", true)]));
    let mode = reader.mode(document.mode.as_ref()).unwrap_or(Mode::Enforce);
    let mut modes = BTreeMap::new();
    let pulls = pulls(reader, document.gate).unwrap_or_default();
    let mut pulls_in = BTreeMap::new();
    for (name, environment) in document.environments.unwrap_or_default() {
        let gate = self::pulls(reader, environment.gate);
        pulls_in.extend(gate.map(|gate| (name.clone(), gate)));
        let own = reader.mode(environment.mode.as_ref());
        modes.insert(name, own.unwrap_or(mode));
    }
    let mut environments: BTreeSet<String> = modes.keys().cloned().collect();
    let rules = document.rules.unwrap_or_default();
    for rule in &rules {
        environments.extend(rule.environments.iter().flat_map(|all| all.keys().cloned()));
    }
    let rules = rules
        .into_iter()
        .filter_map(|rule| self::rule(reader, rule, mode, &modes));
    let rules = rules.collect();
    let exceptions = document.exceptions.unwrap_or_default();
    let exceptions = exceptions
        .into_iter()
        .filter_map(|one| exception::load(reader, one));
    let exceptions: Vec<Exception> = exceptions.collect();
    let signers = document.signers.unwrap_or_default();
    let signers = signers
        .into_iter()
        .filter_map(|one| signer::load(reader, one));
    let signers: Vec<Signer> = signers.collect();
    Part {
        name: document.name.unwrap_or_else(|| reader.name.to_owned()),
        extends: extends == Some(true),
        environments,
        pulls,
        pulls_in,
        rules,
        exceptions,
        signers,
    }
}

fn pulls(reader: &mut Reader<'_>, given: Option<Spanned<Pulls>>) -> Option<Pulls> {
    let given = given?;
    match given.value.fault() {
        Some(fault) => reader.wrong(&given, fault),
        None => Some(given.value),
    }
}

fn rule(
    reader: &mut Reader<'_>,
    rule: raw::Rule,
    usual: Mode,
    modes: &BTreeMap<String, Mode>,
) -> Option<Rule> {
    if rule.name.value.trim().is_empty() {
        reader.wrong::<_, ()>(&rule.name, "a rule has a name");
    }
    let mut variables = COMMON.iter().collect::<Vec<_>>();
    let each = match &rule.each {
        None => None,
        Some(text) => {
            let known: Vec<_> = EACH.iter().map(|field| (field.name, field)).collect();
            let field = reader.word(text, "thing that a rule is about", &known)?;
            variables.push(field);
            Some(field.name)
        }
    };
    let scope = Scope {
        variables,
        elsewhere: ELSEWHERE,
    };
    let condition = reader.condition(&rule.when, &scope);
    let action = reader.action(&rule.action);
    let undecided = match &rule.undecided {
        Some(text) => reader.action(text),
        None => action,
    };
    let own_mode = reader.mode(rule.mode.as_ref());
    let usual = Variant {
        text: rule.when.value,
        condition: condition?,
        action: action?,
        undecided: undecided?,
        mode: own_mode.unwrap_or(usual),
    };
    let mut environments = BTreeMap::new();
    let mut overrides = rule.environments.unwrap_or_default();
    for (name, mode) in modes {
        let base = Variant {
            mode: own_mode.unwrap_or(*mode),
            ..usual.clone()
        };
        let own = overrides.remove(name);
        environments.insert(name.clone(), varied(reader, base, own, &scope));
    }
    for (name, own) in overrides {
        environments.insert(name, varied(reader, usual.clone(), Some(own), &scope));
    }
    Some(Rule {
        place: reader.place(&rule.name),
        name: rule.name.value,
        description: rule.description.unwrap_or_default(),
        each,
        even_if_running: rule.even_if_running,
        usual,
        environments,
    })
}

/// A variant with what an environment says of its own.
fn varied(
    reader: &mut Reader<'_>,
    mut variant: Variant,
    own: Option<Override>,
    scope: &Scope,
) -> Variant {
    let Some(own) = own else {
        return variant;
    };
    if let Some(text) = own.when
        && let Some(condition) = reader.condition(&text, scope)
    {
        variant.condition = condition;
        variant.text = text.value;
    }
    if let Some(text) = own.action
        && let Some(action) = reader.action(&text)
    {
        // What cannot be decided follows the action unless the rule says otherwise.
        if variant.undecided == variant.action {
            variant.undecided = action;
        }
        variant.action = action;
    }
    if let Some(mode) = reader.mode(own.mode.as_ref()) {
        variant.mode = mode;
    }
    variant
}
