//! The search for versions while a file streams by.
//!
//! A window slides over the file. A match is taken when it begins before the end of what
//! is settled, and then all that it may reach is there; so the cut of the stream plays no
//! part. Memory is the window and a few candidates.

use std::collections::{BTreeSet, HashMap};
use std::sync::{LazyLock, Mutex, PoisonError};

use lazaret_model::Package;
use memchr::{memchr_iter, memmem};
use regex::bytes::{Regex, RegexBuilder};

use super::{Classifier, Pattern, classifiers, cpe, gate};

/// Most bytes that an expression may match.
pub(super) const LONGEST: usize = 320;

/// Bytes that are collected before they are searched.
const BATCH: usize = 128 << 10;

/// Bytes before a version that are still looked at.
const BEHIND: usize = 64;

/// Most different versions that are kept of one pattern; more say that none is meant.
const MAX_CANDIDATES: usize = 64;

/// A pattern that is being sought.
struct Sought {
    pattern: Pattern,
    expression: Regex,
    /// What finds the text that the version begins.
    opening: Option<Regex>,
    /// The text that the version begins.
    begun: Option<String>,
    /// The proof has been seen.
    proven: bool,
    /// What was found; for whole strings: those that stand alone.
    strict: BTreeSet<String>,
    /// Whole strings that may stand behind something that is no text.
    loose: BTreeSet<String>,
}

/// The search of one file.
pub(crate) struct Search {
    rows: Vec<(&'static Classifier, Vec<Sought>)>,
    name: String,
    window: Vec<u8>,
    /// Bytes at the beginning of the window that have been searched.
    searched: usize,
    whole: bool,
}

/// Expressions are compiled once a process, when the first file asks for them.
fn compiled(expression: &'static str) -> Option<Regex> {
    static CACHE: LazyLock<Mutex<HashMap<&'static str, Regex>>> = LazyLock::new(Mutex::default);
    let mut cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = cache.get(expression) {
        return Some(known.clone());
    }
    let spelt = expression
        .replace("{v}", r"\d{1,8}(?:\.\d{1,6}){1,3}")
        .replace("{v3}", r"\d{1,8}\.\d{1,6}\.\d{1,6}")
        .replace("{n}", r"\d{1,6}")
        .replace(
            "{pre}",
            r"(?:-?(?:alpha|beta|rc|dev|pre|preview)[.-]?\d{0,3})?",
        );
    let regex = RegexBuilder::new(&spelt).unicode(false).build().ok()?;
    cache.insert(expression, regex.clone());
    Some(regex)
}

impl Search {
    /// The search of the file at `path`; `None` when no row asks for it.
    pub(crate) fn new(path: &str) -> Option<Self> {
        let rows: Vec<_> = gate::rows(path)
            .map(|row| (row, row.patterns.iter().filter_map(Sought::new).collect()))
            .collect();
        let whole = rows.iter().any(|(_, all): &(_, Vec<Sought>)| {
            all.iter().any(|s| !matches!(s.pattern, Pattern::Text(_)))
        });
        (!rows.is_empty()).then(|| Self {
            rows,
            name: path.rsplit('/').next().unwrap_or_default().to_owned(),
            window: Vec::new(),
            searched: 0,
            whole,
        })
    }

    /// Takes the next bytes.
    pub(crate) fn feed(&mut self, chunk: &[u8]) {
        for chunk in chunk.chunks(BATCH) {
            self.window.extend_from_slice(chunk);
            if self.window.len() - self.searched >= BATCH + LONGEST {
                self.search(self.window.len() - LONGEST);
            }
        }
    }

    /// The package, once all bytes are fed.
    pub(crate) fn finish(mut self) -> Option<Package> {
        self.search(self.window.len());
        self.rows.iter().find_map(|(row, all)| {
            let version = all.iter().find_map(|s| s.version(&self.name))?;
            Some(package(row, &version))
        })
    }

    /// Searches the positions before `until`, and lets go of what lies far behind them.
    fn search(&mut self, until: usize) {
        let (window, from) = (&self.window, self.searched);
        if from >= until {
            return;
        }
        for sought in self.rows.iter_mut().flat_map(|(_, all)| all) {
            sought.look(window, from, until);
        }
        if self.whole {
            for (start, end) in strings(window, from, until) {
                for sought in self.rows.iter_mut().flat_map(|(_, all)| all) {
                    sought.take(window, start, end);
                }
            }
        }
        let gone = until.saturating_sub(BEHIND);
        self.window.drain(..gone);
        self.searched = until - gone;
    }
}

impl Sought {
    fn new(pattern: &Pattern) -> Option<Self> {
        let (Pattern::Text(expression)
        | Pattern::Whole(_, expression)
        | Pattern::Named(_, expression)
        | Pattern::Begins(_, expression)) = *pattern;
        let opening = match *pattern {
            Pattern::Begins(opening, _) => Some(compiled(opening)?),
            _ => None,
        };
        Some(Self {
            pattern: *pattern,
            expression: compiled(expression)?,
            opening,
            begun: None,
            proven: false,
            strict: BTreeSet::new(),
            loose: BTreeSet::new(),
        })
    }

    /// Looks for text, or for the proof of whole strings.
    fn look(&mut self, window: &[u8], from: usize, until: usize) {
        match self.pattern {
            Pattern::Text(_) => {
                if self.strict.is_empty() {
                    let version = first(&self.expression, window, from, until);
                    self.strict.extend(version);
                }
            }
            Pattern::Begins(..) => {
                if let (None, Some(opening)) = (&self.begun, &self.opening) {
                    self.begun = first(opening, window, from, until);
                }
            }
            Pattern::Whole(proof, _) | Pattern::Named(proof, _) => {
                let end = window.len().min(until + proof.len());
                let hay = window.get(from..end).unwrap_or_default();
                self.proven |= memmem::find(hay, proof.as_bytes()).is_some();
            }
        }
    }

    /// Takes a whole string that looks like a version.
    fn take(&mut self, window: &[u8], start: usize, end: usize) {
        if matches!(self.pattern, Pattern::Text(_)) {
            return;
        }
        let Some(found) = window.get(start..end) else {
            return;
        };
        let whole =
            |c: &regex::bytes::Captures<'_>| c.get(0).is_some_and(|m| m.len() == found.len());
        let Some(version) = self.expression.captures(found).filter(whole) else {
            return;
        };
        let Some(version) = version.get(1).and_then(|m| text(m.as_bytes())) else {
            return;
        };
        // Constants of all sorts stand before a string; text does not, or it is a longer one.
        let kept = match start.checked_sub(1).and_then(|at| window.get(at)) {
            None | Some(0) => &mut self.strict,
            Some(b) if b.is_ascii_lowercase() || b"0123456789._/-+ :=@".contains(b) => return,
            Some(_) => &mut self.loose,
        };
        if kept.len() < MAX_CANDIDATES {
            kept.insert(version);
        }
    }

    fn version(&self, name: &str) -> Option<String> {
        if let Pattern::Begins(..) = self.pattern {
            let begun = self.begun.as_deref()?;
            let all = self.strict.union(&self.loose);
            let fits = all.filter(|version| begun.starts_with(version.as_str()));
            return fits.max_by_key(|version| version.len()).cloned();
        }
        let named = |version: &&String| match self.pattern {
            Pattern::Named(..) => belongs(version, name),
            _ => true,
        };
        if !self.proven && !matches!(self.pattern, Pattern::Text(_)) {
            return None;
        }
        for candidates in [&self.strict, &self.loose] {
            let mut all = candidates.iter().filter(named);
            if let Some(first) = all.next() {
                return all.next().is_none().then(|| first.clone());
            }
        }
        None
    }
}

/// Group 1 of the first match that begins in `from..until`.
fn first(expression: &Regex, window: &[u8], from: usize, until: usize) -> Option<String> {
    let captures = expression.captures_at(window, from)?;
    let begins = captures.get(0).is_some_and(|m| m.start() < until);
    text(captures.get(1).filter(|_| begins)?.as_bytes())
}

/// Whether a version begins with the number in a file's name.
fn belongs(version: &str, name: &str) -> bool {
    let digits = name.trim_start_matches(|c: char| !c.is_ascii_digit());
    let number: String = digits
        .chars()
        .take_while(|c| c.is_ascii_digit() || *c == '.')
        .collect();
    let number = number.trim_end_matches('.');
    version
        .strip_prefix(number)
        .is_some_and(|rest| !number.is_empty() && (rest.is_empty() || rest.starts_with('.')))
}

fn text(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}

/// Strings around a point between two digits: where they begin and where the zero behind
/// them is. Their points lie in `from..until`.
fn strings(window: &[u8], from: usize, until: usize) -> impl Iterator<Item = (usize, usize)> {
    let mut past = 0;
    memchr_iter(b'.', window.get(from..until).unwrap_or_default()).filter_map(move |at| {
        let point = from + at;
        let digit = |at: usize| window.get(at).is_some_and(u8::is_ascii_digit);
        if point < past || point == 0 || !digit(point - 1) || !digit(point + 1) {
            return None;
        }
        let mut start = point;
        while start > 0 && point - start < BEHIND / 2 && digit(start - 1) {
            start -= 1;
        }
        if start > 0 && matches!(window.get(start - 1), Some(b'v')) {
            start -= 1;
        }
        let tail = window.get(point..window.len().min(point + BEHIND))?;
        let length = memchr::memchr(0, tail)?;
        past = point + length;
        Some((start, past))
    })
}

/// The package that a row and a version make.
fn package(row: &Classifier, version: &str) -> Package {
    let told = match row.kind {
        "golang" if !version.starts_with('v') => format!("v{version}"),
        _ => version.to_owned(),
    };
    let mut package = Package::new(row.kind, row.package, told);
    describe(&mut package, row, version);
    package
}

/// Adds what a row knows about a program.
fn describe(package: &mut Package, row: &Classifier, version: &str) {
    let version = version.strip_prefix('v').unwrap_or(version);
    package.cpes = row
        .cpes
        .iter()
        .map(|pair| cpe::name(pair, version))
        .collect();
    package
        .properties
        .insert("classifier".to_owned(), row.id.to_owned());
}

/// Gives the main module of a Go program the CPE names of the row for that module.
pub(crate) fn by_module(package: &mut Package) {
    let path = package.name.as_str();
    let bare = match path.rsplit_once("/v") {
        Some((above, major)) if major.bytes().all(|b| b.is_ascii_digit()) => above,
        _ => path,
    };
    let row = classifiers()
        .find(|row| row.kind == "golang" && (row.package == path || row.package == bare));
    if let Some(row) = row.filter(|_| package.version.starts_with('v')) {
        let version = package.version.clone();
        describe(package, row, &version);
    }
}
