//! Bottlerocket's advisories as their authors write them: one TOML file each.
//!
//! Source: bottlerocket-core-kit and bottlerocket-kernel-kit, `advisories/`.

use serde::Deserialize;

use lazaret_model::{Advisory, FeedItem, Rating};
use lazaret_version::Scheme;

use super::osv::first_line;
use super::rpm::{Fix, Fixes};
use super::{Feed, FeedError, FeedFile, Sink, space};

pub(super) static FEED: Feed = Feed {
    name: "bottlerocket",
    title: "Bottlerocket advisories",
    upstream: "https://github.com/bottlerocket-os (advisories of each kit)",
    downloads: &[],
    about: "Advisories of Bottlerocket for the packages of its image.",
    wants: |path| path.ends_with(".toml") && path.contains("BRSA-"),
    read,
    finish: None,
};

#[derive(Deserialize)]
struct File {
    advisory: Record,
    #[serde(default)]
    updateinfo: Update,
}

#[derive(Deserialize)]
struct Record {
    id: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    cve: Option<String>,
    #[serde(default)]
    ghsa: Option<String>,
    #[serde(default)]
    severity: String,
    #[serde(default)]
    products: Vec<Product>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Product {
    package_name: String,
    #[serde(default)]
    patched_version: Option<String>,
    #[serde(default)]
    patched_release: Option<String>,
    #[serde(default)]
    patched_epoch: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
struct Update {
    #[serde(default)]
    issue_date: Option<toml::value::Datetime>,
    #[serde(default)]
    arches: Vec<String>,
}

fn read(file: FeedFile<'_>, out: &mut Sink<'_>) -> Result<(), FeedError> {
    let text = str::from_utf8(file.bytes).map_err(|e| FeedError::new(e.to_string()))?;
    let File {
        advisory: record,
        updateinfo,
    } = toml::from_str(text).map_err(|e| FeedError::new(e.message().to_owned()))?;
    let space = space::of_release("bottlerocket", "").map(|s| s.name);
    let mut fixes = Fixes::default();
    for product in &record.products {
        let Some(version) = version(product) else {
            out.bad(
                &record.id,
                format!("no version of {}", product.package_name),
            );
            continue;
        };
        let fix = Fix {
            space: space.clone().unwrap_or_default(),
            name: product.package_name.clone(),
            is_source: false,
            module: None,
            channel: None,
            since: None,
            version,
        };
        if updateinfo.arches.is_empty() {
            fixes.add(fix.clone(), None);
        }
        for architecture in &updateinfo.arches {
            fixes.add(fix.clone(), Some(architecture));
        }
    }
    let ids = [record.cve, record.ghsa].into_iter().flatten();
    let severity = record.severity.parse().ok();
    out.item(FeedItem::Advisory(Box::new(Advisory {
        feed: "bottlerocket".into(),
        // Names of one vulnerability, of which the first is the one people use.
        upstream: ids.filter(|id| !id.is_empty()).take(1).collect(),
        summary: first_line(&record.title),
        published: updateinfo
            .issue_date
            .map(|d| d.to_string())
            .unwrap_or_default(),
        ratings: severity
            .map(|severity| Rating {
                source: "bottlerocket".into(),
                severity: Some(severity),
                vector: None,
            })
            .into_iter()
            .collect(),
        affected: fixes.statements(),
        id: record.id,
        ..Advisory::default()
    })));
    Ok(())
}

/// `epoch:version-release`. Kernels are written as the sources that they are built from
/// are called, `kernel-6.1.112-122.189.amzn2023`; the package's version is the middle.
fn version(product: &Product) -> Option<String> {
    let version = product.patched_version.as_deref()?.trim();
    let version = version.strip_prefix("kernel-").unwrap_or(version);
    let version = version.split('-').next().unwrap_or(version);
    let epoch = product.patched_epoch.as_deref().unwrap_or("0");
    let release = product.patched_release.as_deref().unwrap_or("0");
    let whole = format!("{epoch}:{version}-{release}");
    (!version.is_empty() && Scheme::Rpm.check(&whole).is_ok()).then_some(whole)
}
