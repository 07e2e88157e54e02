//! What rpm errata have in common: names of packages, modules, fixes.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};

use lazaret_model::{Affected, FixStatus, KeyKind, Qualifiers};
use lazaret_version::{Interval, Range, Scheme};

/// Architectures that stand at the end of a package's name.
const ARCHITECTURES: [&str; 24] = [
    "src",
    "nosrc",
    "noarch",
    "x86_64",
    "x86_64_v2",
    "i386",
    "i486",
    "i586",
    "i686",
    "aarch64",
    "aarch64_ilp32",
    "armhfp",
    "armv6hl",
    "armv7hl",
    "ppc",
    "ppc64",
    "ppc64le",
    "s390",
    "s390x",
    "ia64",
    "riscv64",
    "loongarch64",
    "sw_64",
    "mips64el",
];

/// A package as its file or a vendor's list names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Nevra<'a> {
    pub(super) name: &'a str,
    /// `epoch:version-release` or `version-release`; `None` for a bare name.
    pub(super) version: Option<&'a str>,
    pub(super) architecture: Option<&'a str>,
}

impl<'a> Nevra<'a> {
    /// `libtiff-0:4.0.9-32.el8_10.x86_64.rpm`: version and release are the last two parts
    /// between dashes, where they look like them; else the text is a bare name.
    pub(super) fn parse(text: &'a str) -> Self {
        let is_file = text.ends_with(".rpm");
        let text = text.strip_suffix(".rpm").unwrap_or(text);
        let (text, architecture) = split_architecture(text);
        let release = text.rfind('-').filter(|dash| *dash > 0);
        let version = release.and_then(|dash| text[..dash].rfind('-'));
        let found = release.zip(version).filter(|(release, version)| {
            let parts = (&text[version + 1..*release], &text[release + 1..]);
            *version > 0 && (is_file || is_version(parts))
        });
        let (name, version) = match found {
            Some((_, dash)) => (&text[..dash], Some(&text[dash + 1..])),
            None => (text, None),
        };
        Self {
            name,
            version,
            architecture,
        }
    }
}

/// Splits the architecture off a name, if it is one.
pub(super) fn split_architecture(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once('.') {
        Some((rest, last)) if ARCHITECTURES.contains(&last) => (rest, Some(last)),
        _ => (text, None),
    }
}

/// Whether two parts of a name are version and release: `1.12.2` and `lp152.4.3`, but
/// not `binding0` and `32bit`, nor `11` and `openjdk`.
fn is_version((version, release): (&str, &str)) -> bool {
    let is_digit = |c: char| c.is_ascii_digit();
    let is_release = release.starts_with(is_digit) || release.contains('.');
    version.starts_with(is_digit) && release.contains(is_digit) && is_release
}

/// Whether a version or release is that of a package in a module: `….module+el9.1.0+…`.
pub(super) fn is_modular(version: &str) -> bool {
    version.contains(".module+") || version.contains(".module_")
}

/// The modules that a package of an erratum may be in, as conditions.
///
/// A package outside modules is told by its release. Lists that do not tell the stream
/// of the others say it in the erratum's title (`nodejs:18 security update`). Where that
/// is silent, too, there is no condition: to skip such packages would hide their flaws.
pub(super) fn modules(version: &str, title: &str) -> Vec<Option<String>> {
    if !is_modular(version) {
        return vec![Some(String::new())];
    }
    let named = streams(title);
    if named.is_empty() {
        return vec![None];
    }
    named.into_iter().map(Some).collect()
}

/// `name:stream` in a title: `Moderate: httpd:2.4/mod_http2 security update`.
fn streams(title: &str) -> Vec<String> {
    let words = title.split([' ', ',', ';', '(', ')']);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+');
    let mut found = Vec::new();
    for word in words {
        let word = word.split('/').next().unwrap_or(word);
        let Some((name, stream)) = word.split_once(':') else {
            continue;
        };
        let fits = !stream.is_empty()
            && stream.chars().all(is_plain)
            && name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name.chars().all(is_plain);
        if fits && !found.contains(&word.to_owned()) {
            found.push(word.to_owned());
        }
    }
    found
}

/// The major release in a release tag: `5.el9_1`, `2.module+el8.4.0+1+a`.
pub(super) fn enterprise_linux(version: &str) -> Option<&str> {
    let (_, rest) = version
        .match_indices("el")
        .map(|(start, _)| version.split_at(start + 2))
        .find(|(before, rest)| {
            let before = &before[..before.len() - 2];
            before.ends_with(['.', '+', '_']) && rest.starts_with(|c: char| c.is_ascii_digit())
        })?;
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    Some(&rest[..end])
}

/// One package of an erratum.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fix {
    pub(super) space: String,
    pub(super) name: String,
    /// The name is that of the source package.
    pub(super) is_source: bool,
    pub(super) module: Option<String>,
    pub(super) channel: Option<String>,
    /// The versions that it is about begin here.
    pub(super) since: Option<String>,
    pub(super) version: String,
}

/// Statements of the fixes of one erratum: packages that differ in their architectures
/// alone are one, and of several builds of one package in one erratum on one upstream
/// version the highest counts.
#[derive(Debug, Default)]
pub(super) struct Fixes(BTreeMap<Fix, Vec<String>>);

impl Fixes {
    /// Takes a package. `architecture`: `None` where the list does not tell.
    pub(super) fn add(&mut self, fix: Fix, architecture: Option<&str>) {
        let known = self.0.entry(fix).or_default();
        let architecture = architecture.unwrap_or("noarch");
        if !known.iter().any(|a| a == architecture) {
            known.push(architecture.to_owned());
        }
    }

    /// The statements, in order.
    pub(super) fn statements(self) -> Vec<Affected> {
        self.0
            .into_iter()
            .map(|(fix, mut architectures)| {
                if architectures.iter().any(|a| a == "noarch") {
                    architectures.clear();
                }
                architectures.sort();
                let interval = match fix.since {
                    Some(since) => Interval::half_open(since, fix.version.clone()),
                    None => Interval::below(fix.version.clone()),
                };
                Affected {
                    space: fix.space,
                    name: fix.name,
                    key: match fix.is_source {
                        true => KeyKind::Source,
                        false => KeyKind::Binary,
                    },
                    scheme: Scheme::Rpm,
                    range: Range::from(interval),
                    status: FixStatus::Fixed,
                    raw_status: None,
                    fixed: vec![fix.version],
                    severity: None,
                    qualifiers: Qualifiers {
                        architectures,
                        module: fix.module,
                        channel: fix.channel,
                        ..Qualifiers::default()
                    },
                }
            })
            .collect()
    }
}

/// Leaves out statements of a channel that say what the ordinary one says as well.
pub(super) fn without_repeats(statements: Vec<Affected>) -> Vec<Affected> {
    let text = |s: &Affected| {
        let qualifiers = Qualifiers {
            channel: None,
            ..s.qualifiers.clone()
        };
        let (space, name, key, range, status) = (&s.space, &s.name, s.key, &s.range, s.status);
        format!("{space} {name} {key:?} {range} {status:?} {qualifiers:?}")
    };
    let is_ordinary = |s: &&Affected| s.qualifiers.channel.is_none();
    let ordinary: HashSet<String> = statements.iter().filter(is_ordinary).map(text).collect();
    statements
        .into_iter()
        .filter(|s| s.qualifiers.channel.is_none() || !ordinary.contains(&text(s)))
        .collect()
}

/// `epoch:version` without the release.
pub(super) fn base(version: &str) -> &str {
    version.rsplit_once('-').map_or(version, |(base, _)| base)
}

/// Of the fixes on one upstream version, the highest; ordered.
pub(super) fn highest_per_base(mut fixed: Vec<String>) -> Vec<String> {
    fixed.sort_by(|a, b| {
        Scheme::Rpm
            .compare(a, b)
            .unwrap_or(Ordering::Equal)
            .then(a.cmp(b))
    });
    let mut highest: Vec<String> = Vec::new();
    for version in fixed {
        match highest.last_mut() {
            Some(last) if base(last) == base(&version) => *last = version,
            _ => highest.push(version),
        }
    }
    highest
}

/// `< fix1 || >= base2, < fix2 …`: a fix of an older upstream version is not taken for a
/// flaw of the newer one's.
pub(super) fn below(fixed: &[String]) -> Range {
    fixed
        .iter()
        .enumerate()
        .map(|(position, version)| match position {
            0 => Interval::below(version.clone()),
            _ => Interval::half_open(base(version), version.clone()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lazaret_version::Containment;

    #[test]
    fn names_of_packages_are_split() {
        for (text, name, version, architecture) in [
            (
                "libtiff-0:4.0.9-32.el8_10.x86_64.rpm",
                "libtiff",
                Some("0:4.0.9-32.el8_10"),
                Some("x86_64"),
            ),
            (
                "kernel-default-4.12.14-150.72.1",
                "kernel-default",
                Some("4.12.14-150.72.1"),
                None,
            ),
            (
                "java-1.8.0-openjdk-1:1.8.0-1.src",
                "java-1.8.0-openjdk",
                Some("1:1.8.0-1"),
                Some("src"),
            ),
            (
                "libdcerpc-binding0-32bit",
                "libdcerpc-binding0-32bit",
                None,
                None,
            ),
            ("java-11-openjdk", "java-11-openjdk", None, None),
            (
                "vim-9.0-33.oe2203sp3.src.rpm",
                "vim",
                Some("9.0-33.oe2203sp3"),
                Some("src"),
            ),
            ("-a-b", "-a-b", None, None),
            ("", "", None, None),
        ] {
            let expected = Nevra {
                name,
                version,
                architecture,
            };
            assert_eq!(Nevra::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn modules_are_told_by_release_and_title() {
        let modular = "1:18.1-1.module_el9.2.0+36+853e48f5";
        let some = |stream: &str| Some(stream.to_owned());
        assert_eq!(modules("5-1.el9", "nodejs:18 security update"), [some("")]);
        assert_eq!(
            modules(modular, "Moderate: nodejs:18 security update"),
            [some("nodejs:18")]
        );
        assert_eq!(
            modules(modular, "Important: httpd:2.4/mod_http2 security update"),
            [some("httpd:2.4")]
        );
        assert_eq!(
            modules(
                modular,
                "Low: virt:rhel and virt-devel:rhel security update"
            ),
            [some("virt:rhel"), some("virt-devel:rhel")]
        );
        assert_eq!(
            modules(modular, "Important: varnish security update"),
            [None]
        );
    }

    #[test]
    fn releases_are_told_by_their_tag() {
        for (version, expected) in [
            ("0:1.25.2-1.el10_1", Some("10")),
            ("2.module+el9.1.0+13358+56c3b6a3", Some("9")),
            ("1.module_el8.8.0+3613", Some("8")),
            ("1.el8", Some("8")),
            ("libel9-1", None),
        ] {
            assert_eq!(enterprise_linux(version), expected, "{version}");
        }
    }

    #[test]
    fn fixes_on_several_upstream_versions_leave_gaps() {
        let fixes = ["0:3.9.19-8.el9", "0:3.9.18-3.el9_4.5", "0:3.9.18-3.el9_4.1"];
        let fixed = highest_per_base(fixes.map(str::to_owned).to_vec());
        assert_eq!(fixed, ["0:3.9.18-3.el9_4.5", "0:3.9.19-8.el9"]);
        let range = below(&fixed);
        for (version, inside) in [
            ("0:3.9.18-3.el9_4.2", true),
            ("0:3.9.18-3.el9_4.5", false),
            ("0:3.9.19-1.el9", true),
            ("0:3.9.19-8.el9", false),
        ] {
            let found = range.contains(Scheme::Rpm, version);
            assert_eq!(matches!(found, Containment::Inside(_)), inside, "{version}");
        }
    }
}
