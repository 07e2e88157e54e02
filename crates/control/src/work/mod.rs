//! Work: what is enqueued.
//!
//! Jobs of a region wait for its edges; those of registries without a region are the
//! centre's. Every result is a pure function of what the job names, so a job that runs
//! twice does no harm; the fence decides which of two is heard.

mod job;

pub(crate) use job::{ScanWork, Urgency, Wanted, enqueue_list, enqueue_scan, enqueue_scans};
