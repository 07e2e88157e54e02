//! Lists of package URLs, one per line. `#` begins a comment.

use std::io::{self, Write};

use lazaret_model::{Gap, GapKind, Inventory, TargetKind};

use super::foreign::Collector;
use crate::text;

pub(super) fn write(inventory: &Inventory, out: &mut dyn Write) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    for gap in &inventory.gaps {
        writeln!(out, "# gap: {}", text::clean(&gap.to_string()))?;
    }
    for package in &inventory.packages {
        writeln!(out, "{}", package.purl)?;
    }
    out.flush()
}

/// Reads a list; `None` when not one line of it is a package URL.
pub(super) fn read(text: &str, name: &str) -> Option<Inventory> {
    let mut collector = Collector::new(name, TargetKind::Purls);
    let mut any = false;
    for (at, line) in text.lines().enumerate() {
        let line = line.trim().trim_start_matches('\u{feff}');
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match line.parse() {
            Ok(purl) => {
                any = true;
                collector.purl(purl);
            }
            Err(error) => {
                let refused: lazaret_model::InvalidPurl = error;
                collector.gap(Gap::new(
                    GapKind::Unsupported,
                    format!("{name}:{}", at.saturating_add(1)),
                    refused.to_string(),
                ));
            }
        }
    }
    any.then(|| collector.finish())
}
