//! Lists of verdicts, narrowed. Which ones stand on a page is answered by an index alone; only those are
//! read whole.

use super::list::verdict;
use super::{COLUMNS, Verdict, VerdictState};
use crate::error::{Error, Result};
use crate::page::{Key, Page, Paging, invalid};
use crate::store::Store;
use crate::value::{Value, args};

/// Which verdicts are asked for; everything given must hold. A state or an environment is
/// given.
#[derive(Clone, Debug, Default)]
pub struct VerdictFilter {
    /// Only for this environment.
    pub environment: Option<String>,
    /// Only in this state.
    pub state: Option<VerdictState>,
    /// With a finding at least this severe, 0 (not rated) to 4 (critical).
    pub severity: Option<u8>,
    /// Whether something could not be examined.
    pub gaps: Option<bool>,
    /// Of images that are named in this registry.
    pub registry_id: Option<String>,
}

impl VerdictFilter {
    fn conditions(&self, args: &mut Vec<Value>) -> String {
        let mut sql = String::new();
        if let Some(severity) = self.severity {
            args.push((u32::from(severity) + 1).into());
            sql += &format!(" AND v.worst >= ${}", args.len());
        }
        match self.gaps {
            Some(true) => sql += " AND v.gaps > 0",
            Some(false) => sql += " AND v.gaps = 0",
            None => {}
        }
        if let Some(registry) = &self.registry_id {
            args.push(registry.into());
            sql += &format!(
                " AND EXISTS (SELECT 1 FROM image_name n WHERE n.digest = v.digest \
                 AND n.registry_id = ${})",
                args.len()
            );
        }
        sql
    }
}

impl Store {
    /// Verdicts in one state, those first that became so last. Without a state in the filter: the worst
    /// first (by critical, then high findings), of one environment.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a filter without either, a limit or cursor that is none.
    pub async fn verdicts(&self, filter: &VerdictFilter, paging: &Paging) -> Result<Page<Verdict>> {
        match (filter.state, &filter.environment) {
            (Some(state), _) => self.by_state(state, filter, paging).await,
            (None, Some(environment)) => self.by_weight(environment, filter, paging).await,
            (None, None) => Err(Error::Invalid(
                "verdicts of which state or environment?".to_owned(),
            )),
        }
    }

    async fn by_state(
        &self,
        state: VerdictState,
        filter: &VerdictFilter,
        paging: &Paging,
    ) -> Result<Page<Verdict>> {
        let (at, digest, place) = match paging.after_keys()? {
            None => (i64::MAX, String::new(), String::new()),
            Some((mut numbers, mut texts)) if numbers.len() == 1 && texts.len() == 2 => {
                (numbers.remove(0), texts.remove(0), texts.remove(0))
            }
            Some(_) => return Err(invalid()),
        };
        let mut args = args![state, at, digest, place];
        let mut only = filter.conditions(&mut args);
        if let Some(environment) = &filter.environment {
            args.push(environment.into());
            only += &format!(" AND v.environment = ${}", args.len());
        }
        let which = format!(
            "WHERE v.state = $1 AND (v.since, v.digest, v.environment) < ($2, $3, $4){only}"
        );
        let order = "v.since DESC, v.digest DESC, v.environment DESC";
        self.listed(&which, order, args, paging, |(v, since)| {
            vec![(*since).into(), (&v.digest).into(), (&v.environment).into()]
        })
        .await
    }

    async fn by_weight(
        &self,
        environment: &str,
        filter: &VerdictFilter,
        paging: &Paging,
    ) -> Result<Page<Verdict>> {
        let (critical, high, digest) = match paging.after_keys()? {
            None => (i64::MAX, i64::MAX, String::new()),
            Some((mut numbers, mut texts)) if numbers.len() == 2 && texts.len() == 1 => {
                (numbers.remove(0), numbers.remove(0), texts.remove(0))
            }
            Some(_) => return Err(invalid()),
        };
        let mut args = args![environment, critical, high, digest];
        let only = filter.conditions(&mut args);
        let which = format!(
            "WHERE v.environment = $1 AND (v.critical, v.high, v.digest) < ($2, $3, $4){only}"
        );
        let order = "v.critical DESC, v.high DESC, v.digest DESC";
        self.listed(&which, order, args, paging, |(v, _)| {
            vec![
                Key::from(i64::try_from(v.counts.critical).unwrap_or(i64::MAX)),
                Key::from(i64::try_from(v.counts.high).unwrap_or(i64::MAX)),
                (&v.digest).into(),
            ]
        })
        .await
    }

    async fn listed(
        &self,
        which: &str,
        order: &str,
        mut args: Vec<Value>,
        paging: &Paging,
        key: impl Fn(&(Verdict, i64)) -> Vec<Key>,
    ) -> Result<Page<Verdict>> {
        let limit = paging.limit()?;
        args.push((limit + 1).into());
        let sql = format!(
            "SELECT {COLUMNS}, since FROM (SELECT v.digest AS d, v.environment AS e FROM verdict v {which} \
             ORDER BY {order} LIMIT ${}) AS k CROSS JOIN verdict v \
             WHERE v.digest = k.d AND v.environment = k.e ORDER BY {order}",
            args.len()
        );
        let rows = self.read().await?.rows(&sql, args).await?;
        let items = rows.iter().map(|row| Ok((verdict(row)?, row.int(15)?)));
        let page = Page::of(items.collect::<Result<Vec<_>>>()?, limit, key);
        Ok(Page {
            items: page.items.into_iter().map(|(verdict, _)| verdict).collect(),
            next: page.next,
        })
    }
}
