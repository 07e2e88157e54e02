//! Hostile Dockerfiles: bounded time and memory, no panic, and what was left out is told.

use std::time::{Duration, Instant};

use lazaret_check::dockerfile::base_images;
use lazaret_check::{Answers, Settings, Source, answers, examine as examine_all};

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

/// A small generator of numbers, so that the same texts are made everywhere.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % limit.max(1)
    }
}

#[test]
fn places_of_mangled_files_lie_on_borders_of_characters() {
    let pieces = [
        "FROM é:1 AS a\n",
        "RUN apt-get install -y 包 && curl -k x | sh\n",
        "ENV A_TOKEN='ü' B=$A\n",
        "COPY --from=b x é\n",
        "<<EOF",
        "\nEOF\n",
        "\\\n",
        "'",
        "\"",
        "$(",
        "`",
        ")",
        "# escape=`\n",
        "RUN chmod 777 /é\n",
        "CMD é x\n",
        "ADD é /x\n",
        "\r\n",
        "\u{feff}",
        "MAINTAINER é\"\n",
        "USER é\n",
        "[\"é\", \"",
        "RUN pip install é\n",
        "EXPOSE 22 é\n",
        "LABEL É=x\n",
        "ONBUILD ",
        "HEALTHCHECK CMD é\n",
        "RUN useradd -p é x\n",
        "# syntax=é\n",
        "WORKDIR é\n",
    ];
    let mut numbers = Numbers(7);
    for _ in 0..3_000 {
        let count = 1 + numbers.below(14);
        let text: String = (0..count)
            .map(|_| pieces[numbers.below(pieces.len())])
            .collect();
        let sources = [Source::new("Dockerfile", text)];
        let text = &sources[0].text;
        for finding in examine_all(&sources, &Settings::default()).found {
            let edits = finding.edits.iter().map(|edit| &edit.range);
            let all = edits
                .chain(&finding.conceal)
                .chain([&finding.span, &finding.scope]);
            for range in all {
                assert!(
                    text.get(range.clone()).is_some(),
                    "{} {range:?} {text:?}",
                    finding.check.id
                );
            }
        }
        for base in base_images(&sources[0], &Settings::default()) {
            assert!(text.get(base.span.clone()).is_some(), "{base:?} {text:?}");
        }
    }
}
