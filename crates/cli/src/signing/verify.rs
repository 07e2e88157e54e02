//! `verify`: whether somebody who is trusted has signed an image.

use std::io::Write;

use serde::Serialize;

use lazaret_model::{FoundSignature, Signatures, Target};

use super::Trust;
use crate::args::VerifyArgs;
use crate::{Verdict, errors, policy, targets};

/// What `verify -f json` prints of each platform.
#[derive(Serialize)]
struct Verified<'a> {
    name: &'a str,
    digest: Option<String>,
    platform: Option<String>,
    signed: Option<bool>,
    #[serde(flatten)]
    signatures: &'a Signatures,
}

/// # Errors
/// When nobody is trusted, or the image cannot be had.
pub(crate) fn run(args: &VerifyArgs) -> anyhow::Result<Verdict> {
    let signers = policy::signers(&args.policy)?;
    let Some(trust) = Trust::of(&args.signatures, &signers)? else {
        let what = "nobody is trusted, so no signature could count";
        let next = "--key cosign.pub, or --verify-identity NAME --trusted-root FILE";
        return Err(errors::refused(what, next));
    };
    let target = crate::args::TargetArgs {
        signing: Some(trust),
        ..args.target.clone()
    };
    let targets = targets::described_all(&target)?;
    let nothing = Signatures::default();
    let mut verdict = Verdict::Allowed;
    for target in &targets {
        let signatures = target.signatures.as_ref().unwrap_or(&nothing);
        verdict = match (verdict, judged(args, signatures)) {
            (Verdict::Refused, _) | (_, Verdict::Refused) => Verdict::Refused,
            (Verdict::Allowed, other) => other,
            (other, _) => other,
        };
    }
    let mut out = anstream::stdout().lock();
    let written = match args.format.as_str() {
        "json" => json(&mut out, &targets),
        _ => table(&mut out, args, &targets),
    };
    errors::unless_gone(written.map_err(Into::into))?;
    Ok(verdict)
}

fn judged(args: &VerifyArgs, signatures: &Signatures) -> Verdict {
    if args.attested.is_empty() {
        return match signatures.is_signed() {
            Ok(true) => Verdict::Allowed,
            Ok(false) => Verdict::Refused,
            Err(_) => Verdict::Incomplete,
        };
    }
    let mut wanted = args.attested.iter();
    match wanted.all(|one| signatures.attested.contains(one)) {
        true => Verdict::Allowed,
        false if signatures.incomplete.is_some() => Verdict::Incomplete,
        false => Verdict::Refused,
    }
}

fn json(out: &mut dyn Write, targets: &[Target]) -> std::io::Result<()> {
    let nothing = Signatures::default();
    let all: Vec<Verified<'_>> = targets
        .iter()
        .map(|target| {
            let signatures = target.signatures.as_ref().unwrap_or(&nothing);
            Verified {
                name: &target.name,
                digest: target.digest.as_ref().map(ToString::to_string),
                platform: target.platform.as_ref().map(ToString::to_string),
                signed: signatures.is_signed().ok(),
                signatures,
            }
        })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &all)?;
    writeln!(out)
}

fn table(out: &mut dyn Write, args: &VerifyArgs, targets: &[Target]) -> std::io::Result<()> {
    let nothing = Signatures::default();
    for (number, target) in targets.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        let signatures = target.signatures.as_ref().unwrap_or(&nothing);
        let digest = target.digest.as_ref().map(ToString::to_string);
        writeln!(out, "{}", visible(&target.name))?;
        if let Some(digest) = digest {
            writeln!(out, "{digest}")?;
        }
        writeln!(out)?;
        for one in &signatures.found {
            found(out, one)?;
        }
        if signatures.found.is_empty() {
            writeln!(out, "No signature was found. Looked for:")?;
            for place in &signatures.looked {
                writeln!(out, "  {place}")?;
            }
        }
        writeln!(out)?;
        writeln!(out, "{}", visible(&conclusion(args, signatures)))?;
    }
    Ok(())
}

fn found(out: &mut dyn Write, one: &FoundSignature) -> std::io::Result<()> {
    let about = match one.predicate.as_str() {
        "" => String::new(),
        predicate => format!(" of {predicate}"),
    };
    let by = match (one.signer.as_str(), one.claims.as_str()) {
        ("", "") => String::new(),
        ("", claims) => format!(", says {claims}"),
        (signer, _) => format!(", by {signer}"),
    };
    let status = one.status.name().to_uppercase();
    writeln!(
        out,
        "{status}  {}",
        visible(&format!("{}{about}{by}", one.format))
    )?;
    writeln!(out, "  {}", visible(&one.place))?;
    writeln!(out, "  {}", visible(&one.detail))
}

fn conclusion(args: &VerifyArgs, signatures: &Signatures) -> String {
    let because = match &signatures.incomplete {
        Some(why) => format!(": {why}"),
        None => String::new(),
    };
    if !args.attested.is_empty() {
        let missing = args.attested.iter();
        let missing = missing.filter(|one| !signatures.attested.contains(one));
        let missing: Vec<&str> = missing.map(String::as_str).collect();
        return match missing.is_empty() {
            true => format!("Attested: {}.", args.attested.join(", ")),
            false => format!(
                "Nobody who is trusted has attested {}{because}",
                missing.join(", ")
            ),
        };
    }
    match signatures.is_signed() {
        Ok(true) => format!("Signed by {}.", signatures.signers.join(", ")),
        Ok(false) => "Not signed by anybody who is trusted.".to_owned(),
        Err(why) => format!("Whether it is signed is not known: {why}"),
    }
}

fn visible(text: &str) -> String {
    let shown = text
        .chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c });
    shown.collect()
}
