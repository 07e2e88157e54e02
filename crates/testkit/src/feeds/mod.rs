//! Feeds made on the spot, in the formats in which their upstreams publish them: for
//! measuring how a database of everything is built and asked.
//!
//! Everything is drawn from a fixed generator: the same number of advisories gives the same
//! bytes on every machine. Names and versions overlap between the feeds as they do in life.

mod distributions;
mod records;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::image::{self, Numbers};

/// Writes that many records of one feed.
type Writer = fn(&mut World, u64, &mut Output) -> io::Result<()>;

/// Feed, file, how many of a thousand advisories; what is missing to a thousand is OSV.
const SHARES: [(&str, &str, u64, Writer); 7] = [
    ("debian", "debian.json", 150, records::debian),
    ("redhat-csaf", "csaf.tar", 100, records::red_hat),
    (
        "ubuntu-oval",
        "com.ubuntu.noble.cve.oval.xml",
        70,
        distributions::ubuntu,
    ),
    ("alpine", "main.json", 40, records::alpine),
    (
        "oracle",
        "com.oracle.elsa-all.xml",
        30,
        distributions::oracle,
    ),
    ("amazon", "updateinfo.xml", 30, distributions::amazon),
    ("nvd", "nvd.tar", 200, records::nvd),
];

/// Ids of CVE records, of which the feeds speak.
const FIRST_YEAR: u64 = 2000;
const YEARS: u64 = 26;

/// Writes feeds with about `advisories` advisories below `out`, and gives back feed and
/// source of each, as `lazaret db build` takes them.
///
/// # Errors
/// When a file cannot be written.
pub fn write(out: &Path, advisories: u64) -> io::Result<Vec<(&'static str, PathBuf)>> {
    fs::create_dir_all(out)?;
    let mut world = World::new(advisories);
    let shares =
        SHARES.map(|(feed, file, share, write)| (feed, file, advisories * share / 1000, write));
    let rest = advisories - shares.iter().map(|(_, _, count, _)| count).sum::<u64>();
    let others: [(&str, &str, u64, Writer); 3] = [
        ("osv", "osv.tar", rest, records::osv),
        ("epss", "epss.csv", advisories, records::epss),
        ("kev", "kev.json", advisories / 200, records::kev),
    ];
    let mut sources = Vec::new();
    for (feed, file, count, write) in shares.into_iter().chain(others) {
        let path = out.join(file);
        write(&mut world, count, &mut Output::create(&path)?)?;
        sources.push((feed, path));
    }
    Ok(sources)
}

/// What the feeds speak of.
struct World {
    numbers: Numbers,
    names: Vec<String>,
    sentences: Vec<String>,
    cves: u64,
}

impl World {
    fn new(advisories: u64) -> Self {
        let mut numbers = Numbers::new(300_000);
        // As many packages as have advisories in life: about one for three.
        let wanted = (advisories / 3).clamp(100, 100_000) as usize;
        let words = image::text(&mut numbers, wanted * 12 + 80_000);
        let words = String::from_utf8_lossy(&words).into_owned();
        let words: Vec<&str> = words.split_whitespace().collect();
        let names = words
            .iter()
            .take(wanted)
            .enumerate()
            .map(|(n, word)| format!("{word}-{}", words[(n * 7 + 3) % words.len()]))
            .collect();
        let sentences = words.chunks(25).take(2_000).map(|c| c.join(" ")).collect();
        Self {
            numbers,
            names,
            sentences,
            cves: advisories.max(1_000),
        }
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.numbers.below(bound.max(1))
    }

    /// A name; the first are spoken of far more often.
    fn name(&mut self) -> String {
        let count = self.names.len() as u64;
        let drawn = self.below(count) * self.below(count) / count;
        self.names[drawn as usize].clone()
    }

    fn sentence(&mut self) -> String {
        let drawn = self.below(self.sentences.len() as u64) as usize;
        let other = self.below(self.sentences.len() as u64) as usize;
        format!("{}. {}", self.sentences[drawn], self.sentences[other])
    }

    /// The id of the `n`th vulnerability, of all years alike.
    fn cve(n: u64) -> String {
        format!("CVE-{}-{:05}", FIRST_YEAR + n % YEARS, n / YEARS + 1)
    }

    fn some_cve(&mut self) -> String {
        let drawn = self.below(self.cves);
        Self::cve(drawn)
    }

    fn version(&mut self) -> String {
        format!("{}.{}.{}", self.below(9), self.below(30), self.below(40))
    }

    fn date(&mut self) -> String {
        let year = FIRST_YEAR + self.below(YEARS);
        format!("{year}-{:02}-{:02}", 1 + self.below(12), 1 + self.below(28))
    }

    fn severity(&mut self) -> &'static str {
        ["Low", "Medium", "High", "Critical"][self.below(4) as usize]
    }

    fn vector(&mut self) -> String {
        let letter =
            |world: &mut Self, of: &[&'static str]| of[world.below(of.len() as u64) as usize];
        format!(
            "CVSS:3.1/AV:{}/AC:{}/PR:{}/UI:{}/S:U/C:{}/I:{}/A:{}",
            letter(self, &["N", "L"]),
            letter(self, &["L", "H"]),
            letter(self, &["N", "L", "H"]),
            letter(self, &["N", "R"]),
            letter(self, &["N", "L", "H"]),
            letter(self, &["N", "L", "H"]),
            letter(self, &["L", "H"]),
        )
    }
}

/// A file, or an archive of files.
struct Output {
    file: BufWriter<File>,
}

impl Output {
    fn create(path: &Path) -> io::Result<Self> {
        Ok(Self {
            file: BufWriter::with_capacity(1 << 20, File::create(path)?),
        })
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        self.file.write_all(text.as_bytes())
    }

    /// A member of a tar archive.
    fn member(&mut self, name: &str, value: &Value) -> io::Result<()> {
        let bytes = serde_json::to_vec(value)?;
        self.file.write_all(&header(name, bytes.len()))?;
        self.file.write_all(&bytes)?;
        let padding = bytes.len().next_multiple_of(512) - bytes.len();
        self.file.write_all(&[0; 512][..padding])
    }

    fn end_of_archive(&mut self) -> io::Result<()> {
        self.file.write_all(&[0; 1024])
    }
}

/// A ustar header of a regular file.
fn header(name: &str, len: usize) -> [u8; 512] {
    let mut header = [0; 512];
    header[..name.len()].copy_from_slice(name.as_bytes());
    header[124..135].copy_from_slice(format!("{len:011o}").as_bytes());
    header[156] = b'0';
    header[257..263].copy_from_slice(b"ustar\0");
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header
}

/// `{"CVE-…": …}` as a member of an object that is written piece by piece.
fn field(name: &str, value: &Value) -> String {
    format!("{}:{}", json!(name), value)
}
