//! The headers of a portable executable, as far as they lead to .NET's metadata.

/// Number of the data directory of the common language runtime.
const RUNTIME_DIRECTORY: usize = 14;

/// The bytes at `at`, `length` of them.
pub(super) fn slice(bytes: &[u8], at: usize, length: usize) -> Option<&[u8]> {
    bytes.get(at..at.checked_add(length)?)
}

/// The little-endian number of two bytes at `at`.
pub(super) fn short(bytes: &[u8], at: usize) -> Option<usize> {
    let pair = slice(bytes, at, 2)?.try_into().ok()?;
    Some(usize::from(u16::from_le_bytes(pair)))
}

/// The little-endian number of four bytes at `at`.
pub(super) fn long(bytes: &[u8], at: usize) -> Option<usize> {
    let four = slice(bytes, at, 4)?.try_into().ok()?;
    usize::try_from(u32::from_le_bytes(four)).ok()
}

/// A portable executable.
pub(super) struct Image<'a> {
    bytes: &'a [u8],
    /// Where the section headers are, and how many.
    sections: (usize, usize),
    /// Where the entry of the runtime's directory is.
    directory: usize,
}

impl<'a> Image<'a> {
    /// Reads the headers; `None` where they are cut or are none.
    pub(super) fn new(bytes: &'a [u8]) -> Option<Self> {
        let header = long(bytes, 0x3c)?;
        if slice(bytes, 0, 2)? != b"MZ" || slice(bytes, header, 4)? != b"PE\0\0" {
            return None;
        }
        let count = short(bytes, header.checked_add(6)?)?;
        let optional = header.checked_add(24)?;
        let length = short(bytes, header.checked_add(20)?)?;
        let directories = match short(bytes, optional)? {
            0x10b => 96,
            0x20b => 112,
            _ => return None,
        };
        Some(Self {
            bytes,
            sections: (optional.checked_add(length)?, count),
            directory: optional
                .checked_add(directories)?
                .checked_add(RUNTIME_DIRECTORY * 8)?,
        })
    }

    /// The metadata of the runtime; `None` in a program without any.
    pub(super) fn metadata(&self) -> Option<&'a [u8]> {
        if self.directory.checked_add(8)? > self.sections.0 {
            return None;
        }
        let header = self.offset(long(self.bytes, self.directory).filter(|a| *a > 0)?)?;
        let at = self.offset(long(self.bytes, header.checked_add(8)?)?)?;
        let length = long(self.bytes, header.checked_add(12)?)?;
        slice(self.bytes, at, length)
    }

    /// Where in the file an address of the loaded image is.
    fn offset(&self, address: usize) -> Option<usize> {
        let (first, count) = self.sections;
        (0..count).find_map(|number| {
            let section = slice(self.bytes, first.checked_add(number * 40)?, 40)?;
            let size = long(section, 8)?.max(long(section, 16)?);
            let inside = address.checked_sub(long(section, 12)?)?;
            (inside < size).then(|| long(section, 20)?.checked_add(inside))?
        })
    }
}
