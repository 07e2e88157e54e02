//! Work: what is enqueued, and the centre's own workers.
//!
//! Jobs of a region wait for its edges; those of registries without a region are the
//! centre's. Every result is a pure function of what the job names, so a job that runs
//! twice does no harm; the fence decides which of two is heard.

mod compare;
mod decide;
mod exposure;
mod job;
mod ledger;
mod list;
mod matches;
mod parts;
mod record;
mod rematch;
mod scan;
mod schedule;
mod settle;
mod shell;
mod tallies;
mod worker;
mod write;

pub use decide::Said;
pub(crate) use decide::decide;
pub(crate) use exposure::{exposure, exposures};
pub(crate) use job::{ScanWork, Urgency, Wanted, enqueue_list, enqueue_scan, enqueue_scans};
pub use ledger::content;
pub(crate) use ledger::{blob_of, purl_of};
pub use matches::{Found as Matches, found as matches};
pub(crate) use record::{Found, INDEX, inventory, record};
pub(crate) use rematch::everything as decide_again;
pub(crate) use scan::Examined;
pub(crate) use schedule::{follow, run as keep_time};
pub(crate) use shell::{Beside, Remembered, beside, opened};
pub use shell::{Shell, shell};
pub(crate) use worker::run;
