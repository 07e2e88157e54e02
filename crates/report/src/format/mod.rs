//! The formats of a report: one file each, all in [`ALL`].
//!
//! A new format is a new file with a `pub(super) static FORMAT` and a line in [`ALL`].

use std::io::{self, Write};

use lazaret_model::Report;

use crate::Options;

mod cyclonedx;
mod github;
mod gitlab;
mod gitlab_quality;
mod html;
mod json;
mod junit;
mod markdown;
mod openvex;
mod sarif;
mod spdx;
mod table;
mod template;
mod trivy;

pub use template::check as check_template;

/// Why a report was not written.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The output did not take the bytes, or a value has no JSON form.
    #[error("writing the report: {0}")]
    Write(#[from] io::Error),
    /// The template has a mistake, or does too much.
    #[error("the template: {0}")]
    Template(String),
}

/// A format of a report.
#[derive(Debug)]
pub struct Format {
    /// The name on the command line.
    pub name: &'static str,
    /// The name for people.
    pub title: &'static str,
    /// What it is good for, in one line.
    pub about: &'static str,
    /// Extension of a file of this format, without the dot.
    pub file_extension: &'static str,
    /// Media type.
    pub media_type: &'static str,
    /// Writes a report.
    pub render: fn(&Report, &Options, &mut dyn Write) -> Result<(), RenderError>,
}

/// Every format, in the order that help lists them.
pub static ALL: &[&Format] = &[
    &table::FORMAT,
    &json::FORMAT,
    &sarif::FORMAT,
    &cyclonedx::FORMAT,
    &spdx::FORMAT,
    &openvex::FORMAT,
    &junit::FORMAT,
    &gitlab::FORMAT,
    &gitlab_quality::FORMAT,
    &github::FORMAT,
    &markdown::SUMMARY,
    &markdown::FORMAT,
    &html::FORMAT,
    &trivy::FORMAT,
    &template::FORMAT,
];

/// The format that is called `name`.
pub fn by_name(name: &str) -> Option<&'static Format> {
    ALL.iter().copied().find(|f| f.name == name)
}
