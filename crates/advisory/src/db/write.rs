//! Writes a database file from sorted content.

use std::collections::{BTreeMap, HashMap};

use lazaret_model::{Advisory, EndOfLife, Epss, FeedInfo, Kev};

use super::codec::{Encoder, Interner};
use super::container::{Section, assemble};
use super::facts::{HAS_CVES, HAS_EPSS, HAS_KEV};
use super::table::TableWriter;
use super::{Space, blocks, body, statement};

/// Everything that goes into a file, in its final order.
pub(crate) struct Content<'a> {
    /// RFC 3339 time of the newest source.
    pub(crate) built_at: String,
    /// Whether it is the database inside the program.
    pub(crate) starter: bool,
    /// Feeds by name.
    pub(crate) feeds: Vec<FeedInfo>,
    /// Advisories ordered by (feed, id), with the flag that their id is rejected.
    pub(crate) advisories: &'a mut dyn Iterator<Item = (Advisory, bool)>,
    /// Group of each advisory, in the same order.
    pub(crate) group_of: Vec<u32>,
    /// Alias groups.
    pub(crate) groups: Vec<GroupContent>,
    /// Records about CVE ids ordered by (id, feed).
    pub(crate) cves: Vec<CveBytes>,
    /// The texts that the records' bytes refer to.
    pub(crate) interner: Interner,
    /// Exploitation probabilities by id.
    pub(crate) epss: BTreeMap<String, Epss>,
    /// Known exploited vulnerabilities by id.
    pub(crate) kev: BTreeMap<String, Kev>,
    /// End-of-life dates by (product, cycle).
    pub(crate) ends_of_life: BTreeMap<(String, String), EndOfLife>,
}

/// An alias group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct GroupContent {
    /// Every id, sorted.
    pub(crate) ids: Vec<String>,
    /// Positions of the advisories, ascending.
    pub(crate) advisories: Vec<u32>,
}

/// An encoded record about a CVE id.
pub(crate) struct CveBytes {
    pub(crate) id: String,
    pub(crate) bytes: Vec<u8>,
}

/// The rows of one package while they are collected.
#[derive(Default)]
struct Rows {
    bytes: Encoder,
    last_advisory: u32,
    count: u64,
}

/// Facts of one id while they are collected.
#[derive(Default)]
struct IdFacts {
    groups: Vec<u32>,
    cves: (u32, u32),
}

/// Writes the file. `level` is zstd's, 1 to 22.
pub(crate) fn write(content: Content<'_>, level: i32) -> std::io::Result<Vec<u8>> {
    let Content {
        built_at,
        starter,
        feeds,
        advisories,
        group_of,
        groups,
        cves,
        mut interner,
        epss,
        kev,
        ends_of_life,
    } = content;

    let mut ids = id_facts(&groups, &cves);
    for id in epss.keys().chain(kev.keys()) {
        if !ids.contains_key(id.as_str()) {
            ids.insert(id, IdFacts::default());
        }
    }
    let position: HashMap<&str, u32> = (0..).zip(ids.keys()).map(|(n, id)| (*id, n)).collect();
    let place = |id: &str| position.get(id).copied().unwrap_or(u32::MAX);

    let mut parts = Parts::default();
    for (advisory, group) in advisories.zip(group_of) {
        parts.add(&advisory, (place(&advisory.0.id), group), &mut interner);
    }
    let (keys, rows, spaces) = rows_sections(parts.rows);
    let cve_bytes: Vec<Vec<u8>> = cves.iter().map(|cve| cve.bytes.clone()).collect();
    let sections = [
        meta(&built_at, starter, &feeds, &spaces),
        interner.section(),
        keys,
        rows,
        parts.heads,
        blocks::section(&parts.bodies, level)?,
        ids_section(&ids, &epss, &kev),
        groups_section(&groups, place),
        blocks::section(&cve_bytes, level)?,
        ends_of_life_section(&ends_of_life),
    ];
    // Offsets inside sections are 32 bits wide.
    let too_large = |section: &Vec<u8>| u32::try_from(section.len()).is_err();
    if let Some(index) = sections.iter().position(too_large) {
        let name = Section::ALL[index].name();
        return Err(std::io::Error::other(format!(
            "section {name} would be larger than 4 GiB"
        )));
    }
    Ok(assemble(&sections))
}

/// What advisories become.
#[derive(Default)]
struct Parts {
    heads: Vec<u8>,
    bodies: Vec<Vec<u8>>,
    rows: BTreeMap<Vec<u8>, Rows>,
}

impl Parts {
    /// Adds the next advisory, whose id and group have these places.
    fn add(
        &mut self,
        (advisory, rejected): &(Advisory, bool),
        (id, group): (u32, u32),
        interner: &mut Interner,
    ) {
        let index = self.bodies.len() as u32;
        let flags = u32::from(body::kind_code(advisory.kind))
            | u32::from(advisory.withdrawn.is_some()) << 2
            | u32::from(*rejected) << 3;
        let feed = interner.number(&advisory.feed) as u32;
        for field in [id, group, feed << 8 | flags] {
            self.heads.extend_from_slice(&field.to_le_bytes());
        }
        let mut bytes = Encoder::default();
        body::encode(advisory, interner, &mut bytes);
        self.bodies.push(bytes.bytes);
        for affected in &advisory.affected {
            let key = [affected.space.as_bytes(), b"\0", affected.name.as_bytes()].concat();
            let rows = self.rows.entry(key).or_default();
            rows.bytes.number(u64::from(index - rows.last_advisory));
            rows.last_advisory = index;
            rows.count += 1;
            statement::encode(affected, interner, &mut rows.bytes);
        }
    }
}

fn id_facts<'a>(groups: &'a [GroupContent], cves: &'a [CveBytes]) -> BTreeMap<&'a str, IdFacts> {
    let mut ids: BTreeMap<&str, IdFacts> = BTreeMap::new();
    for (group, content) in (0u32..).zip(groups) {
        for id in &content.ids {
            ids.entry(id).or_default().groups.push(group);
        }
    }
    for (index, cve) in (0u32..).zip(cves) {
        let facts = ids.entry(&cve.id).or_default();
        if facts.cves.1 == 0 {
            facts.cves.0 = index;
        }
        facts.cves.1 += 1;
    }
    ids
}

/// The sections `keys` and `rows`, and each space with its packages and statements.
fn rows_sections(rows: BTreeMap<Vec<u8>, Rows>) -> (Vec<u8>, Vec<u8>, Vec<Space>) {
    let mut keys = TableWriter::default();
    let mut bytes = Vec::new();
    let mut spaces: Vec<Space> = Vec::new();
    for (key, rows) in rows {
        let mut payload = Encoder::default();
        payload.count(bytes.len());
        payload.count(rows.bytes.bytes.len());
        keys.push(&key, &payload.bytes);
        bytes.extend_from_slice(&rows.bytes.bytes);
        let end = key.iter().position(|byte| *byte == 0).unwrap_or(key.len());
        let space = String::from_utf8_lossy(&key[..end]);
        match spaces.last_mut() {
            Some(last) if last.name == space => {
                last.packages += 1;
                last.statements += rows.count;
            }
            _ => spaces.push(Space {
                name: space.into_owned(),
                packages: 1,
                statements: rows.count,
            }),
        }
    }
    (keys.section(), bytes, spaces)
}

fn meta(built_at: &str, starter: bool, feeds: &[FeedInfo], spaces: &[Space]) -> Vec<u8> {
    let mut out = Encoder::default();
    out.text(built_at);
    out.byte(u8::from(starter));
    out.count(feeds.len());
    for feed in feeds {
        out.text(&feed.name);
        out.text(&feed.as_of);
        out.number(feed.records);
    }
    out.count(spaces.len());
    for space in spaces {
        out.text(&space.name);
        out.number(space.packages);
        out.number(space.statements);
    }
    out.bytes
}

fn ids_section(
    ids: &BTreeMap<&str, IdFacts>,
    epss: &BTreeMap<String, Epss>,
    kev: &BTreeMap<String, Kev>,
) -> Vec<u8> {
    let mut table = TableWriter::default();
    for (id, facts) in ids {
        let mut payload = Encoder::default();
        ascending(&facts.groups, &mut payload);
        let (epss, kev) = (epss.get(*id), kev.get(*id));
        let mut flags = 0;
        for (present, flag) in [
            (epss.is_some(), HAS_EPSS),
            (kev.is_some(), HAS_KEV),
            (facts.cves.1 > 0, HAS_CVES),
        ] {
            if present {
                flags |= flag;
            }
        }
        payload.byte(flags);
        if let Some(epss) = epss {
            payload.fraction(epss.score);
            payload.fraction(epss.percentile);
        }
        if let Some(kev) = kev {
            body::encode_kev(kev, &mut payload);
        }
        if facts.cves.1 > 0 {
            payload.number(u64::from(facts.cves.0));
            payload.number(u64::from(facts.cves.1));
        }
        table.push(id.as_bytes(), &payload.bytes);
    }
    table.section()
}

fn groups_section(groups: &[GroupContent], place: impl Fn(&str) -> u32) -> Vec<u8> {
    let mut data = Encoder::default();
    let mut out = (groups.len() as u32).to_le_bytes().to_vec();
    out.extend_from_slice(&0u32.to_le_bytes());
    for group in groups {
        let ids: Vec<u32> = group.ids.iter().map(|id| place(id)).collect();
        ascending(&ids, &mut data);
        ascending(&group.advisories, &mut data);
        out.extend_from_slice(&(data.bytes.len() as u32).to_le_bytes());
    }
    out.extend_from_slice(&data.bytes);
    out
}

fn ends_of_life_section(entries: &BTreeMap<(String, String), EndOfLife>) -> Vec<u8> {
    let mut sorted: Vec<(Vec<u8>, &EndOfLife)> = entries
        .iter()
        .map(|((product, cycle), entry)| {
            (
                [product.as_bytes(), b"\0", cycle.as_bytes()].concat(),
                entry,
            )
        })
        .collect();
    // (a, b) order is not the order of a\0b when a name contains bytes below `\0`: none
    // do, but sorting what is written is cheaper than arguing it.
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    let mut table = TableWriter::default();
    for (key, entry) in sorted {
        let mut payload = Encoder::default();
        body::encode_end_of_life(entry, &mut payload);
        table.push(&key, &payload.bytes);
    }
    table.section()
}

fn ascending(values: &[u32], out: &mut Encoder) {
    out.count(values.len());
    let mut before = 0;
    for value in values {
        out.number(u64::from(value - before));
        before = *value;
    }
}
