//! What the base brought and what the application did, as formats tell it.

use lazaret_model::{Base, BaseSource, Distro, Rebase, Report, Severity};
use lazaret_report::{Options, by_name};

use crate::fixtures;

fn text(format: &str, report: &Report, options: &Options) -> String {
    let format = by_name(format).expect("a format");
    let mut out = Vec::new();
    (format.render)(report, options, &mut out).expect("a vector takes every byte");
    String::from_utf8(out).expect("every format is UTF-8")
}

/// The rich report with a base: some findings are its, some the application's.
fn based(guessed: bool) -> Report {
    let mut report = fixtures::rich();
    report.target.base = Some(Base {
        name: "docker.io/library/debian:12".into(),
        source: BaseSource::Given,
        layers: Some(1),
        guessed,
        why: "all its layers are there".into(),
        ..Base::default()
    });
    for (at, finding) in report.findings.iter_mut().enumerate() {
        finding.from_base = [Some(true), Some(false), None][at % 3];
    }
    let mut added = report.findings[0].clone();
    added.severity = Severity::Critical;
    report.rebase = Some(Rebase {
        name: "debian:13".into(),
        digest: String::new(),
        platform: None,
        distro: Some(Distro::new("debian", "13")),
        removed: vec![report.findings[0].key.clone()],
        added: vec![added],
        unchanged: 2,
        packages_now: 4,
        packages_then: 3,
        unknown: vec!["what was not told".into()],
        gaps: vec![],
    });
    report
}

#[test]
fn the_owner_stands_beside_what_it_brought() {
    let options = Options {
        show_suppressed: true,
        ..Options::default()
    };
    for format in ["table", "markdown"] {
        insta::assert_snapshot!(
            format!("{format}_based"),
            text(format, &based(false), &options)
        );
    }
    let html = text("html", &based(false), &options);
    assert!(html.contains("<small>from: app</small>"), "{html}");
    let sarif = text("sarif", &based(false), &options);
    assert!(sarif.contains(r#""from_base": false"#), "{sarif}");
    for (format, base, application) in [
        (
            "gitlab",
            r#""value": "the base image""#,
            r#""value": "the application""#,
        ),
        (
            "junit",
            "; brought by the base image<",
            "; brought by the application<",
        ),
        ("trivy", r#""from_base": true"#, r#""from_base": false"#),
    ] {
        let told = text(format, &based(false), &options);
        assert!(told.contains(base), "{format}: {told}");
        assert!(told.contains(application), "{format}: {told}");
    }
    let mut of_packages = based(false);
    of_packages.packages[0].from_base = Some(true);
    let github = text("github", &of_packages, &options);
    assert!(github.contains(r#""lazaret:from-base": true"#), "{github}");
    let guess = text("table", &based(true), &options);
    assert!(guess.contains("guessed to be the first of"), "{guess}");
    assert!(guess.contains("of the application (a guess)"), "{guess}");
}
