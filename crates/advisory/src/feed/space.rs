//! Names of ecosystems and releases in feeds, as spaces of the database.
//!
//! What a distribution is called and how its releases are cut stands in one table, that
//! of [`lazaret_ecosystem::distro`]; here are only the words that feeds use for it.

use lazaret_ecosystem::{by_kind, by_osv, distro};
use lazaret_model::{Distro, KeyKind};
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
    pub(super) fn new(name: impl Into<String>, scheme: Scheme, key: KeyKind) -> Self {
        Self {
            name: name.into(),
            scheme,
            key,
            channel: None,
        }
    }

    /// The look-up form of a package name in this space.
    pub(super) fn key_name(&self, name: &str) -> String {
        match (by_kind(&self.name), self.name.as_str()) {
            (Some(ecosystem), _) => (ecosystem.normalise)(name).into_owned(),
            (None, "githubactions") => name.to_lowercase(),
            (None, "swift") => {
                let name = name.strip_prefix("https://").unwrap_or(name);
                name.strip_suffix(".git").unwrap_or(name).to_owned()
            }
            _ => name.to_owned(),
        }
    }

    fn in_channel(mut self, channel: Option<String>) -> Self {
        self.channel = channel;
        self
    }
}

/// Ecosystems of OSV records that no reader of packages knows yet.
const UNREAD: [(&str, &str, Scheme); 9] = [
    ("Hex", "hex", Scheme::Hex),
    ("Pub", "pub", Scheme::Pub),
    ("SwiftURL", "swift", Scheme::Swift),
    ("ConanCenter", "conan", Scheme::Conan),
    ("Bitnami", "bitnami", Scheme::Bitnami),
    ("Hackage", "hackage", Scheme::Hackage),
    ("opam", "opam", Scheme::Opam),
    ("GitHub Actions", "githubactions", Scheme::Semver),
    ("kubernetes", "k8s", Scheme::Semver),
];

/// The space of an OSV ecosystem such as `PyPI`, `Debian:12` or `Alpine:v3.18`.
///
/// `None` for an ecosystem that nothing here can match.
pub(super) fn of_osv(ecosystem: &str) -> Option<Space> {
    let (family, release) = ecosystem.split_once(':').unwrap_or((ecosystem, ""));
    match family {
        "SUSE" => return suse(&format!("SUSE {release}")),
        "openSUSE" => return suse(&format!("openSUSE {release}")),
        // Alpaquita's records name its hardened images beside it; the packages are the same.
        "BellSoft Hardened Containers" => return of_osv(&format!("Alpaquita:{release}")),
        // The channel "Extras" is everybody's; `docker` and `skopeo` of release 7 are in it.
        "Red Hat" => {
            let extras = ["rhel_extras:", "rhel_extras_other:"];
            let of = extras.iter().find_map(|name| release.strip_prefix(name));
            if let Some(of) = of {
                return of_osv(&format!("Red Hat:enterprise_linux:{of}"));
            }
        }
        _ => {}
    }
    if let Some(space) = distro::space_of_osv(ecosystem) {
        // These two name source packages, although their errata elsewhere name rpms.
        let key = match family {
            "openEuler" | "Mageia" => KeyKind::Source,
            _ => space.key,
        };
        return Some(Space::new(space.name, space.scheme, key).in_channel(space.channel));
    }
    if let Some(known) = by_osv(family).filter(|_| release.is_empty()) {
        return Some(Space::new(known.kind, known.scheme, KeyKind::Binary));
    }
    let is_named = |(osv, ..): &&(&str, &str, Scheme)| osv.eq_ignore_ascii_case(family);
    let (_, kind, scheme) = UNREAD.iter().find(is_named)?;
    Some(Space::new(*kind, *scheme, KeyKind::Binary))
}

/// The space of a release of a distribution, by the id and version of its os-release.
pub(super) fn of_release(id: &str, version: &str) -> Option<Space> {
    let space = distro::space(&Distro::new(id, version))?;
    Some(Space::new(space.name, space.scheme, space.key))
}

/// A release of Debian by codename or number.
pub(super) fn debian(release: &str) -> Option<Space> {
    of_release("debian", release)
}

/// A branch of Alpine: `v3.18` or `edge`.
pub(super) fn alpine(branch: &str) -> Option<Space> {
    of_release("alpine", branch)
}

/// A CPE behind its vendor: `enterprise_linux:9::appstream`, `rhel_eus:9.2::baseos`.
/// Products on top of the distribution have no space. From release 10 on, channels are
/// called `enterprise_linux_eus`.
pub(super) fn red_hat(suffix: &str) -> Option<Space> {
    if let Some(rest) = suffix.strip_prefix("enterprise_linux_") {
        return red_hat(&format!("rhel_{rest}"));
    }
    of_osv(&format!("Red Hat:{suffix}"))
}

/// A release of Ubuntu as Canonical's feeds write it: a codename, alone, behind the
/// channel (`esm-infra/bionic`), or before it (`trusty/esm`).
///
/// `esm-infra-legacy` is the same fixes for longer.
pub(super) fn ubuntu(suite: &str) -> Option<Space> {
    let (channel, codename) = match suite.split_once('/') {
        None => (None, suite),
        Some((codename, "esm")) => (Some("esm-infra"), codename),
        Some((channel, codename)) => {
            let channel = channel.strip_suffix("-legacy").unwrap_or(channel);
            (Some(channel), codename)
        }
    };
    let space = of_release("ubuntu", codename)?;
    Some(space.in_channel(channel.map(str::to_owned)))
}

/// A product of SUSE by its full name: `SUSE Linux Enterprise Server 15 SP1-LTSS`,
/// `SUSE Linux Enterprise Module for Basesystem 15 SP4`, `openSUSE Leap 15.5`.
///
/// Modules, extensions and editions of one service pack share its packages, so they
/// share its space. What runs on top of it (Manager, Storage, OpenStack, …) has none.
pub(super) fn suse(product: &str) -> Option<Space> {
    if let Some(rest) = product.strip_prefix("openSUSE ") {
        return opensuse(rest);
    }
    let rest = product.strip_prefix("SUSE ")?;
    if let Some(rest) = rest.strip_prefix("Package Hub ") {
        return sle_release(rest).map(|(release, _)| release);
    }
    if let Some(release) = rest
        .strip_prefix("Linux Enterprise Micro ")
        .or_else(|| rest.strip_prefix("Linux Micro "))
    {
        return of_release("sl-micro", first_word(release));
    }
    let rest = rest.strip_prefix("Linux Enterprise ")?;
    let digit = rest.find(|c: char| c.is_ascii_digit())?;
    let (edition, release) = rest.split_at(digit);
    let (space, suffix) = sle_release(release)?;
    let edition = edition.to_ascii_lowercase();
    let suffix = suffix.to_ascii_lowercase();
    let suffix = suffix.trim_matches([' ', '-']).replace(' ', "-");
    let channel = if edition.contains("teradata") || suffix.contains("teradata") {
        return None;
    } else if edition.starts_with("server for sap") {
        Some("sap".to_owned())
    } else if edition.contains("ltss extended security") {
        Some("ltss-extended-security".to_owned())
    } else if edition.contains("ltss") {
        Some("ltss".to_owned())
    } else {
        Some(suffix).filter(|s| !s.is_empty())
    };
    Some(space.in_channel(channel))
}

fn opensuse(rest: &str) -> Option<Space> {
    if rest.starts_with("Tumbleweed") {
        return of_release("opensuse-tumbleweed", "");
    }
    let release = rest.strip_prefix("Leap ")?;
    // Leap Micro is another distribution.
    let release = first_word(release);
    release
        .starts_with(|c: char| c.is_ascii_digit())
        .then(|| of_release("opensuse-leap", release))?
}

/// `15 SP1-LTSS` is service pack 15.1 with a suffix; `16.0` stands for itself.
fn sle_release(text: &str) -> Option<(Space, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (major, rest) = text.split_at(end);
    if major.is_empty() {
        return None;
    }
    let tail = rest.trim_start_matches([' ', '-']);
    let (pack, suffix) = match tail.strip_prefix("SP").or_else(|| tail.strip_prefix("sp")) {
        None => ("0", tail),
        Some(tail) => {
            let end = tail
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(tail.len());
            tail.split_at(end)
        }
    };
    let release = match major.contains('.') {
        true => major.to_owned(),
        false => format!("{major}.{pack}"),
    };
    Some((of_release("sles", &release)?, suffix))
}

/// A release of openEuler: `openEuler-22.03-LTS-SP3`, `openEuler:22.03-LTS-SP3`.
pub(super) fn openeuler(product: &str) -> Option<Space> {
    let release = product.strip_prefix("openEuler")?;
    of_release("openeuler", release.trim_start_matches(['-', ':', ' ']))
}

fn first_word(text: &str) -> &str {
    text.split([' ', '-']).next().unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(found: Option<Space>, name: Option<&str>, channel: Option<&str>) {
        let told = found
            .as_ref()
            .map(|s| (s.name.as_str(), s.channel.as_deref()));
        assert_eq!(told, name.map(|name| (name, channel)));
    }

    #[test]
    fn names_of_feeds_become_spaces() {
        for (osv, name, channel) in [
            ("PyPI", Some("pypi"), None),
            ("Debian:12", Some("debian:12"), None),
            ("Debian:bookworm", Some("debian:12"), None),
            ("Alpine:v3.18", Some("alpine:3.18"), None),
            ("AlmaLinux:9", Some("almalinux:9"), None),
            ("Ubuntu:22.04:LTS", Some("ubuntu:22.04"), None),
            ("Ubuntu:Pro:18.04:LTS", Some("ubuntu:18.04"), Some("esm")),
            (
                "Red Hat:enterprise_linux:9::appstream",
                Some("rhel:9"),
                None,
            ),
            (
                "Red Hat:rhel_eus:8.8::baseos",
                Some("rhel:8"),
                Some("eus:8.8"),
            ),
            (
                "SUSE:Linux Enterprise Server 12 SP1-LTSS",
                Some("sles:12.1"),
                Some("ltss"),
            ),
            (
                "openEuler:20.03-LTS-SP1",
                Some("openeuler:20.03-LTS-SP1"),
                None,
            ),
            ("bitnami", Some("bitnami"), None),
            ("Nowhere", None, None),
        ] {
            check(of_osv(osv), name, channel);
        }
    }

    #[test]
    fn cpe_names_of_red_hat_tell_release_and_channel() {
        check(red_hat("enterprise_linux:10.0"), Some("rhel:10"), None);
        check(
            red_hat("enterprise_linux_eus:10.0"),
            Some("rhel:10"),
            Some("eus:10.0"),
        );
        check(red_hat("rhel_els:7"), Some("rhel:7"), Some("els:7"));
        check(red_hat("rhel_extras_other:7"), Some("rhel:7"), None);
        check(red_hat("openshift:4.13::el9"), None, None);
    }

    #[test]
    fn products_of_suse_are_service_packs() {
        for (product, name, channel) in [
            ("SUSE Linux Enterprise Server 15", Some("sles:15.0"), None),
            (
                "SUSE Linux Enterprise Server 15-LTSS",
                Some("sles:15.0"),
                Some("ltss"),
            ),
            (
                "SUSE Linux Enterprise Server LTSS Extended Security 12 SP5",
                Some("sles:12.5"),
                Some("ltss-extended-security"),
            ),
            (
                "SUSE Linux Enterprise Module for Basesystem 15 SP4",
                Some("sles:15.4"),
                None,
            ),
            (
                "SUSE Linux Enterprise Server for SAP Applications 15 SP1",
                Some("sles:15.1"),
                Some("sap"),
            ),
            (
                "SUSE Linux Enterprise High Performance Computing 15 SP1-ESPOS",
                Some("sles:15.1"),
                Some("espos"),
            ),
            ("SUSE Linux Enterprise Server 16.0", Some("sles:16.0"), None),
            (
                "SUSE Linux Enterprise Micro 5.2",
                Some("sl-micro:5.2"),
                None,
            ),
            ("SUSE Linux Micro 6.0", Some("sl-micro:6.0"), None),
            ("openSUSE Leap 15.5", Some("opensuse-leap:15.5"), None),
            ("openSUSE Leap Micro 5.2", None, None),
            ("openSUSE Tumbleweed", Some("opensuse-tumbleweed"), None),
            ("SUSE Manager Server 4.1", None, None),
        ] {
            check(suse(product), name, channel);
        }
    }

    #[test]
    fn suites_of_ubuntu_tell_their_channel() {
        check(ubuntu("bionic"), Some("ubuntu:18.04"), None);
        check(
            ubuntu("esm-apps/xenial"),
            Some("ubuntu:16.04"),
            Some("esm-apps"),
        );
        check(
            ubuntu("esm-infra-legacy/trusty"),
            Some("ubuntu:14.04"),
            Some("esm-infra"),
        );
        check(
            ubuntu("trusty/esm"),
            Some("ubuntu:14.04"),
            Some("esm-infra"),
        );
        check(
            ubuntu("fips-updates/jammy"),
            Some("ubuntu:22.04"),
            Some("fips-updates"),
        );
    }
}
