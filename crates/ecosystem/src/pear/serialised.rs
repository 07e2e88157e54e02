//! PHP's serialisation of plain values: `a:1:{s:4:"name";s:3:"apc";}`.
//!
//! Objects and references are refused: no registry holds them.

use crate::ReadError;
use crate::document::Value;

/// Deepest nesting of arrays.
const MAX_DEPTH: usize = 64;

/// The value that the bytes begin with. Arrays become objects, their keys text.
pub(super) fn value(bytes: &[u8]) -> Result<Value, ReadError> {
    let mut rest = bytes;
    one(&mut rest, 0)
}

fn broken(what: &str) -> ReadError {
    ReadError::new(format!("not a serialised value: {what}"))
}

fn one(rest: &mut &[u8], depth: usize) -> Result<Value, ReadError> {
    match take(rest, 2)? {
        b"N;" => Ok(Value::Null),
        b"b:" | b"i:" | b"d:" => Ok(Value::String(lossy(until(rest, b';')?))),
        b"s:" => {
            let length = number(rest)?;
            expect(rest, b"\"")?;
            let body = take(rest, length)?;
            expect(rest, b"\";")?;
            Ok(Value::String(lossy(body)))
        }
        b"a:" if depth < MAX_DEPTH => {
            let count = number(rest)?;
            expect(rest, b"{")?;
            let mut members = serde_json::Map::new();
            for _ in 0..count {
                let Value::String(key) = one(rest, depth + 1)? else {
                    return Err(broken("a key is no text"));
                };
                members.insert(key, one(rest, depth + 1)?);
            }
            expect(rest, b"}")?;
            Ok(Value::Object(members))
        }
        b"a:" => Err(broken("nested too deep")),
        _ => Err(broken("an unknown type")),
    }
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], ReadError> {
    let (head, tail) = rest
        .split_at_checked(length)
        .ok_or_else(|| broken("it ends early"))?;
    *rest = tail;
    Ok(head)
}

fn until<'a>(rest: &mut &'a [u8], end: u8) -> Result<&'a [u8], ReadError> {
    let at = memchr::memchr(end, rest).ok_or_else(|| broken("it ends early"))?;
    let head = take(rest, at)?;
    take(rest, 1)?;
    Ok(head)
}

fn expect(rest: &mut &[u8], sign: &[u8]) -> Result<(), ReadError> {
    (take(rest, sign.len())? == sign)
        .then_some(())
        .ok_or_else(|| broken("a sign is missing"))
}

fn number(rest: &mut &[u8]) -> Result<usize, ReadError> {
    lossy(until(rest, b':')?)
        .parse()
        .map_err(|_| broken("a length is no number"))
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
