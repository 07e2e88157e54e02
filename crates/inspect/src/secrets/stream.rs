//! A file as it streams by: bounded memory whatever its size.

use lazaret_model::{Confidence, Severity};

use super::engine::{Engine, MAX_KEYWORD, Match};
use super::path::Context;
use super::redact::redact;
use super::rule::{Proof, Rule};

/// Most credentials that are told of one file.
pub const MAX_HITS: usize = 100;

/// Bytes kept before what is not looked through yet: room for what stands before a
/// keyword, and for the line that it is in.
const BEHIND: usize = 1 << 10;

/// Most of a line that is looked through for a comment that allows it, in bytes to either
/// side.
const MAX_LINE: usize = 600;

/// Comments that say that a credential on their line may be there, ours and those of
/// gitleaks, TruffleHog and detect-secrets.
const ALLOW: [&str; 4] = [
    "lazaret:allow",
    "gitleaks:allow",
    "trufflehog:ignore",
    "pragma: allowlist secret",
];

/// A credential in a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The rule that found it.
    pub rule: &'static str,
    /// What it is, for people.
    pub title: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// Where in the file it begins and ends, in bytes.
    pub range: (u64, u64),
    /// Line, from 1.
    pub line: u32,
    /// Column in bytes, from 1.
    pub column: u32,
    /// The credential with everything blotted out that is secret.
    pub redacted: String,
    /// What speaks for and against it.
    pub why: Vec<&'static str>,
    /// Why it does not count: who says so, and the reason.
    pub suppressed: Option<(&'static str, &'static str)>,
}

/// What was found in a file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    /// Credentials, ordered by place; at most [`MAX_HITS`].
    pub hits: Vec<Hit>,
    /// How many more there were.
    pub missed: usize,
}

/// Looks through one file, chunk by chunk.
pub struct Scan<'a> {
    context: &'a Context,
    engine: &'static Engine,
    enabled: Vec<bool>,
    /// The end of what was fed, from `offset` of the file on.
    tail: Vec<u8>,
    offset: u64,
    /// Places of `tail` that keywords were looked for at.
    seen: usize,
    /// Keywords whose windows are not whole yet: rule, and place in `tail`.
    waiting: Vec<(usize, usize)>,
    /// Lines that ended before `tail`, and where in the file the last of them did.
    lines: u32,
    line_start: u64,
    hits: Vec<(u64, u64, Hit)>,
    missed: usize,
}

impl<'a> Scan<'a> {
    /// A scan of a file that nothing has been read of yet.
    pub fn new(context: &'a Context) -> Self {
        let engine = Engine::get();
        Self {
            context,
            enabled: engine.enabled(context),
            engine,
            tail: Vec::new(),
            offset: 0,
            seen: 0,
            waiting: Vec::new(),
            lines: 0,
            line_start: 0,
            hits: Vec::new(),
            missed: 0,
        }
    }

    /// The next bytes of the file.
    pub fn feed(&mut self, mut bytes: &[u8]) {
        // Whatever the size of what is handed over, memory stays at one step.
        const STEP: usize = 256 << 10;
        while !bytes.is_empty() {
            let (step, rest) = bytes.split_at(bytes.len().min(STEP));
            if self.context.wide {
                self.tail.extend(step.iter().filter(|b| **b != 0));
            } else {
                self.tail.extend_from_slice(step);
            }
            self.look(false);
            self.slide();
            bytes = rest;
        }
    }

    /// What was found.
    pub fn finish(mut self) -> Found {
        self.look(true);
        self.hits.sort_by_key(|(start, end, _)| (*start, *end));
        Found {
            hits: self.hits.into_iter().map(|(_, _, hit)| hit).collect(),
            missed: self.missed,
        }
    }

    fn look(&mut self, at_end: bool) {
        let engine = self.engine;
        let tail = std::mem::take(&mut self.tail);
        let mut ready = std::mem::take(&mut self.waiting);
        // A keyword that is cut here is met the next time.
        let to = match at_end {
            true => tail.len(),
            false => tail.len().saturating_sub(MAX_KEYWORD).max(self.seen),
        };
        engine.keywords.each(&tail, self.seen, to, |at, keyword| {
            for rule in engine.users(keyword, &tail[at..]) {
                if self.enabled[rule] {
                    ready.push((rule, at));
                }
            }
        });
        for (rule, at) in ready {
            if !at_end && tail.len() < at + engine.rule(rule).reach {
                self.waiting.push((rule, at));
            } else if let Some(found) = engine.judge(rule, &tail, at) {
                self.take(engine.rule(found.rule), &found, &tail);
            }
        }
        self.seen = to;
        self.tail = tail;
    }

    fn take(&mut self, rule: &'static Rule, found: &Match, tail: &[u8]) {
        let (start, end) = (
            self.offset + found.start as u64,
            self.offset + found.end as u64,
        );
        // A rule that knows more of the same bytes is the one that counts.
        let sure = |hit: &Hit| (hit.confidence, hit.severity);
        let hit = self.hit(rule, found, tail);
        let overlap = self
            .hits
            .iter()
            .position(|(s, e, _)| *s < end && start < *e);
        match overlap {
            Some(at) if sure(&hit) > sure(&self.hits[at].2) => self.hits[at] = (start, end, hit),
            Some(_) => {}
            None if self.hits.len() >= MAX_HITS => self.missed += 1,
            None => self.hits.push((start, end, hit)),
        }
    }

    fn hit(&self, rule: &'static Rule, found: &Match, tail: &[u8]) -> Hit {
        let mut confidence = rule.confidence;
        let mut severity = rule.severity;
        let mut why = Vec::new();
        match found.proof {
            Proof::Proven(reason) => {
                confidence = Confidence::High;
                why.push(reason);
            }
            Proof::Doubted(reason) => {
                confidence = Confidence::Low;
                severity = severity.min(Severity::Low);
                why.push(reason);
            }
            Proof::Plain | Proof::Refused => {}
        }
        let mut suppressed = None;
        if let Some(doubt) = self.context.doubt {
            why.push(doubt);
            // Keys and tokens for tests lie everywhere; only what an issuer vouches for is
            // worth a look there.
            let is_proven = matches!(found.proof, Proof::Proven(_));
            let counts = is_proven || !self.context.public;
            match confidence {
                Confidence::High if counts && rule.id != "private-key" && rule.id != "jwt" => {
                    confidence = Confidence::Medium;
                }
                _ => suppressed = Some(("path", doubt)),
            }
        }
        let line = line_around(tail, found.start, found.end);
        if ALLOW.iter().any(|word| contains(line, word)) {
            suppressed = Some(("inline", "a comment on its line allows it"));
        }
        let before = &tail[..found.start];
        let breaks = memchr::memchr_iter(b'\n', before).count();
        let line_start = match memchr::memrchr(b'\n', before) {
            Some(at) => self.offset + at as u64 + 1,
            None => self.line_start,
        };
        let column = self.offset + found.start as u64 - line_start + 1;
        Hit {
            rule: rule.id,
            title: rule.title,
            severity,
            confidence,
            range: (
                self.offset + found.start as u64,
                self.offset + found.end as u64,
            ),
            line: number(u64::from(self.lines) + breaks as u64 + 1),
            column: number(column),
            redacted: redact(&tail[found.start..found.end], rule.public),
            why,
            suppressed,
        }
    }

    /// Forgets what no window will reach any more.
    fn slide(&mut self) {
        let first = self.waiting.iter().map(|(_, at)| *at).min();
        let keep = first
            .unwrap_or(self.seen)
            .min(self.seen)
            .saturating_sub(BEHIND);
        let gone = &self.tail[..keep];
        let breaks = memchr::memchr_iter(b'\n', gone).count();
        self.lines = number(u64::from(self.lines) + breaks as u64);
        if let Some(at) = memchr::memrchr(b'\n', gone) {
            self.line_start = self.offset + at as u64 + 1;
        }
        self.tail.drain(..keep);
        self.offset += keep as u64;
        self.seen -= keep;
        for (_, at) in &mut self.waiting {
            *at -= keep;
        }
    }
}

fn number(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn contains(line: &[u8], word: &str) -> bool {
    memchr::memmem::find(line, word.as_bytes()).is_some()
}

/// The line around a place, or what is near of a long one.
fn line_around(tail: &[u8], start: usize, end: usize) -> &[u8] {
    let from = start.saturating_sub(MAX_LINE);
    let from = memchr::memrchr(b'\n', &tail[from..start]).map_or(from, |at| from + at + 1);
    let to = tail.len().min(end + MAX_LINE);
    let to = memchr::memchr(b'\n', &tail[end..to]).map_or(to, |at| end + at);
    &tail[from..to]
}
