//! A difference of reports, for people.

use std::io::{self, Write};

use lazaret_model::{Changed, Difference, Side};

use crate::text::{clean, wrap};

/// Writes the difference in paragraphs no wider than `width` columns.
///
/// # Errors
/// When the output does not take it.
pub fn table(difference: &Difference, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page {
        out,
        width: width.max(20),
    };
    for (word, side) in [("before", &difference.before), ("after", &difference.after)] {
        page.paragraph(&format!("{word:<7} "), &about(side))?;
    }
    page.list("New", &difference.new)?;
    page.list("Gone", &difference.gone)?;
    for (title, gaps) in [
        ("Not examined any more", &difference.new_gaps),
        ("Examined again", &difference.gone_gaps),
    ] {
        if !gaps.is_empty() {
            writeln!(page.out, "\n{title}: {}", gaps.len())?;
            for gap in gaps {
                page.paragraph("- ", &gap.to_string())?;
            }
        }
    }
    writeln!(
        page.out,
        "\n{} new, {} gone, {} unchanged",
        difference.new.len(),
        difference.gone.len(),
        difference.unchanged
    )
}

fn about(side: &Side) -> String {
    let target = &side.target;
    let digest = target.digest.as_ref().map(|d| format!(" ({})", d.short()));
    let data = side.database.as_ref().map(|d| {
        let built = if d.built_at.is_empty() {
            "no date"
        } else {
            &d.built_at
        };
        format!(", data of {built} ({})", d.digest.short())
    });
    format!(
        "{}{}{}",
        target.name,
        digest.unwrap_or_default(),
        data.unwrap_or_default()
    )
}

struct Page<'a> {
    out: &'a mut dyn Write,
    width: usize,
}

impl Page<'_> {
    fn list(&mut self, title: &str, changed: &[Changed]) -> io::Result<()> {
        if changed.is_empty() {
            return Ok(());
        }
        writeln!(self.out, "\n{title}: {}", changed.len())?;
        for one in changed {
            let finding = &one.finding;
            let head = format!(
                "{} {} {} {}",
                finding.severity, finding.id, finding.package.name, finding.package.version
            );
            self.paragraph("- ", &head)?;
            self.paragraph("    ", &format!("{}: {}", one.cause.name(), one.why))?;
        }
        Ok(())
    }

    fn paragraph(&mut self, lead: &str, text: &str) -> io::Result<()> {
        let indent = lead.len();
        let lines = wrap(&clean(text), self.width.saturating_sub(indent));
        for (number, line) in lines.iter().enumerate() {
            let lead = if number == 0 { lead } else { "" };
            writeln!(self.out, "{lead:indent$}{line}")?;
        }
        Ok(())
    }
}
