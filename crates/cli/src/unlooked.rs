//! What was asked for and could not be looked for, because of what the target is.

use lazaret_model::{Gap, GapKind, Inventory};
use lazaret_scan::Look;

/// What a target without all its files is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Partial {
    /// A bill of materials, a report, or a list of purls: no files at all.
    Document,
    /// One file by itself, without the packages that might own it.
    SingleFile,
}

/// Adds a gap for everything asked for that a partial target cannot answer. A report of ours
/// may bring what an earlier scan found; then there is something, and it is kept.
pub(crate) fn tell(inventory: &mut Inventory, look: Look, partial: Partial) {
    let is_document = matches!(partial, Partial::Document);
    let why = match partial {
        Partial::Document => "a document has no files to look into: scan what it describes",
        Partial::SingleFile => "one file does not tell whose it is: scan what it came from",
    };
    let missing = [
        (
            "secrets",
            is_document && look.secrets && inventory.secrets.is_empty(),
        ),
        (
            "misconfigurations",
            is_document && look.misconfigurations && inventory.misconfigurations.is_empty(),
        ),
        (
            "exploitability statements inside",
            look.statements && inventory.vex.is_empty(),
        ),
        (
            "signs of tampering",
            look.signs && inventory.signs.is_empty(),
        ),
    ];
    for (subject, _) in missing.into_iter().filter(|(_, is_missing)| *is_missing) {
        let gap = Gap::new(GapKind::Unsupported, subject, why);
        inventory.gaps.push(gap);
    }
    inventory.gaps.sort();
}
