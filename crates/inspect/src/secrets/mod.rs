//! Credentials in bytes: one pass for keywords, then expressions on windows around them.
//!
//! The keywords of all rules are looked for in one pass that is cheaper than inflating.
//! Where one is met, the expressions of its rules are held against a bounded
//! window; they run in linear time. What has a checksum or a structure is held against it,
//! what has none must be random enough. Nothing that leaves this module contains a
//! credential: see [`redact()`].

mod check;
mod engine;
mod example;
mod keywords;
mod noise;
mod path;
mod redact;
mod rule;
mod rules;
mod stream;

pub use example::example;
pub use path::{Context, MAX_BYTES, context, is_binary, wants};
pub use redact::{MAX_SHOWN, redact};
pub use rule::Rule;
pub use rules::all as rules;
pub use stream::{Found, Hit, MAX_HITS, Scan};

/// Raised whenever the same bytes would yield other credentials.
pub const REVISION: u32 = 2;

/// The credentials in `bytes`, as the whole content of a file in `context`.
pub fn find(bytes: &[u8], context: &Context) -> Found {
    let mut scan = Scan::new(context);
    scan.feed(bytes);
    scan.finish()
}

/// `text` with every credential in it blotted out.
pub fn mask(text: &str) -> String {
    let found = find(text.as_bytes(), &Context::settings());
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for hit in &found.hits {
        let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(text.len());
        let (start, end) = (place(hit.range.0).max(done), place(hit.range.1));
        // A credential is ASCII for the rules, but nothing here rests on it.
        out.push_str(&String::from_utf8_lossy(&text.as_bytes()[done..start]));
        out.push_str(&hit.redacted);
        done = end.max(start);
    }
    if found.missed > 0 {
        return "********".to_owned();
    }
    out.push_str(&String::from_utf8_lossy(&text.as_bytes()[done..]));
    out
}
