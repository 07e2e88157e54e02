//! Weighs the hints.
//!
//! `etc/os-release` speaks first, `usr/lib/os-release` where it is silent, and the older
//! one-line files where both are. Better evidence then refines the release: repositories
//! for Alpine, the codename for Debian's testing and unstable.

use lazaret_model::Distro;

use super::table::{Release, family};
use super::{
    ALPINE_RELEASE, APK_REPOSITORIES, BUILD_INFORMATION, DEBIAN_VERSION, DistroHint, LSB_RELEASE,
    OS_RELEASE, PACKAGE_ORIGIN, REDHAT_RELEASE, STREAM, SUSE_RELEASE, UBUNTU_PRO, USR_OS_RELEASE,
    buildinfo,
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
        .or_else(|| of_suse_release(&View(hints, SUSE_RELEASE)))
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
    let ahead = |id: &str, word: &str| distro.id == id && name.is_some_and(|n| n.contains(word));
    if ahead("centos", "Stream") || ahead("almalinux", "Kitten") {
        distro.channels.push(STREAM.to_owned());
    }
    if family(&distro.id).is_none() {
        distro.base = base(&distro, view);
    }
    Some(distro)
}

/// The release that a distribution without advisories of its own is built on.
///
/// A release of its own is never taken for one of its parent's: Linux Mint 21 is built on
/// Ubuntu 22.04, and its files say so. Where the parent is rolling there is but one.
fn base(distro: &Distro, view: &View<'_>) -> Option<String> {
    if let Some(release) = view.get("RHEL_VERSION") {
        return Some(format!("rhel:{release}"));
    }
    for (key, id) in [("UBUNTU_CODENAME", "ubuntu"), ("DEBIAN_CODENAME", "debian")] {
        if let (Some(codename), Some(row)) = (view.get(key), family(id)) {
            return Some(format!("{id}:{}", row.cut(codename)));
        }
    }
    if let Some(platform) = view
        .get("PLATFORM_ID")
        .and_then(|p| p.strip_prefix("platform:"))
    {
        let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()) && !text.is_empty();
        for (prefix, id) in [("el", "rhel"), ("f", "fedora")] {
            if let Some(release) = platform.strip_prefix(prefix).filter(|r| number(r)) {
                return Some(format!("{id}:{release}"));
            }
        }
    }
    let rolling = |id: &&String| family(id).is_some_and(|f| f.release == Release::Rolling);
    distro.like.iter().find(rolling).map(|id| format!("{id}:"))
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

/// `SUSE Linux Enterprise Server 11 (x86_64)` with `PATCHLEVEL = 4`, `openSUSE 13.2`.
fn of_suse_release(view: &View<'_>) -> Option<Distro> {
    let title = view.any()?;
    let version = view.get("VERSION").unwrap_or_default();
    if title.starts_with("openSUSE") {
        return Some(Distro::new("opensuse-leap", version));
    }
    let pack = view.get("PATCHLEVEL").unwrap_or("0");
    Some(Distro::new("sles", format!("{version}.{pack}")))
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
        _ => refine_red_hat(distro, hints),
    }
    if family(&distro.id).is_some_and(|f| f.release == Release::Rolling) {
        distro.version.clear();
    }
}

/// The content sets and images that the build system names, and the update streams among
/// the repositories: `rhel-9-for-x86_64-baseos-eus-rpms` on 9.2 is `eus:9.2`.
fn refine_red_hat(distro: &mut Distro, hints: &[DistroHint]) {
    let told = |from: &str, key: &str| -> Vec<String> {
        let here = hints.iter().filter(|h| h.from == from);
        let mut values: Vec<String> = here
            .filter(|h| key.is_empty() || h.key == key)
            .map(|h| h.value.clone())
            .collect();
        values.sort();
        values.dedup();
        values
    };
    distro.content_sets = told(BUILD_INFORMATION, buildinfo::CONTENT_SET);
    distro.builds = told(BUILD_INFORMATION, buildinfo::IMAGE);
    if distro.id != "rhel" || !distro.version.contains('.') {
        return;
    }
    let used = told(PACKAGE_ORIGIN, "");
    for repository in distro.content_sets.iter().chain(&used) {
        let mut words = repository.split('-');
        let stream = words.find(|w| matches!(*w, "eus" | "aus" | "tus" | "e4s" | "els"));
        if let Some(stream) = stream {
            distro.channels.push(format!("{stream}:{}", distro.version));
        }
    }
    distro.channels.sort();
    distro.channels.dedup();
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
