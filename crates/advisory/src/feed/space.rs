//! Names of ecosystems and releases in feeds, as spaces of the database.

use lazaret_model::KeyKind;
use lazaret_version::Scheme;

/// A space, how its versions are ordered, and which names its statements use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Space {
    pub(super) name: String,
    pub(super) scheme: Scheme,
    pub(super) key: KeyKind,
    /// The channel that its fixes are published in, where it is not the ordinary one.
    pub(super) channel: Option<String>,
}

impl Space {
    fn new(name: impl Into<String>, scheme: Scheme, key: KeyKind) -> Self {
        Self {
            name: name.into(),
            scheme,
            key,
            channel: None,
        }
    }

    /// The look-up form of a package name in this space.
    pub(super) fn key_name(&self, name: &str) -> String {
        match self.name.as_str() {
            "pypi" => pep503(name),
            "composer" | "nuget" | "githubactions" => name.to_lowercase(),
            "swift" => {
                let name = name.strip_prefix("https://").unwrap_or(name);
                name.strip_suffix(".git").unwrap_or(name).to_owned()
            }
            _ => name.to_owned(),
        }
    }
}

/// PEP 503: lower case, runs of `-`, `_` and `.` as one `-`.
fn pep503(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        if matches!(c, '-' | '_' | '.') {
            if !out.ends_with('-') {
                out.push('-');
            }
        } else {
            out.extend(c.to_lowercase());
        }
    }
    out
}

/// Language ecosystems by their names in OSV records.
const LANGUAGES: [(&str, &str, Scheme); 16] = [
    ("npm", "npm", Scheme::Npm),
    ("PyPI", "pypi", Scheme::Pep440),
    ("Maven", "maven", Scheme::Maven),
    ("Go", "golang", Scheme::Go),
    ("crates.io", "cargo", Scheme::Cargo),
    ("RubyGems", "gem", Scheme::Gem),
    ("Packagist", "composer", Scheme::Composer),
    ("NuGet", "nuget", Scheme::Nuget),
    ("Hex", "hex", Scheme::Hex),
    ("Pub", "pub", Scheme::Pub),
    ("SwiftURL", "swift", Scheme::Swift),
    ("ConanCenter", "conan", Scheme::Conan),
    ("Bitnami", "bitnami", Scheme::Bitnami),
    ("CRAN", "cran", Scheme::Cran),
    ("Hackage", "hackage", Scheme::Hackage),
    ("GitHub Actions", "githubactions", Scheme::Semver),
];

/// The space of an OSV ecosystem such as `PyPI`, `Debian:12` or `Alpine:v3.18`.
///
/// `None` for an ecosystem that nothing here can match.
pub(super) fn of_osv(ecosystem: &str) -> Option<Space> {
    let (family, release) = ecosystem.split_once(':').unwrap_or((ecosystem, ""));
    if let Some((_, kind, scheme)) = LANGUAGES.iter().find(|(osv, ..)| *osv == family) {
        return Some(Space::new(*kind, *scheme, KeyKind::Binary));
    }
    let major = |r: &str| r.split('.').next().unwrap_or(r).to_owned();
    let rpm = |id: &str, r: String| Space::new(format!("{id}:{r}"), Scheme::Rpm, KeyKind::Binary);
    Some(match family {
        "Debian" => debian(release)?,
        "Ubuntu" => ubuntu(release)?,
        "Alpine" => alpine(release)?,
        "Wolfi" => Space::new("wolfi", Scheme::Apk, KeyKind::Source),
        "Chainguard" => Space::new("chainguard", Scheme::Apk, KeyKind::Source),
        "MinimOS" => Space::new("minimos", Scheme::Apk, KeyKind::Source),
        "AlmaLinux" => rpm("almalinux", major(release)),
        "Rocky Linux" => rpm("rocky", major(release)),
        "Red Hat" => red_hat(release)?,
        "openSUSE" | "SUSE" | "Mageia" | "openEuler" => return None,
        _ => return None,
    })
}

/// `22.04:LTS`, or `Pro:22.04:LTS` and `Pro:FIPS-updates:22.04:LTS` for paid channels.
fn ubuntu(suffix: &str) -> Option<Space> {
    let is_number = |p: &&str| p.contains('.') && p.starts_with(|c: char| c.is_ascii_digit());
    let number = suffix.split(':').find(is_number)?;
    let words: Vec<&str> = suffix.split(':').take_while(|p| !is_number(p)).collect();
    let mut space = Space::new(format!("ubuntu:{number}"), Scheme::Deb, KeyKind::Source);
    space.channel = match words.as_slice() {
        [] => None,
        ["Pro"] => Some("esm".to_owned()),
        [.., last] => Some(last.to_lowercase()),
    };
    Some(space)
}

/// A CPE behind its vendor: `enterprise_linux:9::appstream`, `rhel_eus:9.2::baseos`.
/// Products on top of the distribution have no space.
pub(super) fn red_hat(suffix: &str) -> Option<Space> {
    let mut parts = suffix.split(':');
    let (product, release) = (parts.next()?, parts.next()?);
    let channel = match product.strip_prefix("rhel_") {
        None if product == "enterprise_linux" => None,
        Some(name @ ("eus" | "aus" | "e4s" | "tus" | "els")) => Some(format!("{name}:{release}")),
        _ => return None,
    };
    let major = release.split('.').next()?;
    if major.is_empty() || !major.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut space = Space::new(format!("rhel:{major}"), Scheme::Rpm, KeyKind::Binary);
    space.channel = channel;
    Some(space)
}

/// Codenames of Debian's releases and their numbers.
pub(super) const DEBIAN: [(&str, &str); 15] = [
    ("woody", "3.0"),
    ("sarge", "3.1"),
    ("etch", "4"),
    ("lenny", "5"),
    ("squeeze", "6"),
    ("wheezy", "7"),
    ("jessie", "8"),
    ("stretch", "9"),
    ("buster", "10"),
    ("bullseye", "11"),
    ("bookworm", "12"),
    ("trixie", "13"),
    ("forky", "14"),
    ("duke", "15"),
    ("sid", "sid"),
];

/// A release of Debian by codename or number.
pub(super) fn debian(release: &str) -> Option<Space> {
    let number = DEBIAN
        .iter()
        .find(|(code, _)| *code == release)
        .map_or(release, |(_, n)| n);
    (!number.is_empty())
        .then(|| Space::new(format!("debian:{number}"), Scheme::Deb, KeyKind::Source))
}

/// A branch of Alpine: `v3.18` or `edge`.
pub(super) fn alpine(branch: &str) -> Option<Space> {
    let branch = branch.strip_prefix('v').unwrap_or(branch);
    (!branch.is_empty())
        .then(|| Space::new(format!("alpine:{branch}"), Scheme::Apk, KeyKind::Source))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_feeds_become_spaces() {
        for (osv, expected) in [
            ("PyPI", Some("pypi")),
            ("Debian:12", Some("debian:12")),
            ("Debian:bookworm", Some("debian:12")),
            ("Alpine:v3.18", Some("alpine:3.18")),
            ("AlmaLinux:9", Some("almalinux:9")),
            ("Ubuntu:Pro:18.04:LTS", Some("ubuntu:18.04")),
            ("Red Hat:enterprise_linux:9::appstream", Some("rhel:9")),
            ("Nowhere", None),
        ] {
            assert_eq!(of_osv(osv).map(|s| s.name).as_deref(), expected, "{osv}");
        }
        assert_eq!(pep503("Zope.__Interface"), "zope-interface");
    }
}
