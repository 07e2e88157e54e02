//! Entries, for people.

use super::{AuditEntry, COLUMNS, entry};
use crate::error::Result;
use crate::page::{Page, Paging};
use crate::store::Store;
use crate::value::args;

/// Which entries are asked for.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Only of this actor.
    pub actor: Option<String>,
    /// Only of this object.
    pub object: Option<String>,
    /// Only actions that begin so: `hold.`.
    pub action: Option<String>,
}

impl Store {
    /// Entries, newest first.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a limit or cursor that is none, and those of the database.
    pub async fn audit_page(
        &self,
        filter: &AuditFilter,
        paging: &Paging,
    ) -> Result<Page<AuditEntry>> {
        let limit = paging.limit()?;
        let after = paging.after_int()?.unwrap_or(i64::MAX);
        if let (Some(prefix), None, None) = (&filter.action, &filter.actor, &filter.object) {
            return self.audit_of_actions(prefix, after, limit).await;
        }
        let mut sql = format!("SELECT {COLUMNS} FROM audit WHERE seq < $1");
        let mut args = args![after];
        for (column, value) in [("actor", &filter.actor), ("object", &filter.object)] {
            if let Some(value) = value {
                args.push(value.into());
                sql += &format!(" AND {column} = ${}", args.len());
            }
        }
        if let Some(prefix) = &filter.action {
            args.push(prefix.into());
            sql += &format!(" AND substr(action, 1, length(${0})) = ${0}", args.len());
        }
        args.push((limit + 1).into());
        sql += &format!(" ORDER BY seq DESC LIMIT ${}", args.len());
        let rows = self.read().await?.rows(&sql, args).await?;
        let entries = rows.iter().map(entry).collect::<Result<Vec<_>>>()?;
        Ok(Page::of(entries, limit, |entry| vec![entry.seq.into()]))
    }

    /// Entries whose action begins so. No index is in the order of numbers for a beginning, so
    /// the actions that there are (some dozens) are found first, and the newest of each.
    async fn audit_of_actions(
        &self,
        prefix: &str,
        after: i64,
        limit: i64,
    ) -> Result<Page<AuditEntry>> {
        let mut conn = self.read().await?;
        // From one action to the next along the index, not over all entries.
        let sql = "WITH RECURSIVE known(action) AS (SELECT MIN(action) FROM audit \
                   UNION ALL SELECT (SELECT MIN(a.action) FROM audit a WHERE a.action > k.action) \
                   FROM known k WHERE k.action IS NOT NULL) \
                   SELECT action FROM known WHERE action IS NOT NULL LIMIT 1000";
        let mut actions = Vec::new();
        for row in conn.rows(sql, vec![]).await? {
            let action = row.text(0)?;
            if action.starts_with(prefix) {
                actions.push(action);
            }
        }
        let mut newest = Vec::new();
        for part in actions.chunks(100) {
            let mut args = args![after, limit + 1];
            let each = part.iter().map(|action| {
                args.push(action.into());
                let place = args.len();
                format!(
                    "SELECT seq FROM (SELECT seq FROM audit WHERE action = ${place} \
                     AND seq < $1 ORDER BY seq DESC LIMIT $2) AS x{place}"
                )
            });
            let each: Vec<String> = each.collect();
            for row in conn.rows(&each.join(" UNION ALL "), args).await? {
                newest.push(row.int(0)?);
            }
        }
        newest.sort_unstable_by(|a, b| b.cmp(a));
        newest.truncate(usize::try_from(limit + 1).unwrap_or(usize::MAX));
        let any = self.db.dialect().any("seq", 1);
        let sql = format!("SELECT {COLUMNS} FROM audit WHERE {any} ORDER BY seq DESC");
        let rows = conn.rows(&sql, args![newest]).await?;
        let entries = rows.iter().map(entry).collect::<Result<Vec<_>>>()?;
        Ok(Page::of(entries, limit, |entry| vec![entry.seq.into()]))
    }
}
