//! The distributions: one row each.
//!
//! A row says everything that differs between distributions outside their package
//! database: names, how a release is cut for the advisory space, which name advisories
//! are keyed by (source packages for Debian, Alpine, Azure and Photon; binary packages
//! for the errata of the other rpm distributions) and the end-of-life product.

use lazaret_model::{Distro, KeyKind};
use lazaret_version::Scheme;

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

/// Debian's releases by codename. Source: debian.org, "Debian Releases".
const DEBIAN: &[(&str, &str)] = &[
    ("buzz", "1.1"),
    ("rex", "1.2"),
    ("bo", "1.3"),
    ("hamm", "2.0"),
    ("slink", "2.1"),
    ("potato", "2.2"),
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
    ("unstable", "sid"),
    ("sid", "sid"),
];

/// Ubuntu's releases by codename. Source: wiki.ubuntu.com/Releases.
const UBUNTU: &[(&str, &str)] = &[
    ("dapper", "6.06"),
    ("hardy", "8.04"),
    ("lucid", "10.04"),
    ("precise", "12.04"),
    ("trusty", "14.04"),
    ("utopic", "14.10"),
    ("vivid", "15.04"),
    ("wily", "15.10"),
    ("xenial", "16.04"),
    ("yakkety", "16.10"),
    ("zesty", "17.04"),
    ("artful", "17.10"),
    ("bionic", "18.04"),
    ("cosmic", "18.10"),
    ("disco", "19.04"),
    ("eoan", "19.10"),
    ("focal", "20.04"),
    ("groovy", "20.10"),
    ("hirsute", "21.04"),
    ("impish", "21.10"),
    ("jammy", "22.04"),
    ("kinetic", "22.10"),
    ("lunar", "23.04"),
    ("mantic", "23.10"),
    ("noble", "24.04"),
    ("oracular", "24.10"),
    ("plucky", "25.04"),
    ("questing", "25.10"),
    ("resolute", "26.04"),
];

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
        product: "postmarketos",
        release: Release::Whole,
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
        aliases: &["opensuse.tumbleweed", "tumbleweed"],
        namespace: "opensuse",
        ..rpm("opensuse-tumbleweed", Release::Rolling, "")
    },
    Family {
        aliases: &["sle-micro", "suse-microos"],
        ..rpm("sl-micro", Release::Minor, "suse-linux-micro")
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
        if self.id == "alpine" && (lower == "edge" || lower.contains("_alpha")) {
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

    fn space_name(&self, version: &str) -> String {
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
pub fn space(distro: &Distro) -> Option<Space> {
    let row = family(&distro.id)?;
    if row.release != Release::Rolling && row.cut(&distro.version).is_empty() {
        return None;
    }
    let stream = row.id == "centos" && distro.channels.iter().any(|c| c == STREAM);
    let (name, product) = if stream {
        (
            format!("centos-stream:{}", row.cut(&distro.version)),
            "centos-stream",
        )
    } else {
        (row.space_name(&distro.version), row.product)
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

/// The space that an ecosystem of OSV speaks about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpaceName {
    /// Name of the space, as [`Space::name`]; the space of a channel is its release's.
    pub name: String,
    /// Purl type of its packages.
    pub kind: &'static str,
    /// How its versions are ordered.
    pub scheme: Scheme,
    /// Which names its advisories use.
    pub key: KeyKind,
    /// The channel that its fixes are published in, where it is not the ordinary one:
    /// `esm`, `fips`, `eus:9.2`, ….
    pub channel: Option<String>,
}

/// The space of an OSV ecosystem name with its suffix (`Debian:12`, `Alpine:v3.18`,
/// `Ubuntu:Pro:22.04:LTS`, `Red Hat:enterprise_linux:9::appstream`); `None` where it is
/// no distribution, has no release, or is a product on top of one.
pub fn space_of_osv(ecosystem: &str) -> Option<SpaceName> {
    let (name, suffix) = ecosystem.split_once(':').unwrap_or((ecosystem, ""));
    let mut row = FAMILIES
        .iter()
        .find(|f| !f.osv.is_empty() && f.osv == name)?;
    let mut channel = None;
    let release = match name {
        "Ubuntu" => {
            let (release, found) = ubuntu_suffix(suffix)?;
            channel = found;
            release
        }
        "Red Hat" => {
            let (release, found) = red_hat_suffix(suffix)?;
            channel = found;
            release
        }
        "SUSE" => suse_suffix(suffix)?,
        "openSUSE" if suffix == "Tumbleweed" => {
            row = family("opensuse-tumbleweed")?;
            String::new()
        }
        "openSUSE" => suffix.strip_prefix("Leap ")?.to_owned(),
        _ => suffix.to_owned(),
    };
    if row.release != Release::Rolling && row.cut(&release).is_empty() {
        return None;
    }
    Some(SpaceName {
        name: row.space_name(&release),
        kind: row.kind,
        scheme: row.scheme(),
        key: row.key,
        channel,
    })
}

/// `22.04:LTS`, `Pro:22.04:LTS`, `Pro:FIPS-updates:22.04:LTS`.
fn ubuntu_suffix(suffix: &str) -> Option<(String, Option<String>)> {
    let release = suffix
        .split(':')
        .find(|p| p.starts_with(|c: char| c.is_ascii_digit()))?;
    let words: Vec<&str> = suffix.split(':').take_while(|p| *p != release).collect();
    let channel = match words.as_slice() {
        [] => None,
        ["Pro"] => Some("esm".to_owned()),
        [.., last] => Some(last.to_ascii_lowercase()),
    };
    Some((release.to_owned(), channel))
}

/// The part of a CPE after the vendor: `enterprise_linux:9::appstream`, `rhel_eus:9.2::baseos`.
fn red_hat_suffix(suffix: &str) -> Option<(String, Option<String>)> {
    let mut parts = suffix.split(':');
    let (product, release) = (parts.next()?, parts.next()?);
    let channel = match product.strip_prefix("rhel_") {
        None if product == "enterprise_linux" => None,
        Some(name @ ("eus" | "aus" | "e4s" | "tus" | "els")) => Some(format!("{name}:{release}")),
        _ => return None,
    };
    release
        .starts_with(|c: char| c.is_ascii_digit())
        .then(|| (release.to_owned(), channel))
}

/// `Linux Enterprise Server 15 SP5` and the modules of the same release.
fn suse_suffix(suffix: &str) -> Option<String> {
    if !suffix.starts_with("Linux Enterprise Server")
        && !suffix.starts_with("Linux Enterprise Module")
    {
        return None;
    }
    let mut words = suffix
        .split([' ', '-'])
        .skip_while(|w| !w.starts_with(|c: char| c.is_ascii_digit()));
    let major = words.next()?;
    let pack = words
        .next()
        .and_then(|w| w.strip_prefix("SP"))
        .unwrap_or("0");
    Some(if major.contains('.') {
        major.to_owned()
    } else {
        format!("{major}.{pack}")
    })
}
