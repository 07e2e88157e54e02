//! What is asked about a package: in which spaces, by which names, with which version.

use std::borrow::Cow;
use std::fmt;

use lazaret_ecosystem::{by_kind, distro};
use lazaret_model::{Cpe, KeyKind, Package};

/// Space of statements that name programs by `vendor:product`.
pub(crate) const CPE: &str = "cpe";
/// Space of Kubernetes' own vulnerabilities, by component.
const KUBERNETES: &str = "k8s";

/// One question to the database.
#[derive(Debug, Clone)]
pub(crate) struct Question<'p> {
    pub(crate) space: Cow<'p, str>,
    pub(crate) name: Cow<'p, str>,
    pub(crate) key: KeyKind,
    pub(crate) version: Cow<'p, str>,
    /// `target_sw` of the CPE name that is asked by.
    pub(crate) target_software: Option<String>,
}

impl<'p> Question<'p> {
    fn new(
        space: impl Into<Cow<'p, str>>,
        name: impl Into<Cow<'p, str>>,
        version: impl Into<Cow<'p, str>>,
    ) -> Self {
        Self {
            space: space.into(),
            name: name.into(),
            key: KeyKind::Binary,
            version: version.into(),
            target_software: None,
        }
    }
}

/// `debian:12 source openssl`.
impl fmt::Display for Question<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.key {
            KeyKind::Binary => "",
            KeyKind::Source => " source",
        };
        write!(f, "{}{kind} {}", self.space, self.name)
    }
}

/// Whether packages of this kind belong to a distribution.
pub(crate) fn is_system(kind: &str) -> bool {
    matches!(kind, "deb" | "rpm" | "apk" | "alpm" | "ebuild" | "opkg")
}

/// Every question about a package of a distribution whose statements are in `space`.
///
/// Both names are asked, each against the statements that are keyed by it: errata of
/// rpms name what is installed, the trackers of Debian, Ubuntu, Alpine, Azure and Photon
/// name the source.
pub(crate) fn of_system<'p>(package: &'p Package, space: &distro::Space) -> Vec<Question<'p>> {
    let own = Question::new(
        space.name.clone(),
        package.name.as_str(),
        package.version.as_str(),
    );
    let source = Question {
        key: KeyKind::Source,
        ..Question::new(
            space.name.clone(),
            package.source_name(),
            package.source_version(),
        )
    };
    let mut all = vec![own, source];
    // What Alpine has not fixed is in NVD's data alone.
    if package.kind() == "apk" {
        all.extend(by_cpe(package));
    }
    all
}

/// Every question about a package that no distribution installed.
pub(crate) fn of_language(package: &Package) -> Vec<Question<'_>> {
    let kind = package.kind();
    let name = match by_kind(kind) {
        Some(ecosystem) => (ecosystem.normalise)(&package.name),
        None => Cow::Borrowed(package.name.as_str()),
    };
    let mut all = vec![Question::new(kind, name, package.version.as_str())];
    all.extend(by_cpe(package));
    all.extend(components(package));
    all
}

/// Questions by the curated CPE names of a package.
///
/// The name's own version counts before the package's, with its update as NVD's records
/// have it: `1.0.2-beta1`. apk's release (`-r3`) is not upstream's.
fn by_cpe(package: &Package) -> Vec<Question<'_>> {
    let mut all: Vec<Question<'_>> = Vec::new();
    let names = package.cpes.iter().filter_map(|text| Cpe::parse(text));
    for cpe in names.filter(|cpe| cpe.part == "a") {
        let version = match (cpe.version.as_str(), cpe.update.as_str()) {
            ("" | "*" | "-", _) => Cow::Borrowed(upstream(package)),
            (version, "" | "*" | "-") => Cow::Owned(version.to_owned()),
            (version, update) => Cow::Owned(format!("{version}-{update}")),
        };
        let question = Question {
            target_software: Some(cpe.target_software.clone()),
            ..Question::new(CPE, cpe.key(), version)
        };
        let known = |q: &Question<'_>| q.name == question.name && q.version == question.version;
        if !all.iter().any(known) {
            all.push(question);
        }
    }
    all
}

fn upstream(package: &Package) -> &str {
    match package.version.rsplit_once("-r") {
        Some((version, release))
            if package.kind() == "apk" && release.bytes().all(|b| b.is_ascii_digit()) =>
        {
            version
        }
        _ => &package.version,
    }
}

/// Programs of Kubernetes: built from its module, a component is what its file is called;
/// a library of it is a component by its own name.
fn components(package: &Package) -> Vec<Question<'_>> {
    let version = package.version.trim_start_matches('v');
    let mut names: Vec<&str> = match (package.kind(), package.name.as_str()) {
        ("golang", "k8s.io/kubernetes") | ("generic", "kubernetes") => package
            .locations
            .iter()
            .map(|l| l.path.rsplit('/').next().unwrap_or(&l.path))
            .chain(["kubernetes"])
            .collect(),
        ("golang", name) if name.starts_with("k8s.io/") => vec![name],
        ("generic", name) if name.starts_with("kube") => vec![name, "kubernetes"],
        _ => Vec::new(),
    };
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .map(|name| Question::new(KUBERNETES, name, version))
        .collect()
}
