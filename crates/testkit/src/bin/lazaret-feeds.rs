//! `lazaret-feeds OUT [ADVISORIES]`: feeds in their upstreams' own formats, made up.
//!
//! Prints one `FEED=PATH` per line, as `lazaret db build` takes them.

#![allow(clippy::print_stdout, reason = "a program for people who measure")]

use std::io;
use std::path::Path;

use lazaret_testkit::feeds;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (Some(out), count) = (arguments.first(), arguments.get(1)) else {
        println!("usage: lazaret-feeds OUT [ADVISORIES]");
        return Ok(());
    };
    let count = count.and_then(|text| text.parse().ok()).unwrap_or(300_000);
    for (feed, path) in feeds::write(Path::new(out), count)? {
        println!("{feed}={}", path.display());
    }
    Ok(())
}
