//! Commands for measuring: the pieces, one at a time.

use std::cmp::Ordering;
use std::io::{BufRead as _, BufWriter, Write as _};
use std::path::Path;

use lazaret_version::Scheme;

use crate::args::DebugCommand;
use crate::{Verdict, single};

pub(crate) fn run(command: DebugCommand) -> anyhow::Result<Verdict> {
    match command {
        DebugCommand::Compare { scheme } => compare(&scheme)?,
        DebugCommand::Packages { file, path } => packages(&file, &path)?,
        DebugCommand::Rematch {
            before,
            after,
            stored,
        } => crate::rematch::run(&before, &after, &stored)?,
        DebugCommand::Reference => {
            std::io::stdout().write_all(crate::reference::page().as_bytes())?;
        }
        DebugCommand::Sample { out } => crate::sample::write(&out)?,
    }
    Ok(Verdict::Allowed)
}

fn compare(scheme: &str) -> anyhow::Result<()> {
    let scheme: Scheme = scheme.parse()?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        let Some((a, b)) = line.split_once('\t') else {
            continue;
        };
        let sign = match scheme.compare(a, b) {
            Ok(Ordering::Less) => '<',
            Ok(Ordering::Equal) => '=',
            Ok(Ordering::Greater) => '>',
            Err(_) => '?',
        };
        writeln!(out, "{sign}")?;
    }
    out.flush()?;
    Ok(())
}

fn packages(file: &Path, path: &str) -> anyhow::Result<()> {
    let bytes = single::bytes(file)?;
    let found = single::facts(&bytes, path.trim_start_matches('/'))?;
    let packages: Vec<serde_json::Value> = found
        .packages
        .iter()
        .map(|p| serde_json::json!({ "name": p.name, "version": p.version, "purl": p.purl }))
        .collect();
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, &serde_json::json!({ "packages": packages }))?;
    writeln!(out)?;
    Ok(())
}
