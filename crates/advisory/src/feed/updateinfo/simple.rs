//! Fedora and Bottlerocket: one line of packages for each release.

use super::super::rpm::{is_modular, modules};
use super::super::{Feed, space};
use super::{Package, Place, Rules, read, wants};

pub(in super::super) static FEDORA: Feed = Feed {
    name: "fedora-updateinfo",
    title: "Fedora updateinfo",
    upstream: "https://dl.fedoraproject.org/pub/fedora/linux/updates (updateinfo of each release)",
    downloads: &[],
    about: "Updates of Fedora as its repositories carry them; EPEL is left out.",
    wants,
    read: |file, out| read(file, &FEDORA_RULES, out),
    finish: None,
};

pub(in super::super) static BOTTLEROCKET: Feed = Feed {
    name: "bottlerocket-updateinfo",
    title: "Bottlerocket updateinfo",
    upstream: "https://advisories.bottlerocket.aws/updateinfo.xml.gz",
    downloads: &["https://advisories.bottlerocket.aws/updateinfo.xml.gz"],
    about: "Advisories of Bottlerocket for the packages of its image.",
    wants,
    read: |file, out| read(file, &BOTTLEROCKET_RULES, out),
    finish: None,
};

const FEDORA_RULES: Rules = Rules {
    feed: "fedora",
    place: fedora,
};

const BOTTLEROCKET_RULES: Rules = Rules {
    feed: "bottlerocket",
    place: bottlerocket,
};

/// `Fedora 38`, `Fedora 38 Modular`; `Fedora EPEL 8` is for another distribution.
fn fedora(package: &Package<'_>) -> Option<Place> {
    let release = package.update.text_at(&["release"]);
    let release = match release.strip_prefix("Fedora ") {
        Some(rest) => rest.split(' ').next()?,
        None => package
            .repository()
            .strip_prefix('F')?
            .trim_end_matches('M'),
    };
    if !release.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let modules = match package.module() {
        Some(module) => vec![Some(module)],
        // `nginx-mainline-3820240218193500.f38` names stream and build in one.
        None if is_modular(package.version) => vec![None],
        None => modules(package.version, ""),
    };
    Some(Place {
        space: space::of_release("fedora", release)?.name,
        modules,
        channel: None,
        since: None,
    })
}

fn bottlerocket(_: &Package<'_>) -> Option<Place> {
    Some(Place {
        space: space::of_release("bottlerocket", "")?.name,
        modules: vec![None],
        channel: None,
        since: None,
    })
}
