//! The distributions: one row each.
//!
//! A row says everything that differs between distributions outside their package
//! database: names, how a release is cut for the advisory space, which name advisories
//! are keyed by (source packages for Debian, Alpine, Azure and Photon; binary packages
//! for the errata of the other rpm distributions) and the end-of-life product.

use lazaret_model::{Distro, KeyKind};
use lazaret_version::Scheme;

use super::codenames::{DEBIAN, DEVUAN, POSTMARKETOS, UBUNTU};
use super::{STREAM, Space};

/// How a release is cut before it names an advisory space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    /// `9.4` is `9`.
    Major,
    /// `3.18.4` is `3.18`; `3` is `3.0`.
    Minor,
    /// As it stands.
    Whole,
    /// Rolling: there is none.
    Rolling,
}

/// One distribution.
#[derive(Debug)]
pub struct Family {
    /// `ID` in os-release, which is [`Distro::id`].
    pub id: &'static str,
    /// Other ids and namespaces that mean the same, lower case.
    pub aliases: &'static [&'static str],
    /// Prefix of the advisory space.
    pub space: &'static str,
    /// Purl type of its packages.
    pub kind: &'static str,
    /// Namespace of its purls.
    pub namespace: &'static str,
    /// How the release is cut.
    pub release: Release,
    /// Which names its advisories use.
    pub key: KeyKind,
    /// Product of the end-of-life table; empty where it has none.
    pub product: &'static str,
    /// Ecosystem in OSV records; empty where OSV has none.
    pub osv: &'static str,
    /// Codenames and their releases.
    pub codenames: &'static [(&'static str, &'static str)],
}

const NONE: Family = Family {
    id: "",
    aliases: &[],
    space: "",
    kind: "rpm",
    namespace: "",
    release: Release::Major,
    key: KeyKind::Binary,
    product: "",
    osv: "",
    codenames: &[],
};

const fn rpm(id: &'static str, release: Release, product: &'static str) -> Family {
    Family {
        id,
        space: id,
        namespace: id,
        release,
        product,
        ..NONE
    }
}

const fn apk(id: &'static str, osv: &'static str) -> Family {
    Family {
        id,
        space: id,
        namespace: id,
        kind: "apk",
        release: Release::Rolling,
        key: KeyKind::Source,
        osv,
        ..NONE
    }
}

const fn deb(id: &'static str, release: Release, product: &'static str) -> Family {
    Family {
        id,
        space: id,
        namespace: id,
        kind: "deb",
        release,
        key: KeyKind::Source,
        product,
        ..NONE
    }
}

/// Every distribution whose advisories have a space.
pub static FAMILIES: &[Family] = &[
    Family {
        aliases: &["raspbian"],
        osv: "Debian",
        codenames: DEBIAN,
        ..deb("debian", Release::Major, "debian")
    },
    Family {
        osv: "Ubuntu",
        codenames: UBUNTU,
        ..deb("ubuntu", Release::Whole, "ubuntu")
    },
    Family {
        space: "debian",
        codenames: DEVUAN,
        ..deb("devuan", Release::Major, "devuan")
    },
    Family {
        osv: "Echo",
        ..deb("echo", Release::Rolling, "")
    },
    Family {
        release: Release::Minor,
        product: "alpine-linux",
        ..apk("alpine", "Alpine")
    },
    apk("wolfi", "Wolfi"),
    apk("chainguard", "Chainguard"),
    apk("minimos", "MinimOS"),
    Family {
        release: Release::Whole,
        ..apk("alpaquita", "Alpaquita")
    },
    Family {
        space: "alpine",
        release: Release::Minor,
        codenames: POSTMARKETOS,
        ..apk("postmarketos", "")
    },
    Family {
        aliases: &["redhat", "red hat", "ubi"],
        namespace: "redhat",
        osv: "Red Hat",
        ..rpm("rhel", Release::Major, "rhel")
    },
    Family {
        aliases: &["scientific"],
        space: "rhel",
        ..rpm("centos", Release::Major, "centos")
    },
    Family {
        aliases: &["alma"],
        osv: "AlmaLinux",
        ..rpm("almalinux", Release::Major, "almalinux")
    },
    Family {
        aliases: &["rockylinux", "rocky-linux"],
        osv: "Rocky Linux",
        ..rpm("rocky", Release::Major, "rocky-linux")
    },
    Family {
        aliases: &["oracle", "oraclelinux", "oracle-linux"],
        space: "oracle",
        namespace: "oracle",
        ..rpm("ol", Release::Major, "oracle-linux")
    },
    Family {
        aliases: &["amazon", "amazonlinux", "amazon-linux"],
        space: "amazon",
        ..rpm("amzn", Release::Major, "amazon-linux")
    },
    rpm("fedora", Release::Major, "fedora"),
    Family {
        key: KeyKind::Source,
        osv: "Photon OS",
        ..rpm("photon", Release::Major, "vmware-photon")
    },
    Family {
        aliases: &["azure", "azure-linux"],
        key: KeyKind::Source,
        osv: "Azure Linux",
        ..rpm("azurelinux", Release::Minor, "")
    },
    Family {
        aliases: &["cbl-mariner"],
        key: KeyKind::Source,
        ..rpm("mariner", Release::Minor, "")
    },
    Family {
        aliases: &[
            "suse",
            "sles_sap",
            "sled",
            "sle_hpc",
            "suse linux enterprise server",
            "suse.linux.enterprise.server",
        ],
        osv: "SUSE",
        ..rpm("sles", Release::Minor, "sles")
    },
    Family {
        aliases: &["opensuse.leap", "opensuse", "leap"],
        namespace: "opensuse",
        osv: "openSUSE",
        ..rpm("opensuse-leap", Release::Minor, "opensuse")
    },
    Family {
        aliases: &["opensuse.tumbleweed", "tumbleweed", "opensuse-microos"],
        namespace: "opensuse",
        ..rpm("opensuse-tumbleweed", Release::Rolling, "")
    },
    Family {
        aliases: &["sle-micro", "sle-micro-rancher", "suse-microos"],
        ..rpm("sl-micro", Release::Minor, "suse-linux-micro")
    },
    Family {
        aliases: &["leap-micro"],
        namespace: "opensuse",
        ..rpm("opensuse-leap-micro", Release::Minor, "")
    },
    Family {
        osv: "Mageia",
        ..rpm("mageia", Release::Major, "mageia")
    },
    Family {
        osv: "openEuler",
        ..rpm("openeuler", Release::Whole, "")
    },
    Family {
        ..rpm("bottlerocket", Release::Rolling, "")
    },
    Family {
        kind: "ebuild",
        ..rpm("gentoo", Release::Rolling, "")
    },
    Family {
        aliases: &["archlinux", "archarm"],
        kind: "alpm",
        release: Release::Rolling,
        ..rpm("arch", Release::Rolling, "")
    },
];

/// The row of a distribution by its id, an alias or a purl namespace.
pub fn family(id: &str) -> Option<&'static Family> {
    let id = id.trim().to_ascii_lowercase();
    let exact = FAMILIES.iter().find(|f| f.id == id);
    exact.or_else(|| {
        FAMILIES
            .iter()
            .find(|f| f.namespace == id || f.aliases.contains(&&*id))
    })
}

impl Family {
    /// The order of versions of its packages.
    pub fn scheme(&self) -> Scheme {
        match self.kind {
            "deb" => Scheme::Deb,
            "apk" => Scheme::Apk,
            "alpm" => Scheme::Pacman,
            "ebuild" => Scheme::Portage,
            _ => Scheme::Rpm,
        }
    }

    /// The release as the advisory space and the end-of-life table write it, from
    /// whatever wrote it: a codename, `v3.18.4`, `9.4`. Empty where there is none.
    pub fn cut(&self, version: &str) -> String {
        let version = version.trim().trim_start_matches('v');
        let lower = version.to_ascii_lowercase();
        let named = |(name, _): &&(&str, &str)| *name == lower;
        if let Some((_, release)) = self.codenames.iter().find(named) {
            return (*release).to_owned();
        }
        if self.space == "alpine" && (lower == "edge" || lower.contains("_alpha")) {
            return "edge".to_owned();
        }
        let mut parts = version.split(['.', '_']);
        let major = parts.next().unwrap_or_default();
        match self.release {
            // Releases before Debian 4 were counted in minors.
            Release::Major if self.id == "debian" && matches!(major, "1" | "2" | "3") => {
                minor(version)
            }
            Release::Major if self.id == "amzn" && !matches!(major, "2" | "2022" | "2023") => {
                "1".to_owned()
            }
            Release::Major => major.to_owned(),
            Release::Minor => minor(version),
            Release::Whole => version.to_owned(),
            Release::Rolling => String::new(),
        }
    }

    pub(super) fn space_name(&self, version: &str) -> String {
        match self.release {
            Release::Rolling => self.space.to_owned(),
            _ => format!("{}:{}", self.space, self.cut(version)),
        }
    }

    fn cycle(&self, version: &str) -> String {
        let cut = self.cut(version);
        match (self.id, cut.as_str()) {
            ("amzn", "1") => "2018.03".to_owned(),
            ("photon", major) => format!("{major}.0"),
            _ => cut,
        }
    }
}

fn minor(version: &str) -> String {
    let mut parts = version.split(['.', '_', '-']);
    let major = parts.next().unwrap_or_default();
    let minor = parts.next().filter(|m| !m.is_empty()).unwrap_or("0");
    if major.is_empty() {
        String::new()
    } else {
        format!("{major}.{minor}")
    }
}

/// Where advisories of `distro` are found; `None` for a distribution nobody covers or
/// whose release is not known.
///
/// A distribution without a row of its own is looked up as the one that it is built on,
/// where its files name the release of that one.
pub fn space(distro: &Distro) -> Option<Space> {
    let Some(row) = family(&distro.id) else {
        let (id, version) = distro.base.as_deref()?.split_once(':')?;
        return family(id).and_then(|_| space(&Distro::new(id, version)));
    };
    if row.release != Release::Rolling && row.cut(&distro.version).is_empty() {
        return None;
    }
    let stream = distro.channels.iter().any(|c| c == STREAM);
    let (name, product) = match row.id {
        "centos" | "almalinux" if stream => (
            format!("{}-stream:{}", row.id, row.cut(&distro.version)),
            if row.id == "centos" {
                "centos-stream"
            } else {
                ""
            },
        ),
        _ => (row.space_name(&distro.version), row.product),
    };
    Some(Space {
        name,
        kind: row.kind,
        scheme: row.scheme(),
        key: row.key,
        product,
        cycle: row.cycle(&distro.version),
    })
}
