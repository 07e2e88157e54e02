//! `audit verify`: an exported audit log held against itself.

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use lazaret_control::audit::{Chain, ExportError, verify_export};

use crate::args::AuditVerifyArgs;
use crate::{Verdict, errors};

pub(crate) fn verify(args: &AuditVerifyArgs) -> anyhow::Result<Verdict> {
    let noted = args.head.as_deref();
    let verified = match args.export == Path::new("-") {
        true => verify_export(std::io::stdin().lock(), noted),
        false => {
            let file = std::fs::File::open(&args.export);
            let file = file.with_context(|| errors::read(&args.export))?;
            verify_export(std::io::BufReader::new(file), noted)
        }
    };
    let mut out = anstream::stdout();
    match verified {
        Ok(chain) => tell(&chain, noted, &mut out),
        Err(ExportError::Broken(broken)) => {
            writeln!(out, "not intact: {broken}")?;
            Ok(Verdict::Refused)
        }
        Err(error) => Err(error).with_context(|| errors::read(&args.export)),
    }
}

fn tell(
    chain: &Chain,
    noted: Option<&str>,
    out: &mut impl std::io::Write,
) -> anyhow::Result<Verdict> {
    let (first, last) = (chain.first, chain.head.seq);
    match first {
        0 => writeln!(out, "there is no entry in it")?,
        1 => writeln!(out, "intact: entries 1 to {last}")?,
        _ => {
            let before = first - 1;
            writeln!(
                out,
                "intact: entries {first} to {last}; nothing is said of the {before} before"
            )?;
        }
    }
    if last > 0 {
        writeln!(out, "the last one is {}", chain.head.hash)?;
    }
    match noted {
        Some(noted) if !chain.has_noted => {
            writeln!(
                out,
                "not intact: no entry is {noted}, which was noted before"
            )?;
            Ok(Verdict::Refused)
        }
        Some(_) => {
            writeln!(
                out,
                "the entry that was noted is among them, and with it all before it"
            )?;
            Ok(Verdict::Allowed)
        }
        None => Ok(Verdict::Allowed),
    }
}
