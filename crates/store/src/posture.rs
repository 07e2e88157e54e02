//! What a first page shows: how verdicts moved, what waits for a person.
//!
//! Every number is bounded by what changed in a span of time or by what is held, never by
//! images times advisories.

use jiff::Timestamp;

use crate::error::Result;
use crate::store::Store;
use crate::value::args;
use crate::verdict::VerdictState;

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// What waits is counted up to this many of a kind: a badge needs no more.
pub const WAITING_LIMIT: u64 = 1000;

/// How many verdicts moved from one state to another on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Days since 1970-01-01, UTC.
    pub day: i64,
    /// The environment.
    pub environment: String,
    /// `None`: the first verdict.
    pub before: Option<VerdictState>,
    /// The new one.
    pub after: VerdictState,
    /// What made them change, as JSON.
    pub cause: String,
    /// How many.
    pub verdicts: u64,
}

/// How many verdicts had which worst finding at the end of a day, or now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeverityDay {
    /// Days since 1970-01-01, UTC.
    pub day: i64,
    /// The environment.
    pub environment: String,
    /// 0: nothing found; 1: not rated; 2 to 5: low to critical.
    pub worst: u8,
    /// How many.
    pub verdicts: u64,
}

/// What waits for a person, each up to [`WAITING_LIMIT`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Names under which an image is held.
    pub held: u64,
    /// Names under which an image is quarantined.
    pub quarantined: u64,
    /// Requests for a release that nobody has answered.
    pub requests: u64,
    /// Jobs that failed for good.
    pub dead: u64,
}

impl Store {
    /// How verdicts moved within `[from, to)`, by day.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn verdict_flows(&self, from: Timestamp, to: Timestamp) -> Result<Vec<Flow>> {
        let sql = format!(
            "SELECT at / {DAY}, environment, before, after, cause, COUNT(*) FROM verdict_change \
             WHERE at >= $1 AND at < $2 GROUP BY at / {DAY}, environment, before, after, cause \
             ORDER BY 1, 2, 3, 4, 5"
        );
        let rows = self.read().await?.rows(&sql, args![from, to]).await?;
        rows.iter()
            .map(|row| {
                Ok(Flow {
                    day: row.int(0)?,
                    environment: row.text(1)?,
                    before: row.opt_text(2)?.map(|word| word.parse()).transpose()?,
                    after: row.word(3)?,
                    cause: row.text(4)?,
                    verdicts: row.count(5)?,
                })
            })
            .collect()
    }

    /// Notes how many verdicts have which worst finding, as what today ends with as far as is known.
    /// Reads an index of all verdicts.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn note_severities(&self, now: Timestamp) -> Result<()> {
        let day = now.as_microsecond().div_euclid(DAY);
        let sql = "SELECT environment, worst, COUNT(*) FROM verdict GROUP BY environment, worst";
        let rows = self.read().await?.rows(sql, vec![]).await?;
        let mut counts = Vec::with_capacity(rows.len());
        for row in &rows {
            counts.push(args![day, row.text(0)?, row.int(1)?, row.int(2)?]);
        }
        let mut tx = self.begin().await?;
        // Two centres of one database count the same, one after the other.
        tx.lock("severity_day", &[String::new()]).await?;
        tx.exec("DELETE FROM severity_day WHERE day = $1", args![day])
            .await?;
        let into = "severity_day (day, environment, worst, verdicts)";
        tx.insert_many(into, counts, "").await?;
        tx.commit().await
    }

    /// How many verdicts had which worst finding, of the days from `from` on that were noted.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn severity_days(&self, from: Timestamp) -> Result<Vec<SeverityDay>> {
        let day = from.as_microsecond().div_euclid(DAY);
        let sql = "SELECT day, environment, worst, verdicts FROM severity_day WHERE day >= $1 \
                   ORDER BY day, environment, worst";
        let rows = self.read().await?.rows(sql, args![day]).await?;
        rows.iter()
            .map(|row| {
                Ok(SeverityDay {
                    day: row.int(0)?,
                    environment: row.text(1)?,
                    worst: u8::try_from(row.int(2)?).unwrap_or(0),
                    verdicts: row.count(3)?,
                })
            })
            .collect()
    }

    /// How many verdicts of an environment know of critical findings.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn critical_verdicts(&self, environment: &str) -> Result<u64> {
        let sql = "SELECT COUNT(*) FROM verdict WHERE environment = $1 AND critical > 0";
        let row = self.read().await?.one(sql, args![environment]).await?;
        row.count(0)
    }

    /// What waits for a person.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn waiting(&self) -> Result<Waiting> {
        let count = |from: &str| {
            format!("(SELECT COUNT(*) FROM (SELECT 1 FROM {from} LIMIT {WAITING_LIMIT}) AS few)")
        };
        let sql = format!(
            "SELECT {}, {}, {}, {}",
            count("hold WHERE state = 'held'"),
            count("hold WHERE state = 'quarantined'"),
            count("release_request WHERE state = 'open'"),
            count("job WHERE state = 'dead'"),
        );
        let row = self.read().await?.one(&sql, vec![]).await?;
        Ok(Waiting {
            held: row.count(0)?,
            quarantined: row.count(1)?,
            requests: row.count(2)?,
            dead: row.count(3)?,
        })
    }
}
