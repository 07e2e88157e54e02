//! What is known of an image beside its components: what a decision rests on that is no
//! finding. Many images have the same.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Mutex;

use jiff::Timestamp;
use lazaret_advisory::Db;
use lazaret_model::{Digest, Gap, Inventory, Layer, Report, Severity};
use lazaret_scan::ExamineError;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::ledger::names;
use super::matches::tail;
use crate::judge;
use crate::keys::hex;

/// A shell as it is stored.
#[derive(Debug, Clone)]
pub struct Shell {
    /// SHA-256 of the body.
    pub hash: String,
    /// Empty: such images are decided on by their inventories.
    pub body: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct Body {
    /// Without packages, names, digests and times.
    inventory: Inventory,
    /// What matching its packages could not examine.
    gaps: Vec<Gap>,
}

/// The shell of an inventory that was matched.
///
/// # Errors
/// When the database turns out to be damaged.
pub fn shell(
    inventory: Inventory,
    report: &Report,
    database: &Db,
    now: Timestamp,
) -> Result<Shell, ExamineError> {
    let is_simple = is_simple(&inventory, report);
    let inventory = bare(inventory);
    // What the date and the database say of the image alone is asked for anew each time.
    let asked = judge::matched(inventory.clone(), database, now)?.into_report();
    let known: HashSet<&Gap> = asked.gaps.iter().collect();
    let gaps = report.gaps.iter().filter(|gap| !known.contains(gap));
    let body = Body {
        gaps: gaps.cloned().collect(),
        inventory,
    };
    let body = match is_simple {
        true => serde_json::to_vec(&body).unwrap_or_default(),
        false => Vec::new(),
    };
    Ok(Shell {
        hash: hex(&Sha256::digest(&body)),
        body,
    })
}

/// Whether findings add up: every package is a component of its own, what was found against
/// it is told apart from what was found against others, and nothing else follows from it.
fn is_simple(inventory: &Inventory, report: &Report) -> bool {
    let names = names(inventory);
    let alone: BTreeSet<&String> = names.iter().collect();
    let places: BTreeSet<(String, String)> = inventory
        .packages
        .iter()
        .map(|package| (package.purl.to_string(), tail(package)))
        .collect();
    // Malicious packages are signs of tampering as well.
    let signs = report.signs.len() == inventory.signs.len();
    alone.len() == names.len() && places.len() == names.len() && signs
}

/// Without packages, and without what is an image's own: [`crate::judge::Judge::reads_names`]
/// knows the facts that are left.
fn bare(mut inventory: Inventory) -> Inventory {
    inventory.packages.clear();
    inventory.vex.clear();
    inventory.license_texts.clear();
    let target = &mut inventory.target;
    target.input.clear();
    target.name.clear();
    target.digest = None;
    target.indexes.clear();
    target.created = None;
    let none = Digest::sha256(&[0; 32]);
    for layer in &mut target.layers {
        *layer = Layer {
            digest: None,
            diff_id: none.clone(),
            created_by: None,
            base: layer.base,
        };
    }
    inventory
}

/// What is known of images with a shell but their findings; `None`: their inventories are
/// needed.
///
/// # Errors
/// When the database turns out to be damaged.
pub(crate) fn opened(
    body: &[u8],
    database: &Db,
    now: Timestamp,
) -> Result<Option<Report>, ExamineError> {
    let Ok(Body { inventory, gaps }) = serde_json::from_slice(body) else {
        return Ok(None);
    };
    let mut report = judge::matched(inventory, database, now)?.into_report();
    report.gaps.extend(gaps);
    report.gaps.sort();
    report.gaps.dedup();
    Ok(Some(report))
}

/// How many credentials and wrong settings there are in images with a shell, by severity.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Beside {
    /// Credentials.
    pub(crate) secrets: BTreeMap<Severity, u64>,
    /// Checks of the image's configuration that fail.
    pub(crate) failed: BTreeMap<Severity, u64>,
}

/// What a shell says of its images; `None`: their inventories alone tell it.
pub(crate) fn beside(body: &[u8]) -> Option<Beside> {
    let Body { inventory, .. } = serde_json::from_slice(body).ok()?;
    let mut beside = Beside::default();
    for secret in inventory.secrets.iter().filter(|s| s.suppressed.is_none()) {
        *beside.secrets.entry(secret.severity).or_default() += 1;
    }
    for check in inventory.misconfigurations.iter().filter(|c| c.counts()) {
        *beside.failed.entry(check.severity).or_default() += 1;
    }
    Some(beside)
}

/// Most shells whose numbers are remembered.
const REMEMBERED: usize = 10_000;

/// Numbers of shells that were read before: a shell never changes.
#[derive(Debug, Default)]
pub(crate) struct Remembered(Mutex<HashMap<String, Beside>>);

impl Remembered {
    /// Those of a shell that was read before.
    pub(crate) fn get(&self, shell: &str) -> Option<Beside> {
        self.0.lock().ok()?.get(shell).cloned()
    }

    /// Remembers those of a shell.
    pub(crate) fn keep(&self, shell: &str, beside: &Beside) {
        if let Ok(mut known) = self.0.lock() {
            if known.len() >= REMEMBERED {
                known.clear();
            }
            known.insert(shell.to_owned(), beside.clone());
        }
    }
}
