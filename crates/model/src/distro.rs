//! The distribution that an image is built on.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A distribution and its release, as `os-release(5)` and better evidence say.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Distro {
    /// `ID`, lower case: `debian`, `alpine`, `rhel`, `amzn`, …
    pub id: String,
    /// The release that advisories are looked up for: `12`, `3.18`, `9.4`, `edge`.
    /// Empty for rolling distributions.
    pub version: String,
    /// `VERSION_CODENAME`, where given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codename: Option<String>,
    /// `PRETTY_NAME`, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pretty_name: Option<String>,
    /// `ID_LIKE`, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub like: Vec<String>,
    /// Extra channels that the system receives fixes from, such as `esm-infra`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
    /// The release of another distribution whose archive this one is built on, as
    /// `id:version`, where its own files say so: `ubuntu:22.04` for Linux Mint 21.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// Red Hat's content sets, the repositories that the image was built from, sorted:
    /// `rhel-9-for-x86_64-baseos-rpms`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub content_sets: Vec<String>,
    /// The vendor's images that this one consists of, `name-version-release`, sorted:
    /// `ubi9-container-9.4-1214`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub builds: Vec<String>,
}

impl Distro {
    /// A distribution known by id and release alone.
    pub fn new(id: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            version: version.into(),
            ..Self::default()
        }
    }
}

/// `debian 12`, `centos 9 stream`; the id alone for a rolling distribution.
impl fmt::Display for Distro {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)?;
        if !self.version.is_empty() {
            write!(f, " {}", self.version)?;
        }
        if self.channels.iter().any(|channel| channel == "stream") {
            f.write_str(" stream")?;
        }
        Ok(())
    }
}
