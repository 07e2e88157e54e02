//! Rocky Linux's errata, as the pages of its errata service tell them.
//!
//! Packages are named by file and module; which release one is for, by the product.
//!
//! Source: Apollo, `/api/v3/advisories`.

use serde::Deserialize;

use lazaret_model::{Advisory, AdvisoryKind, FeedItem, Rating};
use lazaret_version::Scheme;

use super::osv::first_line;
use super::rpm::{Fix, Fixes, Nevra, enterprise_linux, is_modular};
use super::{Feed, FeedError, FeedFile, Sink, space};

pub(super) static FEED: Feed = Feed {
    name: "rocky",
    title: "Rocky Linux errata",
    upstream: "https://apollo.build.resf.org/api/v3/advisories (pages)",
    downloads: &[],
    about: "Errata of Rocky Linux with their modules.",
    wants: |path| path.ends_with(".json"),
    read,
    finish: None,
};

#[derive(Deserialize)]
struct Page {
    advisories: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Erratum {
    name: String,
    #[serde(default)]
    synopsis: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    severity: String,
    #[serde(default)]
    published_at: Option<String>,
    #[serde(default)]
    updated_at: Option<String>,
    #[serde(default)]
    cves: Vec<Cve>,
    #[serde(default)]
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Cve {
    cve: String,
    #[serde(default)]
    cvss3_scoring_vector: Option<String>,
    #[serde(default)]
    cwe: Option<String>,
}

#[derive(Deserialize)]
struct Package {
    nevra: String,
    #[serde(default)]
    module_name: Option<String>,
    #[serde(default)]
    module_stream: Option<String>,
    #[serde(default)]
    product_name: String,
}

fn read(file: FeedFile<'_>, out: &mut Sink<'_>) -> Result<(), FeedError> {
    let page: Page =
        serde_json::from_slice(file.bytes).map_err(|e| FeedError::new(e.to_string()))?;
    for (position, value) in page.advisories.into_iter().enumerate() {
        match serde_json::from_value::<Erratum>(value) {
            Ok(erratum) => {
                let advisory = advisory(erratum, out);
                out.item(FeedItem::Advisory(Box::new(advisory)));
            }
            Err(error) => out.bad(format!("advisory {position}"), error.to_string()),
        }
    }
    Ok(())
}

fn advisory(erratum: Erratum, out: &mut Sink<'_>) -> Advisory {
    let affected = fixes(&erratum, out).statements();
    let mut ratings: Vec<Rating> = Vec::new();
    ratings.extend(erratum.severity.parse().ok().map(|severity| Rating {
        source: "rocky".into(),
        severity: Some(severity),
        vector: None,
    }));
    if let [cve] = erratum.cves.as_slice()
        && let Some(vector) = &cve.cvss3_scoring_vector
        && vector.starts_with("CVSS:")
    {
        ratings.push(Rating {
            source: "rocky".into(),
            severity: None,
            vector: Some(vector.clone()),
        });
    }
    let cwes = erratum.cves.iter().filter_map(|c| c.cwe.clone());
    Advisory {
        kind: match erratum.kind.as_str() {
            "Bug Fix" | "Enhancement" => AdvisoryKind::Informational,
            _ => AdvisoryKind::Vulnerability,
        },
        feed: "rocky".into(),
        summary: first_line(&erratum.synopsis),
        published: erratum.published_at.unwrap_or_default(),
        modified: erratum.updated_at.unwrap_or_default(),
        ratings,
        cwes: cwes.filter(|cwe| cwe.starts_with("CWE-")).collect(),
        references: vec![format!("https://errata.rockylinux.org/{}", erratum.name)],
        affected,
        upstream: erratum.cves.into_iter().map(|c| c.cve).collect(),
        id: erratum.name,
        ..Advisory::default()
    }
}

fn fixes(erratum: &Erratum, out: &mut Sink<'_>) -> Fixes {
    let mut fixes = Fixes::default();
    for package in &erratum.packages {
        let nevra = Nevra::parse(&package.nevra);
        if nevra.architecture == Some("src") {
            continue;
        }
        let Some(version) = nevra.version.filter(|v| Scheme::Rpm.check(v).is_ok()) else {
            out.bad(
                &erratum.name,
                format!("`{}` names no version", package.nevra),
            );
            continue;
        };
        // The tag tells the release more surely than the product, which may be a legacy
        // one.
        let named = package.product_name.strip_prefix("Rocky Linux ");
        let release = enterprise_linux(version).or(named);
        let Some(space) = release.and_then(|r| space::of_release("rocky", r)) else {
            continue;
        };
        let fix = Fix {
            space: space.name,
            name: nevra.name.to_owned(),
            is_source: false,
            module: module(package, version),
            channel: None,
            since: None,
            version: version.to_owned(),
        };
        fixes.add(fix, nevra.architecture);
    }
    fixes
}

fn module(package: &Package, version: &str) -> Option<String> {
    match (&package.module_name, &package.module_stream) {
        (Some(name), Some(stream)) => Some(format!("{name}:{stream}")),
        _ if is_modular(version) => None,
        _ => Some(String::new()),
    }
}
