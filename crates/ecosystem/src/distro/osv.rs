//! The names of distributions in OSV records.

use lazaret_model::KeyKind;
use lazaret_version::Scheme;

use super::table::{FAMILIES, Release, family};

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
