//! The JSON report: the contract that other programs read, whole and pretty.
//!
//! Suppressed findings are always among the findings, marked; every package is listed.

use std::io::Write;

use lazaret_model::Report;

use super::{Format, RenderError};
use crate::{Options, document};

pub(super) static FORMAT: Format = Format {
    name: "json",
    title: "Lazaret JSON",
    about: "everything that is known, for programs; the stable contract",
    file_extension: "json",
    media_type: "application/json",
    render,
};

fn render(report: &Report, _: &Options, out: &mut dyn Write) -> Result<(), RenderError> {
    Ok(document::write_json(report, out)?)
}
