//! What a statement is about, and whether a package or a target is that.

use std::collections::BTreeSet;

use lazaret_model::{Digest, Distro, Package, Purl, Target};
use lazaret_version::{Containment, vers};

/// A product or a part of one: whatever identifies it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Component {
    /// Any of these is enough.
    pub identifiers: Vec<Identifier>,
    /// The only versions that are meant, or ranges of them (`vers:…`); none: those that the
    /// identifiers say.
    pub versions: Vec<String>,
    /// A name for people; nothing is matched by it.
    pub name: String,
}

/// One way to identify a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identifier {
    /// A package URL. What it leaves out, any package has.
    Purl(Purl),
    /// A CPE name, 2.2 or 2.3.
    Cpe(String),
    /// Algorithm (`sha256`) and hex digits, both lower case.
    Hash(String, String),
    /// An element of a bill of materials, or any other identifier.
    Reference(String),
}

/// How near a package comes to a component, the nearest greatest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Nearness {
    /// It is something else.
    Far,
    /// It is the same but for this.
    Near(String),
    /// It is the component.
    Is,
}

impl Identifier {
    /// A purl, a CPE name or another identifier; `None` for an empty text.
    pub(crate) fn of_text(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        if text.starts_with("cpe:") {
            return Some(Self::Cpe(text.to_owned()));
        }
        match text.parse() {
            Ok(purl) => Some(Self::Purl(purl)),
            Err(_) => Some(Self::Reference(text.to_owned())),
        }
    }

    /// A hash; `None` for an empty one.
    pub(crate) fn of_hash(algorithm: &str, hex: &str) -> Option<Self> {
        let algorithm = algorithm.to_ascii_lowercase().replace('-', "");
        (!hex.is_empty()).then(|| Self::Hash(algorithm, hex.to_ascii_lowercase()))
    }

    fn text(&self) -> String {
        match self {
            Self::Purl(purl) => purl.to_string(),
            Self::Cpe(text) | Self::Reference(text) => text.clone(),
            Self::Hash(algorithm, hex) => format!("{algorithm}:{hex}"),
        }
    }
}

impl Component {
    /// Adds an identifier once.
    pub(crate) fn add(&mut self, identifier: Option<Identifier>) {
        if let Some(identifier) = identifier
            && !self.identifiers.contains(&identifier)
        {
            self.identifiers.push(identifier);
        }
    }

    /// The name for people: the first identifier, else the name.
    pub(crate) fn text(&self) -> String {
        match self.identifiers.first() {
            Some(identifier) => identifier.text(),
            None if self.name.is_empty() => "(nothing)".to_owned(),
            None => self.name.clone(),
        }
    }

    /// Whether a package is this component.
    pub(crate) fn nearness(&self, package: &Package) -> Nearness {
        let nearest = self
            .identifiers
            .iter()
            .map(|identifier| match identifier {
                Identifier::Purl(wanted) => purl(wanted, &package.purl),
                Identifier::Cpe(wanted) => package
                    .cpes
                    .iter()
                    .map(|cpe| names(wanted, cpe))
                    .max()
                    .unwrap_or(Nearness::Far),
                Identifier::Reference(wanted) if package.reference.as_ref() == Some(wanted) => {
                    Nearness::Is
                }
                Identifier::Reference(_) | Identifier::Hash(..) => Nearness::Far,
            })
            .max()
            .unwrap_or(Nearness::Far);
        match (&nearest, self.is_version(package)) {
            (Nearness::Is, Err(why)) => Nearness::Near(why),
            _ => nearest,
        }
    }

    /// Whether the package's version is one of those that are meant, else why not.
    fn is_version(&self, package: &Package) -> Result<(), String> {
        let mut why = None;
        for wanted in &self.versions {
            match is_in(wanted, &package.purl.kind, &package.version) {
                Ok(()) => return Ok(()),
                Err(reason) => why = why.or(reason),
            }
        }
        if self.versions.is_empty() {
            return Ok(());
        }
        Err(why.unwrap_or_else(|| {
            format!(
                "the statement is about version {}, installed is {}",
                self.versions.join(", "),
                package.version
            )
        }))
    }

    /// What this component says otherwise about an image of the target's name; `None` where
    /// it is about something else altogether.
    pub(crate) fn target_miss(&self, target: &Target) -> Option<String> {
        self.identifiers
            .iter()
            .find_map(|identifier| match identifier {
                Identifier::Purl(purl) => image_miss(purl, target),
                _ => None,
            })
    }

    /// Whether the whole target is this component; `subjects` are digests that mean the
    /// target beside its own.
    pub(crate) fn is_target(&self, target: &Target, subjects: &[Digest]) -> bool {
        let own = target.digest.iter().chain(&target.indexes);
        let digests: Vec<&Digest> = own.chain(subjects).collect();
        self.identifiers.iter().any(|identifier| match identifier {
            Identifier::Purl(purl) => is_image(purl, target, &digests),
            Identifier::Hash(algorithm, hex) => is_digest(algorithm, hex, &digests),
            Identifier::Cpe(cpe) => target.distro.as_ref().is_some_and(|d| is_distro(cpe, d)),
            Identifier::Reference(text) => *text == target.name || *text == target.input,
        })
    }
}

/// What an image purl that is not the target says otherwise; `None` where it is about
/// something else altogether.
fn image_miss(purl: &Purl, target: &Target) -> Option<String> {
    if !matches!(purl.kind.as_str(), "oci" | "docker") {
        return None;
    }
    let (repository, _) = repository(&target.name)?;
    let last = repository.rsplit('/').next().unwrap_or(repository);
    if !last.eq_ignore_ascii_case(&purl.name) {
        return None;
    }
    let here = match &target.digest {
        Some(digest) => format!("{} ({digest})", target.name),
        None => target.name.clone(),
    };
    Some(format!(
        "the statement is about the image {purl}, this is {here}"
    ))
}

/// Whether a version is `wanted`: that version, or in that range (`vers:…`). Where it
/// cannot be told, the reason.
fn is_in(wanted: &str, kind: &str, version: &str) -> Result<(), Option<String>> {
    if !wanted.starts_with("vers:") {
        // A range in no notation that is known means no version at all.
        let is_range = wanted.starts_with(['<', '>', '!', '^', '~', '*']);
        return match wanted == version {
            true => Ok(()),
            false if is_range => Err(Some(format!(
                "the statement is about versions `{wanted}`, which is no range that is read"
            ))),
            false => Err(None),
        };
    }
    let range = vers::parse(wanted).map_err(|bad| Some(format!("the statement's range {bad}")))?;
    if !range.is_for(kind) {
        return Err(Some(format!(
            "the statement's range is of {}, the package of {kind}",
            range.kind
        )));
    }
    match range.contains(version) {
        Containment::Inside(_) => Ok(()),
        Containment::Outside => Err(Some(format!(
            "the statement is about {wanted}, installed is {version}"
        ))),
        Containment::Undecided(why) => Err(Some(format!(
            "whether {version} is in {wanted} cannot be told: {why}"
        ))),
    }
}

/// Whether a package is what a purl means: the same type and name, and the same version,
/// qualifiers and subpath as far as the purl states them.
fn purl(wanted: &Purl, have: &Purl) -> Nearness {
    let same_name = wanted.kind == have.kind
        && wanted.name == have.name
        && (wanted.namespace == have.namespace
            || wanted.namespace.is_none() && is_distributed(have));
    if !same_name {
        return Nearness::Far;
    }
    let bare = |version: &Option<String>| {
        let text = version.as_deref().unwrap_or_default().to_owned();
        // Go's own documents write versions with and without their `v`.
        match have.kind.as_str() {
            "golang" => text.trim_start_matches('v').to_owned(),
            _ => text,
        }
    };
    if wanted.version.is_some() && bare(&wanted.version) != bare(&have.version) {
        return Nearness::Near(format!(
            "the statement is about version {}, installed is {}",
            bare(&wanted.version),
            bare(&have.version)
        ));
    }
    for (key, value) in &wanted.qualifiers {
        if key == "vers" {
            let version = have.version.as_deref().unwrap_or_default();
            if let Err(why) = is_in(value, &have.kind, version) {
                let unknown = || format!("the statement is about version {value}");
                return Nearness::Near(why.unwrap_or_else(unknown));
            }
            continue;
        }
        let other = have.qualifier(key);
        if !is_same_qualifier(key, value, other) {
            return Nearness::Near(format!(
                "the statement says {key}={value}, the package has {}",
                other.map_or_else(|| format!("no {key}"), |other| format!("{key}={other}"))
            ));
        }
    }
    if wanted.subpath.is_some() && wanted.subpath != have.subpath {
        return Nearness::Near("the statement is about another path inside".to_owned());
    }
    Nearness::Is
}

/// Whether the namespace is the distribution, which documents often leave out.
fn is_distributed(purl: &Purl) -> bool {
    matches!(
        purl.kind.as_str(),
        "deb" | "rpm" | "apk" | "alpm" | "ebuild"
    )
}

fn is_same_qualifier(key: &str, wanted: &str, have: Option<&str>) -> bool {
    let Some(have) = have else {
        // Where a package was fetched from says nothing about what it is, and `jar` is
        // what a Maven package is unless it says otherwise.
        return matches!(
            key,
            "repository_url" | "download_url" | "vcs_url" | "checksum"
        ) || (key, wanted) == ("type", "jar");
    };
    match key {
        // `debian-12` means every `debian-12.13`.
        "distro" => is_release_of(wanted, have) || is_release_of(have, wanted),
        "arch" => architecture(wanted) == architecture(have),
        "repository_url" => true,
        _ => wanted == have,
    }
}

/// Whether `release` is `line` or a point release of it.
fn is_release_of(line: &str, release: &str) -> bool {
    release
        .strip_prefix(line)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn architecture(text: &str) -> &str {
    match text {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "i386" | "i586" | "i686" => "386",
        other => other,
    }
}

/// Vendor, product and version of a CPE name, the latter empty for any.
fn cpe_parts(cpe: &str) -> Option<[String; 3]> {
    let bound = cpe
        .strip_prefix("cpe:2.3:")
        .or_else(|| cpe.strip_prefix("cpe:/"))?;
    let mut parts = vec![String::new()];
    let mut escaped = false;
    for letter in bound.chars() {
        match letter {
            ':' if !escaped => parts.push(String::new()),
            '\\' if !escaped => {
                escaped = true;
                continue;
            }
            letter => parts.last_mut()?.push(letter.to_ascii_lowercase()),
        }
        escaped = false;
    }
    let mut parts = parts.into_iter().skip(1);
    let (vendor, product) = (parts.next()?, parts.next()?);
    let version = parts
        .next()
        .filter(|v| v != "*" && v != "-")
        .unwrap_or_default();
    Some([vendor, product, version])
}

fn names(wanted: &str, have: &str) -> Nearness {
    let (Some([vendor, product, version]), Some([v, p, installed])) =
        (cpe_parts(wanted), cpe_parts(have))
    else {
        return Nearness::Far;
    };
    if vendor != v || product != p {
        Nearness::Far
    } else if version.is_empty() || version == installed {
        Nearness::Is
    } else {
        Nearness::Near(format!(
            "the statement is about version {version}, installed is {installed}"
        ))
    }
}

/// Whether a CPE name of an operating system means the target's distribution.
fn is_distro(cpe: &str, distro: &Distro) -> bool {
    let Some([vendor, product, version]) = cpe_parts(cpe) else {
        return false;
    };
    let known: BTreeSet<&str> = match (vendor.as_str(), product.as_str()) {
        ("redhat", "enterprise_linux") => ["rhel", "centos"].into(),
        ("suse", "sles" | "linux_enterprise_server") => ["sles"].into(),
        ("opensuse", "leap") => ["opensuse-leap"].into(),
        ("canonical", "ubuntu_linux") => ["ubuntu"].into(),
        ("debian", "debian_linux") => ["debian"].into(),
        ("alpinelinux", "alpine_linux") => ["alpine"].into(),
        ("oracle", "linux") => ["ol"].into(),
        ("amazon", "linux" | "linux_2") => ["amzn"].into(),
        ("almalinux", "almalinux") => ["almalinux"].into(),
        ("rocky" | "rockylinux", "rocky" | "rocky_linux") => ["rocky"].into(),
        _ => return false,
    };
    known.contains(distro.id.as_str())
        && (version.is_empty() || is_release_of(&version, &distro.version))
}

fn is_digest(algorithm: &str, hex: &str, digests: &[&Digest]) -> bool {
    digests.iter().any(|digest| {
        digest.algorithm().name().replace('-', "") == algorithm && digest.hex() == hex
    })
}

/// Whether a purl of type `oci` or `docker` means the target.
///
/// A digest decides alone. Otherwise the name must be the repository's, with the registry
/// where the purl gives one, and a tag the target's.
fn is_image(purl: &Purl, target: &Target, digests: &[&Digest]) -> bool {
    if !matches!(purl.kind.as_str(), "oci" | "docker") {
        return false;
    }
    let version = purl
        .version
        .as_deref()
        .unwrap_or_default()
        .replace("%3A", ":");
    if let Some((algorithm, hex)) = version.split_once(':') {
        return is_digest(algorithm, hex, digests);
    }
    let Some((repository, tag)) = repository(&target.name) else {
        return false;
    };
    let wanted_tag = purl.qualifier("tag").unwrap_or(&version);
    if !wanted_tag.is_empty() && Some(wanted_tag) != tag {
        return false;
    }
    let last = repository.rsplit('/').next().unwrap_or(repository);
    match (purl.qualifier("repository_url"), &purl.namespace) {
        (Some(url), _) => {
            let url = url.trim_start_matches("https://").trim_end_matches('/');
            let whole = format!("{url}/{}", purl.name);
            [url.to_owned(), whole]
                .iter()
                .any(|wanted| canonical(wanted) == canonical(repository))
        }
        (None, Some(namespace)) => {
            canonical(&format!("{namespace}/{}", purl.name)) == canonical(repository)
        }
        (None, None) => last.eq_ignore_ascii_case(&purl.name),
    }
}

/// Repository and tag of an image's name; `None` for a path or a file.
fn repository(name: &str) -> Option<(&str, Option<&str>)> {
    if name.is_empty() || name.starts_with(['/', '.']) {
        return None;
    }
    let name = name.split_once('@').map_or(name, |(name, _)| name);
    match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => Some((repository, Some(tag))),
        _ => Some((name, None)),
    }
}

/// A repository with Docker Hub's registry and `library/` written out.
fn canonical(repository: &str) -> String {
    let (host, path) = match repository.split_once('/') {
        Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => (host, path),
        _ => ("docker.io", repository),
    };
    let host = match host {
        "index.docker.io" | "registry-1.docker.io" => "docker.io",
        host => host,
    };
    let library = if host == "docker.io" && !path.contains('/') {
        "library/"
    } else {
        ""
    };
    format!("{host}/{library}{path}").to_ascii_lowercase()
}
