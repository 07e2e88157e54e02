//! A statement about a package as bytes.
//!
//! Space and name are the key that the statement is found under, so they are not in it.
//! Versions dominate the size: exact lists share prefixes, and a fixed version that is
//! also the end of an interval (nearly always) is a reference to it.

use lazaret_model::{Affected, FixStatus, KeyKind, Qualifiers, Severity};
use lazaret_version::{Bound, Interval, Range};

use super::codec::{Decoder, Encoder, Interner, Malformed, Texts};

static STATUSES: &[FixStatus] = &[
    FixStatus::Fixed,
    FixStatus::Affected,
    FixStatus::WillNotFix,
    FixStatus::FixDeferred,
    FixStatus::EndOfLife,
    FixStatus::UnderInvestigation,
    FixStatus::Undecided,
    FixStatus::NotAffected,
];

const KEY_IS_SOURCE: u8 = 1;
const STATUS_SHIFT: u8 = 1;
const HAS_RAW_STATUS: u8 = 1 << 4;
const HAS_SEVERITY: u8 = 1 << 5;
const HAS_QUALIFIERS: u8 = 1 << 6;
const HAS_OPAQUE: u8 = 1 << 7;
const QUALIFIER_LISTS: usize = 5;
const QUALIFIER_TEXTS: usize = 3;

/// Appends a statement without its space and name.
pub(crate) fn encode(affected: &Affected, interner: &mut Interner, out: &mut Encoder) {
    let status = STATUSES.iter().position(|s| *s == affected.status);
    let mut flags = (status.unwrap_or(1) as u8) << STATUS_SHIFT;
    let has_qualifiers = affected.qualifiers != Qualifiers::default();
    for (set, flag) in [
        (affected.key == KeyKind::Source, KEY_IS_SOURCE),
        (affected.raw_status.is_some(), HAS_RAW_STATUS),
        (affected.severity.is_some(), HAS_SEVERITY),
        (has_qualifiers, HAS_QUALIFIERS),
        (affected.range.opaque.is_some(), HAS_OPAQUE),
    ] {
        if set {
            flags |= flag;
        }
    }
    out.byte(flags);
    out.number(interner.number(affected.scheme.name()));
    encode_range(&affected.range, out);
    encode_fixed(&affected.fixed, &affected.range.intervals, out);
    if let Some(raw) = &affected.raw_status {
        out.number(interner.number(raw));
    }
    if let Some(severity) = affected.severity {
        out.byte(severity_code(severity));
    }
    if has_qualifiers {
        encode_qualifiers(&affected.qualifiers, interner, out);
    }
}

/// Reads the statement about `name` in `space`.
pub(crate) fn decode(
    (space, name): (&str, &str),
    decoder: &mut Decoder<'_>,
    texts: &impl Texts,
) -> Result<Affected, Malformed> {
    let flags = decoder.byte()?;
    let scheme = texts
        .text(decoder.number()?)?
        .parse()
        .map_err(|_| Malformed("a version scheme is unknown"))?;
    let mut range = decode_range(decoder)?;
    if flags & HAS_OPAQUE != 0 {
        range.opaque = Some(decoder.string()?);
    }
    let fixed = decode_fixed(decoder, &range.intervals)?;
    let raw_status = match flags & HAS_RAW_STATUS {
        0 => None,
        _ => Some(texts.text(decoder.number()?)?.to_owned()),
    };
    let severity = match flags & HAS_SEVERITY {
        0 => None,
        _ => Some(severity(decoder.byte()?)?),
    };
    let qualifiers = match flags & HAS_QUALIFIERS {
        0 => Qualifiers::default(),
        _ => decode_qualifiers(decoder, texts)?,
    };
    let status = usize::from((flags >> STATUS_SHIFT) & 7);
    Ok(Affected {
        space: space.to_owned(),
        name: name.to_owned(),
        key: match flags & KEY_IS_SOURCE {
            0 => KeyKind::Binary,
            _ => KeyKind::Source,
        },
        scheme,
        range,
        status: *STATUSES
            .get(status)
            .ok_or(Malformed("a status is unknown"))?,
        raw_status,
        fixed,
        severity,
        qualifiers,
    })
}

/// Goes past a statement without reading what it says.
pub(crate) fn skip(decoder: &mut Decoder<'_>) -> Result<(), Malformed> {
    let flags = decoder.byte()?;
    decoder.number()?;
    for _ in 0..decoder.count()? {
        let codes = decoder.byte()?;
        for code in [codes & 3, codes >> 2] {
            if code != 0 {
                decoder.blob()?;
            }
        }
    }
    for _ in 0..decoder.count()? {
        decoder.number()?;
        decoder.blob()?;
    }
    if flags & HAS_OPAQUE != 0 {
        decoder.blob()?;
    }
    for _ in 0..decoder.count()? {
        if decoder.count()? == 0 {
            decoder.blob()?;
        }
    }
    if flags & HAS_RAW_STATUS != 0 {
        decoder.number()?;
    }
    if flags & HAS_SEVERITY != 0 {
        decoder.byte()?;
    }
    if flags & HAS_QUALIFIERS != 0 {
        for _ in 0..QUALIFIER_LISTS {
            for _ in 0..decoder.count()? {
                decoder.number()?;
            }
        }
        for _ in 0..QUALIFIER_TEXTS {
            decoder.number()?;
        }
    }
    Ok(())
}

fn encode_range(range: &Range, out: &mut Encoder) {
    out.count(range.intervals.len());
    for interval in &range.intervals {
        out.byte(bound_code(&interval.lower) | bound_code(&interval.upper) << 2);
        for bound in [&interval.lower, &interval.upper] {
            if let Bound::Inclusive(version) | Bound::Exclusive(version) = bound {
                out.text(version);
            }
        }
    }
    out.prefixed_texts(&range.exact);
    if let Some(opaque) = &range.opaque {
        out.text(opaque);
    }
}

fn decode_range(decoder: &mut Decoder<'_>) -> Result<Range, Malformed> {
    let intervals = decoder.list(|decoder| {
        let codes = decoder.byte()?;
        Ok(Interval {
            lower: bound(codes & 3, decoder)?,
            upper: bound(codes >> 2, decoder)?,
        })
    })?;
    Ok(Range {
        intervals,
        exact: decoder.prefixed_texts()?,
        opaque: None,
    })
}

fn bound_code(bound: &Bound) -> u8 {
    match bound {
        Bound::Unbounded => 0,
        Bound::Inclusive(_) => 1,
        Bound::Exclusive(_) => 2,
    }
}

fn bound(code: u8, decoder: &mut Decoder<'_>) -> Result<Bound, Malformed> {
    match code {
        0 => Ok(Bound::Unbounded),
        1 => decoder.string().map(Bound::Inclusive),
        2 => decoder.string().map(Bound::Exclusive),
        _ => Err(Malformed("a bound is of an unknown kind")),
    }
}

fn encode_fixed(fixed: &[String], intervals: &[Interval], out: &mut Encoder) {
    out.count(fixed.len());
    for version in fixed {
        let end =
            |interval: &Interval| matches!(&interval.upper, Bound::Exclusive(v) if v == version);
        match intervals.iter().position(end) {
            Some(index) => out.count(index + 1),
            None => {
                out.count(0);
                out.text(version);
            }
        }
    }
}

fn decode_fixed(
    decoder: &mut Decoder<'_>,
    intervals: &[Interval],
) -> Result<Vec<String>, Malformed> {
    decoder.list(|decoder| {
        let Some(index) = decoder.count()?.checked_sub(1) else {
            return decoder.string();
        };
        match intervals.get(index).map(|interval| &interval.upper) {
            Some(Bound::Exclusive(version)) => Ok(version.clone()),
            _ => Err(Malformed("a fixed version refers to no interval")),
        }
    })
}

fn encode_qualifiers(qualifiers: &Qualifiers, interner: &mut Interner, out: &mut Encoder) {
    for list in [
        &qualifiers.architectures,
        &qualifiers.goos,
        &qualifiers.goarch,
        &qualifiers.target_software,
        &qualifiers.platforms,
    ] {
        out.count(list.len());
        for text in list {
            out.number(interner.number(text));
        }
    }
    for text in [&qualifiers.module, &qualifiers.channel, &qualifiers.flavour] {
        match text {
            None => out.byte(0),
            Some(text) => {
                let number = interner.number(text);
                out.number(number + 1);
            }
        }
    }
}

fn decode_qualifiers(
    decoder: &mut Decoder<'_>,
    texts: &impl Texts,
) -> Result<Qualifiers, Malformed> {
    let list = |decoder: &mut Decoder<'_>| {
        decoder.list(|decoder| texts.text(decoder.number()?).map(str::to_owned))
    };
    let optional = |decoder: &mut Decoder<'_>| match decoder.number()?.checked_sub(1) {
        None => Ok(None),
        Some(number) => texts.text(number).map(|text| Some(text.to_owned())),
    };
    Ok(Qualifiers {
        architectures: list(decoder)?,
        goos: list(decoder)?,
        goarch: list(decoder)?,
        target_software: list(decoder)?,
        platforms: list(decoder)?,
        module: optional(decoder)?,
        channel: optional(decoder)?,
        flavour: optional(decoder)?,
    })
}

/// The number of a level in the file: its place in [`Severity::ALL`].
pub(crate) fn severity_code(severity: Severity) -> u8 {
    let place = Severity::ALL.iter().position(|level| *level == severity);
    place.map_or(u8::MAX, |place| place as u8)
}

/// The level with that number.
pub(crate) fn severity(code: u8) -> Result<Severity, Malformed> {
    Severity::ALL
        .get(usize::from(code))
        .copied()
        .ok_or(Malformed("a severity is unknown"))
}
