//! Mistakes of configuration that a check knows how to mend.

use std::collections::BTreeSet;

use lazaret_check::{ALL, Edit, Finding, Settings, Source, examine};
use lazaret_model::{CheckStatus, FixKind};

use crate::edit::{apply, then};

/// Most mistakes of one file that are mended in a run.
const MOST: usize = 1_000;

/// A mistake that is mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mended {
    /// Id of the check.
    pub id: &'static str,
    /// What was wrong.
    pub message: String,
    /// Line of the mistake, from 1.
    pub line: u32,
}

/// What was mended in a file, and by which edits of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mending {
    /// The mistakes, in the order in which they were mended.
    pub mended: Vec<Mended>,
    /// The edits of the file that mend all of them.
    pub edits: Vec<Edit>,
}

/// Mends what checks mark as automatically fixable, one mistake at a time. Each is proven:
/// the file is checked again, the mistake must be gone, and nothing worse may be there.
///
/// What comments of the file ignore is left alone, and so is every mistake (by check and
/// line) that is not `wanted`.
pub fn mend(source: &Source, settings: &Settings, wanted: &dyn Fn(&str, u32) -> bool) -> Mending {
    let mut mending = Mending::default();
    let mut now = source.clone();
    // What was tried and did not help: the check and the text of the place.
    let mut tried: BTreeSet<(&'static str, String, String)> = BTreeSet::new();
    for _ in 0..MOST {
        let (left, unread) = failures(&now, settings);
        let next = mendable(&left, &now, settings).find(|f| {
            wanted(f.check.id, now.place(f.span.start).line) && !tried.contains(&name(f, &now))
        });
        let Some(finding) = next else { break };
        let after = apply(&now.text, &finding.edits).ok().filter(|after| {
            let (found, gaps) = failures(&of(&now, after), settings);
            let count = |of: &[Finding], id: &str| of.iter().filter(|f| f.check.id == id).count();
            let id = finding.check.id;
            let is_gone = count(&found, id) < count(&left, id);
            let mut new = found
                .iter()
                .filter(|f| count(&found, f.check.id) > count(&left, f.check.id));
            // A label in the place of a deprecated instruction may want more labels.
            let is_worse = !new.all(|f| f.severity <= finding.severity);
            // What can no longer be read has no mistakes, and is no better for it.
            is_gone && gaps <= unread && found.len() <= left.len() && !is_worse
        });
        let mut edits = Ok(mending.edits.clone());
        // From the last to the first, so that the places of the others stay.
        let mut own = finding.edits.clone();
        own.sort_by_key(|e| std::cmp::Reverse(e.range.start));
        for edit in &own {
            edits = edits.and_then(|edits| then(&source.text, &edits, edit));
        }
        match (after, edits) {
            (Some(after), Ok(edits)) => {
                mending.mended.push(Mended {
                    id: finding.check.id,
                    message: finding.message.clone(),
                    line: now.place(finding.span.start).line,
                });
                mending.edits = edits;
                // What is mended once is not mended again, whatever another mending does.
                tried.insert(name(finding, &now));
                now = of(&now, &after);
            }
            _ => {
                tried.insert(name(finding, &now));
            }
        }
    }
    mending
}

/// The findings with edits that no comment ignores.
fn mendable<'a>(
    found: &'a [Finding],
    source: &'a Source,
    settings: &Settings,
) -> impl Iterator<Item = &'a Finding> {
    let language = ALL.iter().find(|l| (l.claims)(source));
    let mut ignores = language.map_or_else(Vec::new, |l| (l.ignores)(source));
    ignores.retain(|i| i.is_valid(settings.today.as_deref()));
    found
        .iter()
        .filter(|f| f.fix == FixKind::Auto && !f.edits.is_empty())
        .filter(move |f| !ignores.iter().any(|i| i.covers(f, source)))
}

fn name(finding: &Finding, source: &Source) -> (&'static str, String, String) {
    let text = source.text.get(finding.scope.clone()).unwrap_or_default();
    (finding.check.id, text.to_owned(), finding.message.clone())
}

fn of(source: &Source, text: &str) -> Source {
    let mut changed = Source::new(source.path.clone(), text);
    changed.named = source.named;
    changed
}

/// The mistakes of a file, and how much of it could not be read.
fn failures(source: &Source, settings: &Settings) -> (Vec<Finding>, usize) {
    let mut findings = examine(std::slice::from_ref(source), settings);
    findings.found.retain(|f| f.status == CheckStatus::Fail);
    (findings.found, findings.gaps.len())
}
