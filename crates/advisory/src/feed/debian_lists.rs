//! Debian's lists of security advisories: `data/DSA/list` and `data/DLA/list`.
//!
//! ```text
//! [29 Mar 2023] DSA-5380-1 xorg-server - security update
//!     {CVE-2023-1393}
//!     [bullseye] - xorg-server 2:1.20.11-1+deb11u6
//! ```
//!
//! Source: Debian security tracker, `doc/security-team.d.o/security_tracker`.

use lazaret_model::{Advisory, AdvisoryKind, Affected, FeedItem, FixStatus, Qualifiers};
use lazaret_version::{Interval, Range};

use super::space;
use super::{Feed, FeedError, FeedFile, Sink};

pub(super) static FEED: Feed = Feed {
    name: "debian-lists",
    title: "Debian security advisories",
    upstream: "https://salsa.debian.org/security-tracker-team/security-tracker",
    downloads: &[],
    about: "Fixed versions in Debian's stable and LTS releases, from the DSA and DLA lists.",
    wants: |path| {
        path == "list"
            || path.ends_with("DSA/list")
            || path.ends_with("DLA/list")
            || path.ends_with("DTSA/list")
    },
    read,
    finish: None,
};

fn read(file: FeedFile<'_>, out: &mut Sink<'_>) -> Result<(), FeedError> {
    let text = String::from_utf8_lossy(file.bytes);
    let mut current: Option<Advisory> = None;
    let mut any = false;
    for line in text.lines() {
        if line.starts_with('[') {
            flush(current.take(), out);
            current = head(line);
            match &current {
                Some(_) => any = true,
                None => out.bad(line.chars().take(80).collect::<String>(), "no date and id"),
            }
            continue;
        }
        let line = line.trim();
        let Some(advisory) = &mut current else {
            continue;
        };
        if let Some(ids) = line.strip_prefix('{').and_then(|l| l.strip_suffix('}')) {
            advisory
                .upstream
                .extend(ids.split_whitespace().map(str::to_owned));
        } else if line.starts_with('[') {
            match statement(line) {
                Ok(affected) => advisory.affected.extend(affected),
                Err(why) => out.bad(&advisory.id, why),
            }
        }
    }
    flush(current, out);
    if any {
        Ok(())
    } else {
        Err(FeedError::new("no advisory in the list"))
    }
}

/// Hands on a finished advisory. One that names neither a CVE nor a fix is about no
/// vulnerability: it announces the end of support.
fn flush(advisory: Option<Advisory>, out: &mut Sink<'_>) {
    let Some(mut advisory) = advisory.filter(|advisory| !advisory.affected.is_empty()) else {
        return;
    };
    let announces = |affected: &Affected| affected.status == FixStatus::EndOfLife;
    if advisory.upstream.is_empty() && advisory.affected.iter().all(announces) {
        advisory.kind = AdvisoryKind::Informational;
    }
    out.item(FeedItem::Advisory(Box::new(advisory)));
}

/// `[29 Mar 2023] DSA-5380-1 xorg-server - security update`
fn head(line: &str) -> Option<Advisory> {
    let (date, rest) = line.strip_prefix('[')?.split_once(']')?;
    let (id, about) = rest.trim().split_once(char::is_whitespace)?;
    if !id.contains('-') {
        return None;
    }
    Some(Advisory {
        id: id.to_owned(),
        feed: "debian".into(),
        summary: about.trim().to_owned(),
        published: iso_date(date).unwrap_or_default(),
        ..Advisory::default()
    })
}

fn iso_date(text: &str) -> Option<String> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let mut words = text.split_whitespace();
    let day: u32 = words.next()?.parse().ok()?;
    let month = words.next()?;
    let month = MONTHS.iter().position(|m| month.starts_with(m))? + 1;
    let year: u32 = words.next()?.parse().ok()?;
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

/// `[bullseye] - xorg-server 2:1.20.11-1+deb11u6`
fn statement(line: &str) -> Result<Option<Affected>, &'static str> {
    let (release, rest) = line
        .strip_prefix('[')
        .and_then(|l| l.split_once(']'))
        .ok_or("a line without release")?;
    let rest = rest
        .trim()
        .strip_prefix("- ")
        .ok_or("a line without package")?;
    let mut words = rest.split_whitespace();
    let name = words.next().ok_or("a line without package")?;
    let version = words.next().unwrap_or("<unfixed>");
    let space = space::debian(release).ok_or("a release without name")?;
    let (range, status, fixed) = match version {
        "<not-affected>" => (Range::everything(), FixStatus::NotAffected, Vec::new()),
        "<unfixed>" => (Range::everything(), FixStatus::Affected, Vec::new()),
        "<end-of-life>" => (Range::everything(), FixStatus::EndOfLife, Vec::new()),
        "<ignored>" => (Range::everything(), FixStatus::WillNotFix, Vec::new()),
        "<postponed>" => (Range::everything(), FixStatus::FixDeferred, Vec::new()),
        v if v.starts_with('<') => return Ok(None),
        v => (
            Range::from(Interval::below(v)),
            FixStatus::Fixed,
            vec![v.to_owned()],
        ),
    };
    Ok(Some(Affected {
        space: space.name,
        name: name.to_owned(),
        key: space.key,
        scheme: space.scheme,
        range,
        status,
        raw_status: version.starts_with('<').then(|| version.to_owned()),
        fixed,
        severity: None,
        qualifiers: Qualifiers::default(),
    }))
}
