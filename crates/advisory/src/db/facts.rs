//! What a database knows about ids: their groups, exploitation, records, and support.

use lazaret_model::{CveRecord, EndOfLife, Epss, Kev};

use super::body;
use super::codec::{Decoder, Malformed, u32_at};
use super::container::Section;
use super::reader::in_section;
use super::{AdvisoryIndex, Db, DbError, GroupIndex};

/// Ids that name one vulnerability, and the advisories about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Every id, sorted.
    pub ids: Vec<String>,
    /// The id that people know it by: the lowest CVE id, else the GHSA id, else the
    /// first id.
    pub primary: String,
    /// The advisories, in order.
    pub advisories: Vec<AdvisoryIndex>,
}

/// What is known about one id.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct IdRecord {
    /// The groups that the id belongs to. Nearly always one; none for an id that no
    /// advisory names; several where advisories about different packages name the same
    /// id as an alias and must not be taken for one.
    pub groups: Vec<GroupIndex>,
    /// Probability of exploitation.
    pub epss: Option<Epss>,
    /// Entry of the catalogue of known exploited vulnerabilities.
    pub kev: Option<Kev>,
    /// Records of NVD, the CVE list and others, by feed name.
    pub cves: Vec<CveRecord>,
}

pub(super) const HAS_EPSS: u8 = 1;
pub(super) const HAS_KEV: u8 = 2;
pub(super) const HAS_CVES: u8 = 4;

/// The facts of an id as they are in the file.
struct Facts {
    groups: Vec<GroupIndex>,
    epss: Option<Epss>,
    kev: Option<Kev>,
    /// First record about the id, and their number.
    cves: (u32, u32),
}

impl Db {
    /// What is known about an id, in the spelling of its authority (`CVE-2021-44228`).
    pub fn by_id(&self, id: &str) -> Result<Option<IdRecord>, DbError> {
        let table = self.table(Section::Ids)?;
        let Some((_, payload)) = table.get(id.as_bytes()).map_err(in_section(Section::Ids))? else {
            return Ok(None);
        };
        let facts = Facts::decode(payload).map_err(in_section(Section::Ids))?;
        let (first, count) = facts.cves;
        let cves = (first..first.saturating_add(count))
            .map(|index| self.cve(id, index))
            .collect::<Result<_, _>>()?;
        Ok(Some(IdRecord {
            groups: facts.groups,
            epss: facts.epss,
            kev: facts.kev,
            cves,
        }))
    }

    /// Number of alias groups; their indexes are below it.
    pub fn group_count(&self) -> u32 {
        u32_at(self.section(Section::Groups), 0).unwrap_or(0)
    }

    /// An alias group.
    pub fn group(&self, index: GroupIndex) -> Result<Group, DbError> {
        let missing = || DbError::NoSuchIndex {
            kind: "group",
            index: index.0,
        };
        let section = self.section(Section::Groups);
        let count = self.group_count();
        if index.0 >= count {
            return Err(missing());
        }
        let start = u32_at(section, index.0 as usize + 1).map_err(|_| missing())? as usize;
        let data = (count as usize)
            .checked_add(2)
            .and_then(|fields| fields.checked_mul(4))
            .and_then(|offset| offset.checked_add(start))
            .and_then(|start| section.get(start..))
            .ok_or_else(missing)?;
        let mut decoder = Decoder::new(data);
        let lists = ascending(&mut decoder).and_then(|ids| Ok((ids, ascending(&mut decoder)?)));
        let (ids, advisories) = lists.map_err(in_section(Section::Groups))?;
        let ids: Vec<String> = ids
            .into_iter()
            .map(|id| self.id_at(id))
            .collect::<Result<_, _>>()?;
        let primary = ids.iter().min_by_key(|id| rank(id)).cloned();
        Ok(Group {
            primary: primary.unwrap_or_default(),
            ids,
            advisories: advisories.into_iter().map(AdvisoryIndex).collect(),
        })
    }

    /// Until when a release is supported: `("debian", "12")`, `("nodejs", "18")`.
    pub fn end_of_life(&self, product: &str, cycle: &str) -> Result<Option<EndOfLife>, DbError> {
        let key = [product.as_bytes(), b"\0", cycle.as_bytes()].concat();
        let table = self.table(Section::EndOfLife)?;
        let section = in_section(Section::EndOfLife);
        match table.get(&key).map_err(section)? {
            None => Ok(None),
            Some((_, payload)) => body::decode_end_of_life((product, cycle), payload)
                .map(Some)
                .map_err(section),
        }
    }

    /// Every end-of-life date, ordered by (product, cycle).
    pub fn ends_of_life(&self) -> Result<Vec<EndOfLife>, DbError> {
        let section = in_section(Section::EndOfLife);
        let mut entries = Vec::new();
        let mut outcome = Ok(());
        let table = self.table(Section::EndOfLife)?;
        let walked = table.each_from(b"", |_, key, payload| {
            let parts = str::from_utf8(key)
                .ok()
                .and_then(|key| key.split_once('\0'));
            let entry = parts
                .ok_or(Malformed("a key has no product"))
                .and_then(|parts| body::decode_end_of_life(parts, payload));
            match entry {
                Ok(entry) => entries.push(entry),
                Err(malformed) => outcome = Err(malformed),
            }
            outcome.is_ok()
        });
        walked.and(outcome).map_err(section)?;
        Ok(entries)
    }

    /// Calls `visit` with every id in order, from the first that is not below `from`,
    /// until it returns false.
    pub fn each_id(
        &self,
        from: &str,
        mut visit: impl FnMut(&str, &[GroupIndex]) -> bool,
    ) -> Result<(), DbError> {
        let mut outcome = Ok(());
        let table = self.table(Section::Ids)?;
        let walked = table.each_from(from.as_bytes(), |_, key, payload| {
            let id = str::from_utf8(key).map_err(|_| Malformed("an id is not UTF-8"));
            match id.and_then(|id| Ok((id, Facts::decode(payload)?))) {
                Ok((id, facts)) => visit(id, &facts.groups),
                Err(malformed) => {
                    outcome = Err(malformed);
                    false
                }
            }
        });
        walked.and(outcome).map_err(in_section(Section::Ids))
    }

    fn cve(&self, id: &str, index: u32) -> Result<CveRecord, DbError> {
        self.record(Section::Cves, index, |bytes| {
            body::decode_cve(id, &mut Decoder::new(bytes), &self.strings())
        })
    }
}

impl Facts {
    fn decode(payload: &[u8]) -> Result<Self, Malformed> {
        let mut decoder = Decoder::new(payload);
        let groups = ascending(&mut decoder)?;
        let flags = decoder.byte()?;
        let mut facts = Self {
            groups: groups.into_iter().map(GroupIndex).collect(),
            epss: None,
            kev: None,
            cves: (0, 0),
        };
        if flags & HAS_EPSS != 0 {
            facts.epss = Some(Epss {
                score: decoder.fraction()?,
                percentile: decoder.fraction()?,
            });
        }
        if flags & HAS_KEV != 0 {
            facts.kev = Some(body::decode_kev(&mut decoder)?);
        }
        if flags & HAS_CVES != 0 {
            facts.cves = (decoder.index()?, decoder.index()?);
        }
        Ok(facts)
    }
}

/// Ascending indexes, each as the distance from the one before.
fn ascending(decoder: &mut Decoder<'_>) -> Result<Vec<u32>, Malformed> {
    let mut last = 0u32;
    decoder.list(|decoder| {
        last = last
            .checked_add(decoder.index()?)
            .ok_or(Malformed("an index overflows"))?;
        Ok(last)
    })
}

/// Orders ids by how well people know them.
fn rank(id: &str) -> (u8, u64, u64, &str) {
    if let Some(rest) = id.strip_prefix("CVE-") {
        let (year, number) = rest.split_once('-').unwrap_or((rest, ""));
        // Numbers, so that CVE-2021-9999 comes before CVE-2021-44228.
        let value = |text: &str| text.parse().unwrap_or(u64::MAX);
        return (0, value(year), value(number), id);
    }
    let class = if id.starts_with("GHSA-") { 1 } else { 2 };
    (class, 0, 0, id)
}

#[cfg(test)]
mod tests {
    use super::rank;

    #[test]
    fn people_know_cve_ids_best_and_then_ghsa_ids() {
        let mut ids = [
            "PYSEC-2021-1",
            "GHSA-aaaa",
            "CVE-2021-44228",
            "CVE-2021-9999",
            "CVE-2020-50000",
        ];
        ids.sort_by_key(|id| rank(id));
        assert_eq!(
            ids,
            [
                "CVE-2020-50000",
                "CVE-2021-9999",
                "CVE-2021-44228",
                "GHSA-aaaa",
                "PYSEC-2021-1"
            ]
        );
    }
}
