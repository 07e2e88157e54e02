//! What is new since an earlier report, and whether the image or the data brought it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use lazaret_model::{
    Cause, Changed, DIFFERENCE_SCHEMA, Difference, Finding, Purl, Report, Side, Suppression,
};

/// How `after` differs from `before`.
///
/// The same vulnerability of the same package is one finding on both sides even where the
/// version is another: an update that does not mend it is no news. A further copy of the
/// package is.
pub fn difference(before: &Report, after: &Report) -> Difference {
    let pairs = Pairs::of(before, after);
    let (old, new) = (Contents::of(before), Contents::of(after));
    let same_data = data(before) == data(after);
    let changed = |report: &Report, paired: &HashSet<usize>, other: &Contents<'_>, word: &str| {
        open(report)
            .filter(|(position, _)| !paired.contains(position))
            .map(|(_, finding)| other.cause(finding, same_data, word))
            .collect()
    };
    let gaps = |here: &Report, there: &Report| {
        let known: BTreeSet<_> = there.gaps.iter().collect();
        here.gaps
            .iter()
            .filter(|gap| !known.contains(gap))
            .cloned()
            .collect()
    };
    Difference {
        schema: DIFFERENCE_SCHEMA.into(),
        before: side(before),
        after: side(after),
        new: changed(after, &pairs.after, &old, "before"),
        gone: changed(before, &pairs.before, &new, "now"),
        unchanged: pairs.after.len(),
        new_gaps: gaps(after, before),
        gone_gaps: gaps(before, after),
    }
}

/// Suppresses what an earlier report had already: what is left is new since then.
pub fn hide_known(report: &mut Report, baseline: &Report, name: &str) {
    let known = Pairs::of(baseline, report).after;
    for position in known {
        if let Some(finding) = report.findings.get_mut(position) {
            finding.suppressed = Some(Suppression {
                by: "baseline".into(),
                reason: "known already, not new since the baseline".into(),
                rule: Some(name.to_owned()),
            });
        }
    }
}

fn side(report: &Report) -> Side {
    Side {
        target: report.target.clone(),
        database: report.database.clone(),
    }
}

fn data(report: &Report) -> Option<&lazaret_model::Digest> {
    report.database.as_ref().map(|database| &database.digest)
}

/// The findings that count, with their positions.
fn open(report: &Report) -> impl Iterator<Item = (usize, &Finding)> {
    let all = report.findings.iter().enumerate();
    all.filter(|(_, finding)| finding.suppressed.is_none())
}

/// A package whatever its version: type, namespace and name.
fn nameless_of_version(purl: &str) -> String {
    match purl.parse::<Purl>() {
        Ok(purl) => {
            let bare = Purl {
                version: None,
                ..purl.bare()
            };
            bare.to_string()
        }
        Err(_) => purl.to_owned(),
    }
}

/// Findings of both sides that are one.
#[derive(Default)]
struct Pairs {
    before: HashSet<usize>,
    after: HashSet<usize>,
}

impl Pairs {
    fn of(before: &Report, after: &Report) -> Self {
        let mut pairs = Self::default();
        let keys: HashMap<&str, usize> = open(before)
            .map(|(at, finding)| (finding.key.as_str(), at))
            .collect();
        for (now, finding) in open(after) {
            if let Some(at) = keys.get(finding.key.as_str())
                && pairs.before.insert(*at)
            {
                pairs.after.insert(now);
            }
        }
        // The rest by package and any id of the vulnerability, one to one. Findings are
        // ordered, so copies of a package are paired in the order of their paths.
        let unpaired: Vec<(usize, &Finding)> = open(before)
            .filter(|(at, _)| !pairs.before.contains(at))
            .collect();
        let mut left: HashMap<(String, &str), Vec<usize>> = HashMap::new();
        // Backwards, so that the first is taken from the end.
        for (at, finding) in unpaired.into_iter().rev() {
            let package = nameless_of_version(&finding.package.purl);
            for id in ids(finding) {
                left.entry((package.clone(), id)).or_default().push(at);
            }
        }
        for (now, finding) in open(after) {
            if pairs.after.contains(&now) {
                continue;
            }
            let package = nameless_of_version(&finding.package.purl);
            for id in ids(finding) {
                let waiting = left.entry((package.clone(), id)).or_default();
                while let Some(at) = waiting.pop() {
                    // Under another of its ids it may have been taken already.
                    if pairs.before.insert(at) {
                        pairs.after.insert(now);
                        break;
                    }
                }
                if pairs.after.contains(&now) {
                    break;
                }
            }
        }
        pairs
    }
}

fn ids(finding: &Finding) -> impl Iterator<Item = &str> {
    std::iter::once(&finding.id)
        .chain(&finding.aliases)
        .map(String::as_str)
}

/// What a report knows of packages, whether or not something is found on them.
struct Contents<'a> {
    /// Whole purls with the paths of the packages.
    whole: HashSet<String>,
    /// Versions by package.
    versions: BTreeMap<String, BTreeSet<&'a str>>,
}

impl<'a> Contents<'a> {
    fn of(report: &'a Report) -> Self {
        let mut contents = Self {
            whole: HashSet::new(),
            versions: BTreeMap::new(),
        };
        // A report may carry its packages or only those with findings.
        let listed = report
            .packages
            .iter()
            .map(|p| (p.purl.to_string(), p.version.as_str()));
        let found = report
            .findings
            .iter()
            .map(|f| (f.package.purl.clone(), f.package.version.as_str()));
        for (purl, version) in listed.chain(found) {
            let package = nameless_of_version(&purl);
            contents
                .versions
                .entry(package)
                .or_default()
                .insert(version);
            contents.whole.insert(purl);
        }
        contents
    }

    /// Why this side lacks a finding; `word` places this side in time.
    fn cause(&self, finding: &Finding, same_data: bool, word: &str) -> Changed {
        let package = &finding.package;
        let changed = |cause, why| Changed {
            cause,
            why,
            finding: finding.clone(),
        };
        if self.whole.contains(&package.purl) {
            let what = format!("{} {} is the same", package.name, package.version);
            return match same_data {
                true => changed(
                    Cause::Rules,
                    format!("{what} and so is the data; rules, statements or settings differ"),
                ),
                false => changed(Cause::Data, format!("{what}, the advisory data is not")),
            };
        }
        match self.versions.get(&nameless_of_version(&package.purl)) {
            Some(versions) => {
                let versions: Vec<&str> = versions.iter().copied().take(3).collect();
                let versions = versions.join(", ");
                changed(
                    Cause::Image,
                    format!("{} is {versions} {word}", package.name),
                )
            }
            None => changed(
                Cause::Image,
                format!("{} is not there {word}", package.name),
            ),
        }
    }
}
