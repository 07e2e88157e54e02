//! A reference that is said in pieces.

use std::ops::Range;

use lazaret_check::Edit;

use super::{Fixed, Piece};

/// Where name, tag and digest stand in a reference.
struct Parts {
    name: Range<usize>,
    tag: Option<Range<usize>>,
    digest: Option<Range<usize>>,
}

impl Parts {
    fn of(reference: &str) -> Self {
        let at = reference.find('@');
        let digest = at.map(|at| at + 1..reference.len());
        let end = at.unwrap_or(reference.len());
        let head = reference.get(..end).unwrap_or_default();
        let slash = head.rfind('/').map_or(0, |at| at + 1);
        let colon = head.get(slash..).and_then(|last| last.find(':'));
        let name_end = colon.map_or(end, |colon| slash + colon);
        Self {
            name: 0..name_end,
            tag: colon.map(|_| name_end + 1..end),
            digest,
        }
    }
}

pub(super) fn replace(old: &str, pieces: &[Piece], new: &str) -> Result<Vec<Edit>, Fixed> {
    let (before, after) = (Parts::of(old), Parts::of(new));
    let text = |range: &Range<usize>| new.get(range.clone()).unwrap_or_default();
    let mut changes: Vec<(Range<usize>, String)> = Vec::new();
    if old.get(before.name.clone()) != new.get(after.name.clone()) {
        changes.push((before.name.clone(), text(&after.name).to_owned()));
    }
    let mut added = String::new();
    match (&before.tag, &after.tag) {
        (Some(old_tag), Some(tag)) => changes.push((old_tag.clone(), text(tag).to_owned())),
        (None, Some(tag)) => added.push_str(&format!(":{}", text(tag))),
        (Some(_), None) => return Err(Fixed(format!("{new} has no tag, and {old} has one"))),
        (None, None) => {}
    }
    match (&before.digest, &after.digest) {
        (Some(old_digest), Some(digest)) => {
            changes.push((old_digest.clone(), text(digest).to_owned()));
        }
        (Some(_), None) => {
            let why = format!("{old} is pinned to a digest, and that of {new} is not known");
            return Err(Fixed(why));
        }
        (None, Some(digest)) => added.push_str(&format!("@{}", text(digest))),
        (None, None) => {}
    }
    if !added.is_empty() {
        // A tag alone goes in front of a digest that is there.
        let end = match before.digest {
            Some(_) => before.name.end,
            None => old.len(),
        };
        changes.push((end..end, added));
    }
    let mut edits = Vec::new();
    for (range, text) in changes {
        if old.get(range.clone()) != Some(text.as_str()) {
            edits.extend(change(pieces, range, &text)?);
        }
    }
    Ok(edits)
}

/// The edits that make `range` of the whole read `text`. Where several pieces say it, one
/// of them alone has to change: `${VERSION}-alpine` can become another version of Alpine's
/// flavour, and nothing else.
fn change(pieces: &[Piece], range: Range<usize>, text: &str) -> Result<Vec<Edit>, Fixed> {
    let mut at = 0;
    // Each piece with its part of the range.
    let mut parts: Vec<(&Piece, Range<usize>)> = Vec::new();
    for piece in pieces {
        let (start, end) = (at, at + piece.text.len());
        at = end;
        let inside = match range.is_empty() {
            // An insertion goes to the piece that ends there.
            true => end == range.start && start < end,
            false => start < range.end && range.start < end,
        };
        if inside {
            let from = range.start.max(start) - start;
            let to = range.end.min(end) - start;
            parts.push((piece, from..to.max(from)));
        }
    }
    let said = |(piece, part): &(&Piece, Range<usize>)| {
        piece.text.get(part.clone()).unwrap_or_default().to_owned()
    };
    for (index, (piece, part)) in parts.iter().enumerate() {
        let Some(range) = &piece.range else { continue };
        let before: String = parts.iter().take(index).map(said).collect();
        let behind: String = parts.iter().skip(index + 1).map(said).collect();
        let middle = text
            .strip_prefix(&before)
            .and_then(|t| t.strip_suffix(&behind));
        if let Some(middle) = middle {
            return Ok(vec![Edit {
                range: range.start + part.start..range.start + part.end,
                text: middle.to_owned(),
            }]);
        }
    }
    Err(Fixed(format!(
        "the file says it in pieces that cannot say {text}"
    )))
}
