//! What a list of images is narrowed by, as conditions over its table `t`.

use jiff::Timestamp;

use crate::db::Dialect;
use crate::error::Result;
use crate::store::Store;
use crate::value::Value;
use crate::verdict::VerdictState;

/// Images up to which those that something says are gathered first and then sorted; of more, each
/// image of the list is asked whether it is one, and the page is soon full.
const FEW: i64 = 5000;

/// Rows up to which PostgreSQL is to gather them and the names beside them, whatever it expects:
/// where all of a state are in other registries, asking each name takes many times as long.
const SOME: i64 = 50_000;

/// Which images are asked for; everything given must hold.
#[derive(Clone, Debug, Default)]
pub struct ImageFilter {
    /// Named in this registry.
    pub registry_id: Option<String>,
    /// Named in this repository.
    pub repository: Option<String>,
    /// A part of a repository's name, or the beginning of a digest.
    pub search: Option<String>,
    /// Whether it runs somewhere.
    pub running: Option<bool>,
    /// What its verdict says; whichever these name, they hold of one and the same.
    pub verdict: Judged,
    /// Whether somebody has looked at it.
    pub examined: Option<bool>,
    /// Whether it is held or quarantined; under a name in the registry and the repository that
    /// are asked for.
    pub held: Option<bool>,
    /// First seen at that time or later.
    pub seen_from: Option<Timestamp>,
    /// First seen before that.
    pub seen_before: Option<Timestamp>,
}

/// Which verdicts are meant; everything given must hold of one of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// For this environment.
    pub environment: Option<String>,
    /// Of this state.
    pub state: Option<VerdictState>,
    /// With a finding at least this severe, 0 (not rated) to 4 (critical).
    pub severity: Option<u8>,
    /// Whether something could not be examined.
    pub gaps: Option<bool>,
}

impl Judged {
    pub(super) fn is_any(&self) -> bool {
        *self == Judged::default()
    }

    /// As conditions on the columns of a verdict, each behind an `AND`. SQLite is to walk the
    /// list and not to look for one of them: `prefix` hides the columns from its indexes.
    fn conditions(&self, prefix: &str, args: &mut Vec<Value>) -> String {
        let mut sql = String::new();
        let mut and = |condition: &str, value: Value| {
            args.push(value);
            sql += &format!(" AND {prefix}{condition} ${}", args.len());
        };
        if let Some(environment) = &self.environment {
            and("environment =", environment.into());
        }
        if let Some(state) = self.state {
            and("state =", state.into());
        }
        if let Some(severity) = self.severity {
            and("worst >=", (u32::from(severity) + 1).into());
        }
        match self.gaps {
            Some(true) => and("gaps >", 0.into()),
            Some(false) => and("gaps =", 0.into()),
            None => {}
        }
        sql
    }
}

/// Conditions, and what is bound in them.
#[derive(Default)]
pub(super) struct Conditions {
    pub(super) sql: String,
    pub(super) args: Vec<Value>,
    /// The digests that the list begins with, where those are few: a question.
    pub(super) start: Option<String>,
}

impl Conditions {
    pub(super) fn and(&mut self, value: impl Into<Value>, condition: impl Fn(usize) -> String) {
        self.args.push(value.into());
        self.sql += " AND ";
        self.sql += &condition(self.args.len());
    }

    /// Whether a row of another table is there, or is not.
    fn exists(&mut self, is_there: bool, rows: &str) {
        let not = if is_there { "" } else { "NOT " };
        self.sql += &format!(" AND {not}EXISTS (SELECT 1 FROM {rows})");
    }

    /// That the image is one of few, which are gathered first.
    fn one_of(&mut self, rows: &str) {
        match self.start {
            None => self.start = Some(format!("SELECT DISTINCT {rows}")),
            Some(_) => self.sql += &format!(" AND t.digest IN (SELECT {rows})"),
        }
    }
}

impl Store {
    /// Everything that is not about names. `seen`: the column of the list's time;
    /// `by_verdict`: the list is the table of verdicts itself.
    pub(super) async fn narrow(
        &self,
        filter: &ImageFilter,
        seen: &str,
        by_verdict: bool,
        to: &mut Conditions,
    ) -> Result<()> {
        if let Some(from) = filter.seen_from {
            to.and(from, |n| format!("t.{seen} >= ${n}"));
        }
        if let Some(before) = filter.seen_before {
            to.and(before, |n| format!("t.{seen} < ${n}"));
        }
        if by_verdict {
            let hidden = self.hidden("t.");
            to.sql += &filter.verdict.conditions(&hidden, &mut to.args);
        } else if !filter.verdict.is_any() {
            self.judged(&filter.verdict, to).await?;
        }
        if let Some(examined) = filter.examined {
            to.exists(examined, "content n WHERE n.digest = t.digest");
        }
        if let Some(running) = filter.running {
            let rows = "workload w";
            // Several run one image.
            if running && self.are_few(4 * FEW, rows, &[]).await? {
                to.one_of(&format!("w.digest FROM {rows}"));
            } else {
                to.exists(running, &format!("{rows} WHERE w.digest = t.digest"));
            }
        }
        if let Some(held) = filter.held {
            self.held(held, filter, to).await?;
        }
        Ok(())
    }

    /// Whether an image is held, under a name that is asked for.
    async fn held(&self, held: bool, filter: &ImageFilter, to: &mut Conditions) -> Result<()> {
        let names = [
            ("registry_id", &filter.registry_id),
            ("repository", &filter.repository),
        ];
        let rows = |args: &mut Vec<Value>| {
            let mut rows = "hold h WHERE h.state IN ('held', 'quarantined')".to_owned();
            for (column, value) in names {
                if let Some(value) = value {
                    args.push(value.into());
                    rows += &format!(" AND h.{column} = ${}", args.len());
                }
            }
            rows
        };
        let mut args = Vec::new();
        let counted = rows(&mut args);
        let few = held && self.are_few(FEW, &counted, &args).await?;
        let rows = rows(&mut to.args);
        match few {
            true => to.one_of(&format!("h.digest FROM {rows}")),
            false => to.exists(held, &format!("{rows} AND h.digest = t.digest")),
        }
        Ok(())
    }

    /// That an image has such a verdict, asked in the way that suits how many there are.
    async fn judged(&self, judged: &Judged, to: &mut Conditions) -> Result<()> {
        let mut args = Vec::new();
        let only = judged.conditions(&self.hidden("v."), &mut args);
        let rows = format!("verdict v WHERE 1 = 1{only}");
        let is_postgres = self.db.dialect() == Dialect::Postgres;
        let are_few = self.are_few(FEW, &rows, &args).await?;
        let are_some = are_few || is_postgres && self.are_few(SOME, &rows, &args).await?;
        let only = judged.conditions(&self.hidden("v."), &mut to.args);
        if are_few {
            to.one_of(&format!("v.digest FROM verdict v WHERE 1 = 1{only}"));
        } else if are_some {
            // Without the end it would be asked for each name all the same.
            to.sql += &format!(
                " AND t.digest IN (SELECT v.digest FROM verdict v WHERE 1 = 1{only} OFFSET 0)"
            );
        } else {
            to.exists(true, &format!("verdict v WHERE v.digest = t.digest{only}"));
        }
        Ok(())
    }

    /// Whether there are so many of these rows at most.
    async fn are_few(&self, most: i64, rows: &str, args: &[Value]) -> Result<bool> {
        let most = self.few.unwrap_or(most);
        let mut args = args.to_vec();
        args.push((most + 1).into());
        let sql = format!(
            "SELECT COUNT(*) FROM (SELECT 1 FROM {rows} LIMIT ${}) AS few",
            args.len()
        );
        let rows = self.read().await?.planned(&sql, args).await?;
        let found = rows.first().map(|row| row.int(0)).transpose()?;
        Ok(found.unwrap_or_default() <= most)
    }

    fn hidden(&self, alias: &str) -> String {
        match self.db.dialect() {
            Dialect::Sqlite => format!("+{alias}"),
            Dialect::Postgres => alias.to_owned(),
        }
    }
}
