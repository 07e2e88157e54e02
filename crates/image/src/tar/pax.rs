//! Records of PAX extended headers: `length key=value\n`.

use super::sparse;

/// Largest extended header, in bytes.
pub(super) const MAX_BYTES: u64 = 1 << 20;

/// The records that matter here.
#[derive(Debug, Default, Clone)]
pub(super) struct Records {
    pub(super) path: Option<Vec<u8>>,
    /// The name of a sparse file, whose `path` is a made-up one.
    pub(super) real_path: Option<Vec<u8>>,
    pub(super) link: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
    pub(super) sparse: Sparse,
}

/// What the records say about a sparse file.
#[derive(Debug, Default, Clone)]
pub(super) struct Sparse {
    /// Whether the file is one.
    pub(super) is: bool,
    /// Its whole size, in bytes.
    pub(super) size: Option<u64>,
    /// Its segments, where the records hold them.
    pub(super) segments: Vec<(u64, u64)>,
    /// The segments stand in front of the content instead.
    pub(super) in_body: bool,
    /// An offset whose length has not come yet.
    offset: Option<u64>,
}

impl Sparse {
    fn take(&mut self, key: &[u8], value: &[u8]) -> Result<(), &'static str> {
        let number = || decimal(value).ok_or("a sparse record that is no number");
        match key {
            b"major" => self.in_body = number()? >= 1,
            b"size" | b"realsize" => self.size = Some(number()?),
            b"map" => self.segments = sparse::listed(value)?,
            b"offset" => self.offset = Some(number()?),
            b"numbytes" => {
                let offset = self.offset.take();
                let offset = offset.ok_or("a sparse length without offset")?;
                self.segments.push((offset, number()?));
            }
            _ => {}
        }
        self.is = true;
        Ok(())
    }
}

impl Records {
    /// Takes the records of one header.
    pub(super) fn read(&mut self, mut text: &[u8]) -> Result<(), &'static str> {
        while !text.is_empty() {
            // Some writers fill the block with zeros after the last record.
            if text[0] == 0 {
                return Ok(());
            }
            let space = text
                .iter()
                .position(|b| *b == b' ')
                .ok_or("a PAX record without length")?;
            let length = decimal(&text[..space]).ok_or("a PAX record whose length is no number")?;
            let length = usize::try_from(length).map_err(|_| "a PAX record of absurd length")?;
            if length <= space + 1 || length > text.len() {
                return Err("a PAX record that reaches beyond its header");
            }
            let (record, rest) = text.split_at(length);
            text = rest;
            let record = record[space + 1..]
                .strip_suffix(b"\n")
                .ok_or("a PAX record without end")?;
            let equals = record
                .iter()
                .position(|b| *b == b'=')
                .ok_or("a PAX record without `=`")?;
            self.take(&record[..equals], &record[equals + 1..])?;
        }
        Ok(())
    }

    fn take(&mut self, key: &[u8], value: &[u8]) -> Result<(), &'static str> {
        match key {
            b"path" => self.path = Some(value.to_vec()),
            b"linkpath" => self.link = Some(value.to_vec()),
            b"size" => self.size = Some(decimal(value).ok_or("a PAX size that is no number")?),
            b"GNU.sparse.name" => {
                self.real_path = Some(value.to_vec());
                self.sparse.is = true;
            }
            _ => {
                if let Some(key) = key.strip_prefix(b"GNU.sparse.") {
                    self.sparse.take(key, value)?;
                }
            }
        }
        Ok(())
    }
}

pub(super) fn decimal(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0u64, |value, b| match b {
        b'0'..=b'9' => value.checked_mul(10)?.checked_add(u64::from(b - b'0')),
        _ => None,
    })
}
