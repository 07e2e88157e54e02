//! `lazaret-bench LAZARET WORK [LAYOUT:TAG]`: what a scan costs, as ratios.
//!
//! Makes its images in WORK once, runs the program given as LAZARET as a whole process,
//! and prints what was measured beside what is aimed at. Nothing is asserted: a number is
//! for a person to read. Peak memory and written bytes are what the kernel last told of
//! the process before it ended (`VmHWM`; `write_bytes`, which leaves out what goes to a file
//! system in memory).

#![allow(clippy::print_stdout, reason = "a program for people who measure")]

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use lazaret_testkit::floor;
use lazaret_testkit::image::{self, Blob, Layer, Numbers};

/// Images of the family that shares a base.
const FAMILY: usize = 30;

/// Files of the layer that is nothing but files.
const MANY: usize = 3_000_000;

/// What one process cost.
#[derive(Debug, Clone, Copy, Default)]
struct Cost {
    time: Duration,
    peak_kib: u64,
    written: u64,
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [program, work, rest @ ..] = arguments.as_slice() else {
        println!("usage: lazaret-bench LAZARET WORK [LAYOUT:TAG]");
        return Ok(());
    };
    let work = Path::new(work);
    let program = Path::new(program);
    println!("{:<44} {:>12} {:>10}  ", "measured", "figure", "aim");
    let large = match rest.first() {
        Some(named) => named.clone(),
        None => format!("{}:latest", made(work, "large", large)?.display()),
    };
    cold_and_warm(program, work, &large)?;
    family(program, work, &made(work, "family", family_image)?)?;
    let many = made(work, "many", many)?;
    let target = format!("{}:latest", many.display());
    let cost = scan(program, &target, "none")?;
    row(
        "peak of a layer of 3,000,000 files",
        &format!("{} MiB", cost.peak_kib >> 10),
        "256 MiB",
        cost.peak_kib <= 256 << 10,
    );
    Ok(())
}

fn row(what: &str, figure: &str, aim: &str, met: bool) {
    let word = if met { "met" } else { "MISSED" };
    println!("{what:<44} {figure:>12} {aim:>10}  {word}");
}

fn cold_and_warm(program: &Path, work: &Path, target: &str) -> io::Result<()> {
    let (layout, tag) = target.rsplit_once(':').unwrap_or((target, "latest"));
    let layers = floor::layers(Path::new(layout), Some(tag))?;
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut floors = Vec::new();
    let mut colds = Vec::new();
    let mut pass = floor::Pass::default();
    // Taken in turns, so that whatever else the machine does falls on both.
    for _ in 0..3 {
        let started = Instant::now();
        pass = floor::pass(&layers, threads)?;
        floors.push(started.elapsed());
        colds.push(scan(program, target, "none")?);
    }
    floors.sort();
    colds.sort_by_key(|c| c.time);
    let (least, cold) = (floors[1], colds[1]);
    println!(
        "  {} layers, {} MiB stored, {} MiB inflated, {threads} threads",
        pass.layers,
        pass.compressed >> 20,
        pass.uncompressed >> 20
    );
    let rate = |time: Duration| pass.uncompressed as f64 / time.as_secs_f64() / 1e6;
    println!(
        "  floor {:.2} s, {:.0} MB/s inflated",
        least.as_secs_f64(),
        rate(least)
    );
    println!(
        "  cold  {:.2} s, {:.0} MB/s inflated",
        cold.time.as_secs_f64(),
        rate(cold.time)
    );
    let ratio = cold.time.as_secs_f64() / least.as_secs_f64();
    row(
        "cold scan / floor",
        &format!("{ratio:.3}"),
        "1.25",
        ratio <= 1.25,
    );
    let peak = colds.iter().map(|c| c.peak_kib).max().unwrap_or(0);
    row(
        "peak memory, cold",
        &format!("{} MiB", peak >> 10),
        "96 MiB",
        peak <= 96 << 10,
    );
    let written = colds.iter().map(|c| c.written).max().unwrap_or(0);
    row(
        "bytes written outside a cache",
        &written.to_string(),
        "0",
        written == 0,
    );

    let cache = work.join("cache");
    let _ = std::fs::remove_dir_all(&cache);
    let cache = cache.display().to_string();
    scan(program, target, &cache)?;
    let mut warm: Vec<Duration> = Vec::new();
    for _ in 0..9 {
        warm.push(scan(program, target, &cache)?.time);
    }
    warm.sort();
    let figure = warm[4].as_secs_f64() * 1e3;
    row(
        "warm scan, whole process",
        &format!("{figure:.1} ms"),
        "50 ms",
        figure <= 50.0,
    );
    Ok(())
}

/// Thirty images on one base, one after the other, against the base's image once and the
/// thirty layers that are their own.
fn family(program: &Path, work: &Path, layout: &Path) -> io::Result<()> {
    let cache = work.join("cache");
    let fresh = || -> io::Result<String> {
        let _ = std::fs::remove_dir_all(&cache);
        Ok(cache.display().to_string())
    };
    let whole = |tag: &str| format!("{}:{tag}", layout.display());
    let at = fresh()?;
    let base = scan(program, &whole("base"), &at)?.time;
    let nothing = scan(program, &whole("base"), &at)?.time;
    let mut own = Duration::ZERO;
    for number in 0..FAMILY {
        own += scan(program, &whole(&format!("own-{number}")), "none")?.time;
    }
    let at = fresh()?;
    let mut all = Duration::ZERO;
    for number in 0..FAMILY {
        all += scan(program, &whole(&format!("member-{number}")), &at)?.time;
    }
    println!(
        "  base alone {:.2} s, warm {:.3} s, own layers alone {:.2} s, family {:.2} s",
        base.as_secs_f64(),
        nothing.as_secs_f64(),
        own.as_secs_f64(),
        all.as_secs_f64()
    );
    let ratio = all.as_secs_f64() / (base + own).as_secs_f64();
    row(
        "thirty on one base / distinct layers",
        &format!("{ratio:.3}"),
        "1.10",
        ratio <= 1.10,
    );
    Ok(())
}

/// Runs a scan to its end.
fn scan(program: &Path, target: &str, cache: &str) -> io::Result<Cost> {
    let started = Instant::now();
    let mut child = Command::new(program)
        .args([
            "scan",
            &format!("oci-layout:{target}"),
            "--cache-dir",
            cache,
        ])
        .args(["--format", "json", "--fail-on", "none", "--quiet"])
        .stdout(Stdio::null())
        .spawn()?;
    let proc = PathBuf::from(format!("/proc/{}", child.id()));
    let mut cost = Cost::default();
    let status = loop {
        let told = |file: &str, key: &str| {
            let text = std::fs::read_to_string(proc.join(file)).ok()?;
            let line = text.lines().find_map(|l| l.strip_prefix(key))?;
            line.split_whitespace().next()?.parse::<u64>().ok()
        };
        cost.peak_kib = cost.peak_kib.max(told("status", "VmHWM:").unwrap_or(0));
        cost.written = cost.written.max(told("io", "write_bytes:").unwrap_or(0));
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    cost.time = started.elapsed();
    match status.success() {
        true => Ok(cost),
        false => Err(io::Error::other(format!("scan of {target}: {status}"))),
    }
}

/// The layout `name`, made once.
fn made(work: &Path, name: &str, make: fn(&Path) -> io::Result<()>) -> io::Result<PathBuf> {
    let layout = work.join(format!("{name}-{}", image::REVISION));
    if !layout.join("index.json").is_file() {
        let _ = std::fs::remove_dir_all(&layout);
        println!("  making {}", layout.display());
        make(&layout)?;
    }
    Ok(layout)
}

/// Fills a layer like an application's: half text, a quarter machine code, a quarter many
/// small files, among them packages.
fn fill(layer: &mut Layer, numbers: &mut Numbers, name: &str, megabytes: u64) -> io::Result<()> {
    for folder in 0..megabytes / 4 {
        let text = image::text(numbers, 2 << 20);
        layer.file(&format!("usr/share/{name}/{folder}.txt"), 0o644, &text)?;
        let code = image::code(numbers, 1 << 20);
        layer.file(&format!("usr/lib/{name}/lib{folder}.so"), 0o755, &code)?;
        for number in 0..64 {
            let text = image::text(numbers, 16 << 10);
            layer.file(&format!("srv/{name}/{folder}/{number}.js"), 0o644, &text)?;
        }
        let manifest = format!("{{\"name\":\"{name}-{folder}\",\"version\":\"1.{folder}.0\"}}\n");
        let path = format!("srv/{name}/node_modules/{name}-{folder}/package.json");
        layer.file(&path, 0o644, manifest.as_bytes())?;
    }
    Ok(())
}

fn large(layout: &Path) -> io::Result<()> {
    let mut layers = Vec::new();
    for (number, megabytes) in [600, 400, 200, 100].into_iter().enumerate() {
        let mut layer = Layer::begin(layout, "layer")?;
        let mut numbers = Numbers::new(number as u64 + 1);
        fill(
            &mut layer,
            &mut numbers,
            &format!("part{number}"),
            megabytes,
        )?;
        layers.push(layer.end()?);
    }
    image::index(layout, &[("latest".to_owned(), layers)])
}

fn family_image(layout: &Path) -> io::Result<()> {
    let mut base = Layer::begin(layout, "base")?;
    fill(&mut base, &mut Numbers::new(7), "base", 200)?;
    let base = base.end()?;
    let mut images: Vec<(String, Vec<Blob>)> = vec![("base".to_owned(), vec![base.clone()])];
    for number in 0..FAMILY {
        let mut own = Layer::begin(layout, "own")?;
        let mut numbers = Numbers::new(100 + number as u64);
        fill(&mut own, &mut numbers, &format!("own{number}"), 8)?;
        let own = own.end()?;
        images.push((format!("own-{number}"), vec![own.clone()]));
        images.push((format!("member-{number}"), vec![base.clone(), own]));
    }
    image::index(layout, &images)
}

fn many(layout: &Path) -> io::Result<()> {
    let mut layer = Layer::begin(layout, "many")?;
    for number in 0..MANY {
        layer.file(&format!("data/{}/{number}", number / 1000), 0o644, b"")?;
    }
    let layer = layer.end()?;
    image::index(layout, &[("latest".to_owned(), vec![layer])])
}
