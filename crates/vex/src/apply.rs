//! Statements against a report.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use lazaret_model::{Finding, Package, Report, Suppression, VexOrigin, VexUse};

use crate::component::Nearness;
use crate::{Document, Identifier, Product, Statement};

/// Holds every statement against the report: suppresses what they clear, and records on
/// the report what became of each.
///
/// Where several statements concern a finding, those of the caller's documents go before
/// what is attached to the target, and that before what lies inside of it: nobody but the
/// caller overrules the caller. Among equals the latest counts; of the same time, the last
/// that was given. A product means the whole target (an image by digest or
/// repository) or packages in it; where a statement is limited to parts of a product that
/// is itself a package, the parts must lie in the same files or belong to it. A finding
/// that something else has suppressed stays with that reason.
pub fn apply(report: &mut Report, documents: &[Document]) {
    if documents.is_empty() {
        return;
    }
    let index = Index::of(report);
    let mut latest: HashMap<usize, (Rank, &Document, &Statement)> = HashMap::new();
    let mut uses = Vec::new();
    for document in documents {
        for statement in &document.statements {
            let mut found = Found::default();
            for product in &statement.products {
                index.look(report, document, statement, product, &mut found);
            }
            let rank = (document.origin, statement.timestamp.parse().ok());
            for finding in &found.findings {
                match latest.get(finding) {
                    Some((known, ..)) if *known > rank => {}
                    _ => {
                        latest.insert(*finding, (rank, document, statement));
                    }
                }
            }
            uses.push(found.used(document, statement, report));
        }
    }
    for (finding, (_, document, statement)) in latest {
        if let Some(finding) = report.findings.get_mut(finding)
            && finding.suppressed.is_none()
            && statement.status.clears()
        {
            finding.suppressed = Some(suppression(document, statement));
        }
    }
    report.vex.extend(uses);
}

/// What decides between statements about one finding.
type Rank = (VexOrigin, Option<Timestamp>);

fn suppression(document: &Document, statement: &Statement) -> Suppression {
    let mut reason = statement.status.name().to_owned();
    for part in [&statement.justification, &statement.detail] {
        if !part.is_empty() {
            reason.push_str(": ");
            reason.push_str(part);
        }
    }
    let whence = match document.origin {
        VexOrigin::Given => "",
        VexOrigin::Attached => "attached to the image, signature not verified",
        VexOrigin::Inside => "inside the image itself, not signed",
    };
    reason.push_str(&match (document.author.as_str(), whence) {
        ("", "") => String::new(),
        ("", whence) => format!(" ({whence})"),
        (author, "") => format!(" (says {author})"),
        (author, whence) => format!(" (says {author}, {whence})"),
    });
    Suppression {
        by: "vex".into(),
        reason,
        rule: Some(format!(
            "{} statement {}",
            document.source, statement.number
        )),
    }
}

/// Where to look things up in a report.
struct Index {
    /// Findings by every id, upper case.
    by_id: HashMap<String, Vec<usize>>,
    /// Position of each finding's package in the list of packages.
    package_of: Vec<Option<usize>>,
    /// Packages by type and name.
    by_name: HashMap<(String, String), Vec<usize>>,
}

/// What became of a statement.
#[derive(Default)]
struct Found {
    findings: BTreeSet<usize>,
    /// The nearest miss.
    nearest: Option<String>,
    /// Whether the product is there at all.
    is_present: bool,
}

impl Index {
    fn of(report: &Report) -> Self {
        let mut by_id: HashMap<String, Vec<usize>> = HashMap::new();
        let mut packages: HashMap<(String, Option<&str>), usize> = HashMap::new();
        let mut by_name: HashMap<(String, String), Vec<usize>> = HashMap::new();
        for (position, package) in report.packages.iter().enumerate() {
            let reference = package.reference.as_deref();
            packages.insert((package.purl.to_string(), reference), position);
            let name = (package.purl.kind.clone(), package.purl.name.clone());
            by_name.entry(name).or_default().push(position);
        }
        let mut package_of = Vec::with_capacity(report.findings.len());
        for (position, finding) in report.findings.iter().enumerate() {
            for id in std::iter::once(&finding.id).chain(&finding.aliases) {
                by_id
                    .entry(id.to_ascii_uppercase())
                    .or_default()
                    .push(position);
            }
            let about = &finding.package;
            let reference = about.reference.as_deref();
            package_of.push(packages.get(&(about.purl.clone(), reference)).copied());
        }
        Self {
            by_id,
            package_of,
            by_name,
        }
    }

    fn look(
        &self,
        report: &Report,
        document: &Document,
        statement: &Statement,
        product: &Product,
        out: &mut Found,
    ) {
        let (target, subjects) = (&report.target, &document.subjects);
        let is_target = product.component.is_target(target, subjects);
        out.is_present |= is_target;
        let ids: BTreeSet<usize> = statement
            .vulnerabilities
            .iter()
            .filter_map(|id| self.by_id.get(&id.to_ascii_uppercase()))
            .flatten()
            .copied()
            .collect();
        let holders = self.holders(report, product, out);
        for position in ids {
            let Some(package) = self.package(report, position) else {
                continue;
            };
            if product.parts.is_empty() {
                // The product is the vulnerable package itself, or the whole target.
                let nearness = product.component.nearness(package);
                if is_target || nearness == Nearness::Is {
                    out.findings.insert(position);
                } else {
                    let image = product.component.target_miss(target).map(Nearness::Near);
                    out.miss(image.unwrap_or(nearness), package);
                }
                continue;
            }
            let nearest = product
                .parts
                .iter()
                .map(|part| part.nearness(package))
                .max();
            match nearest.unwrap_or(Nearness::Far) {
                Nearness::Is if is_target || holders.iter().any(|h| is_inside(package, h)) => {
                    out.findings.insert(position);
                }
                Nearness::Is => out.miss(
                    Nearness::Near(format!(
                        "the statement is about its use in {}, which this target is not",
                        product.component.text()
                    )),
                    package,
                ),
                nearness => out.miss(nearness, package),
            }
        }
    }

    /// The packages that are the product.
    fn holders<'a>(
        &self,
        report: &'a Report,
        product: &Product,
        out: &mut Found,
    ) -> Vec<&'a Package> {
        let named = product
            .component
            .identifiers
            .iter()
            .filter_map(|i| match i {
                Identifier::Purl(purl) => self.by_name.get(&(purl.kind.clone(), purl.name.clone())),
                _ => None,
            });
        let holders: Vec<&Package> = named
            .flatten()
            .filter_map(|position| report.packages.get(*position))
            .filter(|package| product.component.nearness(package) == Nearness::Is)
            .collect();
        out.is_present |= !holders.is_empty();
        holders
    }

    fn package<'a>(&self, report: &'a Report, finding: usize) -> Option<&'a Package> {
        let position = self.package_of.get(finding).copied().flatten()?;
        report.packages.get(position)
    }
}

/// Whether a package lies in another: in one of its files, or owned by it.
fn is_inside(part: &Package, whole: &Package) -> bool {
    let files: BTreeSet<&str> = whole.locations.iter().map(|l| l.path.as_str()).collect();
    let in_file = part.locations.iter().any(|location| {
        let mut path = location.path.as_str();
        loop {
            if files.contains(path) {
                return true;
            }
            match path.rsplit_once('!') {
                Some((outer, _)) => path = outer,
                None => return false,
            }
        }
    });
    let owner = part.owner.as_deref();
    in_file || part.purl == whole.purl || owner == Some(whole.purl.to_string().as_str())
}

impl Found {
    fn miss(&mut self, nearness: Nearness, package: &Package) {
        if let Nearness::Near(why) = nearness
            && self.nearest.is_none()
        {
            self.nearest = Some(format!("{} {}: {why}", package.name, package.version));
        }
    }

    fn used(self, document: &Document, statement: &Statement, report: &Report) -> VexUse {
        let near = self.findings.is_empty() && self.nearest.is_some();
        let unmatched = self.findings.is_empty().then(|| {
            self.nearest.unwrap_or_else(|| {
                if statement.products.is_empty() {
                    "it names no product".to_owned()
                } else if self.is_present {
                    "no such finding on it".to_owned()
                } else {
                    "its product is not in this target".to_owned()
                }
            })
        });
        let keys = self.findings.iter().filter_map(|f| report.findings.get(*f));
        let mut products: Vec<String> = statement
            .products
            .iter()
            .map(product_text)
            .take(MAX_PRODUCTS)
            .collect();
        if statement.products.len() > MAX_PRODUCTS {
            products.push(format!("{} more", statement.products.len() - MAX_PRODUCTS));
        }
        VexUse {
            document: document.source.clone(),
            statement: statement.number,
            vulnerability: statement
                .vulnerabilities
                .first()
                .cloned()
                .unwrap_or_default(),
            status: statement.status.name().to_owned(),
            products,
            findings: keys.map(|finding: &Finding| finding.key.clone()).collect(),
            unmatched,
            near,
            origin: document.origin,
        }
    }
}

/// Most products of a statement that a report repeats.
const MAX_PRODUCTS: usize = 8;

fn product_text(product: &Product) -> String {
    let mut text = product.component.text();
    if let Some(part) = product.parts.first() {
        text.push_str(&format!(" ({}", part.text()));
        if product.parts.len() > 1 {
            text.push_str(&format!(" and {} more", product.parts.len() - 1));
        }
        text.push(')');
    }
    text
}
