//! Image references: `[registry/]repository[:tag][@digest]`.
//!
//! The grammar is that of the Distribution project's `reference` package, with Docker's
//! defaults: no registry means Docker Hub, one component there means `library/`, neither
//! tag nor digest means `latest`. Nothing else is guessed.

use std::fmt;
use std::str::FromStr;

use lazaret_model::Digest;

/// The registry that a reference without one means.
pub const DEFAULT_REGISTRY: &str = "docker.io";

/// Longest `registry/repository`, in bytes.
const MAX_NAME: usize = 255;

/// Longest tag, in bytes.
const MAX_TAG: usize = 128;

/// The name of an image in a registry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageRef {
    /// Host, with the port where one was given.
    pub registry: String,
    /// Path of the repository, without the registry.
    pub repository: String,
    /// The tag. Absent only when there is a digest.
    pub tag: Option<String>,
    /// The digest. Where there is one, it decides and the tag is for people.
    pub digest: Option<Digest>,
}

/// Why a text is not an image reference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an image reference: {why}")]
pub struct InvalidReference {
    text: String,
    why: String,
}

impl ImageRef {
    /// `registry/repository`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.registry, self.repository)
    }

    /// What a registry is asked for: the digest, else the tag.
    pub fn selector(&self) -> String {
        match (&self.digest, &self.tag) {
            (Some(digest), _) => digest.to_string(),
            (None, Some(tag)) => tag.clone(),
            (None, None) => "latest".to_owned(),
        }
    }

    /// The host that serves the registry's API.
    pub fn api_host(&self) -> &str {
        match self.registry.as_str() {
            DEFAULT_REGISTRY => "registry-1.docker.io",
            host => host,
        }
    }

    /// The same repository at a digest, without a tag.
    #[must_use]
    pub fn at(&self, digest: Digest) -> Self {
        Self {
            tag: None,
            digest: Some(digest),
            ..self.clone()
        }
    }
}

impl fmt::Display for ImageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

impl FromStr for ImageRef {
    type Err = InvalidReference;

    fn from_str(text: &str) -> Result<Self, InvalidReference> {
        parse(text).map_err(|why| InvalidReference {
            text: text
                .chars()
                .take(300)
                .collect::<String>()
                .escape_debug()
                .to_string(),
            why,
        })
    }
}

fn parse(text: &str) -> Result<ImageRef, String> {
    if text.is_empty() {
        return Err("it is empty".into());
    }
    let (rest, digest) = match text.split_once('@') {
        None => (text, None),
        Some((rest, digest)) => {
            let digest: Digest = digest.parse().map_err(|e| format!("{e}"))?;
            (rest, Some(digest))
        }
    };
    let (name, tag) = split_tag(rest);
    if let Some(tag) = tag {
        check_tag(tag)?;
    }
    let (registry, path) = split_registry(name);
    let registry = match registry {
        None | Some("index.docker.io" | "registry-1.docker.io") => DEFAULT_REGISTRY.to_owned(),
        Some(host) => {
            check_host(host)?;
            host.to_ascii_lowercase()
        }
    };
    let repository = if registry == DEFAULT_REGISTRY && !path.contains('/') {
        if path.len() == 64 && path.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err("64 digits are the id of an image in a daemon; write docker:ID".into());
        }
        format!("library/{path}")
    } else {
        path.to_owned()
    };
    check_repository(path)?;
    if registry.len() + 1 + repository.len() > MAX_NAME {
        return Err(format!("the name is longer than {MAX_NAME} bytes"));
    }
    let tag = match (tag, &digest) {
        (None, None) => Some("latest".to_owned()),
        (tag, _) => tag.map(str::to_owned),
    };
    Ok(ImageRef {
        registry,
        repository,
        tag,
        digest,
    })
}

/// The tag is what follows the last colon, unless that colon belongs to a port.
fn split_tag(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (text, None),
    }
}

/// The first component is a host when it could not be part of a repository's name.
fn split_registry(name: &str) -> (Option<&str>, &str) {
    match name.split_once('/') {
        Some((first, rest)) if first == "localhost" || first.contains(['.', ':', '[']) => {
            (Some(first), rest)
        }
        _ => (None, name),
    }
}

fn check_host(host: &str) -> Result<(), String> {
    let bad = || format!("`{host}` is not a host, or host:port");
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']').ok_or_else(bad)?;
            address.parse::<std::net::Ipv6Addr>().map_err(|_| bad())?;
            (
                None,
                port.strip_prefix(':').or(port.is_empty().then_some("0")),
            )
        }
        None => match host.split_once(':') {
            Some((name, port)) => (Some(name), Some(port)),
            None => (Some(host), Some("0")),
        },
    };
    port.and_then(|p| p.parse::<u16>().ok()).ok_or_else(bad)?;
    let label = |l: &str| {
        !l.is_empty()
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !l.starts_with('-')
            && !l.ends_with('-')
    };
    match name {
        Some(name) if !name.split('.').all(label) => Err(bad()),
        _ => Ok(()),
    }
}

fn check_tag(tag: &str) -> Result<(), String> {
    let good = |(i, b): (usize, u8)| {
        b.is_ascii_alphanumeric() || b == b'_' || (i > 0 && matches!(b, b'.' | b'-'))
    };
    if tag.is_empty() {
        return Err("the tag is empty".into());
    }
    if tag.len() > MAX_TAG {
        return Err(format!("the tag is longer than {MAX_TAG} bytes"));
    }
    if !tag.bytes().enumerate().all(good) {
        return Err(format!(
            "the tag `{}` has a character that tags may not have",
            tag.escape_debug()
        ));
    }
    Ok(())
}

fn check_repository(path: &str) -> Result<(), String> {
    if path.bytes().any(|b| b.is_ascii_uppercase()) {
        return Err(format!(
            "repositories are lower case; perhaps `{}`",
            path.to_ascii_lowercase().escape_debug()
        ));
    }
    for component in path.split('/') {
        if component.is_empty() {
            return Err("a component of the name is empty".into());
        }
        if !is_component(component) {
            return Err(format!(
                "`{}` is no component of a repository's name: letters and digits, joined by one `.`, one or two `_`, or dashes",
                component.escape_debug()
            ));
        }
    }
    Ok(())
}

/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`
fn is_component(text: &str) -> bool {
    let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let edges = text.bytes().next().is_some_and(alphanumeric)
        && text.bytes().last().is_some_and(alphanumeric);
    edges
        && text
            .split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            .all(|s| matches!(s, "" | "." | "_" | "__") || s.bytes().all(|b| b == b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let got = match text.parse::<ImageRef>() {
            Ok(reference) => reference.to_string(),
            Err(error) => error.why,
        };
        assert_eq!(got, expected, "{text}");
    }

    #[test]
    fn what_is_left_out_is_dockers_default() {
        check("nginx", "docker.io/library/nginx:latest");
        check("nginx:1.27", "docker.io/library/nginx:1.27");
        check("bitnami/redis", "docker.io/bitnami/redis:latest");
        check("index.docker.io/nginx", "docker.io/library/nginx:latest");
        check("quay.io/a/b/c:1", "quay.io/a/b/c:1");
        check("localhost/a", "localhost/a:latest");
        check("localhost:5000/a:b", "localhost:5000/a:b");
        check("[::1]:5000/a", "[::1]:5000/a:latest");
        check("h:80/a__b--c.d_e", "h:80/a__b--c.d_e:latest");
    }

    #[test]
    fn tag_and_digest_may_stand_together() {
        let digest = format!("sha256:{}", "a".repeat(64));
        check(
            &format!("nginx:1@{digest}"),
            &format!("docker.io/library/nginx:1@{digest}"),
        );
        check(
            &format!("nginx@{digest}"),
            &format!("docker.io/library/nginx@{digest}"),
        );
    }

    #[test]
    fn what_is_wrong_is_said() {
        check("", "it is empty");
        check("Nginx", "repositories are lower case; perhaps `nginx`");
        check("nginx:", "the tag is empty");
        check("a.b/", "a component of the name is empty");
        check("a.b//c", "a component of the name is empty");
        check("a.b:x/c", "`a.b:x` is not a host, or host:port");
        check(
            &"a".repeat(64),
            "64 digits are the id of an image in a daemon; write docker:ID",
        );
        for bad in [
            "../etc",
            "a.b/../c",
            "a b",
            "a..b",
            "a___b",
            "nginx@sha256:../../x",
            "a?x=1",
            "a#b",
            "-a.b/c",
        ] {
            assert!(bad.parse::<ImageRef>().is_err(), "{bad}");
        }
        assert!(
            format!("h.i/{}", "a".repeat(252))
                .parse::<ImageRef>()
                .is_err()
        );
        assert!(
            format!("a:{}", "t".repeat(129))
                .parse::<ImageRef>()
                .is_err()
        );
    }
}
