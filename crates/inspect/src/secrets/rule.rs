//! What a rule is: a row of the table with its proof and its counterproof.

use lazaret_model::{Confidence, Severity};

/// What a closer look at a candidate says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    /// It is none.
    Refused,
    /// It has the form and fails a test that real ones pass.
    Doubted(&'static str),
    /// Nothing more can be said.
    Plain,
    /// It passes a test that chance does not.
    Proven(&'static str),
}

/// Where a rule looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Everywhere.
    Any,
    /// Files that hold settings, variables of the environment, labels and build steps.
    Settings,
    /// Files with a path that ends like this.
    Paths(&'static [&'static str]),
}

/// A kind of credential and how it is recognised.
///
/// A keyword is what the first pass over the bytes finds; the pattern is then held against
/// a window that begins [`Rule::back`] bytes before it and is [`Rule::reach`] bytes long.
/// The group `s`, or the whole match, is the credential.
#[derive(Debug)]
pub struct Rule {
    /// Stable id, lower case with hyphens.
    pub id: &'static str,
    /// What it is, for people.
    pub title: &'static str,
    /// How bad it is to find one.
    pub severity: Severity,
    /// How sure a match is that nothing else speaks for or against.
    pub confidence: Confidence,
    pub(crate) keywords: &'static [&'static str],
    /// Whether the keywords count only as they are written.
    pub(crate) exact: bool,
    pub(crate) pattern: &'static str,
    pub(crate) back: usize,
    pub(crate) reach: usize,
    /// Least Shannon entropy of the credential, in bits for each byte.
    pub(crate) entropy: f64,
    pub(crate) check: Option<fn(&[u8]) -> Proof>,
    pub(crate) scope: Scope,
    /// Most bytes at its beginning that every credential of the kind shares.
    pub(crate) public: usize,
    /// Texts that must fire, with blanks that [`super::example`] fills in.
    pub(crate) good: &'static [&'static str],
    /// Texts that must not.
    pub(crate) bad: &'static [&'static str],
}

impl Rule {
    /// A token that is known by its beginning, which is the keyword.
    pub(crate) const fn token(
        id: &'static str,
        title: &'static str,
        keywords: &'static [&'static str],
        pattern: &'static str,
    ) -> Self {
        Self {
            id,
            title,
            severity: Severity::High,
            confidence: Confidence::High,
            keywords,
            exact: true,
            pattern,
            back: 0,
            reach: 400,
            entropy: 2.5,
            check: None,
            scope: Scope::Any,
            public: longest_common_start(keywords),
            good: &[],
            bad: &[],
        }
    }

    /// A value without a mark of its own, known by the name that stands before it.
    pub(crate) const fn near(
        id: &'static str,
        title: &'static str,
        keywords: &'static [&'static str],
        pattern: &'static str,
    ) -> Self {
        let rule = Self::token(id, title, keywords, pattern);
        Self {
            confidence: Confidence::Medium,
            exact: false,
            entropy: 3.0,
            public: 0,
            ..rule
        }
    }

    pub(crate) const fn severity(self, severity: Severity) -> Self {
        Self { severity, ..self }
    }

    pub(crate) const fn confidence(self, confidence: Confidence) -> Self {
        Self { confidence, ..self }
    }

    /// The keyword stands `back` bytes or less behind the beginning of the credential.
    pub(crate) const fn back(self, back: usize) -> Self {
        Self {
            back,
            public: 0,
            ..self
        }
    }

    pub(crate) const fn reach(self, reach: usize) -> Self {
        Self { reach, ..self }
    }

    pub(crate) const fn entropy(self, entropy: f64) -> Self {
        Self { entropy, ..self }
    }

    pub(crate) const fn check(self, check: fn(&[u8]) -> Proof) -> Self {
        Self {
            check: Some(check),
            ..self
        }
    }

    pub(crate) const fn scope(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    pub(crate) const fn any_case(self) -> Self {
        Self {
            exact: false,
            ..self
        }
    }

    /// The credential does not begin with the keyword: none of it may be shown.
    pub(crate) const fn hidden(self) -> Self {
        Self { public: 0, ..self }
    }

    pub(crate) const fn good(self, good: &'static [&'static str]) -> Self {
        Self { good, ..self }
    }

    pub(crate) const fn bad(self, bad: &'static [&'static str]) -> Self {
        Self { bad, ..self }
    }

    /// What the first pass over all text looks for: where none of it stands, the rule is not
    /// tried.
    pub fn keywords(&self) -> &'static [&'static str] {
        self.keywords
    }

    /// The files that it looks in, in words.
    pub fn place(&self) -> String {
        match self.scope {
            Scope::Any => "all text".to_owned(),
            Scope::Settings => "files of settings, variables, labels and build steps".to_owned(),
            Scope::Paths(ends) => format!("files called {}", ends.join(", ")),
        }
    }

    /// Least Shannon entropy of a credential of this kind, in bits for each byte; 0 where its
    /// structure alone decides.
    pub fn least_entropy(&self) -> f64 {
        self.entropy
    }

    /// Texts that this rule must find, ready to be looked through.
    pub fn good_examples(&self) -> impl Iterator<Item = String> {
        self.good.iter().map(|text| super::example(text))
    }

    /// Texts that this rule must pass by.
    pub fn bad_examples(&self) -> impl Iterator<Item = String> {
        self.bad.iter().map(|text| super::example(text))
    }

    /// The path that the rule's examples are files at.
    pub fn example_path(&self) -> String {
        match self.scope {
            Scope::Any => "srv/app/main.txt".to_owned(),
            Scope::Settings => "srv/app/.env".to_owned(),
            Scope::Paths(ends) => format!("srv/{}", ends[0].trim_start_matches('/')),
        }
    }
}

/// How many bytes all keywords begin with, at most 12.
const fn longest_common_start(keywords: &[&str]) -> usize {
    let first = keywords[0].as_bytes();
    let mut length = if first.len() > 12 { 12 } else { first.len() };
    let mut at = 1;
    while at < keywords.len() {
        let other = keywords[at].as_bytes();
        let mut same = 0;
        while same < length && same < other.len() && first[same] == other[same] {
            same += 1;
        }
        length = same;
        at += 1;
    }
    length
}
