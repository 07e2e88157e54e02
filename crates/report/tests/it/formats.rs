//! What every format must do, and what each looks like.

use lazaret_model::Report;
use lazaret_report::{ALL, Format, Options, by_name, explain};
use unicode_width::UnicodeWidthStr;

use crate::fixtures;

fn reports() -> [(&'static str, Report); 3] {
    [
        ("clean", fixtures::clean()),
        ("gaps", fixtures::gaps_only()),
        ("rich", fixtures::rich()),
    ]
}

#[track_caller]
fn render(format: &Format, report: &Report, options: &Options) -> String {
    let mut out = Vec::new();
    (format.render)(report, options, &mut out).expect("a vector takes every byte");
    String::from_utf8(out).expect("every format is UTF-8")
}

fn everything() -> Options {
    Options {
        show_suppressed: true,
        list_all_packages: true,
        ..Options::default()
    }
}

#[test]
fn every_format_of_every_report_looks_as_agreed() {
    for (name, report) in reports() {
        for format in ALL.iter().filter(|f| f.name != "table") {
            let text = render(format, &report, &Options::default());
            insta::assert_snapshot!(format!("{}_{name}", format.name), text);
        }
    }
}

#[test]
fn the_table_fits_its_width_but_for_an_id() {
    let table = by_name("table").expect("the table is a format");
    for (name, report) in reports() {
        for width in [80, 60, 40] {
            let options = Options {
                width,
                ..everything()
            };
            let text = render(table, &report, &options);
            for line in text.lines().filter(|l| !l.contains("AN-ADVISORY-ID")) {
                assert!(line.width() <= width, "{width}: {line}");
            }
            insta::assert_snapshot!(format!("table_{name}_{width}"), text);
        }
    }
}

#[test]
fn the_verdict_is_the_last_line_of_the_table() {
    let table = by_name("table").expect("the table is a format");
    let text = render(table, &fixtures::rich(), &Options::default());
    let last = text.lines().last().unwrap_or_default();
    assert_eq!(last, "verdict: BLOCK (not allowed, exit status 1)");
    let text = render(table, &fixtures::gaps_only(), &Options::default());
    assert!(
        text.trim_end()
            .ends_with("verdict: HOLD (incomplete, exit status 3)"),
        "{text}"
    );
}

#[test]
fn every_format_names_every_gap_and_the_starter_database() {
    let report = fixtures::gaps_only();
    let options = Options {
        width: 200,
        ..Options::default()
    };
    for format in ALL {
        let text = render(format, &report, &options);
        for words in [
            "usr/lib/broken.jar",
            "the central directory ends early",
            "support ended on 2028-06-30",
            "more than 1000 members",
        ] {
            assert!(
                text.contains(words),
                "{} lacks `{words}`:\n{text}",
                format.name
            );
        }
        let says_starter = text.contains("STARTER DATABASE") || text.contains("\"starter\": true");
        assert!(
            says_starter,
            "{} does not say that the database is the starter",
            format.name
        );
    }
}

#[test]
fn no_format_lets_a_control_character_or_markup_through() {
    for (name, report) in reports() {
        for format in ALL {
            let text = render(format, &report, &everything());
            check_harmless(&format!("{} of {name}", format.name), &text);
            let plain = matches!(format.name, "table" | "template");
            assert!(
                plain || !text.contains("<script"),
                "{} of {name} has markup",
                format.name
            );
        }
        for finding in &report.findings {
            check_harmless("explain", &explain::finding(finding, &Options::default()));
        }
    }
}

#[track_caller]
fn check_harmless(what: &str, text: &str) {
    let bad = text
        .chars()
        .find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
    assert_eq!(bad, None, "{what}");
    let forged = text
        .lines()
        .any(|l| l.starts_with("verdict: ALLOW (") || l == "verdict: ALLOW");
    assert!(
        !forged || what.contains("clean"),
        "{what} has a forged verdict"
    );
}

#[test]
fn suppressed_findings_are_hidden_but_counted() {
    let report = fixtures::rich();
    for name in [
        "table",
        "markdown",
        "html",
        "sarif",
        "cyclonedx",
        "spdx",
        "trivy",
        "junit",
        "gitlab",
        "gitlab-codequality",
        "github-summary",
    ] {
        let format = by_name(name).expect("a known format");
        let hidden = render(format, &report, &Options::default());
        assert!(!hidden.contains("CVE-2023-0003"), "{name} shows it");
        assert!(
            hidden.to_lowercase().contains("suppressed"),
            "{name} does not count it"
        );
        assert!(
            render(format, &report, &everything()).contains("CVE-2023-0003"),
            "{name}"
        );
    }
}

#[test]
fn the_json_report_reads_back_as_itself() {
    let report = fixtures::rich();
    let text = render(by_name("json").expect("json"), &report, &Options::default());
    let back: Report = serde_json::from_str(&text).expect("the contract reads back");
    assert_eq!(back, report);
}

#[test]
fn colour_only_adds_to_the_table() {
    let table = by_name("table").expect("the table is a format");
    let report = fixtures::clean();
    let plain = render(table, &report, &Options::default());
    let painted = render(
        table,
        &report,
        &Options {
            color: true,
            ..Options::default()
        },
    );
    assert_ne!(plain, painted);
    let mut stripped = String::new();
    let mut inside = false;
    for c in painted.chars() {
        match c {
            '\u{1b}' => inside = true,
            'm' if inside => inside = false,
            c if !inside => stripped.push(c),
            _ => {}
        }
    }
    assert_eq!(stripped, plain);
}

#[test]
fn an_explanation_tells_the_whole_chain() {
    let report = fixtures::rich();
    let finding = report
        .findings
        .first()
        .expect("the rich report has findings");
    insta::assert_snapshot!("explain", explain::finding(finding, &Options::default()));
}
