//! The whole database as lines of JSON, for people with other tools.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Db, DbError};

/// Why a database cannot be written out.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    /// The database is damaged.
    #[error(transparent)]
    Database(#[from] DbError),
    /// The output does not take it.
    #[error("write the exported advisories")]
    Write(#[source] io::Error),
}

impl Db {
    /// Writes one JSON object per line: every advisory with its group, then every
    /// package with its statements, then every end-of-life date.
    ///
    /// Each object has a `type`: `advisory`, `package` or `end_of_life`. For copying a
    /// database the file itself is the better form ([`Db::bytes`]).
    pub fn dump(&self, out: &mut dyn Write) -> Result<(), DumpError> {
        for index in self.advisories() {
            let body = self.advisory(index)?;
            let group = self.group(self.group_of(index)?)?;
            let line = json!({
                "type": "advisory",
                "id": body.id,
                "feed": body.feed,
                "kind": body.kind,
                "group": group.primary,
                "ids": group.ids,
                "summary": body.summary,
                "published": body.published,
                "modified": body.modified,
                "withdrawn": body.withdrawn,
                "ratings": body.ratings,
                "cwes": body.cwes,
                "references": body.references,
                "aliases": body.aliases,
                "upstream": body.upstream,
            });
            write_line(out, &line)?;
        }
        let mut outcome = Ok(());
        self.each_package(|space, name, statements| {
            let list = statements.iter().map(|statement| self.statement_json(statement));
            outcome = list
                .collect::<Result<Vec<_>, _>>()
                .map_err(DumpError::from)
                .map(|list| {
                    json!({ "type": "package", "space": space, "name": name, "statements": list })
                })
                .and_then(|line| write_line(out, &line));
            outcome.is_ok()
        })?;
        outcome?;
        for entry in self.ends_of_life()? {
            let mut line = json!({ "type": "end_of_life" });
            if let (Value::Object(line), Ok(Value::Object(entry))) =
                (&mut line, serde_json::to_value(entry))
            {
                line.extend(entry);
            }
            write_line(out, &line)?;
        }
        Ok(())
    }

    fn statement_json(&self, statement: &super::Statement) -> Result<Value, DbError> {
        let head = self.advisory_head(statement.advisory)?;
        let affected = &statement.affected;
        Ok(json!({
            "advisory": head.id,
            "feed": head.feed,
            "withdrawn": head.withdrawn,
            "key": affected.key,
            "scheme": super::scheme::name(affected.scheme),
            "range": range_json(&affected.range),
            "status": affected.status,
            "raw_status": affected.raw_status,
            "fixed": affected.fixed,
            "severity": affected.severity,
            "qualifiers": affected.qualifiers,
        }))
    }
}

fn range_json(range: &lazaret_version::Range) -> Value {
    use lazaret_version::Bound;
    let bound = |bound: &Bound| match bound {
        Bound::Unbounded => Value::Null,
        Bound::Inclusive(version) => json!({ "version": version, "inclusive": true }),
        Bound::Exclusive(version) => json!({ "version": version, "inclusive": false }),
    };
    let intervals: Vec<Value> = range
        .intervals
        .iter()
        .map(|interval| json!({ "from": bound(&interval.lower), "to": bound(&interval.upper) }))
        .collect();
    json!({ "intervals": intervals, "exact": range.exact, "opaque": range.opaque })
}

fn write_line(out: &mut dyn Write, line: &Value) -> Result<(), DumpError> {
    serde_json::to_writer(&mut *out, line)
        .map_err(io::Error::from)
        .and_then(|()| out.write_all(b"\n"))
        .map_err(DumpError::Write)
}
