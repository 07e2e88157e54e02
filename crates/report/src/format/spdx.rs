//! SPDX 2.3 JSON: the bill of materials of [`crate::sbom`], findings and gaps as
//! annotations, because SPDX 2 has no vulnerabilities.
//!
//! Specification: SPDX 2.3 (ISO/IEC 5962 and its successor).

use std::io::Write;

use lazaret_model::Report;

use super::{Format, RenderError};
use crate::{Options, document, sbom::spdx};

pub(super) static FORMAT: Format = Format {
    name: "spdx",
    title: "SPDX 2.3",
    about: "bill of materials with annotations, JSON",
    file_extension: "spdx.json",
    media_type: "application/spdx+json",
    render,
};

fn render(report: &Report, options: &Options, out: &mut dyn Write) -> Result<(), RenderError> {
    let document = spdx::of_report(report, options)?;
    Ok(document::write_json(&document, out)?)
}
