//! What pages need not ask twice: days that are over no longer change, and a report is the
//! same as long as what it rests on is.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use lazaret_model::Report;
use lazaret_policy::Exposure;
use lazaret_store::Flow;

use crate::App;
use crate::http::ApiResult;
use crate::judge::Judge;
use crate::queries::image;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Days that are kept.
const KEPT: usize = 100;

/// What pages of the console remember; bounded.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    days: Mutex<BTreeMap<i64, Vec<Flow>>>,
    reports: Mutex<Vec<Kept>>,
}

impl Memory {
    fn day(&self, day: i64) -> Option<Vec<Flow>> {
        self.days.lock().ok()?.get(&day).cloned()
    }

    fn keep(&self, day: i64, flows: &[Flow]) {
        if let Ok(mut days) = self.days.lock() {
            days.insert(day, flows.to_vec());
            while days.len() > KEPT {
                days.pop_first();
            }
        }
    }
}

/// The day of a time, since 1970.
pub(super) fn day_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(DAY)
}

/// The beginning of a day.
fn beginning(day: i64) -> Timestamp {
    Timestamp::from_second(day.saturating_mul(DAY)).unwrap_or(Timestamp::MAX)
}

/// How verdicts moved on each of the last days, today last.
///
/// # Errors
/// Those of the store.
pub(super) async fn flows(app: &App, days: i64) -> ApiResult<Vec<(i64, Vec<Flow>)>> {
    let today = day_of(app.now());
    let mut all = Vec::new();
    for day in (today - days + 1)..=today {
        // Clocks differ a little between centres: yesterday may still get a row.
        let is_over = day < today - 1;
        let kept = if is_over { app.console.day(day) } else { None };
        let flows = match kept {
            Some(flows) => flows,
            None => {
                let flows = app.store.verdict_flows(beginning(day), beginning(day + 1));
                let flows = flows.await?;
                if is_over {
                    app.console.keep(day, &flows);
                }
                flows
            }
        };
        all.push((day, flows));
    }
    Ok(all)
}

/// Reports that are kept, and how much they hold together, in packages and findings.
const REPORTS: usize = 16;
const MOST_HELD: usize = 100_000;

/// A report, and what it rests on.
#[derive(Debug)]
struct Kept {
    digest: String,
    environment: String,
    inventory: String,
    advisories: String,
    exposure: Option<Exposure>,
    day: i64,
    judge: Arc<Judge>,
    report: Arc<Report>,
}

impl Kept {
    fn weight(&self) -> usize {
        self.report.packages.len() + self.report.findings.len()
    }
}

/// The report of an image for an environment, by the policy and the advisories of now. People
/// turn pages: the same report is not matched again for each.
///
/// # Errors
/// When nobody has looked at the image.
pub(super) async fn report(app: &App, digest: &str, environment: &str) -> ApiResult<Arc<Report>> {
    let judge = app.judge(app.now()).await?;
    let advisories = app.advisories.current().digest().to_string();
    let inventory = crate::work::blob_of(app, digest).await?.unwrap_or_default();
    let exposure = crate::work::exposure(app, digest, environment).await?;
    // Ends of support and exceptions come by the day.
    let day = day_of(app.now());
    let is_same = |kept: &Kept| {
        (kept.digest.as_str(), kept.environment.as_str()) == (digest, environment)
            && (kept.inventory.as_str(), kept.advisories.as_str())
                == (inventory.as_str(), &advisories)
            && (kept.day, kept.exposure) == (day, exposure)
            && Arc::ptr_eq(&kept.judge, &judge)
    };
    if let Ok(kept) = app.console.reports.lock()
        && let Some(found) = kept.iter().find(|kept| is_same(kept))
    {
        return Ok(Arc::clone(&found.report));
    }
    let report = Arc::new(image::report(app, digest, environment).await?);
    let new = Kept {
        digest: digest.to_owned(),
        environment: environment.to_owned(),
        inventory,
        advisories,
        exposure,
        day,
        judge,
        report: Arc::clone(&report),
    };
    if let Ok(mut kept) = app.console.reports.lock()
        && new.weight() <= MOST_HELD
    {
        kept.retain(|old| (&old.digest, &old.environment) != (&new.digest, &new.environment));
        kept.push(new);
        while kept.len() > REPORTS || kept.iter().map(Kept::weight).sum::<usize>() > MOST_HELD {
            kept.remove(0);
        }
    }
    Ok(report)
}
