//! The centre at a size, on both engines: `bench_fleet PROGRAM FOLDER [--images 100000]
//! [--times 200] [--inventories DIR] [--advisories FILE]`.
//!
//! Makes a fleet (example `fleet`), serves it with `PROGRAM serve`, asks every list and page
//! (example `lists`): p99 below 200 ms on PostgreSQL and 400 ms on SQLite, 512 MiB of memory.
//! On PostgreSQL edges then work through a queue over mutual TLS (example `edges`).
//! Prints a table; ends with 1 where a limit is broken. A fleet that is in `FOLDER` already is
//! used again; PostgreSQL is a cluster of its own with the same rows (the store's example
//! `copy`), gone afterwards.

#![allow(clippy::print_stdout)] // A measurement prints.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};

use lazaret_testkit::postgres::Postgres;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What is measured, and with what.
struct Bench {
    program: String,
    folder: PathBuf,
    images: String,
    times: String,
    seeds: Vec<String>,
}

/// A centre that is killed when it is dropped.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn main() -> Result<ExitCode, Failure> {
    let mut arguments = std::env::args().skip(1);
    let usage = "bench_fleet PROGRAM FOLDER [--images N] [--times N] [--inventories DIR]";
    let mut bench = Bench {
        program: arguments.next().ok_or(usage)?,
        folder: arguments.next().ok_or(usage)?.into(),
        images: "100000".to_owned(),
        times: "200".to_owned(),
        seeds: Vec::new(),
    };
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or(usage)?;
        match name.as_str() {
            "--images" => bench.images = value,
            "--times" => bench.times = value,
            "--inventories" | "--advisories" => bench.seeds.extend([name, value]),
            _ => return Err(usage.into()),
        }
    }
    let data = bench.folder.join(format!("sqlite-{}", bench.images));
    bench.made(&data)?;
    let mut results = Vec::new();
    if let Some(cluster) = Postgres::with(&[]) {
        let address = cluster.database().ok_or("createdb failed")?;
        println!("\nPostgreSQL");
        let mut copy = sibling("copy")?;
        if !copy
            .arg(data.join("lazaret.db"))
            .arg(&address)
            .status()?
            .success()
        {
            return Err("the fleet was not copied".into());
        }
        // Beside the same blobs: nothing is removed while this runs.
        results.push((
            "postgresql",
            200,
            bench.engine(&data, Some(&address), "200")?,
        ));
    }
    println!("\nSQLite");
    results.push(("sqlite", 400, bench.engine(&data, None, "400")?));
    println!("\n{} images\nengine      p99 limit  result", bench.images);
    let mut code = ExitCode::SUCCESS;
    for (engine, limit, is_kept) in results {
        let result = if is_kept { "kept" } else { "BROKEN" };
        println!("{engine:11} {limit:6} ms  {result}");
        if !is_kept {
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}

impl Bench {
    /// Makes the fleet, where a whole one is not there.
    fn made(&self, data: &Path) -> Result<(), Failure> {
        if data.join("made").exists() {
            return Ok(());
        }
        // What a run has left that was stopped halfway is no fleet.
        let _ = std::fs::remove_dir_all(data);
        let mut fleet = sibling("fleet")?;
        fleet
            .arg("--data")
            .arg(data)
            .args(["--images", &self.images]);
        fleet.args(&self.seeds);
        if !fleet.status()?.success() {
            return Err("the fleet was not made".into());
        }
        Ok(std::fs::write(data.join("made"), "")?)
    }

    /// Whether the limits are kept.
    fn engine(&self, data: &Path, database: Option<&str>, limit: &str) -> Result<bool, Failure> {
        let (serving, base, edges) = self.serve(data, database)?;
        let pid = serving.0.id().to_string();
        let mut lists = sibling("lists")?;
        lists.arg(&base).arg(data);
        lists.args(["--times", &self.times, "--limit", limit, "--pid", &pid]);
        let is_kept = lists.status()?.success();
        if database.is_none() {
            return Ok(is_kept);
        }
        // It leaves images behind: not in the file that is used again.
        let mut round = sibling("edges")?;
        let was_done = round.arg(&base).arg(&edges).arg(data).status()?.success();
        Ok(is_kept && was_done)
    }

    /// A centre, where it answers, and where it answers edges.
    fn serve(
        &self,
        data: &Path,
        database: Option<&str>,
    ) -> Result<(Serving, String, String), Failure> {
        let mut serve = Command::new(&self.program);
        serve.args(["serve", "--listen", "127.0.0.1:0", "--workers", "0"]);
        serve.args(["--edge-listen", "127.0.0.1:0"]);
        serve.arg("--data").arg(data).stderr(Stdio::piped());
        if let Some(database) = database {
            serve.args(["--database", database]);
        }
        let mut serving = Serving(serve.spawn()?);
        let told = serving.0.stderr.take().ok_or("no pipe")?;
        let mut lines = BufReader::new(told).lines();
        let mut base = String::new();
        while let Some(line) = lines.next() {
            let line = line?;
            if let Some(address) = line.strip_prefix("The centre answers at ") {
                address.trim().clone_into(&mut base);
            } else if let Some(edges) = line.strip_prefix("Edges are answered at ") {
                let edges = edges.trim().to_owned();
                // It must not stop because nobody reads what it says.
                std::thread::spawn(move || lines.for_each(drop));
                return Ok((serving, base, edges));
            }
        }
        Err("the centre did not start".into())
    }
}

/// Another example that was built beside this one.
fn sibling(name: &str) -> Result<Command, Failure> {
    let own = std::env::current_exe()?;
    let folder = own.parent().ok_or("no folder")?;
    Ok(Command::new(folder.join(name)))
}
