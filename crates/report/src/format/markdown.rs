//! Markdown for comments on merge requests (GitHub Flavored Markdown).
//!
//! Every text of the report is escaped: no markup, no mention of a user, no link that the
//! writer did not make.

use std::fmt::Write as _;
use std::io::Write;

use lazaret_model::{Finding, Report};

use super::{Format, RenderError};
use crate::view::{self, View};
use crate::{Options, owner, section, text};

pub(super) static FORMAT: Format = Format {
    name: "markdown",
    title: "Markdown",
    about: "for comments on merge requests",
    file_extension: "md",
    media_type: "text/markdown; charset=utf-8",
    render,
};

/// The same for a job's summary on GitHub, which may be longer.
pub(super) static SUMMARY: Format = Format {
    name: "github-summary",
    title: "GitHub job summary",
    about: "Markdown for $GITHUB_STEP_SUMMARY",
    file_extension: "md",
    media_type: "text/markdown; charset=utf-8",
    render: render_summary,
};

/// Bytes that fit a comment: GitHub takes 65 536 characters, and the caller may add some.
const COMMENT: usize = 65_000;
/// Bytes that fit a job's summary: GitHub takes 1 MiB of all steps together.
const JOB: usize = 900_000;
/// Most rows of findings in a comment, which is read by people.
const COMMENT_ROWS: usize = 300;

fn render(report: &Report, options: &Options, out: &mut dyn Write) -> Result<(), RenderError> {
    let page = page(report, options, COMMENT, COMMENT_ROWS);
    Ok(out.write_all(page.as_bytes())?)
}

fn render_summary(
    report: &Report,
    options: &Options,
    out: &mut dyn Write,
) -> Result<(), RenderError> {
    let page = page(report, options, JOB, usize::MAX);
    Ok(out.write_all(page.as_bytes())?)
}

/// The page in at most `limit` bytes. What everybody must know comes first, then what was
/// not examined has its share, and the findings take what is left: what does not fit is
/// counted, never dropped in silence.
fn page(report: &Report, options: &Options, limit: usize, rows: usize) -> String {
    let view = View::new(report, options);
    let mut head = Part::new(limit / 4);
    write_head(&mut head, report, &view);
    let mut tail = Part::new(limit / 4);
    write_vex(&mut tail, report);
    write_rebase(&mut tail, report);
    write_gaps(&mut tail, report);
    let mut others = Part::new(limit / 4);
    write_sections(&mut others, report, options, rows);
    let used = head.text.len() + tail.text.len() + others.text.len();
    let mut body = Part::new(limit - used);
    write_findings(&mut body, &view, rows);
    if options.list_all_packages {
        write_packages(&mut body, report);
    }
    head.text + &body.text + &others.text + &tail.text
}

/// A part of the page that ends before it is too long.
struct Part {
    text: String,
    limit: usize,
}

impl Part {
    /// Bytes kept free for the line that says what is missing, and the end of a block.
    const RESERVE: usize = 200;

    fn new(limit: usize) -> Self {
        Self {
            text: String::new(),
            limit,
        }
    }

    fn fits(&self, more: usize) -> bool {
        self.text.len() + more + Self::RESERVE <= self.limit
    }

    /// Adds a line, and tells whether it fitted.
    fn line(&mut self, line: &str) -> bool {
        let fits = self.fits(line.len() + 1);
        if fits {
            self.force(line);
        }
        fits
    }

    /// Adds a short line in any case.
    fn force(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Adds as many of the lines as fit, at most `most`, and says how many do not; gives
    /// how many are there.
    fn lines(&mut self, lines: impl ExactSizeIterator<Item = String>, most: usize) -> usize {
        let all = lines.len();
        let mut written = 0;
        for line in lines.take(most) {
            if !self.line(&line) {
                break;
            }
            written += 1;
        }
        if written < all {
            self.force(&format!("\n… and {} more.", all - written));
        }
        written
    }
}

fn write_head(part: &mut Part, report: &Report, view: &View<'_>) {
    let (word, meaning) = view::verdict(report);
    part.line(&format!("## Lazaret: {}", escape(&report.target.name)));
    part.line("");
    part.line(&format!(
        "**{}** ({meaning}): {}",
        word.to_uppercase(),
        view::summary(report, view)
    ));
    part.line("");
    let reasons = report.decision.reasons.iter();
    let reasons = reasons.map(|r| format!("- {}: {}", escape(&r.rule), escape(&r.message)));
    part.lines(reasons, usize::MAX);
    if let Some(warning) = view::starter_warning(report) {
        part.line(&format!("\n> **Warning:** {}\n", escape(warning)));
    }
    for gap in view::end_of_life(report) {
        part.line(&format!(
            "\n> **End of life:** {}: {}\n",
            escape(&gap.subject),
            escape(&gap.detail)
        ));
    }
    for (name, value) in view::header(report) {
        part.line(&format!("- {name}: {}", escape(&value)));
    }
}

fn write_findings(part: &mut Part, view: &View<'_>, rows: usize) {
    let mut left = rows;
    for group in &view.groups {
        let n = group.findings.len();
        let title = escape(&group.title);
        let title = format!("\n### {title}: {}\n", view::plural(n, "vulnerability"));
        if !part.fits(title.len() + 200) {
            part.force(&format!("\n… and {n} more."));
            continue;
        }
        part.force(&title);
        let owners = owner::is_told(group.findings.iter().copied());
        let (name, rule) = if owners {
            (" From |", "---|")
        } else {
            ("", "")
        };
        part.force(&format!(
            "| Id | Severity | Package | Installed | Status | Signs |{name}"
        ));
        part.force(&format!("|---|---|---|---|---|---|{rule}"));
        left -= part.lines(group.findings.iter().map(|f| row(f, owners)), left);
    }
}

fn row(finding: &Finding, owners: bool) -> String {
    let mut status = escape(&view::remedy(finding));
    if let Some(suppression) = &finding.suppressed {
        let why = escape(&suppression.reason);
        let _ = write!(status, "; suppressed by {}: {why}", escape(&suppression.by));
    }
    let owner = match owners {
        true => format!(" {} |", owner::word(finding)),
        false => String::new(),
    };
    format!(
        "| {} | {} | {} | {} | {status} | {} |{owner}",
        escape(&finding.id),
        finding.severity,
        escape(&finding.package.name),
        escape(&finding.package.version),
        view::marks(finding).join(", "),
    )
}

fn write_packages(part: &mut Part, report: &Report) {
    let n = view::plural(report.packages.len(), "package");
    if !part.fits(400) {
        return part.force(&format!("\n{n}"));
    }
    part.force(&format!("\n<details><summary>{n}</summary>\n"));
    let packages = report.packages.iter();
    let packages = packages.map(|p| format!("- {} {}", escape(&p.name), escape(&p.version)));
    part.lines(packages, usize::MAX);
    part.force("\n</details>");
}

/// Secrets, signs of tampering, and licences.
fn write_sections(part: &mut Part, report: &Report, options: &Options, rows: usize) {
    for section in section::sections(report, options) {
        part.line(&format!("\n### {}\n", escape(&section.title)));
        part.line("| Id | Severity | Confidence | Place | What |");
        part.line("|---|---|---|---|---|");
        let row = |row: &section::Row<'_>| {
            let mut text = escape(&row.text);
            if let Some(suppression) = row.suppressed {
                let why = escape(&suppression.reason);
                let _ = write!(text, "; suppressed by {}: {why}", escape(&suppression.by));
            }
            format!(
                "| {} | {} | {} | {} | {text} |",
                escape(row.id),
                row.severity,
                row.confidence,
                escape(&row.place),
            )
        };
        part.lines(section.rows.iter().map(row), rows);
    }
    if report.licenses.is_empty() {
        return;
    }
    part.line("\n### Licences of packages and files\n");
    let licenses = section::licenses(report);
    let line = |(category, names): &(lazaret_model::LicenseCategory, Vec<(&str, usize)>)| {
        let names = names.iter().map(|(n, of)| format!("{} ({of})", escape(n)));
        let names: Vec<String> = names.collect();
        format!("- {}: {}", escape(category.name()), names.join(", "))
    };
    part.lines(licenses.iter().map(line), usize::MAX);
}

fn write_vex(part: &mut Part, report: &Report) {
    if report.vex.is_empty() {
        return;
    }
    let n = view::plural(report.vex.len(), "statement");
    part.line(&format!("\n### Exploitability: {n}\n"));
    let told = view::statements(report);
    part.lines(told.iter().map(|t| format!("- {}", escape(t))), 100);
}

fn write_rebase(part: &mut Part, report: &Report) {
    if let Some((heading, lines)) = owner::rebase(report) {
        part.line(&format!("\n### {}\n", escape(&heading)));
        part.lines(lines.iter().map(|line| format!("- {}", escape(line))), 100);
    }
}

fn write_gaps(part: &mut Part, report: &Report) {
    if report.gaps.is_empty() {
        return;
    }
    let n = view::plural(report.gaps.len(), "gap");
    part.force(&format!("\n### Not examined: {n}\n"));
    let gaps = report.gaps.iter().map(|gap| {
        let (subject, detail) = (escape(&gap.subject), escape(&gap.detail));
        format!("- **{}** {subject}: {detail}", gap.kind)
    });
    part.lines(gaps, usize::MAX);
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
