//! Ignore files: what people have decided not to hear about, and until when.
//!
//! Reads Trivy's `.trivyignore` (an id on each line, `exp:2026-12-31`), Trivy's
//! `.trivyignore.yaml` and the `ignore:` list of `.grype.yaml`. An expired rule ignores
//! nothing; a rule that hides nothing is reported, because it will hide something else
//! one day.

mod grype;
mod rule;
mod trivy;

use std::collections::BTreeSet;

use lazaret_model::{Report, Suppression};

pub(crate) use rule::fits;
use rule::{About, Rule};

/// Largest ignore file, in bytes.
const MAX_BYTES: usize = 4 << 20;

/// Rules of one or more ignore files.
#[derive(Debug, Clone, Default)]
pub struct IgnoreRules {
    rules: Vec<Rule>,
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
        let rules = match name.contains("grype") {
            true => grype::rules(name, text),
            false => trivy::rules(name, text),
        };
        self.rules.extend(rules.map_err(malformed)?);
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
                about: About::Anything,
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
        let mut hide = |suppressed: &mut Option<Suppression>, fits: &dyn Fn(&Rule) -> bool| {
            for (index, rule) in self.rules.iter().enumerate() {
                if rule.expired(today) || !fits(rule) {
                    continue;
                }
                used.insert(index);
                suppressed.get_or_insert_with(|| rule.suppression());
            }
        };
        for finding in &mut report.findings {
            let mut suppressed = finding.suppressed.take();
            hide(&mut suppressed, &|rule| rule.matches(finding));
            finding.suppressed = suppressed;
        }
        for secret in &mut report.secrets {
            let (id, path) = (&secret.rule, &secret.path);
            hide(&mut secret.suppressed, &|rule| {
                rule.names(About::Secrets, id, path)
            });
        }
        for answer in &mut report.misconfigurations {
            let path = answer.target.clone();
            let mut names = vec![answer.id.clone()];
            names.extend(answer.aliases.iter().cloned());
            // Trivy's longer form of its own ids.
            names.extend(answer.aliases.iter().map(|id| format!("AVD-{id}")));
            hide(&mut answer.suppressed, &|rule| {
                let about = About::Misconfigurations;
                names.iter().any(|id| rule.names(about, id, &path))
            });
        }
        for license in report.licenses.iter_mut().filter(|l| l.forbidden) {
            let (id, path) = (&license.license, &license.path);
            hide(&mut license.suppressed, &|rule| {
                rule.names(About::Licenses, id, path)
            });
        }
        for sign in &mut report.signs {
            let (id, path) = (sign.kind.name(), &sign.path);
            hide(&mut sign.suppressed, &|rule| {
                rule.names(About::Anything, id, path)
            });
        }
        let idle = self
            .rules
            .iter()
            .enumerate()
            .filter(|(i, _)| !used.contains(i));
        idle.map(|(_, rule)| Unused {
            place: rule.place.clone(),
            rule: rule.words(),
            why: match (&rule.expires, rule.idle) {
                (Some(date), _) if rule.expired(today) => format!("it expired on {date}"),
                (_, Some(why)) => why.into(),
                _ => "it matched nothing".into(),
            },
        })
        .collect()
    }
}

fn is_date(text: &str) -> bool {
    text.parse::<jiff::civil::Date>().is_ok()
}
