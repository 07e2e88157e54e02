//! Records of PAX extended headers: `length key=value\n`.

/// Largest extended header, in bytes.
pub(super) const MAX_BYTES: u64 = 1 << 20;

/// The records that matter here.
#[derive(Debug, Default, Clone)]
pub(super) struct Records {
    pub(super) path: Option<Vec<u8>>,
    pub(super) link: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
    pub(super) sparse: bool,
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
                self.path = Some(value.to_vec());
                self.sparse = true;
            }
            b"GNU.sparse.major" | b"GNU.sparse.map" | b"GNU.sparse.numblocks" => self.sparse = true,
            _ => {}
        }
        Ok(())
    }
}

fn decimal(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0u64, |value, b| match b {
        b'0'..=b'9' => value.checked_mul(10)?.checked_add(u64::from(b - b'0')),
        _ => None,
    })
}
