//! `lazaret-floor LAYOUT[:TAG] [THREADS]`: one pass of hashing and inflating, timed.

#![allow(clippy::print_stdout, reason = "a program for people who measure")]

use std::path::Path;
use std::time::Instant;

use lazaret_testkit::floor;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let Some(layout) = arguments.next() else {
        println!("usage: lazaret-floor LAYOUT[:TAG] [THREADS]");
        return Ok(());
    };
    let (folder, tag) = match layout.rsplit_once(':') {
        Some((folder, tag)) => (folder, Some(tag)),
        None => (layout.as_str(), None),
    };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = arguments
        .next()
        .and_then(|t| t.parse().ok())
        .unwrap_or(cores);
    let started = Instant::now();
    let pass = floor::pass(&floor::layers(Path::new(folder), tag)?, threads)?;
    println!(
        "{} layers, {} bytes stored, {} bytes inflated, {} threads: {:.3} s",
        pass.layers,
        pass.compressed,
        pass.uncompressed,
        threads,
        started.elapsed().as_secs_f64()
    );
    Ok(())
}
