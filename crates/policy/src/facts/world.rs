//! Everything that the rules of one decision see.

use std::rc::Rc;

use lazaret_model::{CheckStatus, Misconfiguration, Report, Secret};

use super::found::{LicenseItem, MisconfigurationItem, SecretItem, SignItem};
use super::image::{BaseItem, DatabaseItem, GapItem, ImageItem};
use super::package::{FindingItem, Index};
use super::schema::EXPOSURE;
use crate::Circumstances;
use crate::cel::{Item, Value};

/// Something that a rule is about.
#[derive(Clone)]
pub(crate) struct Subject<'a> {
    /// A key of a finding, or a name.
    pub(crate) key: String,
    /// What it is.
    pub(crate) value: Value<'a>,
}

/// Facts of one report, ready for conditions.
pub(crate) struct World<'a> {
    image: Value<'a>,
    lists: Vec<(&'static str, Vec<Subject<'a>>, Value<'a>)>,
    database: Value<'a>,
    environment: Value<'a>,
    exposure: Value<'a>,
    now: Value<'a>,
}

fn object<'a>(item: impl Item<'a> + 'a) -> Value<'a> {
    Value::Object(Rc::new(item))
}

/// What has passed is no misconfiguration; what could not be told may be one.
fn is_open(answer: &Misconfiguration) -> bool {
    answer.status != CheckStatus::Pass && answer.suppressed.is_none()
}

/// Those of `all` that count, as subjects.
fn subjects<'a, T, I: Item<'a> + 'a>(
    all: &'a [T],
    counts: fn(&T) -> bool,
    item: fn(&'a T) -> I,
) -> Vec<Subject<'a>> {
    let open = all.iter().filter(|one| counts(one)).map(item);
    open.map(|item| Subject {
        key: item.label(),
        value: object(item),
    })
    .collect()
}

impl<'a> World<'a> {
    /// The world of a report; what is suppressed is not in it.
    pub(crate) fn of(report: &'a Report, circumstances: &'a Circumstances) -> Self {
        let now = circumstances.now;
        let index = Rc::new(Index::of(report));
        let open = report.findings.iter().filter(|f| f.suppressed.is_none());
        let findings = open.map(|finding| Subject {
            key: finding.key.clone(),
            value: object(FindingItem {
                finding,
                index: index.clone(),
                now,
            }),
        });
        let packages = report.packages.iter().map(|package| Subject {
            key: package.purl.to_string(),
            value: object(index.item(package)),
        });
        let bases = circumstances.bases.iter().map(|base| Subject {
            key: base.name.clone(),
            value: object(BaseItem { base, now }),
        });
        let all = [
            ("findings", findings.collect::<Vec<_>>()),
            ("packages", packages.collect()),
            (
                "misconfigurations",
                subjects(&report.misconfigurations, is_open, MisconfigurationItem),
            ),
            (
                "secrets",
                subjects(&report.secrets, Secret::counts, SecretItem),
            ),
            (
                "licenses",
                subjects(&report.licenses, |l| l.suppressed.is_none(), LicenseItem),
            ),
            (
                "signs",
                subjects(&report.signs, |s| s.suppressed.is_none(), SignItem),
            ),
            ("gaps", subjects(&report.gaps, |_| true, GapItem)),
            ("bases", bases.collect()),
        ];
        let lists = all.into_iter().map(|(name, subjects)| {
            let value = Value::list(subjects.iter().map(|s| s.value.clone()));
            (name, subjects, value)
        });
        Self {
            image: object(ImageItem { report, now }),
            lists: lists.collect(),
            database: match &report.database {
                Some(database) => object(DatabaseItem { database, now }),
                None => Value::unknown("the report was made without a database"),
            },
            environment: Value::known(
                circumstances.environment.as_deref().map(Value::text),
                "no environment was named; `--environment` does it",
            ),
            exposure: Value::known(
                circumstances
                    .exposure
                    .map(|e| Value::level(&EXPOSURE, e.name())),
                "nothing tells from where it can be reached; `--exposure` or `--exposure-from` does it",
            ),
            now: Value::Time(now),
        }
    }

    /// What a name that every rule knows stands for.
    pub(crate) fn variable(&self, name: &str) -> Option<Value<'a>> {
        Some(match name {
            "image" => self.image.clone(),
            "database" => self.database.clone(),
            "environment" => self.environment.clone(),
            "exposure" => self.exposure.clone(),
            "now" => self.now.clone(),
            _ => {
                let found = self.lists.iter().find(|(list, ..)| *list == name);
                found?.2.clone()
            }
        })
    }

    /// What a rule with `each: NAME` is about.
    pub(crate) fn subjects(&self, each: &str) -> &[Subject<'a>] {
        let found = self
            .lists
            .iter()
            .find(|(list, ..)| list.strip_suffix('s') == Some(each));
        found.map_or(&[], |(_, subjects, _)| subjects)
    }
}
