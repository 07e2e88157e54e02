//! Ignore files: what people have decided not to hear about, and until when.
//!
//! Reads Trivy's `.trivyignore` (an id on each line, `exp:2026-12-31`), Trivy's
//! `.trivyignore.yaml` and the `ignore:` list of `.grype.yaml`. An expired rule ignores
//! nothing; a rule that hides nothing is reported, because it will hide something else
//! one day.

use std::collections::BTreeSet;

use serde::Deserialize;

use lazaret_model::{Finding, Report, Suppression};

/// Largest ignore file, in bytes.
const MAX_BYTES: usize = 4 << 20;

/// Rules of one or more ignore files.
#[derive(Debug, Clone, Default)]
pub struct IgnoreRules {
    rules: Vec<Rule>,
}

#[derive(Debug, Clone, Default)]
struct Rule {
    place: String,
    id: Option<String>,
    purls: Vec<String>,
    paths: Vec<String>,
    package: Option<String>,
    package_version: Option<String>,
    package_type: Option<String>,
    fix_state: Option<String>,
    expires: Option<String>,
    reason: Option<String>,
}

/// An ignore file that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum IgnoreError {
    /// The file is larger than any list that people keep.
    #[error("{name} is larger than {MAX_BYTES} bytes")]
    TooLarge {
        /// Name of the file.
        name: String,
    },
    /// A line or an entry makes no sense.
    #[error("{name}: {why}")]
    Malformed {
        /// Name of the file.
        name: String,
        /// What is wrong, and where.
        why: String,
    },
}

/// A rule that did nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unused {
    /// File and line, or file and number of the entry.
    pub place: String,
    /// What the rule says.
    pub rule: String,
    /// Why it did nothing.
    pub why: String,
}

#[derive(Deserialize)]
struct TrivyYaml {
    #[serde(default)]
    vulnerabilities: Option<Vec<TrivyEntry>>,
}

#[derive(Deserialize)]
struct TrivyEntry {
    id: String,
    #[serde(default)]
    paths: Option<Vec<String>>,
    #[serde(default)]
    purls: Option<Vec<String>>,
    #[serde(default)]
    expired_at: Option<String>,
    #[serde(default)]
    statement: Option<String>,
}

#[derive(Deserialize)]
struct GrypeYaml {
    #[serde(default)]
    ignore: Option<Vec<GrypeEntry>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct GrypeEntry {
    #[serde(default)]
    vulnerability: Option<String>,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    fix_state: Option<String>,
    #[serde(default)]
    package: Option<GrypePackage>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
struct GrypePackage {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    version: Option<String>,
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(default)]
    location: Option<String>,
}

impl IgnoreRules {
    /// Adds the rules of a file; its name tells the format.
    ///
    /// # Errors
    /// When the file is too large or malformed.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), IgnoreError> {
        if bytes.len() > MAX_BYTES {
            return Err(IgnoreError::TooLarge { name: name.into() });
        }
        let malformed = |why: String| IgnoreError::Malformed {
            name: name.into(),
            why,
        };
        let text = str::from_utf8(bytes).map_err(|e| malformed(e.to_string()))?;
        let yaml = name.ends_with(".yaml") || name.ends_with(".yml");
        if !yaml {
            return self.lines(name, text);
        }
        if text.trim().is_empty() {
            return Ok(());
        }
        if name.contains("grype") {
            let file: GrypeYaml =
                serde_saphyr::from_str(text).map_err(|e| malformed(e.to_string()))?;
            for (i, entry) in file.ignore.into_iter().flatten().enumerate() {
                self.rules.push(grype(format!("{name}#{}", i + 1), entry));
            }
        } else {
            let file: TrivyYaml =
                serde_saphyr::from_str(text).map_err(|e| malformed(e.to_string()))?;
            for (i, entry) in file.vulnerabilities.into_iter().flatten().enumerate() {
                self.rules.push(Rule {
                    place: format!("{name}#{}", i + 1),
                    id: Some(entry.id),
                    paths: entry.paths.unwrap_or_default(),
                    purls: entry.purls.unwrap_or_default(),
                    expires: entry.expired_at.map(|d| d.chars().take(10).collect()),
                    reason: entry.statement,
                    ..Rule::default()
                });
            }
        }
        Ok(())
    }

    /// `.trivyignore`: an id on each line, comments after `#`, `exp:DATE` beside the id.
    fn lines(&mut self, name: &str, text: &str) -> Result<(), IgnoreError> {
        let mut comment = String::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if let Some(words) = line.strip_prefix('#') {
                words.trim().clone_into(&mut comment);
                continue;
            }
            let line = line.split(" #").next().unwrap_or(line);
            let mut words = line.split_whitespace();
            let Some(id) = words.next() else {
                comment.clear();
                continue;
            };
            let expires = words
                .find_map(|w| w.strip_prefix("exp:"))
                .map(str::to_owned);
            if expires.as_deref().is_some_and(|d| !is_date(d)) {
                let why = format!(
                    "line {}: `exp:` wants a date such as 2026-12-31",
                    number + 1
                );
                return Err(IgnoreError::Malformed {
                    name: name.into(),
                    why,
                });
            }
            self.rules.push(Rule {
                place: format!("{name}:{}", number + 1),
                id: Some(id.to_owned()),
                expires,
                reason: Some(std::mem::take(&mut comment)).filter(|c| !c.is_empty()),
                ..Rule::default()
            });
        }
        Ok(())
    }

    /// Suppresses what the rules name, and returns the rules that did nothing. `today`
    /// is `YYYY-MM-DD`.
    pub fn apply(&self, report: &mut Report, today: &str) -> Vec<Unused> {
        let mut used: BTreeSet<usize> = BTreeSet::new();
        for finding in &mut report.findings {
            for (index, rule) in self.rules.iter().enumerate() {
                if rule.expired(today) || !rule.matches(finding) {
                    continue;
                }
                used.insert(index);
                if finding.suppressed.is_none() {
                    finding.suppressed = Some(Suppression {
                        by: "ignore-file".into(),
                        reason: rule
                            .reason
                            .clone()
                            .unwrap_or_else(|| "ignored without a reason".into()),
                        rule: Some(rule.place.clone()),
                    });
                }
            }
        }
        let idle = self
            .rules
            .iter()
            .enumerate()
            .filter(|(i, _)| !used.contains(i));
        idle.map(|(_, rule)| Unused {
            place: rule.place.clone(),
            rule: rule.words(),
            why: match &rule.expires {
                Some(date) if rule.expired(today) => format!("it expired on {date}"),
                _ => "it matched nothing".into(),
            },
        })
        .collect()
    }
}

fn grype(place: String, entry: GrypeEntry) -> Rule {
    let package = entry.package.unwrap_or_default();
    Rule {
        place,
        id: entry.vulnerability,
        paths: package.location.into_iter().collect(),
        package: package.name,
        package_version: package.version,
        package_type: package.kind,
        fix_state: entry.fix_state,
        reason: entry.reason,
        ..Rule::default()
    }
}

fn is_date(text: &str) -> bool {
    text.parse::<jiff::civil::Date>().is_ok()
}

impl Rule {
    /// The last day of a rule is the day before its date, as Trivy has it.
    fn expired(&self, today: &str) -> bool {
        self.expires.as_deref().is_some_and(|date| date <= today)
    }

    fn words(&self) -> String {
        let id = self
            .id
            .clone()
            .unwrap_or_else(|| "every vulnerability".into());
        match &self.package {
            Some(package) => format!("{id} of {package}"),
            None => id,
        }
    }

    fn matches(&self, finding: &Finding) -> bool {
        let id = self
            .id
            .as_ref()
            .is_none_or(|id| finding.id == *id || finding.aliases.contains(id));
        // A rule without any condition would hide everything.
        let says_something = self.id.is_some()
            || self.package.is_some()
            || self.fix_state.is_some()
            || self.package_type.is_some()
            || !self.paths.is_empty();
        let same = |want: &Option<String>, have: &str| want.as_ref().is_none_or(|w| w == have);
        let state = match finding.status {
            lazaret_model::FixStatus::Fixed => "fixed",
            lazaret_model::FixStatus::WillNotFix => "wont-fix",
            lazaret_model::FixStatus::Affected => "not-fixed",
            _ => "unknown",
        };
        let kind = finding
            .package
            .purl
            .strip_prefix("pkg:")
            .and_then(|p| p.split('/').next());
        let purl = |p: &String| {
            finding.package.purl == *p
                || finding.package.purl.split(['?', '#']).next() == Some(p.as_str())
                || finding
                    .package
                    .purl
                    .strip_prefix(p.as_str())
                    .is_some_and(|r| r.starts_with('@'))
        };
        let path = |p: &String| {
            let p = p.trim_start_matches('/');
            finding.evidence.locations.iter().any(|l| {
                l == p
                    || l.strip_prefix(p.trim_end_matches("**").trim_end_matches('/'))
                        .is_some_and(|r| r.starts_with('/'))
            })
        };
        id && says_something
            && same(&self.package, &finding.package.name)
            && same(&self.package_version, &finding.package.version)
            && self.package_type.as_deref().is_none_or(|k| Some(k) == kind)
            && same(&self.fix_state, state)
            && (self.purls.is_empty() || self.purls.iter().any(purl))
            && (self.paths.is_empty() || self.paths.iter().any(path))
    }
}
