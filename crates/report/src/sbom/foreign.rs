//! What all readers of foreign documents share: from a component to a package or a gap.
//!
//! Name and version come from the purl where there is one, because it is the only field
//! whose meaning is agreed on; the purl itself is kept whole, and its qualifiers (epoch,
//! upstream, arch, distro) are taken apart by the ecosystem later.

use std::collections::BTreeMap;

use lazaret_model::{Gap, GapKind, Inventory, Location, Package, Purl, Source, Target, TargetKind};

/// Most components that are named one by one in gaps; the rest is counted.
const MAX_NAMED: usize = 1_000;

/// Types of the purl specification's list, and those that scanners write beside them.
const KNOWN: [&str; 48] = [
    "alpm",
    "apk",
    "bazel",
    "bitbucket",
    "bitnami",
    "cargo",
    "clojars",
    "cocoapods",
    "composer",
    "conan",
    "conda",
    "cpan",
    "cran",
    "deb",
    "docker",
    "dart",
    "deno",
    "ebuild",
    "gem",
    "generic",
    "github",
    "githubactions",
    "golang",
    "hackage",
    "hex",
    "huggingface",
    "jsr",
    "julia",
    "k8s",
    "luarocks",
    "maven",
    "mlflow",
    "nix",
    "npm",
    "nuget",
    "oci",
    "opam",
    "otp",
    "pear",
    "pub",
    "pypi",
    "qpkg",
    "rpm",
    "swid",
    "swift",
    "vscode-extension",
    "wordpress",
    "wordpress-plugin",
];

/// A component as any format describes it.
#[derive(Debug, Default)]
pub(super) struct Component {
    /// The document's own identifier of it.
    pub(super) reference: Option<String>,
    /// Its name, for people.
    pub(super) name: String,
    /// Its version, where told.
    pub(super) version: String,
    /// Its package URL, as text.
    pub(super) purl: Option<String>,
    /// Licences as written.
    pub(super) licenses: Vec<String>,
    /// Properties of other tools, by name.
    pub(super) properties: BTreeMap<String, String>,
}

/// Gathers an inventory.
pub(super) struct Collector {
    inventory: Inventory,
    unnamed: BTreeMap<&'static str, usize>,
    named: usize,
}

impl Collector {
    pub(super) fn new(name: &str, kind: TargetKind) -> Self {
        let target = Target {
            input: name.to_owned(),
            kind,
            name: name.to_owned(),
            ..Target::default()
        };
        let inventory = Inventory {
            target,
            ..Inventory::default()
        };
        Self {
            inventory,
            unnamed: BTreeMap::new(),
            named: 0,
        }
    }

    pub(super) fn target(&mut self) -> &mut Target {
        &mut self.inventory.target
    }

    pub(super) fn gap(&mut self, gap: Gap) {
        if self.named < MAX_NAMED {
            self.named += 1;
            self.inventory.gaps.push(gap);
        } else {
            *self
                .unnamed
                .entry("could not be read as packages")
                .or_default() += 1;
        }
    }

    /// A gap that a document of ours recorded.
    pub(super) fn exact_gap(&mut self, gap: Gap) {
        self.inventory.gaps.push(gap);
    }

    /// Forgets what a report's database lacked: the inventory will meet another one.
    pub(super) fn forget_database(&mut self) {
        super::native::forget_database(&mut self.inventory.gaps);
    }

    /// Counts a component of a kind that is no package in itself.
    pub(super) fn count(&mut self, what: &'static str) {
        *self.unnamed.entry(what).or_default() += 1;
    }

    /// A package known by nothing but its purl.
    pub(super) fn purl(&mut self, purl: Purl) {
        let component = Component::default();
        self.with_purl(component, purl);
    }

    /// A package that our own extras described wholly.
    pub(super) fn exact(&mut self, package: Package) {
        self.inventory.packages.push(package);
    }

    /// A component that claims to be a package.
    pub(super) fn component(&mut self, component: Component) {
        let subject = match component.version.as_str() {
            "" => component.name.clone(),
            version => format!("{} {version}", component.name),
        };
        let Some(text) = component.purl.as_deref().filter(|p| !p.is_empty()) else {
            return self.gap(Gap::new(
                GapKind::Unsupported,
                subject,
                "the component has no package URL, so its ecosystem is not known",
            ));
        };
        match text.parse::<Purl>() {
            Ok(purl) => self.with_purl(component, purl),
            Err(error) => self.gap(Gap::new(GapKind::Unsupported, subject, error.to_string())),
        }
    }

    fn with_purl(&mut self, component: Component, purl: Purl) {
        if !KNOWN.contains(&purl.kind.as_str()) {
            let detail = format!("unknown type `{}` of package URL", purl.kind);
            self.gap(Gap::new(GapKind::Unsupported, purl.to_string(), detail));
        }
        let version = purl.version.clone().unwrap_or(component.version);
        if version.is_empty() {
            let detail = "neither the component nor its package URL states a version";
            self.gap(Gap::new(GapKind::MissingVersion, purl.to_string(), detail));
        }
        let mut package = Package {
            name: purl.ecosystem_name(),
            version,
            purl,
            reference: component.reference,
            licenses: component.licenses,
            ..Package::default()
        };
        raw_fields(&mut package, &component.properties);
        self.inventory.packages.push(package);
    }

    /// The inventory, with the counted rest as gaps. The order is the document's.
    pub(super) fn finish(mut self) -> Inventory {
        for (what, n) in &self.unnamed {
            let subject = self.inventory.target.name.clone();
            let detail = format!("{} {what}", crate::view::plural(*n, "component"));
            self.inventory
                .gaps
                .push(Gap::new(GapKind::Unsupported, subject, detail));
        }
        self.inventory.gaps.sort();
        self.inventory.gaps.dedup();
        self.inventory
    }
}

/// Places that other scanners state in properties of their own.
fn raw_fields(package: &mut Package, properties: &BTreeMap<String, String>) {
    for (name, value) in properties {
        let is_path = name == "aquasecurity:trivy:FilePath"
            || (name.starts_with("syft:location:") && name.ends_with(":path"));
        if is_path && !value.is_empty() {
            let layer_key = match name.strip_suffix(":path") {
                Some(stem) => format!("{stem}:layerID"),
                None => "aquasecurity:trivy:LayerDiffID".to_owned(),
            };
            package.locations.push(Location {
                path: value.trim_start_matches('/').to_owned(),
                layer: properties.get(&layer_key).and_then(|l| l.parse().ok()),
            });
        }
    }
    package.locations.sort();
    package.locations.dedup();
    if package.source.is_none() {
        package.source = source(properties);
    }
    if package.module.is_none() {
        let module = properties.get("aquasecurity:trivy:Modularitylabel");
        package.module = module.filter(|m| !m.is_empty()).cloned();
    }
}

/// The source package as Trivy states it: its version in parts.
fn source(properties: &BTreeMap<String, String>) -> Option<Source> {
    let part = |name: &str| {
        let value = properties.get(&format!("aquasecurity:trivy:Src{name}"))?;
        Some(value.as_str()).filter(|v| !v.is_empty())
    };
    let epoch = part("Epoch").filter(|epoch| *epoch != "0");
    let epoch = epoch.map_or_else(String::new, |epoch| format!("{epoch}:"));
    let release = part("Release").map_or_else(String::new, |release| format!("-{release}"));
    Some(Source {
        name: part("Name")?.to_owned(),
        version: format!("{epoch}{}{release}", part("Version")?),
    })
}
