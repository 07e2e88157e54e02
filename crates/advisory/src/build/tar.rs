//! Walks a tar archive in one pass, keeping nothing.
//!
//! Feeds arrive as plain archives of plain files, so this knows what such archives need:
//! ustar names with prefix, GNU long names, pax `path` and `size`. Links, devices and
//! folders are skipped. Names are labels here; nothing is ever written under them.
//!
//! Format: POSIX.1-2017 `pax`, "ustar Interchange Format"; GNU tar manual, "Basic Tar
//! Format".

use std::io::{self, Read};

const BLOCK: usize = 512;
/// Largest long name or pax header in bytes.
const MAX_HEADER_BYTES: u64 = 1 << 20;

/// A regular file of an archive.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The name, `/`-separated; bytes that are not UTF-8 are replaced.
    pub(super) path: String,
    /// Size in bytes.
    pub(super) size: u64,
}

/// An archive that is being read.
pub(super) struct Archive<R> {
    reader: R,
    /// What is left of the current file, and of its padding.
    body: u64,
    padding: u64,
}

impl<R: Read> Archive<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            reader,
            body: 0,
            padding: 0,
        }
    }

    /// The next regular file; skips what is left of the one before.
    pub(super) fn next_file(&mut self) -> io::Result<Option<Entry>> {
        let mut long_name = None;
        let mut long_size = None;
        loop {
            self.skip()?;
            let mut header = [0; BLOCK];
            if !read_block(&mut self.reader, &mut header)? {
                return Ok(None);
            }
            if header.iter().all(|byte| *byte == 0) {
                return Ok(None);
            }
            check(&header)?;
            let size = number(&header[124..136])?;
            let kind = header[156];
            self.begin(match kind {
                b'L' | b'K' | b'x' | b'g' => size,
                _ => long_size.unwrap_or(size),
            });
            match kind {
                b'L' => long_name = Some(text(&self.small()?)),
                b'x' => {
                    let records = self.small()?;
                    long_name = pax(&records, "path").or(long_name);
                    long_size = pax(&records, "size").and_then(|size| size.parse().ok());
                }
                b'g' | b'K' => {}
                b'0' | 0 | b'7' => {
                    let path = long_name.take().unwrap_or_else(|| name(&header));
                    let path = path.trim_start_matches("./").to_owned();
                    return Ok(Some(Entry {
                        path,
                        size: self.body,
                    }));
                }
                _ => {
                    // A link or folder: its size says nothing about bytes that follow.
                    if !matches!(kind, b'S') {
                        self.begin(0);
                    }
                    long_name = None;
                    long_size = None;
                }
            }
        }
    }

    /// The content of the file that was returned last.
    pub(super) fn content(&mut self) -> Content<'_, R> {
        Content { archive: self }
    }

    fn begin(&mut self, size: u64) {
        self.body = size;
        self.padding = (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64;
    }

    fn small(&mut self) -> io::Result<Vec<u8>> {
        if self.body > MAX_HEADER_BYTES {
            return Err(invalid("a header longer than 1 MiB"));
        }
        let mut bytes = Vec::new();
        self.content().read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn skip(&mut self) -> io::Result<()> {
        let expected = self.body.saturating_add(self.padding);
        let skipped = io::copy(&mut self.reader.by_ref().take(expected), &mut io::sink())?;
        (self.body, self.padding) = (0, 0);
        if skipped == expected {
            Ok(())
        } else {
            Err(io::ErrorKind::UnexpectedEof.into())
        }
    }
}

/// Reads the content of one file of an archive.
pub(super) struct Content<'a, R> {
    archive: &'a mut Archive<R>,
}

impl<R: Read> Read for Content<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let body = usize::try_from(self.archive.body).unwrap_or(usize::MAX);
        let want = buffer.len().min(body);
        if want == 0 {
            return Ok(0);
        }
        match self.archive.reader.read(&mut buffer[..want])? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                self.archive.body -= read as u64;
                Ok(read)
            }
        }
    }
}

/// Reads `bytes` as an archive to its end or its first error. What a fuzzer calls.
#[doc(hidden)]
pub fn exercise(bytes: &[u8]) {
    let mut archive = Archive::new(bytes);
    while let Ok(Some(_)) = archive.next_file() {
        let _ = io::copy(&mut archive.content(), &mut io::sink());
    }
}

/// Fills a block; false at the end of the archive.
fn read_block(reader: &mut impl Read, block: &mut [u8; BLOCK]) -> io::Result<bool> {
    let mut filled = 0;
    while filled < BLOCK {
        match reader.read(&mut block[filled..]) {
            Ok(0) if filled == 0 => return Ok(false),
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

fn check(header: &[u8; BLOCK]) -> io::Result<()> {
    let stated = number(&header[148..156])?;
    let sum: u64 = header
        .iter()
        .enumerate()
        // The checksum itself counts as blanks.
        .map(|(at, byte)| {
            u64::from(if (148..156).contains(&at) {
                b' '
            } else {
                *byte
            })
        })
        .sum();
    if sum == stated {
        Ok(())
    } else {
        Err(invalid("a header with a wrong checksum"))
    }
}

/// An octal number, or GNU's base 256 where the first bit is set.
fn number(field: &[u8]) -> io::Result<u64> {
    if field.first().is_some_and(|first| first & 0x80 != 0) {
        let mut value = u64::from(field[0] & 0x3f);
        for byte in &field[1..] {
            value = value
                .checked_mul(256)
                .map(|value| value | u64::from(*byte))
                .ok_or_else(|| invalid("a number that is too large"))?;
        }
        return Ok(value);
    }
    let text = str::from_utf8(field).map_err(|_| invalid("a number that is not octal"))?;
    match text.trim_matches([' ', '\0']) {
        "" => Ok(0),
        digits => u64::from_str_radix(digits, 8).map_err(|_| invalid("a number that is not octal")),
    }
}

fn name(header: &[u8; BLOCK]) -> String {
    let name = text(&header[..100]);
    let prefix = match &header[257..263] {
        b"ustar\0" => text(&header[345..500]),
        _ => String::new(),
    };
    if prefix.is_empty() {
        name
    } else {
        format!("{prefix}/{name}")
    }
}

fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0);
    String::from_utf8_lossy(&bytes[..end.unwrap_or(bytes.len())]).into_owned()
}

/// The value of `key` in pax records, each `length key=value\n`.
fn pax(mut records: &[u8], key: &str) -> Option<String> {
    let mut found = None;
    while let Some(blank) = records.iter().position(|byte| *byte == b' ') {
        let length: usize = str::from_utf8(&records[..blank]).ok()?.parse().ok()?;
        let record = records.get(blank + 1..length)?;
        let record = String::from_utf8_lossy(record);
        if let Some((name, value)) = record.trim_end_matches('\n').split_once('=')
            && name == key
        {
            found = Some(value.to_owned());
        }
        records = records.get(length..)?;
    }
    found
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("the archive has {what}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, kind: u8, content: &[u8]) -> Vec<u8> {
        let mut header = [0u8; BLOCK];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[156] = kind;
        header[257..263].copy_from_slice(b"ustar\0");
        header[148..156].copy_from_slice(b"        ");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        let mut out = header.to_vec();
        out.extend_from_slice(content);
        out.resize(out.len().next_multiple_of(BLOCK), 0);
        out
    }

    fn files(archive: &[u8]) -> io::Result<Vec<(String, Vec<u8>)>> {
        let mut archive = Archive::new(archive);
        let mut files = Vec::new();
        while let Some(entry) = archive.next_file()? {
            let mut content = Vec::new();
            archive.content().read_to_end(&mut content)?;
            files.push((entry.path, content));
        }
        Ok(files)
    }

    #[test]
    fn files_come_with_long_names_and_without_links() {
        let pax_record = b"22 path=from/pax.json\n";
        let archive = [
            member("./a.json", b'0', b"one"),
            member("folder/", b'5', b""),
            member("link", b'2', b""),
            member("././@LongLink", b'L', b"gnu/long.json\0"),
            member("short", b'0', b"two"),
            member("PaxHeader", b'x', pax_record),
            member("short", b'0', &[b'x'; 600]),
            vec![0; 1024],
        ]
        .concat();
        assert_eq!(
            files(&archive).expect("a good archive"),
            [
                ("a.json".to_owned(), b"one".to_vec()),
                ("gnu/long.json".to_owned(), b"two".to_vec()),
                ("from/pax.json".to_owned(), vec![b'x'; 600]),
            ]
        );
    }

    #[test]
    fn a_cut_archive_is_an_error() {
        let archive = member("a.json", b'0', b"some content");
        for len in 1..BLOCK * 2 {
            assert!(files(&archive[..len]).is_err(), "{len} bytes");
        }
    }
}
