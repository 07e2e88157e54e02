//! Commands for measuring: the pieces, one at a time.

use std::cmp::Ordering;
use std::io::{BufRead as _, BufWriter, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail};

use lazaret_ecosystem::executable::Probe;
use lazaret_ecosystem::{Input, recognise};
use lazaret_model::Package;
use lazaret_version::Scheme;

use crate::Verdict;
use crate::args::DebugCommand;

pub(crate) fn run(command: DebugCommand) -> anyhow::Result<Verdict> {
    match command {
        DebugCommand::Compare { scheme } => compare(&scheme)?,
        DebugCommand::Packages { file, path } => packages(&file, &path)?,
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

/// What the executable probe tells of the file; `None` where it is no executable.
fn probe(input: Input<'_>) -> anyhow::Result<Option<Vec<Package>>> {
    let Some(mut probe) = Probe::new(input.path, input.bytes) else {
        return Ok(None);
    };
    probe.feed(input.bytes);
    Ok(Some(probe.finish()?.packages))
}

fn packages(file: &Path, path: &str) -> anyhow::Result<()> {
    let bytes = std::fs::read(file).with_context(|| format!("read {}", file.display()))?;
    let path = path.trim_start_matches('/');
    let mut found = Vec::new();
    let mut errors = Vec::new();
    let input = Input {
        path,
        bytes: &bytes,
    };
    let readers = recognise(input);
    let probed = match readers.as_slice() {
        [] => probe(input)?,
        _ => None,
    };
    let named = readers.iter().any(|r| (r.wants)(path));
    for reader in &readers {
        match (reader.read)(input) {
            Ok(one) => {
                found.extend(one.packages);
                // Whoever only recognised the file does so alone.
                if !named {
                    errors.clear();
                    break;
                }
            }
            Err(error) => errors.push(format!("{}: {error}", reader.id)),
        }
    }
    let is_program = probed.is_some();
    found.extend(probed.into_iter().flatten());
    if readers.is_empty() && !is_program {
        bail!("no reader wants a file at {path}, and none recognises its content");
    }
    if found.is_empty() && !errors.is_empty() {
        bail!("{}", errors.join("; "));
    }
    let packages: Vec<serde_json::Value> = found
        .iter()
        .map(|p| serde_json::json!({ "name": p.name, "version": p.version, "purl": p.purl }))
        .collect();
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, &serde_json::json!({ "packages": packages }))?;
    writeln!(out)?;
    Ok(())
}
