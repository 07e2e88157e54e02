//! The conditions of a statement beyond the version.
//!
//! An accusation holds unless something speaks against it; an acquittal only when
//! everything speaks for it.

use lazaret_model::{Package, Qualifiers};

use crate::platform;

/// What a package is besides its version.
pub(crate) struct Circumstances<'a> {
    pub(crate) package: &'a Package,
    /// The distribution's id, where it is known.
    pub(crate) distro: Option<&'a str>,
    /// `target_sw` of the CPE name that is looked up.
    pub(crate) target_software: Option<&'a str>,
}

/// Whether every condition of a statement holds.
pub(crate) fn holds(qualifiers: &Qualifiers, about: &Circumstances<'_>, acquits: bool) -> bool {
    let package = about.package;
    let flavour = qualifiers.flavour.as_deref();
    let module = qualifiers.module.as_deref();
    let software = about.target_software.unwrap_or("*");
    of_architecture(&qualifiers.architectures, package, acquits)
        && flavour.is_none_or(|f| f == flavour_of(&package.version))
        && module.is_none_or(|m| of_module(m, package, acquits))
        && is_told(&qualifiers.goos, package, "go.os")
        && is_told(&qualifiers.goarch, package, "go.arch")
        && platform::runs_in(&qualifiers.target_software, software)
        && platform::runs_on(&qualifiers.platforms, about.distro)
}

/// The first condition that does not hold, for people; `None` where all do.
pub(crate) fn obstacle(
    qualifiers: &Qualifiers,
    about: &Circumstances<'_>,
    acquits: bool,
) -> Option<String> {
    if holds(qualifiers, about, acquits) {
        return None;
    }
    let package = about.package;
    let only = |part: Qualifiers| !holds(&part, about, acquits);
    let (of, none) = (qualifiers.clone(), Qualifiers::default);
    let own = package.architecture.as_deref().unwrap_or("not told");
    let architecture = Qualifiers {
        architectures: of.architectures.clone(),
        ..none()
    };
    if only(architecture) {
        let wanted = of.architectures.join(", ");
        return Some(format!("only {wanted}, and this is {own}"));
    }
    let flavour = Qualifiers {
        flavour: of.flavour.clone(),
        ..none()
    };
    if only(flavour) {
        return Some(match of.flavour.as_deref() {
            Some("") => "only ordinary builds, and this is of a flavour".to_owned(),
            flavour => format!("only builds of the flavour {}", flavour.unwrap_or_default()),
        });
    }
    let module = Qualifiers {
        module: of.module.clone(),
        ..none()
    };
    if only(module) {
        let own = package.module.as_deref().unwrap_or("none");
        return Some(match of.module.as_deref() {
            Some("") => format!("only outside modules, and this is of {own}"),
            module => format!(
                "only of the module {}, and this is of {own}",
                module.unwrap_or_default()
            ),
        });
    }
    let software = Qualifiers {
        target_software: of.target_software.clone(),
        ..none()
    };
    if only(software) {
        return Some(format!("only inside {}", of.target_software.join(", ")));
    }
    let systems = [of.goos, of.goarch, of.platforms].concat();
    Some(format!("only on {}", systems.join(", ")))
}

/// A package of every architecture may be of any: it is accused, and not acquitted.
fn of_architecture(wanted: &[String], package: &Package, acquits: bool) -> bool {
    if wanted.is_empty() {
        return true;
    }
    match package.architecture.as_deref() {
        None | Some("noarch" | "all" | "any") => !acquits,
        Some(own) => wanted.iter().any(|a| same_architecture(a, own)),
    }
}

fn same_architecture(a: &str, b: &str) -> bool {
    fn canonical(name: &str) -> &str {
        match name {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            "i386" | "i486" | "i586" | "i686" => "x86",
            "ppc64el" => "ppc64le",
            other => other,
        }
    }
    canonical(a) == canonical(b) || matches!(a, "noarch" | "all" | "any")
}

/// The build flavour of an rpm; the empty one is the ordinary.
///
/// Oracle marks its FIPS builds by the end of the release, and its Ksplice builds by a
/// segment that begins with `ksplice`.
fn flavour_of(version: &str) -> &'static str {
    let release = version.rsplit('-').next().unwrap_or_default();
    if release.ends_with("_fips") {
        "fips"
    } else if release.split('.').any(|part| part.starts_with("ksplice")) {
        "ksplice"
    } else {
        ""
    }
}

/// Whether a package may be of the module `wanted`, which is `name:stream`, or empty for
/// outside modules.
///
/// A label decides. Only who read the package's header knows that there is none: then the
/// release tells a package of some module (`.module_el8.6.0+…`, which AlmaLinux ships
/// without a label) from one outside. A package URL without the label tells nothing, and
/// the package may be of any module or of none.
fn of_module(wanted: &str, package: &Package, acquits: bool) -> bool {
    if let Some(label) = &package.module {
        return match wanted {
            "" => label.is_empty(),
            _ => stream(label) == stream(wanted),
        };
    }
    let marked = package.version.contains(".module+") || package.version.contains(".module_");
    let read = package.locations.iter().any(|l| is_database(&l.path));
    match (read, marked) {
        (true, false) => wanted.is_empty(),
        (true, true) => !wanted.is_empty() && !acquits,
        (false, true) => !acquits,
        (false, false) => wanted.is_empty() || !acquits,
    }
}

/// The first two fields of a label.
fn stream(label: &str) -> (Option<&str>, Option<&str>) {
    let mut fields = label.split(':');
    (fields.next(), fields.next())
}

/// Whether a file is rpm's own database, in one of its three forms.
fn is_database(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    matches!(name, "rpmdb.sqlite" | "Packages.db" | "Packages")
}

/// Only a program that tells its system can be outside the systems of an advisory.
fn is_told(wanted: &[String], package: &Package, property: &str) -> bool {
    let own = package.properties.get(property);
    wanted.is_empty() || own.is_none_or(|own| wanted.contains(own))
}
