//! How long the lists and pages of a running centre take:
//! `lists BASE DATA [--times 200] [--limit MS] [--pid N] [--only TEXT]`.
//!
//! `DATA` is the folder that the example `fleet` has written `token` and `session` to. Every
//! list of the interface is asked as a program does, every page of the console as a person who
//! is signed in, along their pages and with other parameters each time, over HTTP. Prints for
//! each the median, the 99th of a hundred and the worst in milliseconds, the largest answer in
//! KiB, and what the centre (`--pid`) keeps in memory before and after.
//!
//! Ends with 1 where a p99 is above `--limit`, where the centre keeps more than 512 MiB, or where
//! the description of the interface or the console has a list or page that is not asked.

#![allow(clippy::print_stdout)] // A measurement prints.

mod centre;
mod routes;
mod values;

use std::process::ExitCode;
use std::time::Duration;

use centre::{Centre, Failure};
use routes::Route;
use values::Values;

/// MiB that a centre may keep.
const MEMORY: u64 = 512;

struct Asked {
    base: String,
    data: String,
    times: usize,
    limit: f64,
    pid: Option<u32>,
    only: String,
}

fn asked() -> Result<Asked, Failure> {
    let mut arguments = std::env::args().skip(1);
    let usage = "lists BASE DATA [--times 200] [--limit MS] [--pid N] [--only TEXT]";
    let mut asked = Asked {
        base: arguments.next().ok_or(usage)?,
        data: arguments.next().ok_or(usage)?,
        times: 200,
        limit: f64::INFINITY,
        pid: None,
        only: String::new(),
    };
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or(usage)?;
        match name.as_str() {
            "--times" => asked.times = value.parse()?,
            "--limit" => asked.limit = value.parse()?,
            "--pid" => asked.pid = Some(value.parse()?),
            "--only" => asked.only = value,
            _ => return Err(usage.into()),
        }
    }
    Ok(asked)
}

#[tokio::main]
async fn main() -> Result<ExitCode, Failure> {
    let asked = asked()?;
    let centre = Centre::open(&asked.base, &asked.data)?;
    let values = Values::read(&centre).await?;
    let mut broken = routes::unasked(&centre).await?;
    let before = asked.pid.and_then(memory);
    println!("    p50     p99     max    KiB  route");
    let (mut slowest, mut routes) = (0.0_f64, 0);
    let trial = routes::trial(&centre).await?;
    for route in routes::all().into_iter().chain([trial]) {
        if !route.path.contains(&asked.only) {
            continue;
        }
        let times = match route.is_limited {
            true => asked.times,
            false => asked.times.min(10),
        };
        let took = measure(&centre, &values, &route, times).await?;
        println!(
            "{:7.1} {:7.1} {:7.1} {:6}  {}",
            took.at(50),
            took.at(99),
            took.at(100),
            took.largest.div_ceil(1024),
            route.path
        );
        routes += 1;
        if route.is_limited {
            slowest = slowest.max(took.at(99));
        }
        if route.is_limited && took.at(99) > asked.limit {
            broken.push(format!("{}: p99 {:.0} ms", route.path, took.at(99)));
        }
    }
    println!(
        "{routes} routes, {} requests each; the slowest p99 is {slowest:.0} ms",
        asked.times
    );
    if let (Some(before), Some((now, most))) = (before, asked.pid.and_then(memory)) {
        println!(
            "memory: {} MiB before, {now} after, {most} at most",
            before.0
        );
        if most > MEMORY {
            broken.push(format!("the centre kept {most} MiB, and may keep {MEMORY}"));
        }
    }
    for what in &broken {
        println!("BROKEN: {what}");
    }
    Ok(match broken.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// What a process keeps now, and has kept at most, in MiB.
fn memory(pid: u32) -> Option<(u64, u64)> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let of = |name: &str| -> Option<u64> {
        let line = text.lines().find(|line| line.starts_with(name))?;
        let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kib / 1024)
    };
    Some((of("VmRSS:")?, of("VmHWM:")?))
}

struct Took {
    sorted: Vec<f64>,
    largest: usize,
}

impl Took {
    fn at(&self, part: usize) -> f64 {
        let all = self.sorted.len();
        let place = (all * part).div_ceil(100).clamp(1, all.max(1)) - 1;
        self.sorted.get(place).copied().unwrap_or_default()
    }
}

/// Ten pages along, then the same with other values, until it was asked so often.
async fn measure(
    centre: &Centre,
    values: &Values,
    route: &Route,
    times: usize,
) -> Result<Took, Failure> {
    let (mut took, mut largest) = (Vec::with_capacity(times), 0);
    let mut number = 0;
    while took.len() < times {
        let first = values.fill(route.path, number);
        number += 1;
        let mut path = first.clone();
        for _ in 0..10 {
            if took.len() == times {
                break;
            }
            let answer = centre.get(&path, route.form.as_deref()).await?;
            took.push(answer.took.as_secs_f64() * 1000.0);
            largest = largest.max(answer.body.len());
            let Some(cursor) = answer.cursor() else { break };
            let joint = if first.contains('?') { '&' } else { '?' };
            path = format!("{first}{joint}cursor={cursor}");
        }
        // Not a load test: nobody turns pages without looking at them.
        tokio::time::sleep(Duration::from_micros(200)).await;
    }
    took.sort_by(f64::total_cmp);
    Ok(Took {
        sorted: took,
        largest,
    })
}
