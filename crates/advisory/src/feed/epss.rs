//! The Exploit Prediction Scoring System: a probability for every CVE id.
//!
//! Source: FIRST, "EPSS Data": `#model_version:…,score_date:…`, then `cve,epss,percentile`.
//! Files before September 2021 have neither the first line nor the percentile, which is by
//! its definition the share of ids with a lower or equal score, and so told by the file.

use lazaret_model::{Epss, FeedItem};

use super::{Feed, FeedError, FeedFile, Sink};

pub(super) static FEED: Feed = Feed {
    name: "epss",
    title: "EPSS",
    upstream: "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz",
    downloads: &["https://epss.empiricalsecurity.com/epss_scores-current.csv.gz"],
    about: "Probability of exploitation within thirty days, for every CVE id.",
    wants: |path| path.ends_with(".csv"),
    read,
    finish: None,
};

fn read(file: FeedFile<'_>, out: &mut Sink<'_>) -> Result<(), FeedError> {
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .flexible(true)
        .has_headers(true)
        .from_reader(file.bytes);
    let headers = reader
        .headers()
        .map_err(|e| FeedError::new(e.to_string()))?
        .clone();
    let column = |name| headers.iter().position(|h| h.trim() == name);
    let columns = Columns {
        id: column("cve").ok_or_else(|| FeedError::new("no column `cve`"))?,
        score: column("epss").ok_or_else(|| FeedError::new("no column `epss`"))?,
        percentile: column("percentile"),
    };
    let mut read = Vec::new();
    for row in reader.records() {
        match row {
            Ok(row) => match columns.parse(&row) {
                Some(found) => read.push(found),
                None => out.bad(
                    row.get(columns.id).unwrap_or("a row"),
                    "no probability between 0 and 1",
                ),
            },
            Err(error) => out.bad("a row", error.to_string()),
        }
    }
    if columns.percentile.is_none() {
        rank(&mut read);
    }
    for (id, epss) in read {
        out.item(FeedItem::Epss { id, epss });
    }
    Ok(())
}

struct Columns {
    id: usize,
    score: usize,
    percentile: Option<usize>,
}

impl Columns {
    fn parse(&self, row: &csv::StringRecord) -> Option<(String, Epss)> {
        let number = |i| {
            let value: f64 = row.get(i)?.trim().parse().ok()?;
            (0.0..=1.0).contains(&value).then_some(value)
        };
        let id = row.get(self.id).filter(|id| id.starts_with("CVE-"))?;
        let epss = Epss {
            score: number(self.score)?,
            percentile: self.percentile.map_or(Some(0.0), number)?,
        };
        Some((id.to_owned(), epss))
    }
}

/// Gives each the share of those with a lower or equal score.
#[allow(
    clippy::cast_precision_loss,
    reason = "a file has fewer rows than an f64 counts exactly"
)]
fn rank(read: &mut [(String, Epss)]) {
    let mut scores: Vec<f64> = read.iter().map(|(_, epss)| epss.score).collect();
    scores.sort_by(f64::total_cmp);
    for (_, epss) in read.iter_mut() {
        let up_to = scores.partition_point(|score| *score <= epss.score);
        epss.percentile = up_to as f64 / scores.len() as f64;
    }
}
