//! What the text of a version asks for: Maven's version requirement specification, with
//! Gradle's dynamic versions.

use crate::asked::Asked;

/// `1.0` and `[1.0]` are one version; `[1.0,2.0)`, `(,1.0]`, `1.+`, `latest.release`,
/// `LATEST` and `RELEASE` are many.
pub(super) fn read(text: &str) -> Asked<'_> {
    let text = text.trim();
    if let Some(interval) = Asked::interval(text) {
        return interval;
    }
    let dynamic = text.is_empty()
        || text.ends_with('+')
        || text.starts_with("latest.")
        || matches!(text, "LATEST" | "RELEASE");
    if dynamic {
        Asked::Range { lowest: "", text }
    } else {
        Asked::Exact(text)
    }
}
