//! References to Conan packages.

use lazaret_model::Package;

use crate::asked::Asked;

/// `name/version[@user/channel][#revision][:package[#revision]][%time]`; `None` where it
/// names no version, as the recipe of the project itself may.
///
/// A version in brackets is a range: `zlib/[>=1.2.11 <2]`.
pub(super) fn package(reference: &str) -> Option<Package> {
    let (name, rest) = reference.trim().split_once('/')?;
    if let Some((range, _)) = rest.strip_prefix('[').and_then(|r| r.split_once(']')) {
        let words = |c: char| c.is_whitespace() || c == ',';
        let lowest = range
            .split(words)
            .map(|w| w.trim_start_matches(['>', '<', '=', '~', '^']))
            .find(|w| w.starts_with(|c: char| c.is_ascii_digit()))
            .unwrap_or_default();
        let asked = Asked::Range {
            lowest,
            text: range,
        };
        return Some(asked.package("conan", name));
    }
    let version = rest.split(['@', '#', ':', '%']).next()?.trim();
    (!name.is_empty() && !version.is_empty()).then(|| Package::new("conan", name, version))
}
