//! What a program runs in and on, as CPE names say it.
//!
//! NVD's records are about products on every system of the world; what a container holds
//! runs on Linux. Source: NISTIR 7695, `target_sw`; NVD's `configurations`.

/// Values of `target_sw` that a Linux program fulfils by itself.
const PLAIN: [&str; 7] = [
    "*",
    "-",
    "docker",
    "kubernetes",
    "linux",
    "linux_kernel",
    "unix",
];

/// Whether a program whose own `target_sw` is `own` is what a statement is about.
pub(crate) fn runs_in(wanted: &[String], own: &str) -> bool {
    let plain = |name: &str| PLAIN.contains(&name);
    wanted.is_empty() || wanted.iter().any(|w| w == own || (plain(w) && plain(own)))
}

/// Systems other than Linux, and frameworks whose plug-ins are the subject: `vendor:product`,
/// or the beginning of it before a `*`.
const FOREIGN: [&str; 24] = [
    "apple:*",
    "cisco:*",
    "drupal:*",
    "freebsd:*",
    "google:android",
    "google:chrome_os",
    "hp:hp-ux",
    "hp:tru64",
    "ibm:aix",
    "ibm:i",
    "ibm:os_400",
    "ibm:z/os",
    "joomla:*",
    "juniper:junos*",
    "microsoft:.net_framework",
    "microsoft:internet_information_*",
    "microsoft:windows*",
    "netbsd:*",
    "openbsd:*",
    "oracle:solaris",
    "sun:*",
    "typo3:*",
    "vmware:esx*",
    "wordpress:*",
];

/// Linux distributions: the vendor, and the id in os-release.
const DISTRIBUTIONS: [(&str, &[&str]); 16] = [
    ("almalinux", &["almalinux"]),
    ("alpinelinux", &["alpine"]),
    ("amazon", &["amzn"]),
    ("archlinux", &["arch"]),
    ("canonical", &["ubuntu"]),
    ("centos", &["centos"]),
    ("debian", &["debian"]),
    ("fedoraproject", &["fedora"]),
    ("gentoo", &["gentoo"]),
    ("mageia", &["mageia"]),
    ("novell", &["sles", "opensuse-leap", "opensuse-tumbleweed"]),
    ("opensuse", &["opensuse-leap", "opensuse-tumbleweed"]),
    ("oracle:linux", &["ol"]),
    ("redhat", &["rhel", "centos", "fedora"]),
    ("rockylinux", &["rocky"]),
    ("suse", &["sles", "sl-micro", "opensuse-leap"]),
];

/// Whether one of the platforms, each `vendor:product`, may be the one that a program in a
/// container runs on. Without a known distribution every Linux may be it.
pub(crate) fn runs_on(platforms: &[String], distro: Option<&str>) -> bool {
    platforms.is_empty() || platforms.iter().any(|p| may_be(p, distro))
}

fn may_be(platform: &str, distro: Option<&str>) -> bool {
    let vendor = platform.split(':').next().unwrap_or(platform);
    let is_foreign = |name: &&str| match name.strip_suffix('*') {
        Some(start) => platform.starts_with(start),
        None => platform == *name,
    };
    if FOREIGN.iter().any(is_foreign) {
        return false;
    }
    let known = DISTRIBUTIONS
        .iter()
        .find(|(name, _)| *name == vendor || *name == platform);
    match (known, distro) {
        (Some((_, ids)), Some(distro)) => ids.contains(&distro),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn on(platform: &str, distro: Option<&str>, expected: bool) {
        assert_eq!(
            runs_on(&[platform.to_owned()], distro),
            expected,
            "{platform} on {distro:?}"
        );
    }

    #[test]
    fn a_distribution_among_the_platforms_is_asked_for() {
        on("debian:debian_linux", Some("debian"), true);
        on("debian:debian_linux", Some("alpine"), false);
        on("debian:debian_linux", None, true);
        on("redhat:enterprise_linux", Some("rhel"), true);
        on("oracle:linux", Some("debian"), false);
    }

    #[test]
    fn other_systems_and_frameworks_are_no_platform_of_a_container() {
        for platform in [
            "microsoft:windows",
            "apple:macos",
            "google:android",
            "wordpress:wordpress",
        ] {
            on(platform, Some("debian"), false);
            on(platform, None, false);
        }
    }

    #[test]
    fn anything_else_may_be_there() {
        on("openssl:openssl", Some("debian"), true);
        assert!(runs_on(&[], Some("debian")));
    }

    #[test]
    fn software_that_runs_in_another_is_found_by_its_own_name() {
        let wanted = |name: &str| [name.to_owned()];
        assert!(runs_in(&[], "*"));
        assert!(runs_in(&wanted("node.js"), "node.js"));
        assert!(!runs_in(&wanted("node.js"), "*"));
        assert!(!runs_in(&wanted("wordpress"), "*"));
        assert!(runs_in(&wanted("linux"), "*"));
    }
}
