//! JUnit XML, which nearly every build server shows as test results.
//!
//! There is no standard; this follows the schema of the Jenkins xUnit plugin
//! (`junit-10.xsd`). A finding is a failed case, a suppressed one and a gap are skipped
//! cases, and a package without findings is no case: a scan that found nothing is one
//! passed case, so that no build server takes the file for an empty one.

use std::collections::BTreeMap;
use std::io::Write;

use lazaret_model::Report;

use super::{Format, RenderError};
use crate::issue::{self, Issue};
use crate::{Options, document, text, view};

pub(super) static FORMAT: Format = Format {
    name: "junit",
    title: "JUnit XML",
    about: "for the test pages of build servers",
    file_extension: "xml",
    media_type: "application/xml",
    render,
};

fn render(report: &Report, options: &Options, out: &mut dyn Write) -> Result<(), RenderError> {
    let mut suites: BTreeMap<(&str, String), Vec<Issue>> = BTreeMap::new();
    for issue in issue::issues(report, options) {
        let key = (issue.kind, issue.path.clone());
        suites.entry(key).or_default().push(issue);
    }
    let time = document::time_given(options);
    let time = time.as_deref().map(|t| t.trim_end_matches('Z'));
    let count = |failed: bool| {
        let all = suites.values().flatten();
        all.filter(|i| i.excuse().is_none() == failed).count()
    };
    let (failures, suppressed) = (count(true), count(false));
    let skipped = suppressed + report.gaps.len();
    let clean = usize::from(suites.is_empty() && report.gaps.is_empty());
    let mut page = Page(String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
    page.line(&format!(
        "<testsuites name=\"{}\" tests=\"{}\" failures=\"{failures}\" errors=\"0\">",
        escape(&format!("Lazaret: {}", report.target.name)),
        failures + skipped + clean,
    ));
    for ((kind, path), issues) in &suites {
        page.suite(kind, path, issues, time);
    }
    if !report.gaps.is_empty() {
        let n = report.gaps.len();
        page.open("not examined", n, 0, n, time);
        for gap in &report.gaps {
            page.case(&gap.subject, gap.kind.name());
            page.line(&format!(
                "      <skipped message=\"{}\"/>",
                escape(&gap.detail)
            ));
            page.line("    </testcase>");
        }
        page.line("  </testsuite>");
    }
    if clean == 1 {
        page.open(&report.target.name, 1, 0, 0, time);
        page.case("nothing found", "lazaret");
        page.line("    </testcase>");
        page.line("  </testsuite>");
    }
    page.about(report, options, time);
    page.line("</testsuites>");
    out.write_all(page.0.as_bytes())?;
    Ok(())
}

/// Where it is, what can be done, and who brought it where that is known.
fn told(issue: &Issue) -> String {
    let mut text = format!("{} line {}: {}", issue.path, issue.line, issue.remedy);
    if !issue.owner.is_empty() {
        text.push_str(&format!("; brought by {}", issue.owner));
    }
    text
}

struct Page(String);

impl Page {
    fn line(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push('\n');
    }

    fn open(&mut self, name: &str, all: usize, failed: usize, skipped: usize, time: Option<&str>) {
        let time = time.map(|t| format!(" timestamp=\"{t}\""));
        self.line(&format!(
            "  <testsuite name=\"{}\" tests=\"{all}\" failures=\"{failed}\" errors=\"0\" \
             skipped=\"{skipped}\" time=\"0\"{}>",
            escape(name),
            time.unwrap_or_default()
        ));
    }

    fn case(&mut self, name: &str, class: &str) {
        self.line(&format!(
            "    <testcase classname=\"{}\" name=\"{}\" time=\"0\">",
            escape(class),
            escape(name)
        ));
    }

    fn suite(&mut self, kind: &str, path: &str, issues: &[Issue], time: Option<&str>) {
        let failed = issues.iter().filter(|i| i.excuse().is_none()).count();
        let name = format!("{kind}: {path}");
        self.open(&name, issues.len(), failed, issues.len() - failed, time);
        for issue in issues {
            self.case(&format!("{} {}", issue.id, issue.subject), kind);
            let head = format!("{}: {}", issue.severity, issue.title);
            match issue.excuse() {
                Some(why) => {
                    self.line(&format!("      <skipped message=\"{}\"/>", escape(&why)));
                }
                None => self.line(&format!(
                    "      <failure type=\"{}\" message=\"{}\">{}</failure>",
                    escape(issue.severity.name()),
                    escape(&head),
                    escape(&told(issue))
                )),
            }
            self.line("    </testcase>");
        }
        self.line("  </testsuite>");
    }

    /// The verdict and what else a reader should know, as a suite without cases.
    fn about(&mut self, report: &Report, options: &Options, time: Option<&str>) {
        self.open("verdict", 0, 0, 0, time);
        let (word, meaning) = view::verdict(report);
        let mut about = format!("{} ({meaning})", word.to_uppercase());
        let hidden = issue::hidden(report, options);
        if hidden > 0 {
            about.push_str(&format!("; {hidden} suppressed findings are not shown"));
        }
        if let Some(warning) = view::starter_warning(report) {
            about.push_str(&format!("; {warning}"));
        }
        self.line(&format!("    <system-out>{}</system-out>", escape(&about)));
        self.line("  </testsuite>");
    }
}

/// `raw` as text of an element or a quoted attribute. XML 1.0 has no form at all for most
/// control characters, so they are written out before.
fn escape(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len() + 8);
    for c in text::clean(raw).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
