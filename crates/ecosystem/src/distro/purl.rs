//! Purls of distribution packages, both ways.
//!
//! [`finish`] puts into the purl what matching needs and a version alone does not say:
//! architecture, distribution, epoch, source and module. [`from_purl`] takes it out again,
//! from our own purls and from those of other programs. Sources: the purl type
//! definitions of `deb`, `rpm`, `apk` and `alpm`; `upstream` is a common extension.

use lazaret_model::{Distro, Package, Purl, Source};

use super::table::family;
use super::{from_id, parse};

fn is_distribution(kind: &str) -> bool {
    matches!(kind, "deb" | "rpm" | "apk" | "alpm" | "ebuild" | "opkg")
}

/// Completes the purl of a package of a distribution; others are left as they are.
pub fn finish(package: &mut Package, distro: Option<&Distro>) {
    if !is_distribution(package.kind()) {
        return;
    }
    let mut purl = package.purl.clone();
    if let Some(distro) = distro {
        let namespace = family(&distro.id).map_or(distro.id.as_str(), |f| f.namespace);
        // The namespace of an ebuild is its category.
        if purl.kind != "ebuild" {
            purl.namespace = Some(namespace.to_owned()).filter(|n| !n.is_empty());
        }
        purl.set(
            "distro",
            &match distro.version.as_str() {
                "" => distro.id.clone(),
                version => format!("{}-{version}", distro.id),
            },
        );
    }
    if purl.kind == "rpm" {
        purl.version = Some(without_epoch(&package.version).to_owned()).filter(|v| !v.is_empty());
        let epoch = package.epoch.map(|e| e.to_string()).unwrap_or_default();
        purl.set("epoch", &epoch);
        purl.set("rpmmod", package.module.as_deref().unwrap_or_default());
    }
    purl.set("arch", package.architecture.as_deref().unwrap_or_default());
    let upstream = package
        .source
        .as_ref()
        .filter(|s| s.name != package.name || s.version != package.version);
    purl.set(
        "upstream",
        &match upstream {
            Some(source) if source.version == package.version || source.version.is_empty() => {
                source.name.clone()
            }
            Some(source) => format!("{}@{}", source.name, source.version),
            None => String::new(),
        },
    );
    package.purl = purl;
}

fn without_epoch(version: &str) -> &str {
    version.split_once(':').map_or(version, |(_, rest)| rest)
}

/// The package that a purl describes, with epoch, architecture, source and module taken
/// from its qualifiers. The purl itself is kept as it is.
pub fn from_purl(purl: &Purl) -> Package {
    let mut version = purl.version.clone().unwrap_or_default();
    let mut package = Package {
        name: purl.ecosystem_name(),
        purl: purl.clone(),
        ..Package::default()
    };
    if is_distribution(&purl.kind) {
        package.architecture = purl.qualifier("arch").map(str::to_owned);
        let told = purl.qualifier("epoch").and_then(|e| e.parse::<u32>().ok());
        if purl.kind == "rpm" {
            let inside = version
                .split_once(':')
                .and_then(|(e, _)| e.parse::<u32>().ok());
            package.epoch = inside.or(told);
            package.module = purl
                .qualifier("rpmmod")
                .or(purl.qualifier("modularitylabel"))
                .map(str::to_owned);
            if inside.is_some() {
                version = without_epoch(&version).to_owned();
            }
        }
        let prefix = if purl.kind == "rpm" {
            package.epoch
        } else {
            told
        };
        if let Some(epoch) =
            prefix.filter(|e| *e > 0 && !version.contains(':') && !version.is_empty())
        {
            version = format!("{epoch}:{version}");
        }
        package.source = source_of(purl, &package.name, &version);
    }
    package.version = version;
    package
}

fn source_of(purl: &Purl, name: &str, version: &str) -> Option<Source> {
    if matches!(purl.qualifier("arch"), Some("source" | "src")) {
        return Some(Source {
            name: name.to_owned(),
            version: version.to_owned(),
        });
    }
    let upstream = purl.qualifier("upstream")?;
    if let Some((name, version)) = crate::rpm::source_of_file(upstream) {
        return Some(Source { name, version });
    }
    let (name, version) = upstream
        .rsplit_once('@')
        .filter(|(n, v)| !n.is_empty() && !v.is_empty())
        .unwrap_or((upstream, version));
    Some(Source {
        name: name.to_owned(),
        version: version.to_owned(),
    })
}

/// The distribution that the purl of a package names by qualifier and namespace.
pub fn distro_of_purl(purl: &Purl) -> Option<Distro> {
    if !is_distribution(&purl.kind) {
        return None;
    }
    let namespace = purl.namespace.as_deref().filter(|n| !n.is_empty());
    let Some(told) = purl.qualifier("distro") else {
        // A rolling distribution has no release to tell.
        let namespace = match purl.kind.as_str() {
            "ebuild" => "gentoo",
            _ => namespace?,
        };
        let row = family(namespace)?;
        return (row.release == super::Release::Rolling).then(|| from_id(row.id, ""));
    };
    let bare_version = told.starts_with(|c: char| c.is_ascii_digit());
    match namespace {
        Some(namespace) if bare_version => Some(from_id(namespace, told)),
        _ => parse(told),
    }
}
