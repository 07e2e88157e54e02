//! Channels: whether a fix that is not published in the ordinary place speaks about a
//! package.
//!
//! Some channels disclose: what Ubuntu and SUSE fix for subscribers alone is open for
//! everybody else. Others build from sources of their own and say nothing about a package
//! outside of them: the update streams of one minor release of Red Hat, FIPS and real-time
//! builds, and every channel that is not known here.

use lazaret_model::Distro;

/// How a statement's channel stands to a package and its system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The ordinary channel, or one that the system receives.
    Received,
    /// Another channel; that it fixes something tells that the flaw is open here.
    Disclosed,
    /// Another channel that says nothing about this package.
    Apart,
}

/// Names of channels that disclose; one that ends with `-` or `:` stands for all that
/// begin with it.
const DISCLOSING: [&str; 6] = ["esm", "esm-", "espos", "ltss", "ltss-", "els:"];

/// Streams of one minor release of Red Hat.
const STREAMS: [&str; 4] = ["eus", "aus", "e4s", "tus"];

/// How `channel` stands to a package of this version on this system.
pub(crate) fn reach(channel: Option<&str>, version: &str, distro: Option<&Distro>) -> Reach {
    let Some(channel) = channel else {
        return Reach::Received;
    };
    // Lines of Amazon's extras begin with their own version, so the range decides.
    if channel.starts_with("extras:") || is_told_by(version, channel) {
        return Reach::Received;
    }
    if distro.is_some_and(|d| receives(d, channel)) {
        return Reach::Received;
    }
    match DISCLOSING.iter().any(|name| is_of(channel, name)) {
        true => Reach::Disclosed,
        false => Reach::Apart,
    }
}

fn is_of(channel: &str, name: &str) -> bool {
    match name.ends_with(['-', ':']) {
        true => channel.starts_with(name),
        false => channel == name,
    }
}

/// Whether a version is that of a build for the channel.
pub(crate) fn is_told_by(version: &str, channel: &str) -> bool {
    let tells = |mark: &str| version.to_ascii_lowercase().contains(mark);
    match channel.split_once(':') {
        // `5.14.0-70.30.1.el9_0` is a build for the minor release 9.0.
        Some((family, release)) if STREAMS.contains(&family) => {
            minor_of(version).is_some_and(|of| format!("{}.{}", of.0, of.1) == release)
        }
        _ if channel.starts_with("fips") => tells("fips"),
        _ if channel.starts_with("esm") => tells("~esm") || tells("+esm"),
        _ => false,
    }
}

/// Whether the system takes updates from the channel.
fn receives(distro: &Distro, channel: &str) -> bool {
    let told = &distro.channels;
    let has = |name: &str| told.iter().any(|c| c == name);
    // Builds of these are marked, and an unmarked one was never in the channel.
    if channel.starts_with("fips") {
        return false;
    }
    if has(channel) {
        return true;
    }
    if let Some((family, release)) = channel.split_once(':') {
        let of_release = distro.version == release
            || distro
                .version
                .strip_prefix(release)
                .is_some_and(|r| r.starts_with('.'));
        return has(family) && of_release;
    }
    // Not everybody tells which of Ubuntu's two channels is meant.
    let named = |c: &String| c.starts_with("esm-");
    match channel {
        "esm" => told.iter().any(named),
        _ => channel.starts_with("esm-") && has("esm") && !told.iter().any(named),
    }
}

/// Whether a fix can be installed on the system.
///
/// A system that stays on one minor release of Red Hat gets no builds of later ones
/// (`.el9_4` on 9.2); any other moves on with its updates.
pub(crate) fn is_reachable(fix: &str, distro: Option<&Distro>) -> bool {
    let Some(distro) = distro else {
        return true;
    };
    let stays = distro.channels.iter().any(|c| {
        let family = c.split_once(':').map_or(c.as_str(), |(family, _)| family);
        STREAMS.contains(&family)
    });
    let own = distro.version.split_once('.');
    match (
        stays,
        own.map(|(_, minor)| minor.parse::<u32>()),
        minor_of(fix),
    ) {
        (true, Some(Ok(own)), Some((_, minor))) => minor <= own,
        _ => true,
    }
}

/// Major and minor release in a build's dist tag: `.el9_2` is (9, 2).
fn minor_of(version: &str) -> Option<(u32, u32)> {
    let (_, rest) = version.rsplit_once(".el")?;
    let (major, rest) = rest.split_once('_')?;
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    Some((major.parse().ok()?, rest[..end].parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn system(id: &str, release: &str, channels: &[&str]) -> Distro {
        Distro {
            channels: channels.iter().map(ToString::to_string).collect(),
            ..Distro::new(id, release)
        }
    }

    #[track_caller]
    fn check(channel: &str, version: &str, distro: &Distro, expected: Reach) {
        assert_eq!(
            reach(Some(channel), version, Some(distro)),
            expected,
            "{channel} {version} {distro}"
        );
    }

    #[test]
    fn a_fix_for_subscribers_discloses_to_everybody_else() {
        let plain = system("ubuntu", "18.04", &[]);
        for channel in ["esm", "esm-infra", "ltss", "espos", "els:7"] {
            check(channel, "1.0-1", &plain, Reach::Disclosed);
        }
    }

    #[test]
    fn a_subscriber_receives_what_it_is_told_to() {
        let one = system("ubuntu", "18.04", &["esm", "esm-infra"]);
        check("esm-infra", "1.0-1", &one, Reach::Received);
        check("esm", "1.0-1", &one, Reach::Received);
        check("esm-apps", "1.0-1", &one, Reach::Disclosed);
        let any = system("ubuntu", "18.04", &["esm"]);
        check("esm-apps", "1.0-1", &any, Reach::Received);
        check(
            "els:7",
            "1.0-1",
            &system("rhel", "7.9", &["els"]),
            Reach::Received,
        );
    }

    #[test]
    fn an_update_stream_speaks_about_its_own_minor_release_alone() {
        let plain = system("rhel", "9.4", &[]);
        check("eus:9.2", "5.14.0-284.11.1.el9_2", &plain, Reach::Received);
        check("eus:9.2", "5.14.0-427.13.1.el9_4", &plain, Reach::Apart);
        check("eus:9.2", "5.14.0-284.el9", &plain, Reach::Apart);
        check("aus:8.2", "4.18.0-1.el8_20", &plain, Reach::Apart);
        let stays = system("rhel", "9.2", &["eus"]);
        check("eus:9.2", "5.14.0-284.el9", &stays, Reach::Received);
        check("eus:9.0", "5.14.0-284.el9", &stays, Reach::Apart);
    }

    #[test]
    fn fips_realtime_and_unknown_channels_are_apart() {
        let plain = system("ubuntu", "20.04", &["fips-updates"]);
        check("fips-updates", "1.1.1f-1ubuntu2", &plain, Reach::Apart);
        check(
            "fips-updates",
            "1.1.1f-1ubuntu2.fips.7",
            &plain,
            Reach::Received,
        );
        check("realtime", "5.15.0-1", &plain, Reach::Apart);
        check(
            "client-tools",
            "1.0-1",
            &system("sles", "15.4", &[]),
            Reach::Apart,
        );
    }

    #[test]
    fn builds_of_a_later_minor_release_do_not_reach_a_system_that_stays() {
        let stays = system("rhel", "9.2", &["eus"]);
        assert!(is_reachable("0:2.0-1.el9_2.3", Some(&stays)));
        assert!(is_reachable("0:2.0-1.el9", Some(&stays)));
        assert!(!is_reachable("0:2.0-5.el9_4", Some(&stays)));
        assert!(is_reachable(
            "0:2.0-5.el9_4",
            Some(&system("rhel", "9.2", &[]))
        ));
    }
}
