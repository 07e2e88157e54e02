//! The collected upstream files, where they are at hand.

use lazaret_advisory::feed::{self, BadRecord, FeedFile, Sink};
use lazaret_model::{Advisory, Affected, FeedItem};
pub(crate) use lazaret_testkit::shared::{files, members};

/// What a feed reads from these files.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) advisories: Vec<Advisory>,
    pub(crate) bad: Vec<BadRecord>,
    /// Files of which nothing can be read, and why.
    pub(crate) unreadable: Vec<String>,
}

/// Reads every file that the feed wants.
pub(crate) fn read(feed: &str, files: &[(String, Vec<u8>)]) -> Outcome {
    let feed = feed::by_name(feed).expect("the feed exists");
    let mut outcome = Outcome::default();
    for (path, bytes) in files.iter().filter(|(path, _)| (feed.wants)(path)) {
        let mut items = Vec::new();
        let file = FeedFile { path, bytes };
        let read = (feed.read)(file, &mut Sink::new(&mut items, &mut outcome.bad));
        if let Err(error) = read {
            outcome.unreadable.push(format!("{path}: {error}"));
        }
        outcome
            .advisories
            .extend(items.into_iter().filter_map(|item| match item {
                FeedItem::Advisory(advisory) => Some(*advisory),
                _ => None,
            }));
    }
    if let Some(finish) = feed.finish {
        outcome
            .advisories
            .sort_by(|a, b| (&a.feed, &a.id).cmp(&(&b.feed, &b.id)));
        finish(&mut outcome.advisories);
    }
    outcome
}

impl Outcome {
    /// The statements of every advisory with that id.
    pub(crate) fn statements(&self, id: &str) -> Vec<&Affected> {
        let named = self.advisories.iter().filter(|a| a.id == id);
        named.flat_map(|a| &a.affected).collect()
    }

    /// The first advisory with that id.
    pub(crate) fn advisory(&self, id: &str) -> &Advisory {
        let found = self.advisories.iter().find(|a| a.id == id);
        found.unwrap_or_else(|| panic!("{id} is not among {}", self.advisories.len()))
    }

    /// What the statements of an advisory about a package say, one line each.
    pub(crate) fn lines(&self, id: &str, space: &str, name: &str) -> Vec<String> {
        let mut lines: Vec<String> = self
            .statements(id)
            .into_iter()
            .filter(|s| s.space == space && s.name == name)
            .map(line)
            .collect();
        lines.sort();
        lines.dedup();
        lines
    }
}

/// `binary < 1-2 fixed high module nodejs:18 channel eus:9.2 flavour fips on x86_64`
fn line(statement: &Affected) -> String {
    let mut words = vec![
        format!("{:?}", statement.key).to_lowercase(),
        statement.range.to_string(),
        statement.status.name().to_owned(),
    ];
    let qualifiers = &statement.qualifiers;
    words.extend(statement.severity.map(|s| format!("{s:?}").to_lowercase()));
    for (word, value) in [
        ("module", &qualifiers.module),
        ("channel", &qualifiers.channel),
        ("flavour", &qualifiers.flavour),
    ] {
        words.extend(value.as_ref().map(|v| format!("{word} `{v}`")));
    }
    for (word, list) in [
        ("on", &qualifiers.architectures),
        ("for", &qualifiers.target_software),
        ("under", &qualifiers.platforms),
    ] {
        if !list.is_empty() {
            words.push(format!("{word} {}", list.join("|")));
        }
    }
    words.join(" ")
}
