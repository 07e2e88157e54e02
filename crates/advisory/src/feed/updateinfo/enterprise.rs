//! Rebuilds of Red Hat Enterprise Linux: Rocky Linux and AlmaLinux.
//!
//! Neither tells the release for sure; the release tag of every package does.

use super::super::rpm::{enterprise_linux, modules};
use super::super::{Feed, space};
use super::{Package, Place, Rules, read, wants};

pub(in super::super) static ROCKY: Feed = Feed {
    name: "rocky-updateinfo",
    title: "Rocky Linux updateinfo",
    upstream: "https://dl.rockylinux.org/pub/rocky (updateinfo.xml.gz of each repository)",
    downloads: &[],
    about: "Errata of Rocky Linux as its repositories carry them.",
    wants,
    read: |file, out| {
        let rules = Rules {
            feed: "rocky",
            place: |package| place(package, "rocky"),
        };
        read(file, &rules, out)
    },
    finish: None,
};

pub(in super::super) static ALMA: Feed = Feed {
    name: "almalinux-updateinfo",
    title: "AlmaLinux updateinfo",
    upstream: "https://repo.almalinux.org/almalinux (updateinfo.xml.gz of each repository)",
    downloads: &[],
    about: "Errata of AlmaLinux as its repositories carry them.",
    wants,
    read: |file, out| {
        let rules = Rules {
            feed: "almalinux",
            place: |package| place(package, "almalinux"),
        };
        read(file, &rules, out)
    },
    finish: None,
};

fn place(package: &Package<'_>, id: &str) -> Option<Place> {
    let major = enterprise_linux(package.version)?;
    let title = package.update.text_at(&["title"]);
    Some(Place {
        space: space::of_release(id, major)?.name,
        modules: match package.module() {
            Some(module) => vec![Some(module)],
            None => modules(package.version, title),
        },
        channel: None,
        since: None,
    })
}
