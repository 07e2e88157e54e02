//! The form of a delta file.
//!
//! ```text
//! offset  bytes  what
//!      0      8  `LAZADVDL`
//!      8      4  format version, currently 1
//!     12     32  digest of the database it begins with
//!     44     32  digest of the database it leads to
//!     76     32  SHA-256 of the rest
//!    108     ..  zstd of: level, heading, what is gone, texts, what is put
//! ```

use std::io::Read as _;

use lazaret_model::{Advisory, CveRecord, Digest, Epss, FeedInfo};
use sha2::{Digest as _, Sha256};

use super::{Delta, DeltaError, FORMAT_VERSION, Gone, damaged, records};
use crate::build::{Heading, Stage};
use crate::db::{self, Decoder, Encoder, Interner, Malformed, Strings};

const MAGIC: &[u8; 8] = b"LAZADVDL";
const HEADER_BYTES: usize = 108;

/// Most bytes that a delta may hold when inflated: three times what the records of
/// 300,000 advisories take.
const MAX_INFLATED: u64 = 1 << 30;

/// Deltas are made once and fetched by everybody.
const LEVEL: i32 = 19;

type Key = (String, String);

impl Delta {
    /// The file.
    ///
    /// # Errors
    /// When a record cannot be read, which a delta from [`Delta::between`] never has.
    pub fn to_bytes(&self) -> Result<Vec<u8>, DeltaError> {
        let mut out = Encoder::default();
        out.number(u64::from(self.level.unsigned_abs()));
        encode_heading(&self.heading, &mut out);
        encode_gone(&self.gone, &mut out);
        encode_put(&self.put, &mut out)?;
        let body = zstd::bulk::compress(&out.bytes, LEVEL)
            .map_err(|_| DeltaError::Damaged("the records do not compress"))?;
        let mut file = MAGIC.to_vec();
        file.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
        file.extend_from_slice(&raw(&self.base)?);
        file.extend_from_slice(&raw(&self.target)?);
        file.extend_from_slice(&Sha256::digest(&body));
        file.extend_from_slice(&body);
        Ok(file)
    }

    /// Reads a file. Never panics, whatever the bytes are.
    ///
    /// # Errors
    /// When the bytes are not those of a delta.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DeltaError> {
        if bytes.get(..MAGIC.len()) != Some(MAGIC) {
            return Err(DeltaError::NotADelta);
        }
        let cut = DeltaError::Damaged("it is cut short");
        let Some((header, body)) = bytes.split_at_checked(HEADER_BYTES) else {
            return Err(cut);
        };
        let found = header
            .get(8..)
            .and_then(|rest| rest.first_chunk::<4>())
            .map_or(0, |version| u32::from_le_bytes(*version));
        if found != FORMAT_VERSION {
            return Err(DeltaError::Version { found });
        }
        let digest = |at: usize| header.get(at..).and_then(|rest| rest.first_chunk::<32>());
        let (Some(base), Some(target), Some(stated)) = (digest(12), digest(44), digest(76)) else {
            return Err(cut);
        };
        if <[u8; 32]>::from(Sha256::digest(body)) != *stated {
            return Err(DeltaError::Damaged("it does not have the stated digest"));
        }
        let inflated = inflate(body)?;
        Self::decode([base, target].map(Digest::sha256), &inflated)
    }

    fn decode([base, target]: [Digest; 2], inflated: &[u8]) -> Result<Self, DeltaError> {
        let mut decoder = Decoder::new(inflated);
        let level = decoder.index().map_err(damaged)?;
        Ok(Self {
            base,
            target,
            level: i32::try_from(level).map_err(|_| DeltaError::Damaged("its level"))?,
            heading: decode_heading(&mut decoder).map_err(damaged)?,
            gone: decode_gone(&mut decoder).map_err(damaged)?,
            put: decode_put(&mut decoder)?,
        })
    }
}

/// Reads the inflated part of a delta file, for fuzzing: behind the digest and the
/// compression hardly a changed byte would arrive.
#[doc(hidden)]
pub fn exercise(inflated: &[u8]) {
    let nobody = || Digest::sha256(&[0; 32]);
    let _ = Delta::decode([nobody(), nobody()], inflated);
}

fn inflate(body: &[u8]) -> Result<Vec<u8>, DeltaError> {
    let bad = |_| DeltaError::Damaged("its compression");
    let mut inflated = Vec::new();
    zstd::Decoder::with_buffer(body)
        .map_err(bad)?
        .take(MAX_INFLATED)
        .read_to_end(&mut inflated)
        .map_err(bad)?;
    Ok(inflated)
}

/// The 32 bytes of a SHA-256 digest.
fn raw(digest: &Digest) -> Result<[u8; 32], DeltaError> {
    let bad = DeltaError::Damaged("a digest that is not of SHA-256");
    let hex = digest.hex().as_bytes();
    let mut out = [0; 32];
    if hex.len() != 64 {
        return Err(bad);
    }
    for (byte, pair) in out.iter_mut().zip(hex.chunks_exact(2)) {
        let pair = str::from_utf8(pair).ok();
        match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(value) => *byte = value,
            None => return Err(bad),
        }
    }
    Ok(out)
}

fn encode_heading(heading: &Heading, out: &mut Encoder) {
    out.text(&heading.built_at);
    out.byte(u8::from(heading.starter));
    out.count(heading.feeds.len());
    for feed in &heading.feeds {
        out.text(&feed.name);
        out.text(&feed.as_of);
        out.number(feed.records);
    }
}

fn decode_heading(decoder: &mut Decoder<'_>) -> Result<Heading, Malformed> {
    Ok(Heading {
        built_at: decoder.string()?,
        starter: decoder.byte()? != 0,
        feeds: decoder.list(|decoder| {
            Ok(FeedInfo {
                name: decoder.string()?,
                as_of: decoder.string()?,
                records: decoder.number()?,
            })
        })?,
    })
}

fn encode_gone(gone: &Gone, out: &mut Encoder) {
    for keys in [&gone.advisories, &gone.cves, &gone.ends_of_life] {
        encode_keys(keys, out);
    }
    for ids in [&gone.epss, &gone.kev] {
        out.prefixed_texts(ids);
    }
}

/// What is gone is looked up by halving, so its order is checked and not believed.
fn decode_gone(decoder: &mut Decoder<'_>) -> Result<Gone, Malformed> {
    let gone = Gone {
        advisories: decode_keys(decoder)?,
        cves: decode_keys(decoder)?,
        ends_of_life: decode_keys(decoder)?,
        epss: decoder.prefixed_texts()?,
        kev: decoder.prefixed_texts()?,
    };
    let sorted = gone.ends_of_life.is_sorted() && gone.epss.is_sorted() && gone.kev.is_sorted();
    sorted
        .then_some(gone)
        .ok_or(Malformed("its names are out of order"))
}

fn encode_keys(keys: &[Key], out: &mut Encoder) {
    out.count(keys.len());
    for (first, second) in keys {
        out.text(first);
        out.text(second);
    }
}

fn decode_keys(decoder: &mut Decoder<'_>) -> Result<Vec<Key>, Malformed> {
    decoder.list(|decoder| Ok((decoder.string()?, decoder.string()?)))
}

fn encode_put(put: &Stage, out: &mut Encoder) -> Result<(), DeltaError> {
    let mut interner = Interner::default();
    let mut records = Encoder::default();
    let advisories: Vec<Advisory> = collect(put.advisories())?;
    records.count(advisories.len());
    for advisory in &advisories {
        records.text(&advisory.feed);
        records.text(&advisory.id);
        db::encode_record(advisory, &mut interner, &mut records);
    }
    let cves: Vec<CveRecord> = collect(put.cves())?;
    records.count(cves.len());
    for record in &cves {
        records.text(&record.id);
        db::encode_cve(record, &mut interner, &mut records);
    }
    // Scores move every day, for hundreds of thousands of ids.
    let (ids, scores): (Vec<String>, Vec<Epss>) = put.epss.clone().into_iter().unzip();
    records.prefixed_texts(&ids);
    for epss in scores {
        records.fraction(epss.score);
        records.fraction(epss.percentile);
    }
    records.count(put.kev.len());
    for (id, kev) in &put.kev {
        records.text(id);
        db::encode_kev(kev, &mut records);
    }
    records.count(put.ends_of_life.len());
    for ((product, cycle), entry) in &put.ends_of_life {
        let mut one = Encoder::default();
        db::encode_end_of_life(entry, &mut one);
        records.text(product);
        records.text(cycle);
        records.blob(&one.bytes);
    }
    out.blob(&interner.section());
    out.bytes.extend_from_slice(&records.bytes);
    Ok(())
}

fn collect<T>(all: impl Iterator<Item = Result<T, Malformed>>) -> Result<Vec<T>, DeltaError> {
    all.collect::<Result<_, _>>().map_err(damaged)
}

fn decode_put(decoder: &mut Decoder<'_>) -> Result<Stage, DeltaError> {
    let mut put = Stage::default();
    let texts = Strings::new(decoder.blob().map_err(damaged)?);
    for _ in 0..decoder.count().map_err(damaged)? {
        let advisory = advisory(decoder, &texts).map_err(damaged)?;
        records::add_advisory(&mut put, advisory)?;
    }
    for _ in 0..decoder.count().map_err(damaged)? {
        let record = cve(decoder, &texts).map_err(damaged)?;
        records::add_cve(&mut put, record)?;
    }
    decode_facts(decoder, &mut put).map_err(damaged)?;
    Ok(put)
}

fn advisory(decoder: &mut Decoder<'_>, texts: &Strings<'_>) -> Result<Advisory, Malformed> {
    let (feed, id) = (decoder.string()?, decoder.string()?);
    db::decode_record((id, feed), decoder, texts)
}

fn cve(decoder: &mut Decoder<'_>, texts: &Strings<'_>) -> Result<CveRecord, Malformed> {
    let id = decoder.string()?;
    db::decode_cve(&id, decoder, texts)
}

fn decode_facts(decoder: &mut Decoder<'_>, put: &mut Stage) -> Result<(), Malformed> {
    for id in decoder.prefixed_texts()? {
        let epss = Epss {
            score: decoder.fraction()?,
            percentile: decoder.fraction()?,
        };
        put.epss.insert(id, epss);
    }
    for _ in 0..decoder.count()? {
        let id = decoder.string()?;
        put.kev.insert(id, db::decode_kev(decoder)?);
    }
    for _ in 0..decoder.count()? {
        let (product, cycle) = (decoder.string()?, decoder.string()?);
        let entry = db::decode_end_of_life((&product, &cycle), decoder.blob()?)?;
        put.ends_of_life.insert((product, cycle), entry);
    }
    if decoder.is_empty() {
        Ok(())
    } else {
        Err(Malformed("it goes on after its end"))
    }
}
