//! Edits on a text.

use lazaret_check::Edit;

/// Why edits cannot be made together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// Two edits change the same bytes.
    #[error("two changes concern the same bytes {start} to {end}")]
    Overlap {
        /// First byte of the later edit.
        start: usize,
        /// Byte behind the last of the earlier edit.
        end: usize,
    },
    /// An edit lies outside of the text, or inside of a character.
    #[error("a change at byte {0} is not inside of the text")]
    Outside(usize),
}

/// Orders edits by place and leaves out repetitions.
///
/// # Errors
/// When two of them change the same bytes in different ways.
pub fn merge(mut edits: Vec<Edit>) -> Result<Vec<Edit>, Conflict> {
    edits.sort_by(|a, b| {
        let key = |e: &Edit| (e.range.start, e.range.end);
        key(a).cmp(&key(b)).then_with(|| a.text.cmp(&b.text))
    });
    edits.dedup();
    for pair in edits.windows(2) {
        let [before, after] = pair else { continue };
        let same_place = before.range.start == after.range.start;
        if after.range.start < before.range.end || same_place {
            return Err(Conflict::Overlap {
                start: after.range.start,
                end: before.range.end,
            });
        }
    }
    Ok(edits)
}

/// The text with the edits made; every byte outside of them is the same.
///
/// # Errors
/// When edits overlap or lie outside of the text.
pub fn apply(text: &str, edits: &[Edit]) -> Result<String, Conflict> {
    let edits = merge(edits.to_vec())?;
    let mut out = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for edit in &edits {
        let kept = text.get(at..edit.range.start);
        let is_inside = text.get(edit.range.clone()).is_some();
        let (Some(kept), true) = (kept, is_inside) else {
            return Err(Conflict::Outside(edit.range.start));
        };
        out.push_str(kept);
        out.push_str(&edit.text);
        at = edit.range.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    Ok(out)
}

/// The edits of `text` that `edits` and then `next` together are, where `next` is an edit of
/// what the others make. What touches becomes one edit.
///
/// # Errors
/// When an edit overlaps another or lies outside of its text.
pub fn then(text: &str, edits: &[Edit], next: &Edit) -> Result<Vec<Edit>, Conflict> {
    let edits = merge(edits.to_vec())?;
    let now = apply(text, &edits)?;
    if now.get(next.range.clone()).is_none() {
        return Err(Conflict::Outside(next.range.start));
    }
    let mut kept = Vec::new();
    // Where the result begins and ends in what is now, and in the text.
    let (mut start, mut end) = (next.range.start, next.range.end);
    let (mut from, mut to) = (None, None);
    let mut shift: isize = 0;
    let mut shift_before: isize = 0;
    let mut shift_behind: isize = 0;
    for edit in &edits {
        let begin = edit.range.start.saturating_add_signed(shift);
        let stop = begin + edit.text.len();
        shift += edit.text.len().cast_signed() - edit.range.len().cast_signed();
        if stop < next.range.start {
            shift_before = shift;
            shift_behind = shift;
            kept.push(edit.clone());
        } else if begin > next.range.end {
            kept.push(edit.clone());
        } else {
            if begin <= start {
                start = begin;
                from = from.or(Some(edit.range.start));
            }
            if stop >= end {
                end = stop;
                to = Some(edit.range.end);
            }
            shift_behind = shift;
        }
    }
    let from = from.unwrap_or_else(|| start.saturating_add_signed(-shift_before));
    let to = to.unwrap_or_else(|| end.saturating_add_signed(-shift_behind));
    let part = |range: std::ops::Range<usize>| now.get(range).unwrap_or_default();
    let before = part(start..next.range.start);
    let behind = part(next.range.end..end);
    kept.push(Edit {
        range: from..to,
        text: format!("{before}{}{behind}", next.text),
    });
    merge(kept)
}
