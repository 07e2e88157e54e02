//! Facts about packages and findings.

use std::collections::HashMap;
use std::rc::Rc;

use jiff::Timestamp;
use lazaret_model::{Finding, FixStatus, Package, Report};

use super::schema::{SEVERITY, STATUS};
use super::{age, time_value};
use crate::cel::{Item, Value};

pub(super) fn texts<'a>(all: &'a [String]) -> Value<'a> {
    Value::list(all.iter().map(|text| Value::text(text.as_str())))
}

const NO_BASE: &str = "which layers are the base's is not known";
const GUESSED: &str = "which layers are the base's is only guessed; --base names the base";

/// A vulnerability.
pub(super) struct FindingItem<'a> {
    pub(super) finding: &'a Finding,
    pub(super) index: Rc<Index<'a>>,
    pub(super) now: Timestamp,
}

/// Packages of a report, found fast, and whether its base is only guessed.
pub(super) struct Index<'a> {
    packages: HashMap<String, &'a Package>,
    is_base_guessed: bool,
}

impl<'a> Index<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let packages = report.packages.iter().map(|p| (p.purl.to_string(), p));
        Self {
            packages: packages.collect(),
            is_base_guessed: report.target.is_base_guessed(),
        }
    }

    pub(super) fn item(&self, package: &'a Package) -> PackageItem<'a> {
        PackageItem {
            package,
            is_base_guessed: self.is_base_guessed,
        }
    }
}

impl<'a> Item<'a> for FindingItem<'a> {
    fn fact(&self, name: &str) -> Value<'a> {
        let finding = self.finding;
        let published = finding.published.as_deref();
        match name {
            "id" => Value::text(finding.id.as_str()),
            "aliases" => texts(&finding.aliases),
            "title" => Value::text(finding.title.as_str()),
            "severity" => Value::level(&SEVERITY, finding.severity.name()),
            "cvss" => {
                let scores = finding.cvss.iter().filter_map(|c| c.score);
                let highest = scores.filter(|s| s.is_finite()).reduce(f64::max);
                Value::known(highest.map(Value::Double), "nobody has scored it")
            }
            "epss" => {
                let score = finding.epss.as_ref().map(|epss| epss.score);
                Value::known(score.map(Value::Double), "no probability is published")
            }
            "kev" => Value::Bool(finding.kev),
            "kev_due" => {
                let due = finding
                    .kev_entry
                    .as_ref()
                    .map(|entry| entry.due_date.as_str());
                time_value(due, "the catalogue sets no date")
            }
            "ransomware" => Value::Bool(finding.kev_entry.as_ref().is_some_and(|e| e.ransomware)),
            "fixed" => Value::Bool(finding.status == FixStatus::Fixed),
            "fixed_versions" => texts(&finding.fixed_versions),
            "status" => Value::level(&STATUS, finding.status.name()),
            "risk" => Value::Double(finding.risk.score),
            "malware" => Value::Bool(is_malware(finding)),
            "cwes" => texts(&finding.cwes),
            "published" => time_value(published, "nobody says when it was published"),
            "age" => age(published, self.now, "nobody says when it was published"),
            "feed" => Value::text(finding.evidence.feed.as_str()),
            "package" => Value::Object(Rc::new(FoundPackage {
                finding,
                index: self.index.clone(),
            })),
            "paths" => texts(&finding.evidence.locations),
            "from_base" if self.index.is_base_guessed => Value::unknown(GUESSED),
            "from_base" => Value::known(finding.from_base.map(Value::Bool), NO_BASE),
            _ => Value::unknown("there is no such fact"),
        }
    }

    fn label(&self) -> String {
        let package = &self.finding.package;
        format!(
            "{} of {} {}",
            self.finding.id, package.name, package.version
        )
    }
}

/// OSV gives malicious packages ids of their own.
pub(crate) fn is_malware(finding: &Finding) -> bool {
    let mut ids = std::iter::once(&finding.id).chain(&finding.aliases);
    ids.any(|id| id.starts_with("MAL-"))
}

/// The package of a finding: the report may list no packages.
struct FoundPackage<'a> {
    finding: &'a Finding,
    index: Rc<Index<'a>>,
}

impl<'a> Item<'a> for FoundPackage<'a> {
    fn fact(&self, name: &str) -> Value<'a> {
        let package = &self.finding.package;
        match name {
            "name" => Value::text(package.name.as_str()),
            "version" => Value::text(package.version.as_str()),
            "purl" => Value::text(package.purl.as_str()),
            "type" => Value::text(kind(&package.purl)),
            "source" => {
                let source = package.source.as_ref().map(|source| source.name.as_str());
                Value::text(source.unwrap_or(&package.name))
            }
            "owner" => Value::text(package.owner.as_deref().unwrap_or_default()),
            "paths" => texts(&self.finding.evidence.locations),
            "from_base" if self.index.is_base_guessed => Value::unknown(GUESSED),
            "from_base" => Value::known(self.finding.from_base.map(Value::Bool), NO_BASE),
            _ => match self.index.packages.get(&package.purl) {
                Some(package) => self.index.item(package).fact(name),
                None => Value::unknown("the report does not list the package"),
            },
        }
    }

    fn label(&self) -> String {
        format!(
            "{} {}",
            self.finding.package.name, self.finding.package.version
        )
    }
}

fn kind(purl: &str) -> &str {
    let rest = purl.strip_prefix("pkg:").unwrap_or_default();
    rest.split('/').next().unwrap_or_default()
}

/// A package.
pub(super) struct PackageItem<'a> {
    package: &'a Package,
    /// Whether which layers are the base's is only guessed.
    is_base_guessed: bool,
}

impl<'a> Item<'a> for PackageItem<'a> {
    fn fact(&self, name: &str) -> Value<'a> {
        let package = self.package;
        match name {
            "name" => Value::text(package.name.as_str()),
            "version" => Value::text(package.version.as_str()),
            "purl" => Value::text(package.purl.to_string()),
            "type" => Value::text(package.kind()),
            "source" => Value::text(package.source_name()),
            "owner" => Value::text(package.owner.as_deref().unwrap_or_default()),
            "licenses" => texts(&package.licenses),
            "paths" => Value::list(
                package
                    .locations
                    .iter()
                    .map(|l| Value::text(l.path.as_str())),
            ),
            "development" => Value::Bool(package.development),
            "from_base" if self.is_base_guessed => Value::unknown(GUESSED),
            "from_base" => Value::known(package.from_base.map(Value::Bool), NO_BASE),
            _ => Value::unknown("there is no such fact"),
        }
    }

    fn label(&self) -> String {
        format!("{} {}", self.package.name, self.package.version)
    }
}
