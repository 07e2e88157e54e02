//! Builds a database and measures it: `measure OUT FEED=PATH…`.
//!
//! Prints what the format promises to keep: time and size of the build, time to open, and
//! the time to look up and compare a thousand packages (one in three unknown), all warm.
//! Ratios against a pass over the file say more than milliseconds on a busy machine.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use lazaret_advisory::Db;
use lazaret_advisory::build::{BuildOptions, SourceSpec, build_to};
use lazaret_version::Containment;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let out = arguments.next().ok_or("usage: measure OUT FEED=PATH…")?;
    let sources: Vec<SourceSpec> = arguments
        .map(|text| text.parse())
        .collect::<Result<_, _>>()?;
    if !sources.is_empty() {
        built(Path::new(&out), &sources)?;
    }
    measure(Path::new(&out))
}

fn built(out: &Path, sources: &[SourceSpec]) -> Result<(), Box<dyn Error>> {
    let mut options = BuildOptions::default();
    if let Ok(level) = std::env::var("LEVEL") {
        options.level = level.parse()?;
    }
    let start = Instant::now();
    let report = build_to(out, sources, &options, &mut |_| {})?;
    println!("build      {:.2} s", start.elapsed().as_secs_f64());
    for source in &report.sources {
        println!(
            "  {:<14} {:>7} files {:>8} records {:>5} bad  {}",
            source.feed,
            source.files,
            source.records,
            source.bad,
            source.named.first().map_or(String::new(), |bad| format!(
                "{}: {}",
                bad.record, bad.reason
            ))
        );
    }
    println!(
        "advisories {}, groups {}, CVE records {}, refused joins {}",
        report.advisories, report.groups, report.cve_records, report.refused_joins
    );
    Ok(())
}

fn measure(path: &Path) -> Result<(), Box<dyn Error>> {
    let open = best(20, || Db::open(path).map(|_| ()))?;
    let db = Db::open(path)?;
    let verify = best(3, || db.verify())?;
    let mut names = Vec::new();
    db.each_package(|space, name, statements| {
        names.push((space.to_owned(), name.to_owned(), statements.len()));
        true
    })?;
    let statements: usize = names.iter().map(|(_, _, count)| count).sum();
    let step = (names.len() / 667).max(1);
    let mut asked: Vec<(String, String)> = names
        .iter()
        .step_by(step)
        .take(667)
        .map(|(space, name, _)| (space.clone(), name.clone()))
        .collect();
    let missing = asked
        .iter()
        .take(333)
        .map(|(s, n)| (s.clone(), format!("{n}-no")));
    asked.extend(missing.collect::<Vec<_>>());
    let mut found = 0;
    let mut inside = Vec::new();
    let look_up = best(20, || {
        found = 0;
        inside.clear();
        for (space, name) in &asked {
            for statement in db.statements(space, name)? {
                let affected = &statement.affected;
                found += 1;
                let version = "1:2.10.3";
                if let Containment::Inside(_) = affected.range.contains(affected.scheme, version)
                    && !db.advisory_head(statement.advisory)?.withdrawn
                {
                    inside.push(statement.advisory);
                }
            }
        }
        Ok(())
    })?;
    let bodies = best(5, || {
        for index in &inside {
            db.advisory(*index)?;
        }
        Ok(())
    })?;
    println!("size       {:.2} MB", db.size_bytes() as f64 / 1e6);
    println!("packages   {}, statements {statements}", names.len());
    println!("open       {:.3} ms", ms(open));
    println!("verify     {:.2} ms", ms(verify));
    println!(
        "look up    {:.2} ms for {} packages, {found} statements compared ({:.2} of a verify)",
        ms(look_up),
        asked.len(),
        look_up.as_secs_f64() / verify.as_secs_f64()
    );
    println!("bodies     {:.2} ms for {}", ms(bodies), inside.len());
    Ok(())
}

fn best(
    times: usize,
    mut run: impl FnMut() -> Result<(), lazaret_advisory::DbError>,
) -> Result<Duration, Box<dyn Error>> {
    let mut best = Duration::MAX;
    for _ in 0..times {
        let start = Instant::now();
        run()?;
        best = best.min(start.elapsed());
    }
    Ok(best)
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
