//! How old the advisory database may be.

use lazaret_advisory::update::{Freshness, freshness};
use lazaret_model::{DatabaseInfo, Gap, GapKind};

use crate::args::MaxAge;
use crate::scan::now;

/// Whether the database is as young as asked for.
pub(crate) fn is_young(info: &DatabaseInfo, max: &MaxAge) -> bool {
    let Some(age) = max.age else {
        return true;
    };
    matches!(freshness(info, now().into(), age), Freshness::Fresh { .. })
}

/// The gap that a database leaves by its age. The starter database has a gap of its own.
pub(crate) fn gap(info: &DatabaseInfo, max: &MaxAge) -> Option<Gap> {
    if info.starter || is_young(info, max) {
        return None;
    }
    let built = match info.built_at.as_str() {
        "" => "it does not say when it was built".to_owned(),
        // No age in days, so that the report is the same tomorrow.
        time => format!("its newest record is of {time}, longer ago than {max} (--max-db-age)"),
    };
    let detail = format!("{built}; `lazaret db update` fetches what has been published since");
    Some(Gap::new(GapKind::StaleDatabase, "database", detail))
}
