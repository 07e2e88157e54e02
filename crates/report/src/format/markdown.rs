//! Markdown for comments on merge requests (GitHub Flavored Markdown).
//!
//! Every text of the report is escaped: no markup, no mention of a user, no link that the
//! writer did not make.

use std::fmt::Write as _;
use std::io::Write;

use lazaret_model::Report;

use super::{Format, RenderError};
use crate::view::{self, View};
use crate::{Options, text};

pub(super) static FORMAT: Format = Format {
    name: "markdown",
    title: "Markdown",
    about: "for comments on merge requests",
    file_extension: "md",
    media_type: "text/markdown; charset=utf-8",
    render,
};

/// Most rows of findings; comments have a limit of 65 536 characters.
const MAX_ROWS: usize = 300;

fn render(report: &Report, options: &Options, out: &mut dyn Write) -> Result<(), RenderError> {
    let view = View::new(report, options);
    let mut page = String::new();
    write_page(&mut page, report, &view, options);
    out.write_all(page.as_bytes())?;
    Ok(())
}

fn write_page(page: &mut String, report: &Report, view: &View<'_>, options: &Options) {
    let (word, meaning) = view::verdict(report);
    let mut line = |text: String| {
        page.push_str(&text);
        page.push('\n');
    };
    line(format!("## Lazaret: {}", escape(&report.target.name)));
    line(String::new());
    line(format!(
        "**{}** ({meaning}): {}",
        word.to_uppercase(),
        view::summary(report, view)
    ));
    line(String::new());
    for reason in &report.decision.reasons {
        line(format!(
            "- {}: {}",
            escape(&reason.rule),
            escape(&reason.message)
        ));
    }
    if let Some(warning) = view::starter_warning(report) {
        line(format!("\n> **Warning:** {}\n", escape(warning)));
    }
    for gap in view::end_of_life(report) {
        line(format!(
            "\n> **End of life:** {}: {}\n",
            escape(&gap.subject),
            escape(&gap.detail)
        ));
    }
    for (name, value) in view::header(report) {
        line(format!("- {name}: {}", escape(&value)));
    }
    let mut left = MAX_ROWS;
    for group in &view.groups {
        let n = group.findings.len();
        line(format!(
            "\n### {}: {}\n",
            escape(&group.title),
            view::plural(n, "vulnerability")
        ));
        line("| Id | Severity | Package | Installed | Status | Signs |".to_owned());
        line("|---|---|---|---|---|---|".to_owned());
        for finding in group.findings.iter().take(left) {
            let mut status = escape(&view::remedy(finding));
            if let Some(suppression) = &finding.suppressed {
                let why = escape(&suppression.reason);
                let _ = write!(status, "; suppressed by {}: {why}", escape(&suppression.by));
            }
            line(format!(
                "| {} | {} | {} | {} | {status} | {} |",
                escape(&finding.id),
                finding.severity,
                escape(&finding.package.name),
                escape(&finding.package.version),
                view::marks(finding).join(", "),
            ));
        }
        if n > left {
            line(format!("\n… and {} more.", n - left));
        }
        left = left.saturating_sub(n);
    }
    if options.list_all_packages {
        line(format!(
            "\n<details><summary>{}</summary>\n",
            view::plural(report.packages.len(), "package")
        ));
        for package in &report.packages {
            line(format!(
                "- {} {}",
                escape(&package.name),
                escape(&package.version)
            ));
        }
        line("\n</details>".to_owned());
    }
    if !report.vex.is_empty() {
        let n = view::plural(report.vex.len(), "statement");
        line(format!("\n### Exploitability: {n}\n"));
        for told in view::statements(report) {
            line(format!("- {}", escape(&told)));
        }
    }
    if !report.gaps.is_empty() {
        let n = view::plural(report.gaps.len(), "gap");
        line(format!("\n### Not examined: {n}\n"));
        for gap in &report.gaps {
            line(format!(
                "- **{}** {}: {}",
                gap.kind,
                escape(&gap.subject),
                escape(&gap.detail)
            ));
        }
    }
}

/// `raw` as text and nothing else.
fn escape(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len() + 8);
    for c in text::clean(raw).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // Character references keep a mention, an issue or a link from being made.
            '@' => out.push_str("&#64;"),
            '#' => out.push_str("&#35;"),
            ':' => out.push_str("&#58;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '!' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}
