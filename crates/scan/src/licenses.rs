//! Licences of packages and of texts, and which of them are forbidden.

use lazaret_inspect::licenses::Expression;
use lazaret_model::{
    Confidence, License, LicenseCategory, LicenseSource, Package, Report, Severity, TargetKind,
};

use crate::facts::LayerFacts;
use crate::tree::Tree;

/// What people do not want: categories, and licences by their identifiers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forbidden {
    categories: Vec<LicenseCategory>,
    ids: Vec<String>,
}

impl Forbidden {
    /// Reads names of categories and SPDX identifiers, in any case.
    pub fn read(names: &[String]) -> Self {
        let mut all = Self::default();
        for name in names {
            let folded = name.trim().to_ascii_lowercase().replace('-', "_");
            let categories = LicenseCategory::ALL.into_iter();
            match categories.into_iter().find(|c| c.name() == folded) {
                Some(category) => all.categories.push(category),
                None => {
                    let read = Expression::read(name);
                    let ids = read.licenses().into_iter().map(|(id, ..)| id.to_owned());
                    all.ids.extend(ids);
                }
            }
        }
        all
    }

    fn has(&self, id: &str, category: LicenseCategory) -> bool {
        self.categories.contains(&category) || self.ids.iter().any(|i| i.eq_ignore_ascii_case(id))
    }
}

/// The visible texts of all layers.
pub(crate) fn texts(layers: &[LayerFacts], tree: &Tree<'_>, kind: TargetKind) -> Vec<License> {
    let mut all = Vec::new();
    for (at, layer) in layers.iter().enumerate() {
        for text in &layer.license_texts {
            if tree.hidden(at, &text.path) {
                continue;
            }
            let place = |mut license: License| {
                license.path.clone_from(&text.path);
                if kind == TargetKind::Image {
                    license.layer = Some(layer.diff_id.clone());
                }
                license
            };
            for (id, confidence) in &text.recognised {
                let expression = Expression::read(id);
                let found = of(&expression, LicenseSource::Text, *confidence);
                all.extend(found.into_iter().map(place));
            }
            for name in &text.declared {
                let expression = Expression::read(name);
                let found = of(&expression, LicenseSource::Metadata, Confidence::Medium);
                all.extend(found.into_iter().map(place));
            }
        }
    }
    all.sort_by(|a, b| (&a.path, &a.license).cmp(&(&b.path, &b.license)));
    all.dedup();
    all
}

/// Fills the report's section of licences from its packages and the texts that were found.
///
/// A package that states none is listed under an unknown one: silence is no permission.
pub fn add_licenses(report: &mut Report, texts: Vec<License>, forbidden: &Forbidden) {
    let mut all = Vec::new();
    for text in texts {
        let package = declared_in(&text, &report.packages).map(|p| p.purl.to_string());
        all.push(License { package, ..text });
    }
    for package in &report.packages {
        let purl = package.purl.to_string();
        let of_text = |l: &License| l.package.as_ref() == Some(&purl);
        let declared = package.licenses.iter().map(String::as_str);
        // Composer's lists are choices, and so are the oldest of npm, which its documentation
        // turns into `OR`; whatever else lists several means all of them.
        let any = matches!(package.kind(), "composer" | "npm");
        let read = Expression::read_all(declared, any);
        let none = || Expression::read("none stated");
        let read = match read {
            None if package.is_project() || all.iter().any(of_text) => continue,
            read => read.unwrap_or_else(none),
        };
        let location = package.locations.first();
        for license in of(&read, LicenseSource::Metadata, Confidence::High) {
            all.push(License {
                package: Some(purl.clone()),
                path: location.map(|l| l.path.clone()).unwrap_or_default(),
                layer: location.and_then(|l| l.layer.clone()),
                ..license
            });
        }
    }
    for license in &mut all {
        license.key = format!("license|{}|{}", license.subject(), license.license);
        let whole = Expression::read(&license.expression);
        let bad = |id: &str, category| forbidden.has(id, category);
        // A licence that can be avoided by another choice does not count.
        license.forbidden = bad(&license.license, license.category) && whole.is_bad(&bad);
        if license.forbidden {
            license.severity = Severity::High;
        }
    }
    all.sort_by(|a, b| (&a.key, &a.path).cmp(&(&b.key, &b.path)));
    all.dedup_by(|a, b| a.key == b.key && a.path == b.path);
    report.licenses = all;
}

/// The distribution package that declares its licences in a file.
fn declared_in<'a>(text: &License, packages: &'a [Package]) -> Option<&'a Package> {
    let rest = text.path.strip_prefix("usr/share/doc/")?;
    let name = rest.strip_suffix("/copyright")?;
    packages
        .iter()
        .find(|p| p.kind() == "deb" && p.name == name)
}

/// The licences of an expression, without package and place.
fn of(expression: &Expression, source: LicenseSource, confidence: Confidence) -> Vec<License> {
    let whole = expression.to_string();
    let one = |(id, category, optional): (&str, LicenseCategory, bool)| License {
        key: String::new(),
        license: id.to_owned(),
        expression: whole.clone(),
        category,
        confidence,
        severity: Severity::Unknown,
        package: None,
        path: String::new(),
        layer: None,
        source,
        optional,
        forbidden: false,
        suppressed: None,
    };
    expression.licenses().into_iter().map(one).collect()
}
