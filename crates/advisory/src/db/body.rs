//! Advisories and records about CVE ids as bytes.

use lazaret_model::{Advisory, AdvisoryKind, CveRecord, EndOfLife, Kev, Rating, Ssvc};

use super::codec::{Decoder, Encoder, Interner, Malformed, Texts};
use super::statement::{severity, severity_code};

/// What an advisory says about itself, without its statements about packages.
#[derive(Debug, Clone, PartialEq)]
pub struct AdvisoryBody {
    /// The feed's own id of the record.
    pub id: String,
    /// Name of the feed, as in [`Advisory::feed`].
    pub feed: String,
    /// Vulnerability, malware or information.
    pub kind: AdvisoryKind,
    /// One line.
    pub summary: String,
    /// RFC 3339, empty where unknown.
    pub published: String,
    /// RFC 3339, empty where unknown.
    pub modified: String,
    /// RFC 3339 time of withdrawal.
    pub withdrawn: Option<String>,
    /// Opinions about severity.
    pub ratings: Vec<Rating>,
    /// `CWE-79`, …, sorted.
    pub cwes: Vec<String>,
    /// Addresses to read more at.
    pub references: Vec<String>,
    /// Other ids of the same vulnerability, as the record names them, sorted.
    pub aliases: Vec<String>,
    /// Ids that the advisory is derived from, sorted.
    pub upstream: Vec<String>,
}

/// The number of a kind in the file.
pub(crate) fn kind_code(kind: AdvisoryKind) -> u8 {
    match kind {
        AdvisoryKind::Vulnerability => 0,
        AdvisoryKind::Malware => 1,
        AdvisoryKind::Informational => 2,
    }
}

/// The kind with that number.
pub(crate) fn kind(code: u8) -> Result<AdvisoryKind, Malformed> {
    match code {
        0 => Ok(AdvisoryKind::Vulnerability),
        1 => Ok(AdvisoryKind::Malware),
        2 => Ok(AdvisoryKind::Informational),
        _ => Err(Malformed("a kind of advisory is unknown")),
    }
}

/// Appends what [`AdvisoryBody`] holds, without id, feed and kind: those are in the head.
pub(crate) fn encode(advisory: &Advisory, interner: &mut Interner, out: &mut Encoder) {
    out.text(&advisory.summary);
    out.text(&advisory.published);
    out.text(&advisory.modified);
    out.optional(advisory.withdrawn.as_deref());
    encode_ratings(&advisory.ratings, interner, out);
    out.texts(&advisory.cwes);
    out.texts(&advisory.references);
    out.texts(&advisory.aliases);
    out.texts(&advisory.upstream);
}

/// Reads the body of the advisory with that id, feed and kind.
pub(crate) fn decode(
    (id, feed, kind): (String, String, AdvisoryKind),
    decoder: &mut Decoder<'_>,
    texts: &impl Texts,
) -> Result<AdvisoryBody, Malformed> {
    Ok(AdvisoryBody {
        id,
        feed,
        kind,
        summary: decoder.string()?,
        published: decoder.string()?,
        modified: decoder.string()?,
        withdrawn: decoder.optional()?,
        ratings: decode_ratings(decoder, texts)?,
        cwes: decoder.texts()?,
        references: decoder.texts()?,
        aliases: decoder.texts()?,
        upstream: decoder.texts()?,
    })
}

fn encode_ratings(ratings: &[Rating], interner: &mut Interner, out: &mut Encoder) {
    out.count(ratings.len());
    for rating in ratings {
        out.number(interner.number(&rating.source));
        out.byte(rating.severity.map_or(0, |level| severity_code(level) + 1));
        out.optional(rating.vector.as_deref());
    }
}

fn decode_ratings(
    decoder: &mut Decoder<'_>,
    texts: &impl Texts,
) -> Result<Vec<Rating>, Malformed> {
    decoder.list(|decoder| {
        Ok(Rating {
            source: texts.text(decoder.number()?)?.to_owned(),
            severity: decoder.byte()?.checked_sub(1).map(severity).transpose()?,
            vector: decoder.optional()?,
        })
    })
}

/// Appends a record about a CVE id, without the id.
pub(crate) fn encode_cve(record: &CveRecord, interner: &mut Interner, out: &mut Encoder) {
    out.number(interner.number(&record.feed));
    out.byte(u8::from(record.rejected) | u8::from(record.ssvc.is_some()) << 1);
    out.text(&record.summary);
    out.text(&record.published);
    out.text(&record.modified);
    encode_ratings(&record.ratings, interner, out);
    out.texts(&record.cwes);
    out.texts(&record.references);
    if let Some(ssvc) = &record.ssvc {
        for point in [&ssvc.exploitation, &ssvc.automatable, &ssvc.technical_impact] {
            out.number(interner.number(point));
        }
    }
}

/// Reads a record about the CVE id.
pub(crate) fn decode_cve(
    id: &str,
    decoder: &mut Decoder<'_>,
    texts: &impl Texts,
) -> Result<CveRecord, Malformed> {
    let feed = texts.text(decoder.number()?)?.to_owned();
    let flags = decoder.byte()?;
    let mut record = CveRecord {
        id: id.to_owned(),
        feed,
        rejected: flags & 1 != 0,
        summary: decoder.string()?,
        published: decoder.string()?,
        modified: decoder.string()?,
        ratings: decode_ratings(decoder, texts)?,
        cwes: decoder.texts()?,
        references: decoder.texts()?,
        ssvc: None,
    };
    if flags & 2 != 0 {
        let mut point = || texts.text(decoder.number()?).map(str::to_owned);
        record.ssvc = Some(Ssvc {
            exploitation: point()?,
            automatable: point()?,
            technical_impact: point()?,
        });
    }
    Ok(record)
}

/// Appends an entry of the catalogue of known exploited vulnerabilities.
pub(crate) fn encode_kev(kev: &Kev, out: &mut Encoder) {
    out.text(&kev.date_added);
    out.text(&kev.due_date);
    out.byte(u8::from(kev.ransomware));
    out.text(&kev.name);
}

/// Reads what [`encode_kev`] wrote.
pub(crate) fn decode_kev(decoder: &mut Decoder<'_>) -> Result<Kev, Malformed> {
    Ok(Kev {
        date_added: decoder.string()?,
        due_date: decoder.string()?,
        ransomware: decoder.byte()? != 0,
        name: decoder.string()?,
    })
}

/// Appends an end-of-life date, without product and cycle: those are the key.
pub(crate) fn encode_end_of_life(entry: &EndOfLife, out: &mut Encoder) {
    out.text(&entry.date);
    out.optional(entry.extended.as_deref());
}

/// Reads what [`encode_end_of_life`] wrote.
pub(crate) fn decode_end_of_life(
    (product, cycle): (&str, &str),
    bytes: &[u8],
) -> Result<EndOfLife, Malformed> {
    let mut decoder = Decoder::new(bytes);
    Ok(EndOfLife {
        product: product.to_owned(),
        cycle: cycle.to_owned(),
        date: decoder.string()?,
        extended: decoder.optional()?,
    })
}
