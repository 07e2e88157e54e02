//! What a request path asks of a registry.
//!
//! One reading alone: whatever a registry might understand differently from this gate
//! (escapes, empty and dot segments, characters that no name has) is refused, so that no
//! spelling of a manifest's path goes past the verdicts.
//!
//! Source: OCI Distribution Specification 1.1, "Endpoints".

use lazaret_model::Digest;

/// Longest path, in bytes. A name has at most 255, a reference 128 or a SHA-512 digest;
/// upload paths of some registries carry a state.
const MAX_PATH: usize = 4096;

/// What a path asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route<'a> {
    /// `/v2/`: whether this is a registry, and who one must be.
    Base,
    /// `/v2/<name>/manifests/<reference>`.
    Manifest {
        /// The repository.
        name: &'a str,
        /// What of it.
        reference: Reference<'a>,
    },
    /// `/v2/<name>/blobs/<digest>`.
    Blob {
        /// The repository.
        name: &'a str,
        /// The digest, as it was written.
        digest: &'a str,
    },
    /// Anything else below `/v2/`: uploads, tags, referrers, the catalogue, extensions.
    Other,
    /// Anything that is not below `/v2/`: token services, uploads of some registries.
    Outside,
}

/// What of a repository is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference<'a> {
    /// A name that may mean something else tomorrow.
    Tag(&'a str),
    /// Content.
    Digest(Digest),
}

/// Why a path is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadPath(&'static str);

/// A path as it is passed on: `%3A` is a colon, which some clients escape in digests.
///
/// # Errors
/// When the path is too long, or has escapes, characters or segments that a registry
/// might read otherwise.
pub fn canonical(path: &str) -> Result<String, BadPath> {
    if path.len() > MAX_PATH {
        return Err(BadPath("the path is too long"));
    }
    let path = path.replace("%3A", ":").replace("%3a", ":");
    let odd = |b: u8| !(b.is_ascii_alphanumeric() || b"/._-:=+~@,".contains(&b));
    if path.bytes().any(odd) {
        return Err(BadPath(
            "the path has characters or escapes that no name has",
        ));
    }
    let mut segments = path.split('/');
    if segments.next() != Some("") {
        return Err(BadPath("the path does not begin at the root"));
    }
    let mut segments = segments.peekable();
    while let Some(segment) = segments.next() {
        // A slash at the end is usual: `/v2/`, `/v2/<name>/blobs/uploads/`.
        let last = segments.peek().is_none();
        if matches!(segment, "." | "..") || segment.is_empty() && !last {
            return Err(BadPath("the path has empty or dot segments"));
        }
    }
    Ok(path)
}

/// What a canonical path asks for.
///
/// # Errors
/// When the path is below `/v2/` and names a manifest in a way that cannot be judged.
pub fn route(path: &str) -> Result<Route<'_>, BadPath> {
    let inner = path.strip_prefix('/').unwrap_or(path);
    let (first, rest) = inner.split_once('/').unwrap_or((inner, ""));
    if !first.eq_ignore_ascii_case("v2") {
        return Ok(Route::Outside);
    }
    if first != "v2" {
        return Err(BadPath("the path begins with `/V2`, not `/v2`"));
    }
    if rest.is_empty() {
        return Ok(Route::Base);
    }
    if let Some((name, reference)) = last_two(rest, "manifests") {
        return manifest(name, reference);
    }
    if let Some((name, digest)) = last_two(rest, "blobs") {
        // `blobs/uploads` without its slash begins an upload, too.
        return Ok(match digest {
            "uploads" => Route::Other,
            _ => Route::Blob { name, digest },
        });
    }
    // Here `manifests` can only be part of a repository's name, or of a path that some
    // registry reads more leniently: `manifests/latest/`, `Manifests/latest`.
    let folded = rest.to_ascii_lowercase();
    let tail = folded.trim_end_matches('/');
    match last_two(tail, "manifests").is_some() {
        true => Err(BadPath(
            "the path of the manifest is not written as the specification has it",
        )),
        false => Ok(Route::Other),
    }
}

/// `name` and `end` of `name/middle/end`.
fn last_two<'a>(path: &'a str, middle: &str) -> Option<(&'a str, &'a str)> {
    let (head, end) = path.rsplit_once('/')?;
    let (name, found) = head.rsplit_once('/')?;
    (found == middle && !end.is_empty()).then_some((name, end))
}

fn manifest<'a>(name: &'a str, reference: &'a str) -> Result<Route<'a>, BadPath> {
    if reference.contains(':') {
        let digest = reference.parse();
        let digest = digest.map_err(|_| BadPath("the digest is not one of sha256 or sha512"))?;
        return Ok(Route::Manifest {
            name,
            reference: Reference::Digest(digest),
        });
    }
    let mut bytes = reference.bytes();
    let begins = bytes
        .next()
        .is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_');
    let goes_on = bytes.all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    match begins && goes_on && reference.len() <= 128 {
        true => Ok(Route::Manifest {
            name,
            reference: Reference::Tag(reference),
        }),
        false => Err(BadPath("the tag is not one that the specification allows")),
    }
}

/// Whether somebody may fetch a path outside `/v2/` although pulls are only looked for
/// below it: some servers have registries below other paths.
pub fn looks_like_a_pull(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    path.split('/').any(|segment| segment == "manifests")
}
