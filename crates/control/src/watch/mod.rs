//! Registries that are watched: their secrets, how they are reached, their lists.

mod access;
mod lister;
mod secrets;

pub(crate) use access::{host_of, options, reference};
pub(crate) use lister::{Step, list};
pub(crate) use secrets::Secrets;

/// How often a registry is listed, from the words that the store keeps: `every 300s`.
pub(crate) fn seconds_of(schedule: Option<&str>) -> Option<u32> {
    let every = schedule?.strip_prefix("every ")?.strip_suffix('s')?;
    every.parse().ok().filter(|seconds| *seconds > 0)
}

/// The words for a schedule.
pub(crate) fn schedule_of(seconds: Option<u32>) -> Option<String> {
    seconds.filter(|s| *s > 0).map(|s| format!("every {s}s"))
}
