//! Lines of builds: whether a fix of a channel or flavour speaks about a package.
//!
//! A fix in a channel that a system does not receive comes in two kinds. Some channels
//! disclose: what Ubuntu fixes for subscribers alone is open for everybody else. Others
//! build from sources of their own, and say nothing about a package outside of them: the
//! update streams of one minor release of Red Hat, FIPS and real-time builds.

use lazaret_version::Range;

/// Channels that say nothing about packages outside of them; a name that ends with `:` or
/// `-` stands for all that begin with it.
const APART: [&str; 11] = [
    "aus:",
    "bcl",
    "bluefield",
    "e4s:",
    "eus:",
    "fips",
    "fips-",
    "livepatch",
    "realtime",
    "sap",
    "tus:",
];

/// Whether a statement of `channel` speaks about a package of this version.
///
/// `acquits`: the statement takes a finding away, so that it counts only for a package
/// that is certainly of the channel.
pub(crate) fn in_channel(channel: &str, version: &str, acquits: bool) -> bool {
    let apart = APART.iter().any(|name| {
        let family = name.ends_with([':', '-']);
        if family {
            channel.starts_with(name)
        } else {
            channel == *name
        }
    });
    if !apart && !acquits {
        return true;
    }
    let tells = |mark: &str| version.to_ascii_lowercase().contains(mark);
    match channel.split_once(':') {
        // `5.14.0-70.30.1.el9_0` is a build for the minor release 9.0.
        Some(("eus" | "aus" | "e4s" | "tus", release)) => {
            let mark = format!(".el{}", release.replace('.', "_"));
            version
                .split_once(&mark)
                .is_some_and(|(_, rest)| !rest.starts_with(|c: char| c.is_ascii_digit()))
        }
        _ if channel.starts_with("fips") => tells("fips"),
        _ if channel.starts_with("esm") => tells("~esm") || tells("+esm"),
        _ => false,
    }
}

/// The version that a range of rpm versions is held against: without its epoch where the
/// upstream tells none.
///
/// SUSE and openEuler name packages as their files are called, `bind-9.9.4P2-0.6.1`. A range
/// made of such names says nothing about epochs, and an installed `1:9.9.3-1` must not be
/// later than all of it. Everywhere else a version without epoch has epoch 0.
pub(crate) fn held<'v>(space: &str, range: &Range, version: &'v str) -> &'v str {
    let told = ["sles:", "opensuse", "sl-micro:", "openeuler:"]
        .iter()
        .all(|family| !space.starts_with(family));
    match version.split_once(':') {
        Some((_, rest)) if !told && !range.to_string().contains(':') => rest,
        _ => version,
    }
}

/// Whether an rpm of this version is of the build flavour; the empty one is the ordinary.
///
/// Oracle marks its FIPS builds by the end of the release, and its Ksplice builds by a
/// segment that begins with `ksplice`.
pub(crate) fn of_flavour(flavour: &str, version: &str) -> bool {
    let release = version.rsplit('-').next().unwrap_or_default();
    let told = if release.ends_with("_fips") {
        "fips"
    } else if release.split('.').any(|part| part.starts_with("ksplice")) {
        "ksplice"
    } else {
        ""
    };
    told == flavour
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fix_for_subscribers_discloses_to_everybody() {
        assert!(in_channel("esm-infra", "1.0-1ubuntu1", false));
        assert!(in_channel("ltss", "1.0-1", false));
        assert!(in_channel("els:7", "1.0-1.el7", false));
    }

    #[test]
    fn an_update_stream_speaks_about_its_own_minor_release_alone() {
        assert!(in_channel("eus:9.2", "5.14.0-284.11.1.el9_2", false));
        assert!(!in_channel("eus:9.2", "5.14.0-427.13.1.el9_4", false));
        assert!(!in_channel("eus:9.2", "5.14.0-284.el9", false));
        assert!(!in_channel("aus:8.2", "4.18.0-1.el8_20", false));
    }

    #[test]
    fn fips_builds_are_apart() {
        assert!(!in_channel("fips-updates", "1.1.1f-1ubuntu2", false));
        assert!(in_channel("fips-updates", "1.1.1f-1ubuntu2.fips.7", false));
    }

    #[test]
    fn only_a_package_of_the_channel_is_acquitted_by_it() {
        assert!(!in_channel("esm-infra", "1.0-1ubuntu1", true));
        assert!(in_channel("esm-infra", "1.0-1ubuntu1+esm2", true));
        assert!(!in_channel("ltss", "1.0-1", true));
    }

    #[test]
    fn flavours_of_oracle_are_told_by_the_release() {
        assert!(of_flavour("fips", "10:3.6.16-4.0.1.el8_fips"));
        assert!(of_flavour("ksplice", "2:2.34-60.0.2.ksplice1.el9"));
        assert!(of_flavour("", "2.34-60.el9"));
        assert!(!of_flavour("", "2.34-60.0.2.ksplice1.el9"));
        assert!(!of_flavour("fips", "2.34-60.el9"));
    }
}
