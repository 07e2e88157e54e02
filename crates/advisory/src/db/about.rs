//! What a whole database says about a few ids, without reading the rest of it.

use std::collections::BTreeSet;

use memchr::memmem::Finder;

use super::blocks::Blocks;
use super::codec::{Decoder, Malformed};
use super::container::Section;
use super::reader::in_section;
use super::{AdvisoryIndex, Db, DbError, Statement, statement};

impl Db {
    /// Advisories that are derived from one of `ids`, such as the errata that fix it.
    ///
    /// Every body is unpacked and searched; only those that hold an id are read.
    ///
    /// # Errors
    /// When the file turns out to be damaged.
    pub fn derived_from(&self, ids: &BTreeSet<String>) -> Result<BTreeSet<AdvisoryIndex>, DbError> {
        let finders: Vec<Finder<'_>> = ids.iter().map(Finder::new).collect();
        let holds = |bytes: &[u8]| finders.iter().any(|finder| finder.find(bytes).is_some());
        let mut found = BTreeSet::new();
        let Some(last) = self.advisory_count().checked_sub(1) else {
            return Ok(found);
        };
        let damaged = in_section(Section::Bodies);
        let blocks = Blocks::new(self.section(Section::Bodies)).map_err(damaged)?;
        let mut decompressor = blocks.prepare().map_err(damaged)?;
        let mut index = 0;
        for block in 0..=Blocks::place(last).0 {
            let raw = blocks.block(block, &mut decompressor).map_err(damaged)?;
            let first = index;
            while index <= last && Blocks::place(index).0 == block {
                index += 1;
            }
            if !holds(&raw) {
                continue;
            }
            let mut records = Decoder::new(&raw);
            for advisory in first..index {
                if !holds(records.blob().map_err(damaged)?) {
                    continue;
                }
                let advisory = AdvisoryIndex(advisory);
                let upstream = self.advisory(advisory)?.upstream;
                if upstream.iter().any(|of| ids.contains(of)) {
                    found.insert(advisory);
                }
            }
        }
        Ok(found)
    }

    /// As [`Db::each_package`], of the packages alone that one of `advisories` speaks about.
    /// What the others say is gone past, not read.
    ///
    /// # Errors
    /// When the file turns out to be damaged.
    pub fn each_package_of(
        &self,
        advisories: &BTreeSet<AdvisoryIndex>,
        mut visit: impl FnMut(&str, &str, Vec<Statement>) -> bool,
    ) -> Result<(), DbError> {
        let Some(last) = advisories.last() else {
            return Ok(());
        };
        let mut outcome = Ok(());
        self.each_key(|space, name, payload| {
            let found = self.row_bytes(payload).and_then(|bytes| {
                let speaks = speaks(bytes, advisories, *last);
                match speaks.map_err(in_section(Section::Rows))? {
                    true => self.rows((space, name), payload).map(Some),
                    false => Ok(None),
                }
            });
            match found {
                Ok(None) => true,
                Ok(Some(statements)) => visit(space, name, statements),
                Err(error) => {
                    outcome = Err(error);
                    false
                }
            }
        })?;
        outcome
    }
}

/// Whether one of these advisories, of which `last` is the last, is among a package's rows.
fn speaks(
    rows: &[u8],
    advisories: &BTreeSet<AdvisoryIndex>,
    last: AdvisoryIndex,
) -> Result<bool, Malformed> {
    let mut decoder = Decoder::new(rows);
    let mut advisory = 0u32;
    while !decoder.is_empty() {
        advisory = advisory
            .checked_add(decoder.index()?)
            .ok_or(Malformed("a statement is of no advisory"))?;
        let index = AdvisoryIndex(advisory);
        if index > last {
            break;
        }
        if advisories.contains(&index) {
            return Ok(true);
        }
        statement::skip(&mut decoder)?;
    }
    Ok(false)
}
