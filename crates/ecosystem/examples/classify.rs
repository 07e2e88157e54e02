//! `classify PATH…`: what the executable probe says of files, and of all files in folders.
//!
//! One line for each package: path, row, package, version, separated by tabs. For checking
//! rows against programs whose package manager tells their version.

#![allow(clippy::print_stdout, reason = "a program for people who write rows")]

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use lazaret_ecosystem::executable::{self, Probe};

fn main() -> io::Result<()> {
    let mut pending: Vec<PathBuf> = std::env::args().skip(1).map(PathBuf::from).collect();
    while let Some(path) = pending.pop() {
        let metadata = std::fs::symlink_metadata(&path)?;
        if metadata.is_dir() {
            for entry in std::fs::read_dir(&path)? {
                pending.push(entry?.path());
            }
        } else if metadata.is_file()
            && executable::wants(&path.to_string_lossy(), 0, metadata.len())
        {
            classify(&path)?;
        }
    }
    Ok(())
}

fn classify(path: &Path) -> io::Result<()> {
    let mut file = File::open(path)?;
    let mut chunk = vec![0; 64 << 10];
    let mut filled = file.read(&mut chunk)?;
    let Some(mut probe) = Probe::new(&path.to_string_lossy(), &chunk[..filled]) else {
        return Ok(());
    };
    while filled > 0 {
        probe.feed(&chunk[..filled]);
        filled = file.read(&mut chunk)?;
    }
    let found = probe.finish().map_err(io::Error::other)?;
    let told: Vec<_> = found
        .packages
        .iter()
        .filter(|p| p.properties.contains_key("classifier"))
        .collect();
    if told.is_empty() {
        println!("{}\t-\t-\t-", path.display());
    }
    for package in told {
        let row = &package.properties["classifier"];
        println!(
            "{}\t{row}\t{}\t{}",
            path.display(),
            package.name,
            package.version
        );
    }
    Ok(())
}
