//! Who built a Debian package.
//!
//! Maintainers of Debian and Ubuntu sign with addresses of their own, so there is no list
//! of who belongs; there is one of well-known publishers of packages for these systems.
//! Whoever is not on it is taken for the distribution: a finding too many can be
//! explained, one too few cannot be seen.

/// Parts of the maintainer field that only packages of other publishers carry.
const PUBLISHERS: &[&str] = &[
    "@docker.com>",
    "@nodesource.com>",
    "@hashicorp.com>",
    "@nvidia.com>",
    "@gitlab.com>",
    "@elastic.co>",
    "@grafana.com>",
    "@mongodb.com>",
    "@datadoghq.com>",
    "@yarnpkg.com>",
    "Chrome Linux Team <",
    "Google Cloud CLI Authors <",
    "Microsoft Corporation <",
    "MySQL Release Engineering <",
    "NGINX Packaging <",
];

/// Parts of versions that packages from other archives carry.
const ARCHIVES: &[&str] = &[
    ".pgdg",
    "+nodesource",
    "-1nodesource",
    "+deb.sury.org",
    ".sury.org",
];

pub(super) fn is_third_party(maintainer: &str, version: &str) -> bool {
    PUBLISHERS.iter().any(|p| maintainer.contains(p))
        || ARCHIVES.iter().any(|a| version.contains(a))
}
