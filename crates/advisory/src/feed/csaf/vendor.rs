//! How the vendors name releases and packages.

use super::super::Feed;
use super::super::space::{self, Space};
use super::read;

/// A vendor of documents.
pub(super) struct Vendor {
    /// Name of the feed in advisories.
    pub(super) feed: &'static str,
    /// The space of a platform by its product id and CPE name.
    pub(super) platform: fn(id: &str, cpe: Option<&str>) -> Option<Space>,
    /// How packages are written.
    pub(super) packages: Packages,
    /// Whether packages in modules are told from others.
    pub(super) names_modules: bool,
}

/// How a vendor writes packages.
#[derive(Debug, Clone, Copy)]
pub(super) enum Packages {
    /// `libtiff-0:4.0.9-32.el8_10.x86_64`
    WithEpoch,
    /// `bind-9.9.4P2-0.6.1.i586`, as the file is called. The epoch is not told.
    WithoutEpoch,
}

const RED_HAT: Vendor = Vendor {
    feed: "redhat",
    platform: |_, cpe| {
        let (_, suffix) = cpe?.split_once("redhat:")?;
        space::red_hat(suffix)
    },
    packages: Packages::WithEpoch,
    names_modules: true,
};

const SUSE_LINUX: Vendor = Vendor {
    feed: "suse",
    platform: |id, _| space::suse(id),
    packages: Packages::WithoutEpoch,
    names_modules: false,
};

const OPEN_EULER: Vendor = Vendor {
    feed: "openeuler",
    platform: |id, _| space::openeuler(id),
    packages: Packages::WithoutEpoch,
    names_modules: false,
};

pub(in super::super) static REDHAT: Feed = Feed {
    name: "redhat-csaf",
    title: "Red Hat CSAF",
    upstream: "https://security.access.redhat.com/data/csaf/v2/",
    downloads: &[],
    about: "Red Hat's VEX files and advisories: fixed, affected, will not be fixed and not \
            affected packages of Red Hat Enterprise Linux.",
    wants,
    read: |file, out| read(file, &RED_HAT, out),
    finish: None,
};

pub(in super::super) static SUSE: Feed = Feed {
    name: "suse-csaf",
    title: "SUSE CSAF",
    upstream: "https://ftp.suse.com/pub/projects/security/ (csaf and csaf-vex)",
    downloads: &[],
    about: "SUSE's VEX files and advisories: fixed, affected and not affected packages of \
            SUSE Linux Enterprise by service pack, and of openSUSE.",
    wants,
    read: |file, out| read(file, &SUSE_LINUX, out),
    finish: None,
};

pub(in super::super) static OPENEULER: Feed = Feed {
    name: "openeuler-csaf",
    title: "openEuler CSAF",
    upstream: "https://repo.openeuler.org/security/data/csaf/",
    downloads: &[],
    about: "Advisories of openEuler by release and service pack.",
    wants,
    read: |file, out| read(file, &OPEN_EULER, out),
    finish: None,
};

fn wants(path: &str) -> bool {
    path.ends_with(".json")
}
