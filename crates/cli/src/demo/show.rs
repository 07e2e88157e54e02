//! What the demo tells.

use std::io::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use lazaret_model::Report;
use lazaret_wire::api::ImageDetail;

use super::Demo;

/// Findings that are shown.
const SHOWN: usize = 5;

/// The sample: its verdict, the worst of its findings, and how long it took.
pub(super) fn verdict(image: &ImageDetail, report: &Report, took: Duration) -> anyhow::Result<()> {
    let mut out = anstream::stdout();
    for name in image.image.names.iter().take(1) {
        writeln!(
            out,
            "Pushed {}:{}; an edge looked at it; the verdict came after {:.1} s:\n",
            name.repository,
            name.tag,
            took.as_secs_f64()
        )?;
    }
    verdicts(&mut out, image)?;
    let mut open: Vec<_> = report
        .findings
        .iter()
        .filter(|finding| finding.suppressed.is_none())
        .collect();
    open.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    for finding in open.iter().take(SHOWN) {
        writeln!(
            out,
            "    {:<9} {:<16} {} {}",
            format!("{:?}", finding.severity).to_lowercase(),
            finding.id,
            finding.package.name,
            finding.package.version
        )?;
    }
    if open.len() > SHOWN {
        writeln!(out, "    … {} findings in all", open.len())?;
    }
    Ok(out.flush()?)
}

fn verdicts(out: &mut impl std::io::Write, image: &ImageDetail) -> std::io::Result<()> {
    for verdict in &image.verdicts {
        let outcome = format!("{:?}", verdict.outcome).to_lowercase();
        let environment = &verdict.environment;
        writeln!(out, "  {outcome} in {environment}")?;
        for reason in verdict.reasons.iter().take(SHOWN) {
            writeln!(out, "    {reason}")?;
        }
    }
    Ok(())
}

/// An image that was put there later.
pub(super) fn line(repository: &str, tag: &str, image: &ImageDetail) -> std::io::Result<()> {
    let mut out = anstream::stdout();
    if image.verdicts.is_empty() {
        return Err(std::io::ErrorKind::NotFound.into());
    }
    writeln!(out, "{repository}:{tag}")?;
    verdicts(&mut out, image)?;
    out.flush()
}

/// Where everything is, and how to sign in.
pub(super) fn places(
    demo: &Demo,
    centre: SocketAddr,
    token: &str,
    once: bool,
) -> anyhow::Result<()> {
    let mut out = anstream::stdout();
    let (registry, directory) = (demo.registry, demo.directory.display());
    write!(
        out,
        "\nThe centre answers at  http://{centre}\n\
         The registry at        http://{registry}  ({directory})\n"
    )?;
    if once {
        return Ok(out.flush()?);
    }
    write!(
        out,
        "The set-up token is    {token}\n\n\
         Sign in: open the address and make the first administrator with the set-up token, or\n  \
         curl -sS -c cookies --json '{{\"token\": \"{token}\", \"name\": \"admin\", \
         \"password\": \"correct horse battery\"}}' http://{centre}/api/v1/setup\n  \
         curl -sS -b cookies http://{centre}/api/v1/images\n\n\
         An image of yours: skopeo copy docker://alpine:3.20 oci:{directory}/team/alpine:3.20\n\
         Ctrl-C ends all of it; nothing but that directory stays.\n"
    )?;
    Ok(out.flush()?)
}
