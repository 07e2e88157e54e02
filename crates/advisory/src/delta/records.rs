//! The records of a database, taken out of it again.

use lazaret_model::{Advisory, CveRecord, FeedItem};

use super::{DeltaError, damaged};
use crate::build::{Heading, Stage};
use crate::db::Db;

/// Every record of a database.
pub(super) fn of(db: &Db) -> Result<Stage, DeltaError> {
    fill(db, Stage::default())
}

/// Every record of a database, in the numbers of another's texts.
pub(super) fn beside(db: &Db, other: &Stage) -> Result<Stage, DeltaError> {
    fill(db, Stage::beside(other))
}

/// What a database says about itself.
pub(super) fn heading(db: &Db) -> Heading {
    let info = db.info();
    Heading {
        built_at: info.built_at.clone(),
        feeds: info.feeds.clone(),
        starter: info.starter,
    }
}

fn fill(db: &Db, mut stage: Stage) -> Result<Stage, DeltaError> {
    let mut affected = Vec::new();
    affected.resize_with(db.advisory_count() as usize, Vec::new);
    let mut lost = false;
    // Packages come in order of space and name, and the statements of an advisory about
    // one package in the order that they were written in: the order of the record.
    db.each_package(|_, _, statements| {
        for statement in statements {
            match affected.get_mut(statement.advisory.0 as usize) {
                Some(list) => list.push(statement.affected),
                None => lost = true,
            }
        }
        !lost
    })?;
    if lost {
        return Err(DeltaError::Damaged("a statement of no advisory"));
    }
    for (index, affected) in db.advisories().zip(affected) {
        let body = db.advisory(index)?;
        add_advisory(
            &mut stage,
            Advisory {
                id: body.id,
                feed: body.feed,
                aliases: body.aliases,
                upstream: body.upstream,
                kind: body.kind,
                summary: body.summary,
                published: body.published,
                modified: body.modified,
                withdrawn: body.withdrawn,
                ratings: body.ratings,
                cwes: body.cwes,
                references: body.references,
                affected,
            },
        )?;
    }
    add_facts(db, &mut stage)?;
    for entry in db.ends_of_life()? {
        stage
            .ends_of_life
            .insert((entry.product.clone(), entry.cycle.clone()), entry);
    }
    Ok(stage)
}

/// EPSS, the catalogue of exploited vulnerabilities, and records about CVE ids.
fn add_facts(db: &Db, stage: &mut Stage) -> Result<(), DeltaError> {
    let mut ids = Vec::new();
    db.each_id("", |id, _| {
        ids.push(id.to_owned());
        true
    })?;
    for id in ids {
        let Some(record) = db.by_id(&id)? else {
            continue;
        };
        for cve in record.cves {
            add_cve(stage, cve)?;
        }
        if let Some(epss) = record.epss {
            stage.epss.insert(id.clone(), epss);
        }
        if let Some(kev) = record.kev {
            stage.kev.insert(id, kev);
        }
    }
    Ok(())
}

/// Copies every record of `from`; what has the same name in `to` must be gone.
pub(super) fn copy(from: &Stage, to: &mut Stage) -> Result<(), DeltaError> {
    for advisory in from.advisories() {
        add_advisory(to, advisory.map_err(damaged)?)?;
    }
    for record in from.cves() {
        add_cve(to, record.map_err(damaged)?)?;
    }
    to.epss
        .extend(from.epss.iter().map(|(id, epss)| (id.clone(), *epss)));
    let kev = from.kev.iter().map(|(id, kev)| (id.clone(), kev.clone()));
    to.kev.extend(kev);
    let ends = from.ends_of_life.iter();
    to.ends_of_life
        .extend(ends.map(|(key, end)| (key.clone(), end.clone())));
    Ok(())
}

pub(super) fn add_advisory(stage: &mut Stage, advisory: Advisory) -> Result<(), DeltaError> {
    let record = advisory.id.clone();
    add(stage, record, FeedItem::Advisory(Box::new(advisory)))
}

pub(super) fn add_cve(stage: &mut Stage, record: CveRecord) -> Result<(), DeltaError> {
    let id = record.id.clone();
    add(stage, id, FeedItem::Cve(Box::new(record)))
}

fn add(stage: &mut Stage, record: String, item: FeedItem) -> Result<(), DeltaError> {
    match stage.add(item) {
        Ok(_) => Ok(()),
        Err(reason) => Err(DeltaError::Record { record, reason }),
    }
}
