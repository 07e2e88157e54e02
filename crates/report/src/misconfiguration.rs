//! What configuration checks say, shown as a compiler would: the place, the lines, what is
//! wrong under a mark, what to do.

use std::io::Write;

use anstyle::{AnsiColor, Style};
use lazaret_model::{CheckStatus, Misconfiguration, Report, Severity};

use crate::text::{clean, columns, wrap};
use crate::{Options, RenderError, view};

/// Writes the answers of `report`, its gaps and the verdict, for people.
///
/// # Errors
/// When `out` takes no more.
pub fn text(report: &Report, options: &Options, out: &mut dyn Write) -> Result<(), RenderError> {
    let mut page = Page {
        text: String::new(),
        width: options.width.max(20),
        color: options.color,
    };
    page.answers(report, options);
    for gap in &report.gaps {
        page.hanging("not examined: ", &gap.to_string(), Style::new());
    }
    page.hanging("", &summary(report), Style::new().bold());
    for reason in &report.decision.reasons {
        let text = format!("{}: {}", reason.rule, reason.message);
        page.hanging("- ", &text, Style::new());
    }
    let (word, meaning) = view::verdict(report);
    page.hanging(
        "",
        &format!("verdict: {} ({meaning})", word.to_uppercase()),
        Style::new().bold(),
    );
    out.write_all(page.text.as_bytes())?;
    Ok(())
}

/// The answers alone, for a report that says other things, too.
pub(crate) fn section(report: &Report, options: &Options) -> String {
    let mut page = Page {
        text: String::new(),
        width: options.width.max(20),
        color: options.color,
    };
    page.answers(report, options);
    page.text
}

/// The answers that are shown: failures and unknowns, the suppressed ones where they were
/// asked for, passes where they were listed.
pub(crate) fn shown<'a>(
    report: &'a Report,
    options: &Options,
) -> impl Iterator<Item = &'a Misconfiguration> {
    let all = options.show_suppressed;
    report
        .misconfigurations
        .iter()
        .filter(move |m| all || m.suppressed.is_none())
}

/// How many answers there are of each kind, in a sentence.
fn summary(report: &Report) -> String {
    let count = |test: &dyn Fn(&Misconfiguration) -> bool| {
        report.misconfigurations.iter().filter(|m| test(m)).count()
    };
    let failed = count(&|m| m.counts());
    let mut parts = vec![match failed {
        0 => "no misconfiguration".to_owned(),
        1 => "1 misconfiguration".to_owned(),
        n => format!("{n} misconfigurations"),
    }];
    let by_level: Vec<String> = Severity::ALL
        .into_iter()
        .map(|level| (level, count(&|m| m.counts() && m.severity == level)))
        .filter(|(_, n)| *n > 0)
        .map(|(level, n)| format!("{n} {level}"))
        .collect();
    if !by_level.is_empty() {
        parts[0].push_str(&format!(" ({})", by_level.join(", ")));
    }
    let others = [
        (
            count(&|m| m.status == CheckStatus::Unknown && m.suppressed.is_none()),
            "undecided",
        ),
        (
            count(&|m| m.status != CheckStatus::Pass && m.suppressed.is_some()),
            "suppressed",
        ),
        (count(&|m| m.status == CheckStatus::Pass), "passed"),
    ];
    parts.extend(
        others
            .into_iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, word)| format!("{n} {word}")),
    );
    parts.join(", ")
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
        match self.color {
            true => format!("{style}{text}{style:#}"),
            false => text.to_owned(),
        }
    }

    fn hanging(&mut self, first: &str, text: &str, style: Style) {
        let indent = columns(first);
        let lines = wrap(text, self.width.saturating_sub(indent));
        for (at, line) in lines.iter().enumerate() {
            let before = match at {
                0 => first.to_owned(),
                _ => " ".repeat(indent),
            };
            let painted = self.paint(style, line);
            self.line(&format!("{before}{painted}"));
        }
    }

    fn answers(&mut self, report: &Report, options: &Options) {
        for answer in shown(report, options) {
            match answer.status {
                CheckStatus::Pass => self.passed(answer),
                _ => self.answer(answer),
            }
        }
    }

    fn passed(&mut self, answer: &Misconfiguration) {
        let text = format!("{}: {}: passed: {}", answer.target, answer.id, answer.title);
        self.hanging("", &text, Style::new());
    }

    fn answer(&mut self, answer: &Misconfiguration) {
        let word = match answer.status {
            CheckStatus::Unknown => "undecided",
            _ => answer.severity.name(),
        };
        let head = self.paint(style(answer), &format!("{word}[{}]", clean(&answer.id)));
        let width = self.width;
        let title = wrap(&answer.title, width.saturating_sub(4));
        let first = title.first().cloned().unwrap_or_default();
        let first = self.paint(Style::new().bold(), &first);
        self.line(&format!("{head}: {first}"));
        for more in title.iter().skip(1) {
            self.line(&format!("    {more}"));
        }
        let gutter = answer.end_line.max(answer.line).to_string().len();
        let pad = " ".repeat(gutter);
        let mut place = clean(&answer.target).into_owned();
        if answer.line > 0 {
            place.push_str(&format!(":{}:{}", answer.line, answer.column));
        }
        if !answer.resource.is_empty() {
            place.push_str(&format!(" ({})", clean(&answer.resource)));
        }
        self.line(&format!("{pad}--> {place}"));
        self.excerpt(answer, gutter);
        self.note(&pad, "", &answer.message);
        if !answer.remedy.is_empty() {
            let word = match answer.fix {
                lazaret_model::FixKind::Auto => "fix (automatic): ",
                _ => "fix: ",
            };
            self.note(&pad, word, &answer.remedy);
        }
        if !answer.aliases.is_empty() {
            self.note(&pad, "also known as ", &answer.aliases.join(", "));
        }
        if let Some(suppression) = &answer.suppressed {
            let place = suppression.rule.as_deref().unwrap_or(&suppression.by);
            let text = format!("suppressed by {place}: {}", suppression.reason);
            self.note(&pad, "", &text);
        }
        self.line("");
    }

    fn note(&mut self, pad: &str, word: &str, text: &str) {
        self.hanging(&format!("{pad} = "), &format!("{word}{text}"), Style::new());
    }

    fn excerpt(&mut self, answer: &Misconfiguration, gutter: usize) {
        if answer.excerpt.is_empty() || answer.line == 0 {
            return;
        }
        let blank = " ".repeat(gutter);
        self.line(&format!("{blank} |"));
        let room = self.width.saturating_sub(gutter + 3).max(10);
        for (at, text) in answer.excerpt.iter().enumerate() {
            let number = answer.line as usize + at;
            let expanded = text.replace('\t', "    ");
            let cut = crate::text::fit(&expanded, room);
            self.line(&format!("{number:>gutter$} | {cut}"));
            let from = if at == 0 {
                answer.column.max(1) as usize
            } else {
                1
            };
            let is_last = number == answer.end_line as usize;
            let to = match is_last {
                true => answer.end_column as usize,
                false => text.chars().count() + 1,
            };
            let before = |until: usize| -> usize {
                let part: String = text.chars().take(until.saturating_sub(1)).collect();
                columns(&clean(&part.replace('\t', "    ")))
            };
            let indent = text.chars().take_while(|c| c.is_whitespace()).count() + 1;
            let start = before(from.max(indent)).min(room.saturating_sub(1));
            let length = before(to).min(room).saturating_sub(start).max(1);
            let marks = self.paint(style(answer), &"^".repeat(length));
            self.line(&format!("{blank} | {}{marks}", " ".repeat(start)));
        }
        let more = (answer.end_line.saturating_sub(answer.line) as usize + 1)
            .saturating_sub(answer.excerpt.len());
        if more > 0 {
            self.line(&format!("{blank} | … {more} more lines"));
        }
    }
}

fn style(answer: &Misconfiguration) -> Style {
    if answer.suppressed.is_some() || answer.status == CheckStatus::Unknown {
        return Style::new().dimmed();
    }
    match answer.severity {
        Severity::Critical => AnsiColor::Red.on_default().bold(),
        Severity::High => AnsiColor::Red.on_default(),
        Severity::Medium => AnsiColor::Yellow.on_default(),
        Severity::Low => AnsiColor::Blue.on_default(),
        Severity::Negligible | Severity::Unknown => Style::new(),
    }
}
