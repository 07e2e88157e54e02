//! The collected upstream files, where they are at hand.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use lazaret_advisory::feed::{self, BadRecord, FeedFile, Sink};
use lazaret_model::{Advisory, Affected, FeedItem};

/// The files of an archive of `shared/feeds` whose path holds `part`, by path, unpacked.
/// `None` where the archive is not here.
pub(crate) fn files(archive: &str, part: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/feeds")
        .join(format!("{archive}.tar.zst"));
    let Ok(file) = File::open(path) else {
        println!("skipped: the shared feed {archive} is not here");
        return None;
    };
    let mut tar = Vec::new();
    let mut decoder = zstd::Decoder::new(file).unwrap();
    decoder.window_log_max(27).unwrap();
    decoder.read_to_end(&mut tar).unwrap();
    let mut found: Vec<(String, Vec<u8>)> = members(&tar)
        .into_iter()
        .filter(|(path, _)| path.contains(part))
        .map(|(path, bytes)| unpacked(path, bytes))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "{archive} has no {part}");
    Some(found)
}

fn unpacked(path: String, bytes: &[u8]) -> (String, Vec<u8>) {
    let mut out = Vec::new();
    let (inner, mut reader): (_, Box<dyn Read + '_>) = match path.rsplit_once('.') {
        Some((inner, "gz")) => (inner, Box::new(flate2::read::GzDecoder::new(bytes))),
        Some((inner, "bz2")) => (inner, Box::new(bzip2::read::MultiBzDecoder::new(bytes))),
        Some((inner, "zst")) => (inner, Box::new(zstd::Decoder::new(bytes).unwrap())),
        Some((inner, "xz")) => (inner, Box::new(lzma_rust2::XzReader::new(bytes, true))),
        _ => return (path, bytes.to_vec()),
    };
    match reader.read_to_end(&mut out) {
        Ok(_) => (inner.to_owned(), out),
        // Some are broken on purpose.
        Err(_) => (path, Vec::new()),
    }
}

/// The regular files of a tar archive with ustar, GNU and pax names.
pub(crate) fn members(tar: &[u8]) -> Vec<(String, &[u8])> {
    let text = |bytes: &[u8]| {
        let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
        String::from_utf8_lossy(&bytes[..end]).into_owned()
    };
    let (mut found, mut at, mut long) = (Vec::new(), 0, None);
    while at + 512 <= tar.len() && tar[at] != 0 {
        let header = &tar[at..at + 512];
        let size = usize::from_str_radix(text(&header[124..136]).trim(), 8).unwrap_or(0);
        let body = &tar[at + 512..at + 512 + size];
        at += 512 + size.next_multiple_of(512);
        match header[156] {
            b'L' => long = Some(text(body)),
            b'x' => {
                let records = String::from_utf8_lossy(body).into_owned();
                let name = records.lines().find_map(|l| l.split_once(" path="));
                long = name.map(|(_, name)| name.to_owned()).or(long);
            }
            b'0' | 0 => {
                let short = match text(&header[345..500]).as_str() {
                    "" => text(&header[..100]),
                    prefix => format!("{prefix}/{}", text(&header[..100])),
                };
                found.push((long.take().unwrap_or(short), body));
            }
            _ => long = None,
        }
    }
    found
}

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
