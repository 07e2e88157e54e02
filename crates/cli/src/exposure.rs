//! `check --show-exposure`: from where the workloads of manifests can be reached.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context as _, bail};
use serde::Serialize;

use lazaret_check::exposure::{Class, Coverage, Exposure, coverage, exposures};
use lazaret_check::walk::Gathered;
use lazaret_model::Gap;

use crate::Verdict;
use crate::args::CheckArgs;

/// The schema of the JSON form.
const SCHEMA: &str = "lazaret.exposure/1";

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    workloads: &'a [Exposure],
    coverage: &'a [Coverage],
    gaps: &'a [Gap],
}

/// Prints the exposure of every workload in `gathered`.
pub(crate) fn run(args: &CheckArgs, gathered: &Gathered) -> anyhow::Result<Verdict> {
    let (workloads, mut gaps) = exposures(&gathered.sources);
    gaps.extend(gathered.gaps.iter().cloned());
    gaps.sort();
    let mut out: Box<dyn Write> = match &args.output {
        Some(path) => Box::new(create(path)?),
        None => Box::new(anstream::stdout()),
    };
    match args.format.as_deref() {
        Some("json") => {
            let document = Document {
                schema: SCHEMA,
                workloads: &workloads,
                coverage: &coverage(&workloads),
                gaps: &gaps,
            };
            serde_json::to_writer_pretty(&mut out, &document)?;
            writeln!(out)?;
        }
        None | Some("table") => {
            for class in Class::ALL.iter().rev() {
                group(*class, &workloads, &mut out)?;
            }
            if workloads.is_empty() {
                writeln!(out, "no workload in these files")?;
            }
            for one in coverage(&workloads) {
                writeln!(
                    out,
                    "namespace {}: policies limit ingress of {} and egress of {} of {}",
                    one.namespace, one.ingress, one.egress, one.workloads
                )?;
            }
            for gap in &gaps {
                writeln!(out, "not examined: {}: {}", gap.subject, gap.detail)?;
            }
        }
        Some(other) => bail!("`--show-exposure` has no format `{other}`; use table or json"),
    }
    out.flush()?;
    let forbidden = args.counts.fail_on_gaps && !gaps.is_empty();
    Ok(if forbidden {
        Verdict::Incomplete
    } else {
        Verdict::Allowed
    })
}

fn create(path: &Path) -> anyhow::Result<BufWriter<File>> {
    let file = File::create(path).with_context(|| format!("write {}", path.display()))?;
    Ok(BufWriter::new(file))
}

fn group(class: Class, workloads: &[Exposure], out: &mut dyn Write) -> std::io::Result<()> {
    for one in workloads.iter().filter(|one| one.class == class) {
        writeln!(
            out,
            "{:9}  {} {}/{}",
            class.name(),
            one.kind,
            one.namespace,
            one.name
        )?;
        let way: Vec<&str> = one.path.iter().map(|step| step.what.as_str()).collect();
        if !way.is_empty() {
            writeln!(out, "           {}", way.join(" → "))?;
        }
        for assumed in &one.assumes {
            writeln!(out, "           if {assumed}")?;
        }
    }
    Ok(())
}
