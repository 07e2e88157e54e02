//! Weighs the hints.
//!
//! `etc/os-release` speaks first, `usr/lib/os-release` where it is silent, and the older
//! one-line files where both are. Better evidence then refines the release: repositories
//! for Alpine, the codename for Debian's testing and unstable.

use lazaret_model::Distro;

use super::table::{Release, family};
use super::{
    ALPINE_RELEASE, APK_REPOSITORIES, DEBIAN_VERSION, DistroHint, LSB_RELEASE, OS_RELEASE,
    REDHAT_RELEASE, STREAM, UBUNTU_PRO, USR_OS_RELEASE,
};

/// The hints of one source, by key.
struct View<'a>(&'a [DistroHint], &'static str);

impl<'a> View<'a> {
    /// The last assignment counts, as in a shell.
    fn get(&self, key: &str) -> Option<&'a str> {
        let last = self
            .0
            .iter()
            .rev()
            .find(|h| h.from == self.1 && h.key == key);
        last.map(|h| h.value.as_str()).filter(|v| !v.is_empty())
    }

    fn any(&self) -> Option<&'a str> {
        self.all().next()
    }

    fn all(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let from = self.1;
        self.0
            .iter()
            .filter(move |h| h.from == from)
            .map(|h| h.value.as_str())
    }
}

/// The distribution that the hints describe; `None` when they say nothing.
pub fn identify(hints: &[DistroHint]) -> Option<Distro> {
    let mut distro = [OS_RELEASE, USR_OS_RELEASE]
        .into_iter()
        .find_map(|from| of_os_release(&View(hints, from)))
        .or_else(|| of_release_line(hints))
        .or_else(|| of_lsb(&View(hints, LSB_RELEASE)))
        .or_else(|| {
            View(hints, ALPINE_RELEASE)
                .any()
                .map(|v| Distro::new("alpine", v))
        })
        .or_else(|| {
            View(hints, DEBIAN_VERSION)
                .any()
                .map(|v| Distro::new("debian", v))
        })?;
    refine(&mut distro, hints);
    Some(distro)
}

fn of_os_release(view: &View<'_>) -> Option<Distro> {
    let name = view.get("NAME").or(view.get("PRETTY_NAME"));
    let id = match view.get("ID") {
        Some(id) => id.to_ascii_lowercase(),
        None => family(name?)?.id.to_owned(),
    };
    let mut distro = Distro::new(id, view.get("VERSION_ID").unwrap_or_default());
    distro.codename = view.get("VERSION_CODENAME").map(str::to_ascii_lowercase);
    distro.pretty_name = view.get("PRETTY_NAME").map(str::to_owned);
    distro.like = view
        .get("ID_LIKE")
        .map(|l| {
            l.split_ascii_whitespace()
                .map(str::to_ascii_lowercase)
                .collect()
        })
        .unwrap_or_default();
    if distro.id == "openeuler" {
        distro.version = with_service_pack(&distro.version, view.get("VERSION"));
    }
    if distro.id == "centos" && name.is_some_and(|n| n.contains("Stream")) {
        distro.channels.push(STREAM.to_owned());
    }
    Some(distro)
}

/// openEuler's `VERSION_ID` is `22.03` for all of `22.03 (LTS)`, `22.03 (LTS-SP1)`, …,
/// which are releases of their own; `VERSION` tells them apart.
fn with_service_pack(release: &str, version: Option<&str>) -> String {
    let pack = version
        .and_then(|v| v.split_once('('))
        .and_then(|(_, rest)| rest.split_once(')'))
        .map(|(pack, _)| pack.trim());
    match pack {
        Some(pack) if !pack.is_empty() && !release.contains(pack) => format!("{release}-{pack}"),
        _ => release.to_owned(),
    }
}

/// `CentOS Linux release 7.9.2009 (Core)`. Rebuilds ship Red Hat's file, too, so a name
/// other than Red Hat's wins.
fn of_release_line(hints: &[DistroHint]) -> Option<Distro> {
    const NAMES: &[(&str, &str)] = &[
        ("oracle linux", "ol"),
        ("rocky linux", "rocky"),
        ("almalinux", "almalinux"),
        ("amazon linux", "amzn"),
        ("centos", "centos"),
        ("scientific linux", "centos"),
        ("fedora", "fedora"),
        ("photon", "photon"),
        ("red hat enterprise linux", "rhel"),
    ];
    let read: Vec<String> = View(hints, REDHAT_RELEASE)
        .all()
        .map(str::to_ascii_lowercase)
        .collect();
    NAMES.iter().find_map(|(name, id)| {
        let line = read.iter().find(|l| l.contains(name))?;
        let version = line
            .split_ascii_whitespace()
            .find(|w| w.starts_with(|c: char| c.is_ascii_digit()))
            .unwrap_or_default();
        let mut distro = Distro::new(*id, version);
        if line.contains("stream") {
            distro.channels.push(STREAM.to_owned());
        }
        Some(distro)
    })
}

fn of_lsb(view: &View<'_>) -> Option<Distro> {
    let row = family(view.get("DISTRIB_ID")?)?;
    let mut distro = Distro::new(row.id, view.get("DISTRIB_RELEASE").unwrap_or_default());
    distro.codename = view.get("DISTRIB_CODENAME").map(str::to_ascii_lowercase);
    Some(distro)
}

fn refine(distro: &mut Distro, hints: &[DistroHint]) {
    match distro.id.as_str() {
        "alpine" => refine_alpine(distro, hints),
        "debian" => refine_debian(distro, hints),
        "ubuntu" => refine_ubuntu(distro, hints),
        _ => {}
    }
    if family(&distro.id).is_some_and(|f| f.release == Release::Rolling) {
        distro.version.clear();
    }
}

/// The highest repository is where the system is updated from; one line of edge makes
/// it edge.
fn refine_alpine(distro: &mut Distro, hints: &[DistroHint]) {
    if distro.version.is_empty()
        && let Some(version) = View(hints, ALPINE_RELEASE).any()
    {
        version.clone_into(&mut distro.version);
    }
    let number = |v: &str| {
        let (major, minor) = v.split_once('.')?;
        Some((major.parse::<u32>().ok()?, minor.parse::<u32>().ok()?))
    };
    let mut highest = None;
    for release in View(hints, APK_REPOSITORIES).all() {
        if release == "edge" {
            "edge".clone_into(&mut distro.version);
            return;
        }
        highest = highest.max(number(release));
    }
    distro.version = match (highest, family("alpine")) {
        (Some((major, minor)), _) => format!("{major}.{minor}"),
        (None, Some(row)) if !distro.version.is_empty() => row.cut(&distro.version),
        _ => return,
    };
}

fn refine_debian(distro: &mut Distro, hints: &[DistroHint]) {
    let Some(row) = family("debian") else { return };
    if distro.version.is_empty() {
        let pretty = distro
            .pretty_name
            .as_deref()
            .and_then(|p| p.rsplit(' ').next());
        let told = View(hints, DEBIAN_VERSION).any().or(pretty);
        // Testing and unstable both call themselves `forky/sid`.
        let told = distro.codename.as_deref().or(told).unwrap_or_default();
        told.split('/')
            .next()
            .unwrap_or_default()
            .clone_into(&mut distro.version);
    }
    if !distro.version.is_empty() {
        let cut = row.cut(&distro.version);
        if distro.codename.is_none() {
            let known = row.codenames.iter().find(|(_, release)| *release == cut);
            distro.codename = known.map(|(name, _)| (*name).to_owned());
        }
        distro.version = cut;
    }
}

fn refine_ubuntu(distro: &mut Distro, hints: &[DistroHint]) {
    if distro.version.is_empty()
        && let (Some(row), Some(codename)) = (family("ubuntu"), distro.codename.as_deref())
    {
        distro.version = row.cut(codename);
    }
    for service in View(hints, UBUNTU_PRO).all() {
        distro.channels.push(service.to_owned());
        if service.starts_with("esm-") {
            distro.channels.push("esm".to_owned());
        }
    }
    distro.channels.sort();
    distro.channels.dedup();
}

/// The distribution that a user, a component of an SBOM or a qualifier names, with the
/// id that os-release would give and the release in its usual form.
pub fn from_id(id: &str, version: &str) -> Distro {
    let id = id.trim().to_ascii_lowercase();
    let stream = id == "centos-stream";
    let (version, channels) = match version.split_once('+') {
        Some((version, channel)) => (version, vec![channel.to_owned()]),
        None => (version, Vec::new()),
    };
    let version = version.trim();
    let mut distro = match family(if stream { "centos" } else { &id }) {
        Some(row) => {
            let cut =
                matches!(row.id, "debian" | "alpine" | "ubuntu") || row.release == Release::Rolling;
            Distro::new(
                row.id,
                if cut {
                    row.cut(version)
                } else {
                    version.to_owned()
                },
            )
        }
        None => Distro::new(id, version),
    };
    distro.channels = channels;
    if stream || (distro.id == "centos" && version.contains("stream")) {
        distro.channels.push(STREAM.to_owned());
        distro.version = version
            .trim_end_matches("-stream")
            .trim_start_matches("stream")
            .to_owned();
    }
    distro
}

/// The distribution in `debian:12`, `debian-12`, `opensuse-leap-15.5`, `bookworm`,
/// `wolfi` or `ubuntu:22.04+esm`; `None` for an empty text.
pub fn parse(text: &str) -> Option<Distro> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    if let Some((id, version)) = text.split_once(':') {
        return Some(from_id(id, version));
    }
    if family(text).is_some() {
        return Some(from_id(text, ""));
    }
    let lower = text.to_ascii_lowercase();
    for row in super::FAMILIES {
        if row.codenames.iter().any(|(name, _)| *name == lower) {
            return Some(from_id(row.id, &lower));
        }
    }
    // The longest known id in front of a hyphen; otherwise whatever stands before a number.
    let cuts: Vec<usize> = text.match_indices('-').map(|(at, _)| at).collect();
    let known = cuts.iter().rev().find(|at| family(&text[..**at]).is_some());
    let number = cuts
        .iter()
        .find(|at| text[**at + 1..].starts_with(|c: char| c.is_ascii_digit()));
    Some(match known.or(number) {
        Some(at) => from_id(&text[..*at], &text[at + 1..]),
        None => from_id(text, ""),
    })
}
