//! endoflife.date: when releases stop being supported.
//!
//! Source: endoflife.date, `products/*.md` (YAML front matter).

use serde::Deserialize;

use lazaret_model::{EndOfLife, FeedItem};

use super::{Feed, FeedError, FeedFile, Sink};

pub(super) static FEED: Feed = Feed {
    name: "endoflife",
    title: "endoflife.date",
    upstream: "https://github.com/endoflife-date/endoflife.date",
    downloads: &[],
    about: "Ends of support of distributions, languages and servers.",
    wants: |path| path.ends_with(".md") && !path.ends_with("README.md"),
    read,
    finish: None,
};

#[derive(Deserialize)]
struct Product {
    #[serde(default)]
    releases: Vec<Release>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Release {
    release_cycle: String,
    #[serde(default)]
    eol: Option<Date>,
    #[serde(default)]
    eoes: Option<Date>,
}

/// A date, or only whether it has passed.
#[derive(Deserialize)]
#[serde(untagged)]
enum Date {
    Passed(bool),
    On(String),
}

fn read(file: FeedFile<'_>, out: &mut Sink<'_>) -> Result<(), FeedError> {
    let text = str::from_utf8(file.bytes).map_err(|e| FeedError::new(e.to_string()))?;
    let front = text
        .strip_prefix("---")
        .and_then(|rest| rest.split_once("\n---"))
        .map(|(front, _)| front)
        .ok_or_else(|| FeedError::new("no front matter"))?;
    let product: Product =
        serde_saphyr::from_str(front).map_err(|e| FeedError::new(e.to_string()))?;
    let name = file
        .path
        .rsplit('/')
        .next()
        .unwrap_or(file.path)
        .trim_end_matches(".md");
    for release in product.releases {
        let date = match release.eol {
            Some(Date::On(date)) => date,
            Some(Date::Passed(true)) => String::new(),
            // Supported without an end in sight.
            Some(Date::Passed(false)) | None => continue,
        };
        let extended = match release.eoes {
            Some(Date::On(date)) => Some(date),
            _ => None,
        };
        out.item(FeedItem::EndOfLife(EndOfLife {
            product: name.to_owned(),
            cycle: release.release_cycle,
            date,
            extended,
        }));
    }
    Ok(())
}
