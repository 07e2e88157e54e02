//! As much of protocol buffers and gRPC framing as three calls need.
//!
//! Sources: the Protocol Buffers encoding guide; "gRPC over HTTP2". Reading never trusts
//! a length: what is malformed ends the message.

use std::io::{self, Read};

/// A message under construction.
pub(crate) struct Message(Vec<u8>);

impl Message {
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a text field. `number` is below 16, so its key is one byte.
    pub(crate) fn text(mut self, number: u8, text: &str) -> Self {
        self.0.push((number << 3) | 2);
        let mut left = text.len();
        while left >= 0x80 {
            self.0.push((left & 0x7f) as u8 | 0x80);
            left >>= 7;
        }
        self.0.push(left as u8);
        self.0.extend_from_slice(text.as_bytes());
        self
    }

    pub(crate) fn done(self) -> Vec<u8> {
        self.0
    }
}

/// A field of a message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Field<'a> {
    /// A number.
    Number(u64, u64),
    /// A text, bytes, or a message.
    Bytes(u64, &'a [u8]),
}

/// The fields of a message, up to the first malformed one.
pub(crate) fn fields(mut message: &[u8]) -> impl Iterator<Item = Field<'_>> {
    std::iter::from_fn(move || {
        loop {
            let key = varint(&mut message)?;
            let number = key >> 3;
            match key & 7 {
                0 => return Some(Field::Number(number, varint(&mut message)?)),
                2 => {
                    let length = usize::try_from(varint(&mut message)?).ok()?;
                    let (bytes, rest) = message.split_at_checked(length)?;
                    message = rest;
                    return Some(Field::Bytes(number, bytes));
                }
                1 => message = message.get(8..)?,
                5 => message = message.get(4..)?,
                _ => return None,
            }
        }
    })
}

/// The first text, bytes or message of that number.
pub(crate) fn bytes(message: &[u8], wanted: u64) -> Option<&[u8]> {
    fields(message).find_map(|field| match field {
        Field::Bytes(number, bytes) if number == wanted => Some(bytes),
        _ => None,
    })
}

/// The first number of that number.
pub(crate) fn number(message: &[u8], wanted: u64) -> Option<u64> {
    fields(message).find_map(|field| match field {
        Field::Number(number, value) if number == wanted => Some(value),
        _ => None,
    })
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// A message with gRPC's five bytes before it: not compressed, its length.
pub(crate) fn frame(message: &[u8]) -> Vec<u8> {
    let mut framed = vec![0];
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
    framed.extend_from_slice(&length.to_be_bytes());
    framed.extend_from_slice(message);
    framed
}

/// The next message of an answer; `None` where the answer ends.
pub(crate) fn read_frame(reader: &mut impl Read, most: usize) -> io::Result<Option<Vec<u8>>> {
    let mut head = [0u8; 5];
    if reader.read(&mut head[..1])? == 0 {
        return Ok(None);
    }
    reader.read_exact(&mut head[1..])?;
    let [compressed, length @ ..] = head;
    if compressed != 0 {
        return Err(io::Error::other("a compressed message was not asked for"));
    }
    let length = u32::from_be_bytes(length) as usize;
    if length > most {
        return Err(io::Error::other(format!(
            "a message is longer than {most} bytes"
        )));
    }
    let mut message = Vec::new();
    reader.take(length as u64).read_to_end(&mut message)?;
    match message.len() == length {
        true => Ok(Some(message)),
        false => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let long = "x".repeat(300);
        let message = Message::new().text(1, "a").text(3, &long).done();
        assert_eq!(bytes(&message, 1), Some(b"a".as_slice()));
        assert_eq!(bytes(&message, 3), Some(long.as_bytes()));
        assert_eq!(bytes(&message, 2), None);
        let framed = frame(&message);
        let read = read_frame(&mut framed.as_slice(), 1 << 10).expect("it is whole");
        assert_eq!(read, Some(message));
    }

    #[test]
    fn a_lying_length_ends_the_message() {
        assert_eq!(bytes(&[0x0a, 0xff, 0xff, 0xff, 0x7f, 1], 1), None);
        assert_eq!(fields(&[0xff; 12]).count(), 0);
        assert_eq!(number(&[0x10, 0x96, 0x01], 2), Some(150));
        assert!(read_frame(&mut [0, 0, 0, 1, 0, 7].as_slice(), 1 << 10).is_err());
        assert!(read_frame(&mut [0, 255, 255, 255, 255].as_slice(), 1 << 10).is_err());
    }
}
