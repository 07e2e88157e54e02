//! What is told about the changes: on standard error, in a commit, in a pull request.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::work::Work;
use crate::errors;

/// Most ids that are listed in one line.
const MOST_IDS: usize = 12;

/// Most lines about what stays as it is.
const MOST_LINES: usize = 40;

/// What was changed, what was not, and what has to be done besides.
#[derive(Debug, Default)]
pub(super) struct Message {
    done: Vec<String>,
    left: Vec<String>,
    then: BTreeSet<String>,
    /// Vulnerabilities of what is changed, and mistakes of configuration.
    before: (usize, usize),
    after: (usize, usize),
}

impl Message {
    /// A version was changed: what that removes, leaves and brings.
    pub(super) fn bumped(
        &mut self,
        what: &str,
        before: &BTreeSet<String>,
        after: &BTreeSet<String>,
    ) {
        self.before.0 += before.len();
        self.after.0 += after.len();
        let mut text = what.to_owned();
        let removed: Vec<_> = before.difference(after).collect();
        let _ = write!(text, " removes {}", listed(&removed));
        let left: Vec<_> = before.intersection(after).collect();
        if !left.is_empty() {
            let _ = write!(text, ", leaves {}", listed(&left));
        }
        let brought: Vec<_> = after.difference(before).collect();
        if !brought.is_empty() {
            let _ = write!(text, ", brings {}", listed(&brought));
        }
        self.done.push(text);
    }

    /// Something was changed whose worth is not known.
    pub(super) fn changed(&mut self, what: String) {
        self.done.push(what);
    }

    /// A mistake of configuration was mended.
    pub(super) fn mended(&mut self, what: String) {
        self.before.1 += 1;
        self.done.push(what);
    }

    /// Something stays as it is.
    pub(super) fn left(&mut self, what: String) {
        self.left.push(what);
    }

    /// Something stays vulnerable.
    pub(super) fn kept(&mut self, what: String, findings: usize) {
        self.before.0 += findings;
        self.after.0 += findings;
        self.left.push(what);
    }

    /// A command has to be run afterwards.
    pub(super) fn then(&mut self, command: &str) {
        self.then.insert(command.to_owned());
    }

    /// One line: the subject of a commit.
    pub(super) fn subject(&self) -> String {
        let removed = self.before.0.saturating_sub(self.after.0);
        let mended = self.before.1 - self.after.1;
        match (removed, mended) {
            (0, 0) => "newer versions".to_owned(),
            (n, 0) => format!("{} less", count(n, "vulnerability", "vulnerabilities")),
            (0, n) => format!(
                "{} mended",
                count(n, "misconfiguration", "misconfigurations")
            ),
            (n, m) => format!(
                "{} less, {} mended",
                count(n, "vulnerability", "vulnerabilities"),
                count(m, "misconfiguration", "misconfigurations")
            ),
        }
    }

    /// The whole, as paragraphs of plain text.
    pub(super) fn text(&self, work: &Work) -> String {
        let mut out = String::new();
        let mut line = |text: &str| {
            out.push_str(&errors::visible(text));
            out.push('\n');
        };
        let (edits, files) = work.count();
        match edits {
            0 => line("nothing to change"),
            _ => line(&format!(
                "{} in {}: {}",
                count(edits, "change", "changes"),
                count(files, "file", "files"),
                self.subject()
            )),
        }
        self.done.iter().for_each(|text| line(&format!("- {text}")));
        for text in self.left.iter().take(MOST_LINES) {
            line(&format!("not changed: {text}"));
        }
        if self.left.len() > MOST_LINES {
            line(&format!(
                "not changed: {} more",
                self.left.len() - MOST_LINES
            ));
        }
        for command in &self.then {
            line(&format!("then run: {command}"));
        }
        if self.before != (0, 0) {
            let told = |(found, checks): (usize, usize)| {
                let found = count(found, "vulnerability", "vulnerabilities");
                let checks = count(checks, "mendable mistake", "mendable mistakes");
                format!("{found}, {checks}")
            };
            line(&format!(
                "before: {}; after: {}",
                told(self.before),
                told(self.after)
            ));
        }
        out
    }
}

fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// Ids, or how many there are where they are many.
fn listed(ids: &[&String]) -> String {
    if ids.is_empty() {
        return "nothing".to_owned();
    }
    let shown: Vec<&str> = ids.iter().take(MOST_IDS).map(|id| id.as_str()).collect();
    let more = match ids.len() - shown.len() {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    format!("{}{more}", shown.join(", "))
}
