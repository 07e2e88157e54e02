//! Distributions as people and other programs name them.

use lazaret_model::Distro;

use super::STREAM;
use super::table::{FAMILIES, Release, family};

/// The distribution that a user, a component of an SBOM or a qualifier names, with the
/// id that os-release would give and the release in its usual form.
pub fn from_id(id: &str, version: &str) -> Distro {
    let id = id.trim().to_ascii_lowercase();
    let stream = id == "centos-stream";
    let (version, channels) = match version.split_once('+') {
        Some((version, channel)) => (version, vec![channel.to_owned()]),
        None => (version, Vec::new()),
    };
    let version = version.trim();
    let mut distro = match family(if stream { "centos" } else { &id }) {
        Some(row) => {
            let cut =
                matches!(row.id, "debian" | "alpine" | "ubuntu") || row.release == Release::Rolling;
            Distro::new(
                row.id,
                if cut {
                    row.cut(version)
                } else {
                    version.to_owned()
                },
            )
        }
        None => Distro::new(id, version),
    };
    distro.channels = channels;
    if stream || (distro.id == "centos" && version.contains("stream")) {
        distro.channels.push(STREAM.to_owned());
        distro.version = version
            .trim_end_matches("-stream")
            .trim_start_matches("stream")
            .to_owned();
    }
    distro
}

/// The distribution in `debian:12`, `debian-12`, `opensuse-leap-15.5`, `bookworm`,
/// `wolfi` or `ubuntu:22.04+esm`; `None` for an empty text.
pub fn parse(text: &str) -> Option<Distro> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    if let Some((id, version)) = text.split_once(':') {
        return Some(from_id(id, version));
    }
    if family(text).is_some() {
        return Some(from_id(text, ""));
    }
    let lower = text.to_ascii_lowercase();
    for row in FAMILIES {
        if row.codenames.iter().any(|(name, _)| *name == lower) {
            return Some(from_id(row.id, &lower));
        }
    }
    // The longest known id in front of a hyphen; otherwise whatever stands before a number.
    let cuts: Vec<usize> = text.match_indices('-').map(|(at, _)| at).collect();
    let known = cuts.iter().rev().find(|at| family(&text[..**at]).is_some());
    let number = cuts
        .iter()
        .find(|at| text[**at + 1..].starts_with(|c: char| c.is_ascii_digit()));
    Some(match known.or(number) {
        Some(at) => from_id(&text[..*at], &text[at + 1..]),
        None => from_id(text, ""),
    })
}
