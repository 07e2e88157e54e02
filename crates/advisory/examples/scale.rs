//! Builds a database of the size of all public feeds together: `scale OUT [ADVISORIES]`.
//!
//! 300 000 advisories with three statements each over 120 000 packages, 300 000 scores and
//! as many records about CVE ids. Texts are words drawn evenly from a list, which compress
//! worse than real sentences. `measure OUT` then gives the times.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::time::Instant;

use lazaret_advisory::build::{BuildOptions, Builder};
use lazaret_model::{
    Advisory, Affected, CveRecord, Epss, FeedItem, FixStatus, KeyKind, Qualifiers, Rating,
};
use lazaret_version::{Bound, Interval, Range, Scheme};

/// A linear congruential generator: the same numbers on every machine.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn text(&mut self, words: u64) -> String {
        let mut text = String::new();
        for _ in 0..words {
            let length = 3 + self.below(7);
            text.extend((0..length).map(|_| char::from(b'a' + self.below(26) as u8)));
            text.push(' ');
        }
        text
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let out = arguments.next().ok_or("usage: scale OUT [ADVISORIES]")?;
    let count = arguments.next().map_or(Ok(300_000), |text| text.parse())?;
    let mut numbers = Numbers(1);
    let words: Vec<String> = (0..5000)
        .map(|_| numbers.text(1).trim().to_owned())
        .collect();
    let mut builder = Builder::new();
    let start = Instant::now();
    for n in 0..count {
        let sentence: Vec<&str> = (0..40)
            .map(|_| &*words[numbers.below(5000) as usize])
            .collect();
        let id = format!("CVE-{}-{n}", 2000 + n % 26);
        builder.item(
            "osv",
            advisory(n, &id, sentence.join(" "), &words, &mut numbers),
        )?;
        builder.item(
            "epss",
            FeedItem::Epss {
                id: id.clone(),
                epss: Epss {
                    score: numbers.below(100_000) as f64 / 100_000.0,
                    percentile: numbers.below(100_000) as f64 / 100_000.0,
                },
            },
        )?;
        let record = CveRecord {
            id,
            feed: "nvd".into(),
            summary: sentence.join(" "),
            published: "2024-01-01T00:00:00.000".into(),
            modified: "2024-01-01T00:00:00.000".into(),
            ratings: vec![rating(&mut numbers)],
            cwes: vec![format!("CWE-{}", numbers.below(900))],
            ..CveRecord::default()
        };
        builder.item("nvd", FeedItem::Cve(Box::new(record)))?;
    }
    println!("collect    {:.2} s", start.elapsed().as_secs_f64());
    let start = Instant::now();
    let encoded = builder.finish(BuildOptions::default().level, false)?;
    println!("finish     {:.2} s", start.elapsed().as_secs_f64());
    println!("size       {:.1} MB", encoded.bytes.len() as f64 / 1e6);
    std::fs::write(out, encoded.bytes)?;
    Ok(())
}

fn advisory(
    n: u64,
    id: &str,
    summary: String,
    words: &[String],
    numbers: &mut Numbers,
) -> FeedItem {
    let spaces = [
        ("npm", Scheme::Npm),
        ("pypi", Scheme::Pep440),
        ("debian:12", Scheme::Deb),
    ];
    let affected = spaces.map(|(space, scheme)| {
        let package = numbers.below(40_000);
        let fixed = format!(
            "{}.{}.{}",
            numbers.below(9),
            numbers.below(30),
            numbers.below(30)
        );
        Affected {
            space: space.into(),
            name: format!("{}-{package}", words[package as usize % words.len()]),
            key: KeyKind::Binary,
            scheme,
            range: Range {
                intervals: vec![Interval {
                    lower: Bound::Unbounded,
                    upper: Bound::Exclusive(fixed.clone()),
                }],
                ..Range::default()
            },
            status: FixStatus::Fixed,
            raw_status: None,
            fixed: vec![fixed],
            severity: None,
            qualifiers: Qualifiers::default(),
        }
    });
    FeedItem::Advisory(Box::new(Advisory {
        id: format!("GHSA-{n:012x}"),
        feed: "ghsa".into(),
        aliases: vec![id.to_owned()],
        summary: summary.chars().take(120).collect(),
        published: format!("20{:02}-01-{:02}T00:00:00Z", n % 26, 1 + n % 28),
        modified: format!("20{:02}-02-{:02}T00:00:00Z", n % 26, 1 + n % 28),
        ratings: vec![rating(numbers)],
        cwes: vec![format!("CWE-{}", numbers.below(900))],
        references: (0..4)
            .map(|_| {
                format!(
                    "https://example.org/{}/{}",
                    numbers.below(1000),
                    numbers.below(1 << 30)
                )
            })
            .collect(),
        affected: affected.into(),
        ..Advisory::default()
    }))
}

fn rating(numbers: &mut Numbers) -> Rating {
    let pick = |numbers: &mut Numbers| ["N", "L", "H"][numbers.below(3) as usize];
    let vector = format!(
        "CVSS:3.1/AV:N/AC:L/PR:{}/UI:N/S:U/C:{}/I:{}/A:{}",
        pick(numbers),
        pick(numbers),
        pick(numbers),
        pick(numbers)
    );
    Rating {
        source: "nvd".into(),
        severity: None,
        vector: Some(vector),
    }
}
