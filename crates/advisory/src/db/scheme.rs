//! The names under which a file keeps version schemes.

use lazaret_version::Scheme;

/// Every scheme with its name in the file. Names never change; a scheme that a program
/// does not know makes the statement unreadable, not wrong.
static NAMES: &[(Scheme, &str)] = &[
    (Scheme::Deb, "deb"),
    (Scheme::Rpm, "rpm"),
    (Scheme::Apk, "apk"),
    (Scheme::Semver, "semver"),
    (Scheme::Npm, "npm"),
    (Scheme::Cargo, "cargo"),
    (Scheme::Pep440, "pep440"),
    (Scheme::Gem, "gem"),
    (Scheme::Maven, "maven"),
    (Scheme::Nuget, "nuget"),
    (Scheme::Composer, "composer"),
    (Scheme::Go, "go"),
    (Scheme::Hex, "hex"),
    (Scheme::Pub, "pub"),
    (Scheme::Swift, "swift"),
    (Scheme::Conan, "conan"),
    (Scheme::Bitnami, "bitnami"),
    (Scheme::Cran, "cran"),
    (Scheme::Hackage, "hackage"),
    (Scheme::Pacman, "pacman"),
    (Scheme::Portage, "portage"),
    (Scheme::Jvm, "jvm"),
];

/// The name of a scheme.
pub(crate) fn name(scheme: Scheme) -> &'static str {
    NAMES
        .iter()
        .find(|(known, _)| *known == scheme)
        .map_or("unknown", |(_, name)| name)
}

/// The scheme with that name.
pub(crate) fn by_name(name: &str) -> Option<Scheme> {
    NAMES
        .iter()
        .find(|(_, known)| *known == name)
        .map(|(scheme, _)| *scheme)
}
