//! Go modules: Semantic Versioning with `v`, pseudo-versions and `+incompatible`.
//!
//! Releases of Go itself are written `go1.21rc2`; they are read as `1.21.0-rc.2`, which
//! is how the Go vulnerability database writes them.
//!
//! Source: Go Modules Reference, "Versions"; golang.org/x/mod/semver.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::semver;
use crate::digits;

pub(super) fn check(version: &str) -> bool {
    semver::check(&release(version))
}

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    semver::compare(&release(a), &release(b))
}

/// `go1.21rc2` and `1.21rc2` as `1.21.0-rc.2`; everything else unchanged.
fn release(version: &str) -> Cow<'_, str> {
    let bare = version.strip_prefix("go").unwrap_or(version);
    let (numbers, rest) = digits::take_while(bare, |b| b.is_ascii_digit() || b == b'.');
    for word in ["rc", "beta", "alpha"] {
        if let Some(number) = rest.strip_prefix(word).filter(|n| digits::is_number(n)) {
            let zeros = match numbers.split('.').count() {
                1 => ".0.0",
                2 => ".0",
                _ => "",
            };
            return Cow::Owned(format!("{numbers}{zeros}-{word}.{number}"));
        }
    }
    Cow::Borrowed(bare)
}
