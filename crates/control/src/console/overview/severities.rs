//! How severe the worst findings of images were, at the end of each of the last days.

use lazaret_wire::api::PostureDay;

use crate::App;
use crate::console::chart::{self, Column};
use crate::console::parts::Part;
use crate::http::ApiResult;
use crate::queries::verdict;

/// Severities, the worst first, as they are stacked and told.
pub(super) const SEVERITIES: [&str; 5] = ["critical", "high", "medium", "low", "unknown"];

/// The chart, and the table behind it, the newest day first.
pub(super) struct Severities {
    pub(super) chart: Part,
    pub(super) most: u64,
    pub(super) first_day: String,
    pub(super) days: Vec<Day>,
}

/// A day: images by the worst of their findings, and those without any.
pub(super) struct Day {
    pub(super) name: String,
    pub(super) counts: [u64; 5],
    pub(super) clean: u64,
}

/// Those of the last days in one environment, or in all.
///
/// # Errors
/// Those of the store.
pub(super) async fn severities(
    app: &App,
    days: u32,
    environment: Option<&str>,
) -> ApiResult<Severities> {
    let told = verdict::posture(app, days).await?;
    let mut all: Vec<Day> = Vec::new();
    let is_meant = |one: &&PostureDay| environment.is_none_or(|name| name == one.environment);
    for one in told.iter().filter(is_meant) {
        if all.last().is_none_or(|last| last.name != one.day) {
            all.push(Day {
                name: one.day.clone(),
                counts: [0; 5],
                clean: 0,
            });
        }
        let Some(day) = all.last_mut() else {
            continue;
        };
        let worst = &one.worst;
        let counts = [
            worst.critical,
            worst.high,
            worst.medium,
            worst.low,
            worst.unknown,
        ];
        for (sum, count) in day.counts.iter_mut().zip(counts) {
            *sum += u64::from(count);
        }
        day.clean += u64::from(one.clean);
    }
    let columns: Vec<Column> = all.iter().map(column).collect();
    Ok(Severities {
        chart: chart::stacked(
            &columns,
            "Images by the worst of their findings on each of the last days; the numbers are in the \
             table below",
        ),
        most: chart::highest(&columns),
        first_day: all.first().map(|day| day.name.clone()).unwrap_or_default(),
        days: all.into_iter().rev().collect(),
    })
}

fn column(day: &Day) -> Column {
    Column {
        name: day.name.clone(),
        parts: SEVERITIES.into_iter().zip(day.counts).collect(),
    }
}
