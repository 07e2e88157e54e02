//! Package URLs.
//!
//! Source: the package-url specification (`PURL-SPECIFICATION.rst`, `PURL-TYPES`).
//! A small own type rather than a crate because it sits in the hot path of every
//! catalogue and every SBOM, and because what it refuses must be ours to decide.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A package URL, decoded.
///
/// `Display` writes the canonical form; two purls are equal when their canonical forms
/// are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Purl {
    /// The type, lower case: `deb`, `npm`, …
    pub kind: String,
    /// The namespace, segments joined by `/`.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
    /// The version.
    pub version: Option<String>,
    /// Qualifiers by lower-case key.
    pub qualifiers: BTreeMap<String, String>,
    /// The subpath, without leading or trailing `/`.
    pub subpath: Option<String>,
}

/// Why a text is not a package URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a package URL: {why}")]
pub struct InvalidPurl {
    text: String,
    why: &'static str,
}

/// Longest text read as a purl, in bytes.
const MAX_LEN: usize = 8 * 1024;

/// Longest text whose canonical form is surely not too long, in bytes: an escape takes
/// three bytes for one, and lower case at most three for one.
const MAX_SHORT: usize = MAX_LEN / 9;

impl Purl {
    /// The purl of a package that its ecosystem calls `name`.
    ///
    /// Splits `group:artifact` for Maven, `publisher.name` for extensions of Visual Studio
    /// Code and at the last `/` for the ecosystems whose
    /// names have a namespace. An empty version is left out.
    pub fn of_name(kind: &str, name: &str, version: &str) -> Self {
        let split = match kind {
            "maven" => name.split_once(':'),
            "vscode-extension" => name.split_once('.'),
            "npm" if !name.starts_with('@') => None,
            "generic" | "npm" | "golang" | "composer" | "swift" | "github" | "bitbucket"
            | "docker" | "ebuild" | "huggingface" | "jsr" => name.rsplit_once('/'),
            _ => None,
        };
        let (namespace, name) = match split {
            Some((namespace, name)) => (Some(namespace.to_owned()), name),
            None => (None, name),
        };
        let mut purl = Self {
            kind: kind.to_ascii_lowercase(),
            namespace,
            name: name.to_owned(),
            version: (!version.is_empty()).then(|| version.to_owned()),
            ..Self::default()
        };
        purl.normalise();
        purl
    }

    /// The name as its ecosystem writes it: the reverse of [`Purl::of_name`].
    pub fn ecosystem_name(&self) -> String {
        match &self.namespace {
            Some(namespace) if self.kind == "maven" => format!("{namespace}:{}", self.name),
            Some(namespace) if self.kind == "vscode-extension" => {
                format!("{namespace}.{}", self.name)
            }
            // The namespace of these is the distribution, not a part of the name.
            Some(_) if matches!(self.kind.as_str(), "deb" | "rpm" | "apk" | "alpm" | "opkg") => {
                self.name.clone()
            }
            Some(namespace) => format!("{namespace}/{}", self.name),
            None => self.name.clone(),
        }
    }

    /// Adds a qualifier; an empty value removes it.
    pub fn set(&mut self, key: &str, value: &str) {
        if value.is_empty() {
            self.qualifiers.remove(key);
        } else {
            self.qualifiers.insert(key.to_owned(), value.to_owned());
        }
    }

    /// The value of a qualifier.
    pub fn qualifier(&self, key: &str) -> Option<&str> {
        self.qualifiers.get(key).map(String::as_str)
    }

    /// The purl without qualifiers and subpath: what a finding's key rests on.
    pub fn bare(&self) -> Self {
        Self {
            qualifiers: BTreeMap::new(),
            subpath: None,
            ..self.clone()
        }
    }

    /// Applies the types' own rules of case, from `PURL-TYPES`.
    fn normalise(&mut self) {
        let lower_name = matches!(
            self.kind.as_str(),
            "alpm"
                | "apk"
                | "bitbucket"
                | "bitnami"
                | "brew"
                | "composer"
                | "deb"
                | "github"
                | "hex"
                | "oci"
                | "pypi"
                | "otp"
        );
        let lower_namespace = matches!(
            self.kind.as_str(),
            "alpm"
                | "apk"
                | "bitbucket"
                | "brew"
                | "composer"
                | "deb"
                | "github"
                | "hex"
                | "rpm"
                | "qpkg"
        );
        if lower_name {
            self.name = self.name.to_lowercase();
        }
        if self.kind == "pypi" {
            self.name = self.name.replace('_', "-");
        }
        if lower_namespace {
            self.namespace = self.namespace.as_ref().map(|n| n.to_lowercase());
        }
        // A commit, in hexadecimal digits.
        if self.kind == "huggingface" {
            self.version = self.version.as_ref().map(|v| v.to_lowercase());
        }
        if self.namespace.as_deref() == Some("") {
            self.namespace = None;
        }
    }
}

impl FromStr for Purl {
    type Err = InvalidPurl;

    fn from_str(text: &str) -> Result<Self, InvalidPurl> {
        let refuse = |why| InvalidPurl {
            text: text.chars().take(120).collect(),
            why,
        };
        if text.len() > MAX_LEN {
            return Err(refuse("too long"));
        }
        let (scheme, rest) = text.split_once(':').ok_or_else(|| refuse("no `pkg:`"))?;
        if !scheme.eq_ignore_ascii_case("pkg") {
            return Err(refuse("no `pkg:`"));
        }
        let rest = rest.trim_start_matches('/');
        let (rest, subpath) = match rest.split_once('#') {
            Some((rest, subpath)) => (
                rest,
                segments(subpath, true).ok_or_else(|| refuse("bad escape in the subpath"))?,
            ),
            None => (rest, None),
        };
        let (rest, qualifiers) = match rest.split_once('?') {
            Some((rest, query)) => (rest, parse_qualifiers(query).map_err(refuse)?),
            None => (rest, BTreeMap::new()),
        };
        let (kind, rest) = rest.split_once('/').ok_or_else(|| refuse("no name"))?;
        let kind_ok = kind.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
            && kind
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b".+-".contains(&b));
        if !kind_ok {
            return Err(refuse("the type is empty or has a strange character"));
        }
        let rest = rest.trim_matches('/');
        // An unescaped `@` of an npm scope stands before the last `/`, a version's after it.
        let last = rest.rfind('/').map_or(0, |i| i + 1);
        let (path, version) = match rest[last..].rfind('@') {
            Some(0) => return Err(refuse("no name before the version")),
            Some(at) => (&rest[..last + at], Some(&rest[last + at + 1..])),
            None => (rest, None),
        };
        let version = match version {
            Some(v) => Some(decode(v).ok_or_else(|| refuse("bad escape in the version"))?),
            None => None,
        };
        let (namespace, name) = match path.rsplit_once('/') {
            Some((namespace, name)) => (
                segments(namespace, false).ok_or_else(|| refuse("bad escape in the namespace"))?,
                name,
            ),
            None => (None, path),
        };
        let name = decode(name).ok_or_else(|| refuse("bad escape in the name"))?;
        if name.is_empty() {
            return Err(refuse("no name"));
        }
        let mut purl = Self {
            kind: kind.to_ascii_lowercase(),
            namespace,
            name,
            version: version.filter(|v| !v.is_empty()),
            qualifiers,
            subpath,
        };
        purl.normalise();
        // What is written must be readable again, and escapes make it longer.
        if text.len() > MAX_SHORT && purl.to_string().len() > MAX_LEN {
            return Err(refuse("too long"));
        }
        Ok(purl)
    }
}

fn parse_qualifiers(query: &str) -> Result<BTreeMap<String, String>, &'static str> {
    let mut qualifiers = BTreeMap::new();
    for pair in query.split('&').filter(|p| !p.is_empty()) {
        let (key, value) = pair.split_once('=').ok_or("a qualifier without `=`")?;
        let key_ok = key.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
            && key
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b".-_".contains(&b));
        if !key_ok {
            return Err("a qualifier's key is empty or has a strange character");
        }
        let value = decode(value).ok_or("bad escape in a qualifier")?;
        if !value.is_empty() {
            qualifiers.insert(key.to_ascii_lowercase(), value);
        }
    }
    Ok(qualifiers)
}

/// Decodes `/`-separated segments; empty ones (and dots of a subpath) fall away.
fn segments(text: &str, subpath: bool) -> Option<Option<String>> {
    let mut out = String::new();
    for raw in text.split('/') {
        let segment = decode(raw)?;
        if segment.is_empty() || (subpath && matches!(segment.as_str(), "." | "..")) {
            continue;
        }
        if !out.is_empty() {
            out.push('/');
        }
        out.push_str(&segment);
    }
    Some((!out.is_empty()).then_some(out))
}

fn decode(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'%' {
            let digit = |i| bytes.get(i).and_then(|b| char::from(*b).to_digit(16));
            let value = digit(at + 1)? * 16 + digit(at + 2)?;
            out.push(u8::try_from(value).ok()?);
            at += 3;
        } else {
            out.push(byte);
            at += 1;
        }
    }
    String::from_utf8(out).ok()
}

/// Writes `text` with everything escaped but the unreserved characters and `keep`.
fn encode(f: &mut fmt::Formatter<'_>, text: &str, keep: &[u8]) -> fmt::Result {
    let mut plain_from = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte.is_ascii_alphanumeric() || b".-_~:".contains(&byte) || keep.contains(&byte) {
            continue;
        }
        // Bytes after the first of a character are escaped, too, and leave nothing plain.
        f.write_str(text.get(plain_from..at).unwrap_or_default())?;
        write!(f, "%{byte:02X}")?;
        plain_from = at + 1;
    }
    f.write_str(text.get(plain_from..).unwrap_or_default())
}

impl fmt::Display for Purl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("pkg:")?;
        f.write_str(&self.kind)?;
        f.write_str("/")?;
        if let Some(namespace) = &self.namespace {
            encode(f, namespace, b"/")?;
            f.write_str("/")?;
        }
        encode(f, &self.name, b"")?;
        if let Some(version) = &self.version {
            f.write_str("@")?;
            encode(f, version, b"")?;
        }
        for (i, (key, value)) in self.qualifiers.iter().enumerate() {
            f.write_str(if i == 0 { "?" } else { "&" })?;
            f.write_str(key)?;
            f.write_str("=")?;
            encode(f, value, b"")?;
        }
        if let Some(subpath) = &self.subpath {
            f.write_str("#")?;
            encode(f, subpath, b"/")?;
        }
        Ok(())
    }
}

impl Serialize for Purl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Purl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, canonical: &str) {
        assert_eq!(
            text.parse::<Purl>().map(|p| p.to_string()).as_deref(),
            Ok(canonical),
            "{text}"
        );
    }

    #[test]
    fn the_canonical_form_is_written() {
        check(
            "pkg:npm/%40angular/animation@12.3.1",
            "pkg:npm/%40angular/animation@12.3.1",
        );
        check(
            "pkg:npm/@angular/animation@12.3.1",
            "pkg:npm/%40angular/animation@12.3.1",
        );
        check("pkg:npm/@angular/animation", "pkg:npm/%40angular/animation");
        check("PKG://PYPI/Django_Thing@1.0", "pkg:pypi/django-thing@1.0");
        check(
            "pkg:deb/Debian/curl@7.50.3-1?Arch=i386&distro=jessie&x=",
            "pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie",
        );
        check(
            "pkg:golang/google.golang.org/genproto#/googleapis/./api/",
            "pkg:golang/google.golang.org/genproto#googleapis/api",
        );
        check(
            "pkg:deb/debian/libssl@1:2%2Bb1",
            "pkg:deb/debian/libssl@1:2%2Bb1",
        );
        check("pkg:rpm/fedora/curl@7+1", "pkg:rpm/fedora/curl@7%2B1");
    }

    #[test]
    fn what_is_no_purl_is_refused() {
        for bad in [
            "",
            "npm/x",
            "pkg:",
            "pkg:npm",
            "pkg:npm/",
            "pkg:/x",
            "pkg:n&m/x",
            "pkg:npm/x?1=2",
            "pkg:npm/x@%zz",
        ] {
            assert!(bad.parse::<Purl>().is_err(), "{bad}");
        }
    }

    #[test]
    fn what_would_be_too_long_to_read_again_is_refused() {
        let longest = format!("pkg:npm/{}", "a".repeat(MAX_LEN - 8));
        assert!(longest.parse::<Purl>().is_ok());
        let swelling = format!("pkg:npm/{}", "+".repeat(MAX_LEN - 8));
        assert!(swelling.parse::<Purl>().is_err());
    }

    #[test]
    fn ecosystem_names_survive_the_journey() {
        for (kind, name) in [
            ("maven", "org.apache:log4j-core"),
            ("npm", "@scope/name"),
            ("npm", "plain"),
            ("golang", "github.com/a/b/v2"),
            ("composer", "vendor/name"),
            ("cargo", "serde"),
        ] {
            let purl = Purl::of_name(kind, name, "1.0");
            let back = purl.to_string().parse::<Purl>().map(|p| p.ecosystem_name());
            assert_eq!(back.as_deref(), Ok(name));
        }
    }

    proptest! {
        #[test]
        fn any_name_and_version_survive(name in "[^/]{1,20}", version in "\\PC{0,20}", value in "\\PC{1,10}") {
            let mut purl = Purl::of_name("generic", &name, &version);
            purl.set("key", &value);
            prop_assert_eq!(purl.to_string().parse::<Purl>(), Ok(purl));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,60}") {
            let _ = text.parse::<Purl>();
            let _ = format!("pkg:npm/{text}").parse::<Purl>();
        }
    }
}
