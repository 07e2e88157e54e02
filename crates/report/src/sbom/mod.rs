//! Bills of materials: written without loss, read from whoever made them.
//!
//! What this program writes it reads back exactly, whichever format carried it: the
//! standard fields are for other tools, the `lazaret:*` extras hold the rest. Foreign
//! documents give what they say; a component that says too little becomes a gap.
//!
//! Readers take a slice of at most [`MAX_BYTES`]; nesting is bounded by the JSON reader.

use std::io::{self, Write};

use lazaret_model::{Gap, Inventory, Package, Report, Target};

use crate::{Options, document};

pub(crate) mod cyclonedx;
mod cyclonedx_read;
mod fields;
mod foreign;
mod native;
mod purls;
mod read;
pub(crate) mod spdx;
mod spdx_read;
mod spdx_tags;
mod syft;

pub use read::{MAX_BYTES, SbomError, read};

/// Formats of a bill of materials that can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SbomFormat {
    /// CycloneDX 1.6 JSON.
    CycloneDx,
    /// SPDX 2.3 JSON.
    Spdx,
    /// The program's own JSON, `lazaret.inventory/1`.
    Lazaret,
    /// One package URL per line; loses everything else, gaps become comments.
    PurlList,
}

impl SbomFormat {
    /// Every format.
    pub const ALL: [SbomFormat; 4] = [Self::CycloneDx, Self::Spdx, Self::Lazaret, Self::PurlList];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::CycloneDx => "cyclonedx",
            Self::Spdx => "spdx",
            Self::Lazaret => "json",
            Self::PurlList => "purls",
        }
    }
}

/// Writes `inventory` as `format`.
///
/// # Errors
/// Only those of `out`.
pub fn write(
    inventory: &Inventory,
    format: SbomFormat,
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        SbomFormat::CycloneDx => {
            document::write_json(&cyclonedx::of_inventory(inventory, options)?, out)
        }
        SbomFormat::Spdx => document::write_json(&spdx::of_inventory(inventory, options)?, out),
        SbomFormat::Lazaret => document::write_json(&native::of_inventory(inventory)?, out),
        SbomFormat::PurlList => purls::write(inventory, out),
    }
}

/// What a bill of materials is made from: an inventory, or a report's share of one.
#[derive(Clone, Copy)]
pub(crate) struct Content<'a> {
    pub(crate) target: &'a Target,
    pub(crate) packages: &'a [Package],
    pub(crate) gaps: &'a [Gap],
    pub(crate) report: Option<&'a Report>,
}

impl<'a> Content<'a> {
    pub(crate) fn of_inventory(inventory: &'a Inventory) -> Self {
        Self {
            target: &inventory.target,
            packages: &inventory.packages,
            gaps: &inventory.gaps,
            report: None,
        }
    }

    pub(crate) fn of_report(report: &'a Report) -> Self {
        Self {
            target: &report.target,
            packages: &report.packages,
            gaps: &report.gaps,
            report: Some(report),
        }
    }

    /// An identifier that is the same for the same content.
    pub(crate) fn uuid(&self, format: &str) -> io::Result<String> {
        let database = self
            .report
            .and_then(|r| r.database.as_ref())
            .map(|d| &d.digest);
        let findings = self.report.map(|r| &r.findings);
        document::uuid_of(&(
            format,
            self.target,
            self.packages,
            self.gaps,
            database,
            findings,
        ))
    }
}
