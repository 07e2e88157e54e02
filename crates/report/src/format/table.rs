//! The table for people at a terminal.
//!
//! One line per finding where the terminal is wide enough, a short block per finding
//! where it is not. Nothing is longer than the width but an id, which is never cut.
//! Colour only repeats what a word says.

use std::fmt::Write as _;
use std::io::Write;

use anstyle::{AnsiColor, Style};
use lazaret_model::{Finding, Outcome, Report, Severity};

use super::{Format, RenderError};
use crate::section::{self, Section};
use crate::text::{clean, columns, fit, fit_pair, pad, wrap};
use crate::view::{self, Group, View};
use crate::{Options, misconfiguration, owner};

pub(super) static FORMAT: Format = Format {
    name: "table",
    title: "Table",
    about: "for people at a terminal",
    file_extension: "txt",
    media_type: "text/plain; charset=utf-8",
    render,
};

/// Below this many columns each finding is a block of lines.
const WIDE: usize = 72;

fn render(report: &Report, options: &Options, out: &mut dyn Write) -> Result<(), RenderError> {
    let view = View::new(report, options);
    let mut page = Page {
        text: String::new(),
        width: options.width.max(20),
        color: options.color,
    };
    page.header(report, &view);
    for group in &view.groups {
        page.group(group);
    }
    if options.list_all_packages {
        page.packages(report);
    }
    page.misconfigurations(report, options);
    for section in section::sections(report, options) {
        page.section(&section);
    }
    page.licenses(report);
    page.statements(report);
    page.rebase(report);
    page.gaps(report);
    page.verdict(report);
    out.write_all(page.text.as_bytes())?;
    Ok(())
}

struct Page {
    text: String,
    width: usize,
    color: bool,
}

impl Page {
    fn line(&mut self, text: &str) {
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }

    fn paint(&self, style: Style, text: &str) -> String {
        if self.color {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }

    /// Text after `first`, wrapped, further lines indented by as much.
    fn hanging(&mut self, first: &str, text: &str, style: Style) {
        let indent = columns(first);
        let lines = wrap(text, self.width.saturating_sub(indent));
        for (at, line) in lines.iter().enumerate() {
            let before = if at == 0 {
                first.to_owned()
            } else {
                " ".repeat(indent)
            };
            let painted = self.paint(style, line);
            self.line(&format!("{before}{painted}"));
        }
    }

    fn title(&mut self, text: &str) {
        self.line("");
        for line in wrap(text, self.width) {
            let painted = self.paint(Style::new().bold(), &line);
            self.line(&painted);
        }
    }

    fn header(&mut self, report: &Report, view: &View<'_>) {
        for (name, value) in view::header(report) {
            // A digest fits 80 columns behind nine.
            self.hanging(&pad(name, 9), &value, Style::new());
        }
        let loud = AnsiColor::Yellow.on_default().bold();
        if let Some(warning) = view::starter_warning(report) {
            self.line("");
            self.hanging("!! ", warning, loud);
        }
        for gap in view::end_of_life(report) {
            self.line("");
            self.hanging(
                "!! ",
                &format!("END OF LIFE: {}: {}", gap.subject, gap.detail),
                loud,
            );
        }
        self.line("");
        self.hanging("", &view::summary(report, view), Style::new().bold());
    }

    fn group(&mut self, group: &Group<'_>) {
        let n = view::plural(group.findings.len(), "vulnerability");
        self.title(&format!("{}: {n}", group.title));
        if self.width >= WIDE {
            self.rows(&group.findings);
        } else {
            for finding in &group.findings {
                self.block(finding);
            }
        }
    }

    fn rows(&mut self, findings: &[&Finding]) {
        let longest = |limit: usize, of: &dyn Fn(&Finding) -> usize| {
            findings.iter().map(|f| of(f)).max().unwrap_or(0).min(limit)
        };
        let id = longest(20, &|f| columns(&clean(&f.id))).max(2);
        let severity = longest(10, &|f| f.severity.name().len()).max(8);
        let marks = longest(13, &|f| view::marks(f).join(" ").len());
        let marks = if marks == 0 { 0 } else { marks.max(7) };
        let owners = if owner::is_told(findings.iter().copied()) {
            4
        } else {
            0
        };
        let column = |width: usize| if width > 0 { width + 2 } else { 0 };
        let used = id + severity + 4 + column(marks) + column(owners);
        let left = self.width.saturating_sub(used + 2);
        let package = longest(left * 3 / 5, &|f| {
            columns(&clean(&f.package.name)) + 1 + columns(&clean(&f.package.version))
        })
        .max(left * 2 / 5)
        .max(17);
        let remedy = left.saturating_sub(package);
        let mut head = format!("{}  {}  ", pad("ID", id), pad("SEVERITY", severity));
        if marks > 0 {
            head.push_str(&format!("{}  ", pad("EXPLOIT", marks)));
        }
        if owners > 0 {
            head.push_str("FROM  ");
        }
        head.push_str(&format!("{}  STATUS", pad("PACKAGE INSTALLED", package)));
        let head = self.paint(Style::new().underline(), head.trim_end());
        self.line(&head);
        for finding in findings {
            let name = clean(&finding.id).into_owned();
            let mut line = if columns(&name) > id {
                self.line(&name);
                " ".repeat(id)
            } else {
                pad(&name, id)
            };
            let level = pad(finding.severity.name(), severity);
            line.push_str(&format!(
                "  {}  ",
                self.paint(style(finding.severity), &level)
            ));
            if marks > 0 {
                line.push_str(&format!(
                    "{}  ",
                    pad(&fit(&view::marks(finding).join(" "), marks), marks)
                ));
            }
            if owners > 0 {
                line.push_str(&format!("{}  ", pad(owner::word(finding), owners)));
            }
            let what = fit_pair(&finding.package.name, &finding.package.version, package);
            line.push_str(&format!(
                "{}  {}",
                pad(&what, package),
                fit(&status(finding), remedy)
            ));
            self.line(&line);
            self.suppression(finding);
        }
    }

    fn block(&mut self, finding: &Finding) {
        let level = self.paint(style(finding.severity), finding.severity.name());
        let id = clean(&finding.id).into_owned();
        let mut first = format!("{id}  {level}");
        let marks = view::marks(finding).join(" ");
        let fits = columns(&id) + 2 + finding.severity.name().len() + 2 + marks.len() <= self.width;
        if !marks.is_empty() && fits {
            let _ = write!(first, "  {marks}");
        }
        self.line(&first);
        if !marks.is_empty() && !fits {
            self.line(&format!("  {marks}"));
        }
        let room = self.width.saturating_sub(2);
        let what = fit_pair(&finding.package.name, &finding.package.version, room);
        self.line(&format!("  {what}"));
        if finding.from_base.is_some() {
            self.line(&format!("  from: {}", owner::word(finding)));
        }
        self.hanging("  ", &fit(&status(finding), room * 2), Style::new());
        self.suppression(finding);
    }

    fn suppression(&mut self, finding: &Finding) {
        if let Some(suppression) = &finding.suppressed {
            let text = format!("suppressed by {}: {}", suppression.by, suppression.reason);
            self.hanging("    ", &text, Style::new().dimmed());
        }
    }

    fn packages(&mut self, report: &Report) {
        self.title(&view::plural(report.packages.len(), "package"));
        for package in &report.packages {
            let kind = fit(package.kind(), 10);
            let room = self.width.saturating_sub(12);
            let what = fit_pair(&package.name, &package.version, room);
            self.line(&format!("{}  {what}", pad(&kind, 10)));
        }
    }

    fn misconfigurations(&mut self, report: &Report, options: &Options) {
        let shown = misconfiguration::shown(report, options).count();
        if shown > 0 {
            self.title(&format!("Configuration: {}", view::plural(shown, "answer")));
            self.text
                .push_str(misconfiguration::section(report, options).trim_end());
            self.text.push('\n');
        }
    }

    fn section(&mut self, section: &Section<'_>) {
        self.title(&section.title);
        for row in &section.rows {
            let level = pad(row.severity.name(), 10);
            let first = format!("{}{}", self.paint(style(row.severity), &level), row.id);
            self.line(&first);
            self.hanging("  ", &row.place, Style::new());
            let text = format!("{}; confidence {}", row.text, row.confidence);
            self.hanging("  ", &text, Style::new());
            if let Some(suppression) = row.suppressed {
                let text = format!("suppressed by {}: {}", suppression.by, suppression.reason);
                self.hanging("    ", &text, Style::new().dimmed());
            }
        }
    }

    fn licenses(&mut self, report: &Report) {
        if report.licenses.is_empty() {
            return;
        }
        self.title("Licences of packages and files");
        for (category, names) in section::licenses(report) {
            let names: Vec<String> = names.iter().map(|(n, of)| format!("{n} ({of})")).collect();
            self.hanging(&pad(category.name(), 18), &names.join(", "), Style::new());
        }
    }

    fn statements(&mut self, report: &Report) {
        if report.vex.is_empty() {
            return;
        }
        let statements = view::plural(report.vex.len(), "statement");
        self.title(&format!("Exploitability: {statements}"));
        for line in view::statements(report) {
            self.hanging("- ", &line, Style::new());
        }
    }

    fn rebase(&mut self, report: &Report) {
        if let Some((heading, lines)) = owner::rebase(report) {
            self.title(&heading);
            for line in lines {
                self.hanging("- ", &line, Style::new());
            }
        }
    }

    fn gaps(&mut self, report: &Report) {
        if report.gaps.is_empty() {
            return;
        }
        let n = view::plural(report.gaps.len(), "gap");
        self.title(&format!("Not examined: {n}"));
        for gap in &report.gaps {
            self.hanging("- ", &gap.to_string(), Style::new());
        }
    }

    fn verdict(&mut self, report: &Report) {
        self.line("");
        for reason in &report.decision.reasons {
            self.hanging(
                "- ",
                &format!("{}: {}", reason.rule, reason.message),
                Style::new(),
            );
        }
        let (word, meaning) = view::verdict(report);
        let color = match report.decision.outcome {
            Outcome::Allow => AnsiColor::Green,
            Outcome::Warn => AnsiColor::Yellow,
            _ => AnsiColor::Red,
        };
        let text = format!("verdict: {} ({meaning})", word.to_uppercase());
        self.hanging("", &text, color.on_default().bold());
    }
}

fn status(finding: &Finding) -> String {
    let remedy = view::remedy(finding);
    remedy
        .strip_prefix("fixed in ")
        .map_or_else(|| remedy.clone(), |v| format!("→ {v}"))
}

fn style(level: Severity) -> Style {
    match level {
        Severity::Critical => AnsiColor::Red.on_default().bold(),
        Severity::High => AnsiColor::Red.on_default(),
        Severity::Medium => AnsiColor::Yellow.on_default(),
        Severity::Low => AnsiColor::Blue.on_default(),
        Severity::Negligible | Severity::Unknown => Style::new(),
    }
}
