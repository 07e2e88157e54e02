//! Hostile Dockerfiles: bounded time and memory, no panic, and what was left out is told.

use std::time::{Duration, Instant};

use lazaret_check::{Answers, Settings, Source, answers};

fn examine(text: &str) -> Answers {
    answers(&[Source::new("Dockerfile", text)], &Settings::default())
}

/// A build with debug assertions on a busy machine takes many times what a release takes.
const LONGEST: Duration = Duration::from_secs(60);

#[test]
fn no_repetition_takes_long() {
    let many = |line: &str, n: usize| line.repeat(n);
    let cases = [
        format!("FROM debian:12\nEXPOSE {}\n", many("22 ", 200_000)),
        format!(
            "FROM debian:12\nRUN {} true\n",
            many("chmod 777 a && ", 30_000)
        ),
        format!(
            "FROM debian:12\nRUN eval {}\n",
            many("\"$(curl x)\" ", 30_000)
        ),
        format!("FROM debian:12\nRUN a{}\n", many("|sh", 100_000)),
        format!(
            "FROM debian:12\n{}",
            many("COPY --from=nobody a b\n", 20_000)
        ),
        many("FROM debian AS a\n", 30_000),
        many("FROM a AS a\n", 30_000),
        format!(
            "FROM debian:12\n{}{}",
            many("ENV A=$B B=$A C=$A\n", 8_000),
            many("RUN yum install a-$Q\n", 8_000)
        ),
        format!("FROM debian:12\nENV {}\n", many("A=$A ", 100_000)),
        format!("FROM debian:12\nRUN {}", many("$(", 200_000)),
        format!("FROM debian:12\nRUN {}", many("(", 200_000)),
        format!("FROM debian:12\nRUN {}", many("`\\", 200_000)),
        format!("FROM debian:12\nRUN {}", many("<<A ", 100_000)),
        format!(
            "FROM debian:12\nRUN \\\n{}",
            many("# hadolint ignore=DL3006\n", 50_000)
        ),
        format!(
            "FROM debian:12\n{}",
            many("# hadolint stage ignore=DL3006\n", 50_000)
        ),
        format!("FROM debian:12\nCMD [{}", many("\"a\",", 200_000)),
        format!("ARG A={}\nFROM ${{A}}\n", many("${A:-", 100_000)),
        format!(
            "FROM debian:12\nRUN apk add a\n{}",
            many("RUN apk add a && rm -rf /var\n", 10_000)
        ),
        format!(
            "FROM debian:12\nRUN case x in {} esac\n",
            many("a) b ;; ", 50_000)
        ),
        many("\u{feff}\r\\\n#\0", 50_000),
    ];
    for text in &cases {
        let start = Instant::now();
        let answers = examine(text);
        let head: String = text.chars().take(60).collect();
        assert!(
            start.elapsed() < LONGEST,
            "{:?} for {head}",
            start.elapsed()
        );
        assert!(answers.misconfigurations.len() <= 5_000, "{head}");
    }
}

#[test]
fn what_is_left_out_is_told() {
    let text = format!("FROM debian:12\nEXPOSE {}\n", "22 ".repeat(20_000));
    let gaps = examine(&text).gaps;
    assert!(
        gaps.iter().any(|gap| gap.subject == "Dockerfile"),
        "{gaps:?}"
    );
}

#[test]
fn no_beginning_of_a_file_is_a_surprise() {
    let text = "# syntax=a\n# escape=`\nFROM --platform=$X a:b@c AS d\nRUN --mount=type=cache,target=/x <<-'E' cat \"$(a `b` ${c:-d})\" <(e) >f 2>&1 &\n\tx\n\tE\nCOPY --from=d --chmod=4777 [\"a\", \"b\\u0041\"]\nENV a=b\\ c \"d e\"='f' g\nONBUILD HEALTHCHECK --interval=1s CMD [\"x\"]\nLABEL \"a b\"=c\nSHELL [\"x\"]\n";
    for (at, _) in text.char_indices() {
        examine(&text[..at]);
        examine(&text[at..]);
    }
}
