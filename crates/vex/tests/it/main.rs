//! The crate's boundary: documents in, statements used or not, a draft out.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that skips or counts says so to who runs it"
)]
#![allow(clippy::unwrap_used)]

mod applied;
mod carried;
mod collected;
mod documents;
mod drafts;
mod fixtures;
