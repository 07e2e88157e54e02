//! Mistakes of configuration that a check knows how to mend.

use lazaret_check::{ALL, Edit, Finding, Settings, Source, examine};
use lazaret_model::{CheckStatus, FixKind};

use crate::edit::{apply, merge};

/// A mistake that is mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mended {
    /// Id of the check.
    pub id: &'static str,
    /// What was wrong.
    pub message: String,
    /// Line of the mistake, from 1.
    pub line: u32,
    /// The changes.
    pub edits: Vec<Edit>,
}

/// The edits of `source` that mend what checks mark as automatically fixable. Each is
/// proven alone and on top of the ones before: the file is checked again, the mistake must
/// be gone, and nothing new may be there.
///
/// What comments of the file ignore is left alone.
pub fn mend(source: &Source, settings: &Settings) -> Vec<Mended> {
    let mut mended: Vec<Mended> = Vec::new();
    let mut edits: Vec<Edit> = Vec::new();
    let mut left = failures(source, &source.text, settings);
    let today = settings.today.as_deref();
    let language = ALL.iter().find(|l| (l.claims)(source));
    let mut ignores = language.map_or_else(Vec::new, |l| (l.ignores)(source));
    ignores.retain(|i| i.is_valid(today));
    for finding in failures(source, &source.text, settings) {
        let is_ignored = ignores.iter().any(|i| i.covers(&finding, source));
        if finding.fix != FixKind::Auto || finding.edits.is_empty() || is_ignored {
            continue;
        }
        let mut together = edits.clone();
        together.extend(finding.edits.clone());
        let Ok(together) = merge(together) else {
            continue;
        };
        let Ok(after) = apply(&source.text, &together) else {
            continue;
        };
        let now = failures(source, &after, settings);
        let same = |f: &&Finding| f.check.id == finding.check.id;
        let is_gone = now.iter().filter(same).count() < left.iter().filter(same).count();
        if is_gone && now.len() < left.len() {
            edits = together;
            left = now;
            mended.push(Mended {
                id: finding.check.id,
                message: finding.message.clone(),
                line: source.place(finding.span.start).line,
                edits: finding.edits,
            });
        }
    }
    mended
}

fn failures(source: &Source, text: &str, settings: &Settings) -> Vec<Finding> {
    let mut changed = Source::new(source.path.clone(), text);
    changed.named = source.named;
    let mut found = examine(&[changed], settings).found;
    found.retain(|f| f.status == CheckStatus::Fail);
    found
}
