//! Readers of the files that name the distribution.
//!
//! Each turns a file into hints and nothing more. Sources: os-release(5), apk-repositories(5),
//! and the one-line files that distributions had before os-release.

use lazaret_model::GapKind;

use super::lines::{MAX_VALUE, assignments, hint, lines};
use super::{
    ALPINE_RELEASE, APK_REPOSITORIES, DEBIAN_VERSION, LSB_RELEASE, OS_RELEASE, REDHAT_RELEASE,
    SUSE_RELEASE, UBUNTU_PRO, USR_OS_RELEASE, buildinfo, history,
};
use crate::recognise::never;
use crate::{EvidenceKind, Found, Input, ReadError, Reader};

const fn reader(
    id: &'static str,
    wants: fn(&str) -> bool,
    read: fn(Input<'_>) -> Result<Found, ReadError>,
) -> Reader {
    Reader {
        id,
        revision: 2,
        evidence: EvidenceKind::Installed,
        recognises: never,
        wants,
        max_bytes: 4 << 20,
        read,
    }
}

/// The readers of the files that name the distribution.
pub static READERS: &[Reader] = &[
    reader("distro/os-release", is_os_release, os_release),
    reader(
        "distro/lsb-release",
        |p| p == "etc/lsb-release",
        lsb_release,
    ),
    reader(
        "distro/alpine-release",
        |p| p == "etc/alpine-release",
        |i| Ok(line(i, ALPINE_RELEASE)),
    ),
    reader(
        "distro/debian-version",
        |p| p == "etc/debian_version",
        |i| Ok(line(i, DEBIAN_VERSION)),
    ),
    reader("distro/redhat-release", is_redhat_release, |i| {
        Ok(line(i, REDHAT_RELEASE))
    }),
    reader(
        "distro/apk-repositories",
        |p| p == "etc/apk/repositories" || p.starts_with("etc/apk/repositories.d/"),
        repositories,
    ),
    reader(
        "distro/ubuntu-pro",
        |p| p == "var/lib/ubuntu-advantage/status.json",
        ubuntu_pro,
    ),
    reader(
        "distro/suse-release",
        |p| p == "etc/SuSE-release",
        suse_release,
    ),
    reader(
        "distro/build-information",
        buildinfo::wants,
        buildinfo::read,
    ),
    Reader {
        max_bytes: 256 << 20,
        ..reader("distro/dnf-history", history::is_dnf, history::dnf)
    },
    reader("distro/dnf5-packages", history::is_dnf5, history::dnf5),
    reader(
        "distro/yum-history",
        |p| history::yum_package(p).is_some(),
        history::yum,
    ),
];

/// Where os-release lies; in a Bottlerocket image below the root of its own system.
fn is_os_release(path: &str) -> bool {
    matches!(path, "etc/os-release" | "usr/lib/os-release")
        || path.ends_with("-bottlerocket-linux-gnu/sys-root/usr/lib/os-release")
}

fn is_redhat_release(path: &str) -> bool {
    matches!(
        path,
        "etc/redhat-release"
            | "etc/centos-release"
            | "etc/oracle-release"
            | "etc/rocky-release"
            | "etc/almalinux-release"
            | "etc/fedora-release"
            | "etc/system-release"
    )
}

fn os_release(input: Input<'_>) -> Result<Found, ReadError> {
    let from = if input.path.starts_with("etc/") {
        OS_RELEASE
    } else {
        USR_OS_RELEASE
    };
    let mut found = Found {
        distro: assignments(input.bytes, from),
        ..Found::default()
    };
    found.distro.retain(|h| {
        matches!(
            h.key.as_str(),
            "ID" | "ID_LIKE"
                | "DEBIAN_CODENAME"
                | "PLATFORM_ID"
                | "RHEL_VERSION"
                | "UBUNTU_CODENAME"
                | "NAME"
                | "PRETTY_NAME"
                | "VERSION"
                | "VERSION_ID"
                | "VERSION_CODENAME"
        )
    });
    if found.distro.is_empty() && !input.bytes.trim_ascii().is_empty() {
        return Err(ReadError::new("no assignment that os-release(5) knows"));
    }
    Ok(found)
}

fn lsb_release(input: Input<'_>) -> Result<Found, ReadError> {
    Ok(Found {
        distro: assignments(input.bytes, LSB_RELEASE),
        ..Found::default()
    })
}

/// `SUSE Linux Enterprise Server 11 (x86_64)`, then `VERSION` and `PATCHLEVEL`.
fn suse_release(input: Input<'_>) -> Result<Found, ReadError> {
    let mut found = line(input, SUSE_RELEASE);
    found.distro.extend(assignments(input.bytes, SUSE_RELEASE));
    Ok(found)
}

/// A file of one line; the key is the file's own name.
fn line(input: Input<'_>, from: &'static str) -> Found {
    let name = input.path.rsplit('/').next().unwrap_or(input.path);
    let first = lines(input.bytes).find(|l| !l.is_empty() && l.len() <= MAX_VALUE);
    Found {
        distro: first.map(|l| hint(from, name, l)).into_iter().collect(),
        ..Found::default()
    }
}

/// One hint for each release that a repository line names: `https://…/alpine/v3.18/main`.
fn repositories(input: Input<'_>) -> Result<Found, ReadError> {
    let mut found = Found::default();
    for text in lines(input.bytes).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let (tag, url) = match text.split_once(char::is_whitespace) {
            Some((tag, rest)) if tag.starts_with('@') => (true, rest.trim()),
            _ => (false, text),
        };
        // A tagged repository is used only for packages that are asked for by tag.
        if tag {
            continue;
        }
        let release = url.split('/').find_map(|part| match part {
            "edge" => Some("edge"),
            "latest-stable" => None,
            _ => part.strip_prefix('v').filter(|v| is_release(v)),
        });
        if let Some(release) = release {
            let hint = hint(APK_REPOSITORIES, "release", release);
            if !found.distro.contains(&hint) && found.distro.len() < 64 {
                found.distro.push(hint);
            }
        }
    }
    Ok(found)
}

fn is_release(text: &str) -> bool {
    let number = |p: &str| !p.is_empty() && p.len() < 6 && p.bytes().all(|b| b.is_ascii_digit());
    text.split_once('.')
        .is_some_and(|(major, minor)| number(major) && number(minor))
}

/// Services that `pro status` calls enabled.
fn ubuntu_pro(input: Input<'_>) -> Result<Found, ReadError> {
    #[derive(serde::Deserialize)]
    struct Status {
        #[serde(default)]
        services: Vec<Service>,
    }
    #[derive(serde::Deserialize)]
    struct Service {
        #[serde(default)]
        name: String,
        #[serde(default)]
        status: String,
    }
    let mut found = Found::default();
    match serde_json::from_slice::<Status>(input.bytes) {
        Ok(status) => {
            for service in status
                .services
                .iter()
                .filter(|s| s.status == "enabled")
                .take(64)
            {
                if service.name.len() <= MAX_VALUE {
                    found
                        .distro
                        .push(hint(UBUNTU_PRO, "service", &service.name));
                }
            }
        }
        Err(error) => found.gaps.push((
            GapKind::Unreadable,
            format!("not a status of Ubuntu Pro: {error}"),
        )),
    }
    Ok(found)
}
