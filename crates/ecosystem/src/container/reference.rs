//! What a reference to an image says. Source: the OCI distribution specification's rules
//! for references, and Docker's `distribution/reference` for the default tag.

use lazaret_model::Package;

/// Longest reference, in bytes.
const MAX_LENGTH: usize = 1024;

/// The package of the image that `reference` names; `None` where it names none.
///
/// The version is the digest where there is one, since a tag beside it decides nothing;
/// otherwise the tag, which is `latest` where none is written.
pub(super) fn image(reference: &str) -> Option<Package> {
    let reference = reference.trim();
    let reference = reference.strip_prefix("docker://").unwrap_or(reference);
    let good = !reference.is_empty()
        && reference.len() <= MAX_LENGTH
        && reference.bytes().all(|b| b.is_ascii_graphic())
        && !reference.contains(['$', '{', '}', '"', '\'', '<', '>']);
    if !good {
        return None;
    }
    let (tagged, digest) = match reference.split_once('@') {
        Some((tagged, digest)) => (tagged, Some(digest)),
        None => (reference, None),
    };
    let (name, tag) = match tagged.rsplit_once(':') {
        // What follows a colon and has a slash is the port of a registry.
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (tagged, None),
    };
    let version = digest.or(tag).filter(|v| !v.is_empty()).unwrap_or("latest");
    (!name.is_empty()).then(|| Package::new("docker", name, version))
}

/// Variables filled into `text`: `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`.
///
/// `None` where one has no value and no default.
pub(super) fn filled(text: &str, value: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(rest.get(..at)?);
        let after = rest.get(at + 1..)?;
        let (name, default, length) = match after.strip_prefix('{') {
            Some(inside) => {
                let end = inside.find('}')?;
                let inside = inside.get(..end)?;
                let name_end = inside
                    .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                    .unwrap_or(inside.len());
                let (name, operator) = inside.split_at(name_end);
                let default = operator.strip_prefix(":-").or(operator.strip_prefix('-'));
                (name, default, end + 2)
            }
            None => {
                let end = after
                    .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                    .unwrap_or(after.len());
                (after.get(..end)?, None, end)
            }
        };
        let told = value(name).filter(|v| !v.is_empty());
        out.push_str(&told.or_else(|| default.map(str::to_owned))?);
        if out.len() > MAX_LENGTH {
            return None;
        }
        rest = after.get(length..)?;
    }
    out.push_str(rest);
    Some(out)
}
