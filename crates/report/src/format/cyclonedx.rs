//! CycloneDX 1.6 JSON with vulnerabilities: the bill of materials of [`crate::sbom`] and
//! the findings on it.
//!
//! Specification: CycloneDX v1.6 (ECMA-424).

use std::io::Write;

use lazaret_model::Report;

use super::{Format, RenderError};
use crate::{Options, document, sbom::cyclonedx};

pub(super) static FORMAT: Format = Format {
    name: "cyclonedx",
    title: "CycloneDX 1.6",
    about: "bill of materials with vulnerabilities, JSON",
    file_extension: "cdx.json",
    media_type: "application/vnd.cyclonedx+json; version=1.6",
    render,
};

fn render(report: &Report, options: &Options, out: &mut dyn Write) -> Result<(), RenderError> {
    let bom = cyclonedx::of_report(report, options)?;
    Ok(document::write_json(&bom, out)?)
}
