//! One HTML page that needs nothing but itself: no script, no font, no request.
//!
//! Every text of the report goes through [`escape`]; the content security policy forbids
//! whatever a mistake would let through. Light and dark follow the reader's setting, and
//! the page prints.

use std::fmt::Write as _;
use std::io::Write;

use lazaret_model::{Finding, Outcome, Report};

use super::{Format, RenderError};
use crate::view::{self, Group, View};
use crate::{Options, explain, owner, section, text};

pub(super) static FORMAT: Format = Format {
    name: "html",
    title: "HTML",
    about: "one self-contained page for people",
    file_extension: "html",
    media_type: "text/html; charset=utf-8",
    render,
};

const STYLE: &str = include_str!("html.css");

fn render(report: &Report, options: &Options, out: &mut dyn Write) -> Result<(), RenderError> {
    let view = View::new(report, options);
    let mut page = String::new();
    head(&mut page, report);
    summary(&mut page, report, &view);
    statements(&mut page, report);
    rebase(&mut page, report);
    gaps(&mut page, report);
    if view.groups.is_empty() {
        page.push_str("<section><h2>Findings</h2><p>None to show.</p></section>\n");
    }
    for group in &view.groups {
        findings(&mut page, group, options);
    }
    sections(&mut page, report, options);
    if options.list_all_packages {
        packages(&mut page, report);
    }
    page.push_str("</main>\n</body>\n</html>\n");
    out.write_all(page.as_bytes())?;
    Ok(())
}

/// `raw` as text, safe between tags and inside quoted attributes.
fn escape(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len() + 8);
    for c in text::clean(raw).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

fn head(page: &mut String, report: &Report) {
    let title = escape(&report.target.name);
    let _ = write!(
        page,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{title} · Lazaret report</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#findings\">Skip to the findings</a>\n<header>\n\
         <p class=\"product\">Lazaret report</p>\n<h1>{title}</h1>\n"
    );
}

fn summary(page: &mut String, report: &Report, view: &View<'_>) {
    let (word, meaning) = view::verdict(report);
    let tone = match report.decision.outcome {
        Outcome::Allow => "good",
        Outcome::Warn => "doubt",
        _ => "bad",
    };
    let _ = write!(
        page,
        "<div class=\"verdict {tone}\"><strong>{}</strong> <span>{meaning}</span>\n<p>{}</p>\n",
        word.to_uppercase(),
        escape(&view::summary(report, view))
    );
    if !report.decision.reasons.is_empty() {
        page.push_str("<ul>\n");
        for reason in &report.decision.reasons {
            let (rule, message) = (escape(&reason.rule), escape(&reason.message));
            let _ = writeln!(page, "<li><b>{rule}</b> {message}</li>");
        }
        page.push_str("</ul>\n");
    }
    page.push_str("</div>\n");
    if let Some(warning) = view::starter_warning(report) {
        let _ = writeln!(
            page,
            "<p class=\"warning\" role=\"alert\">{}</p>",
            escape(warning)
        );
    }
    for gap in view::end_of_life(report) {
        let (subject, detail) = (escape(&gap.subject), escape(&gap.detail));
        let _ = writeln!(
            page,
            "<p class=\"warning\"><b>End of life:</b> {subject}: {detail}</p>"
        );
    }
    page.push_str("<ul class=\"counts\" aria-label=\"Findings by severity\">\n");
    for (level, n) in &view.counts {
        let none = if *n == 0 { " none" } else { "" };
        let _ = writeln!(page, "<li class=\"{level}{none}\"><b>{n}</b> {level}</li>");
    }
    if view.suppressed > 0 {
        let _ = writeln!(page, "<li><b>{}</b> suppressed</li>", view.suppressed);
    }
    page.push_str("</ul>\n<dl>\n");
    for (name, value) in view::header(report) {
        let _ = writeln!(
            page,
            "<div><dt>{name}</dt><dd>{}</dd></div>",
            escape(&value)
        );
    }
    page.push_str("</dl>\n</header>\n<main id=\"findings\">\n");
}

fn statements(page: &mut String, report: &Report) {
    if report.vex.is_empty() {
        return;
    }
    let n = view::plural(report.vex.len(), "statement");
    let _ = write!(page, "<section><h2>Exploitability: {n}</h2>\n<ul>\n");
    for told in view::statements(report) {
        let _ = writeln!(page, "<li>{}</li>", escape(&told));
    }
    page.push_str("</ul></section>\n");
}

fn rebase(page: &mut String, report: &Report) {
    let Some((heading, lines)) = owner::rebase(report) else {
        return;
    };
    let _ = write!(page, "<section><h2>{}</h2>\n<ul>\n", escape(&heading));
    for line in lines {
        let _ = writeln!(page, "<li>{}</li>", escape(&line));
    }
    page.push_str("</ul></section>\n");
}

fn gaps(page: &mut String, report: &Report) {
    if report.gaps.is_empty() {
        return;
    }
    let n = view::plural(report.gaps.len(), "gap");
    let _ = write!(
        page,
        "<section class=\"gaps\"><h2>Not examined: {n}</h2>\n<div class=\"scroll\" tabindex=\"0\" \
         role=\"region\" aria-label=\"Gaps\"><table><thead><tr><th scope=\"col\">Kind</th>\
         <th scope=\"col\">What</th><th scope=\"col\">Why</th></tr></thead><tbody>\n"
    );
    for gap in &report.gaps {
        let (subject, detail) = (escape(&gap.subject), escape(&gap.detail));
        let kind = gap.kind;
        let _ = writeln!(
            page,
            "<tr><th scope=\"row\">{kind}</th><td>{subject}</td><td>{detail}</td></tr>"
        );
    }
    page.push_str("</tbody></table></div></section>\n");
}

fn findings(page: &mut String, group: &Group<'_>, options: &Options) {
    let title = escape(&group.title);
    let n = view::plural(group.findings.len(), "vulnerability");
    let _ = write!(
        page,
        "<section><h2>{title}: {n}</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" \
         aria-label=\"{title}\"><table><thead><tr><th scope=\"col\">Id</th>\
         <th scope=\"col\">Severity</th><th scope=\"col\">Package</th>\
         <th scope=\"col\">Installed</th><th scope=\"col\">Status</th>\
         <th scope=\"col\">Exploitation</th></tr></thead><tbody>\n"
    );
    for finding in &group.findings {
        row(page, finding, options);
    }
    page.push_str("</tbody></table></div></section>\n");
}

fn row(page: &mut String, finding: &Finding, options: &Options) {
    let class = if finding.suppressed.is_some() {
        " class=\"suppressed\""
    } else {
        ""
    };
    let mut status = escape(&view::remedy(finding));
    if let Some(suppression) = &finding.suppressed {
        let (by, why) = (escape(&suppression.by), escape(&suppression.reason));
        let _ = write!(status, "<br><small>suppressed by {by}: {why}</small>");
    }
    let wide = Options {
        width: 96,
        ..options.clone()
    };
    let from = match owner::word(finding) {
        "?" => String::new(),
        word => format!("<br><small>from: {word}</small>"),
    };
    let _ = writeln!(
        page,
        "<tr{class}><th scope=\"row\">{id}<details><summary>evidence</summary><pre>{evidence}</pre>\
         </details></th><td><span class=\"level {level}\">{level}</span></td>\
         <td>{name}</td><td>{version}</td><td>{status}</td><td>{marks}</td></tr>",
        id = escape(&finding.id),
        evidence = explain::finding(finding, &wide)
            .lines()
            .map(escape)
            .collect::<Vec<_>>()
            .join("\n"),
        level = finding.severity,
        name = escape(&finding.package.name) + &from,
        version = escape(&finding.package.version),
        marks = view::marks(finding).join(", "),
    );
}

fn sections(page: &mut String, report: &Report, options: &Options) {
    for section in section::sections(report, options) {
        let title = escape(&section.title);
        let _ = write!(
            page,
            "<section><h2>{title}</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" \
             aria-label=\"{title}\"><table><thead><tr><th scope=\"col\">Id</th>\
             <th scope=\"col\">Severity</th><th scope=\"col\">Confidence</th>\
             <th scope=\"col\">Place</th><th scope=\"col\">What</th></tr></thead><tbody>\n"
        );
        for row in &section.rows {
            let mut text = escape(&row.text);
            if let Some(suppression) = row.suppressed {
                let (by, why) = (escape(&suppression.by), escape(&suppression.reason));
                let _ = write!(text, "<br><small>suppressed by {by}: {why}</small>");
            }
            let _ = writeln!(
                page,
                "<tr><th scope=\"row\">{}</th><td><span class=\"level {level}\">{level}</span></td>\
                 <td>{}</td><td>{}</td><td>{text}</td></tr>",
                escape(row.id),
                row.confidence,
                escape(&row.place),
                level = row.severity,
            );
        }
        page.push_str("</tbody></table></div></section>\n");
    }
    if report.licenses.is_empty() {
        return;
    }
    page.push_str("<section><h2>Licences of packages and files</h2>\n<dl>\n");
    for (category, names) in section::licenses(report) {
        let names: Vec<String> = names
            .iter()
            .map(|(n, of)| format!("{} ({of})", escape(n)))
            .collect();
        let _ = writeln!(
            page,
            "<div><dt>{category}</dt><dd>{}</dd></div>",
            names.join(", ")
        );
    }
    page.push_str("</dl></section>\n");
}

fn packages(page: &mut String, report: &Report) {
    let n = view::plural(report.packages.len(), "package");
    let _ = write!(
        page,
        "<section><h2>{n}</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" \
         aria-label=\"Packages\"><table><thead><tr><th scope=\"col\">Package</th>\
         <th scope=\"col\">Version</th><th scope=\"col\">Package URL</th></tr></thead><tbody>\n"
    );
    for package in &report.packages {
        let _ = writeln!(
            page,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>",
            escape(&package.name),
            escape(&package.version),
            escape(&package.purl.to_string())
        );
    }
    page.push_str("</tbody></table></div></section>\n");
}
