//! The Exploit Prediction Scoring System: a probability for every CVE id.
//!
//! Source: FIRST, "EPSS Data": `#model_version:…,score_date:…`, then `cve,epss,percentile`.

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
    if headers.get(0) != Some("cve") {
        return Err(FeedError::new("the first column is not `cve`"));
    }
    for row in reader.records() {
        match row {
            Ok(row) => match parse(&row) {
                Some(item) => out.item(item),
                None => out.bad(
                    row.get(0).unwrap_or("a row"),
                    "no probability between 0 and 1",
                ),
            },
            Err(error) => out.bad("a row", error.to_string()),
        }
    }
    Ok(())
}

fn parse(row: &csv::StringRecord) -> Option<FeedItem> {
    let number = |i| {
        let value: f64 = row.get(i)?.trim().parse().ok()?;
        (0.0..=1.0).contains(&value).then_some(value)
    };
    let id = row.get(0).filter(|id| id.starts_with("CVE-"))?.to_owned();
    Some(FeedItem::Epss {
        id,
        epss: Epss {
            score: number(1)?,
            percentile: number(2)?,
        },
    })
}
