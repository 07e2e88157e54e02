//! A whole advisory as bytes, outside of a database file: while one is built, and in a
//! delta between two.

use lazaret_model::Advisory;

use super::codec::{Decoder, Encoder, Interner, Malformed, Texts};
use super::{body, statement};

/// Appends everything but the identity (feed and id).
pub(crate) fn encode(advisory: &Advisory, interner: &mut Interner, out: &mut Encoder) {
    out.byte(body::kind_code(advisory.kind));
    body::encode(advisory, interner, out);
    out.count(advisory.affected.len());
    for affected in &advisory.affected {
        out.text(&affected.space);
        out.text(&affected.name);
        statement::encode(affected, interner, out);
    }
}

/// Reads the advisory that has this id and feed.
pub(crate) fn decode(
    (id, feed): (String, String),
    decoder: &mut Decoder<'_>,
    texts: &impl Texts,
) -> Result<Advisory, Malformed> {
    let kind = body::kind(decoder.byte()?)?;
    let body = body::decode((id, feed, kind), decoder, texts)?;
    let affected = decoder.list(|decoder| {
        let (space, name) = (decoder.text()?, decoder.text()?);
        statement::decode((space, name), decoder, texts)
    })?;
    Ok(Advisory {
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
    })
}
