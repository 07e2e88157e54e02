//! Readers of the files that name the distribution.
//!
//! Each turns a file into hints and nothing more. Sources: os-release(5), apk-repositories(5),
//! and the one-line files that distributions had before os-release.

use lazaret_model::GapKind;

use super::{
    ALPINE_RELEASE, APK_REPOSITORIES, DEBIAN_VERSION, DistroHint, LSB_RELEASE, OS_RELEASE,
    REDHAT_RELEASE, UBUNTU_PRO, USR_OS_RELEASE,
};
use crate::recognise::never;
use crate::{EvidenceKind, Found, Input, ReadError, Reader};

/// Longest value that is kept, in bytes; longer ones say nothing about a distribution.
const MAX_VALUE: usize = 512;

/// Most lines that are looked at.
const MAX_LINES: usize = 10_000;

const fn reader(
    id: &'static str,
    wants: fn(&str) -> bool,
    read: fn(Input<'_>) -> Result<Found, ReadError>,
) -> Reader {
    Reader {
        id,
        revision: 1,
        evidence: EvidenceKind::Installed,
        recognises: never,
        wants,
        max_bytes: 4 << 20,
        read,
    }
}

/// The readers of the files that name the distribution.
pub static READERS: &[Reader] = &[
    reader(
        "distro/os-release",
        |p| matches!(p, "etc/os-release" | "usr/lib/os-release"),
        os_release,
    ),
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
        |p| p == "etc/apk/repositories",
        repositories,
    ),
    reader(
        "distro/ubuntu-pro",
        |p| p == "var/lib/ubuntu-advantage/status.json",
        ubuntu_pro,
    ),
];

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

fn hint(from: &'static str, key: &str, value: &str) -> DistroHint {
    DistroHint {
        from,
        key: key.to_owned(),
        value: value.to_owned(),
    }
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &str> {
    bytes
        .split(|b| *b == b'\n')
        .take(MAX_LINES)
        .filter(|l| l.len() <= 2 * MAX_VALUE)
        .filter_map(|l| std::str::from_utf8(l).ok())
        .map(|l| l.trim_start_matches('\u{feff}').trim())
}

fn assignments(bytes: &[u8], from: &'static str) -> Vec<DistroHint> {
    let mut hints = Vec::new();
    for text in lines(bytes).filter(|l| !l.starts_with('#')) {
        let Some((key, value)) = text.split_once('=') else {
            continue;
        };
        let key = key.trim();
        if key.is_empty() || !key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            continue;
        }
        let value = unquote(value.trim());
        if value.len() <= MAX_VALUE && !value.chars().any(char::is_control) {
            hints.push(hint(from, key, &value));
        }
    }
    hints
}

/// The value of a shell assignment: quotes fall away, a backslash takes what follows.
fn unquote(text: &str) -> String {
    let mut out = String::new();
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(q), c) if c == q => quote = None,
            (None | Some('"'), '\\') => out.extend(chars.next()),
            _ => out.push(c),
        }
    }
    out.trim().to_owned()
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
