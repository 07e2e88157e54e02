//! A tar archive with nothing in it that differs between two days or two machines.

use std::collections::BTreeSet;
use std::io;

use super::Entry;

/// The archive of these files, with the directories above them: ustar, owner 0, time 0,
/// ordered by path. `prefix` goes before every path (`./` in a Debian package).
///
/// # Errors
/// When a path is longer than the 100 bytes of a header without extensions.
pub fn archive(entries: &[Entry], prefix: &str) -> io::Result<Vec<u8>> {
    let mut all: Vec<(String, &Entry)> = Vec::new();
    let mut directories: BTreeSet<String> = BTreeSet::new();
    for entry in entries {
        let mut at = 0;
        while let Some(slash) = entry.path.get(at..).and_then(|rest| rest.find('/')) {
            at += slash + 1;
            directories.insert(entry.path.get(..at).unwrap_or_default().to_owned());
        }
        if !entry.path.ends_with('/') {
            all.push((entry.path.clone(), entry));
        }
    }
    let empty = Entry {
        path: String::new(),
        mode: 0o755,
        content: Vec::new(),
    };
    all.extend(directories.into_iter().map(|path| (path, &empty)));
    all.sort_by(|a, b| a.0.cmp(&b.0));
    let mut out = Vec::new();
    if !prefix.is_empty() {
        out.extend(header(prefix, 0o755, 0, b'5')?);
    }
    for (path, entry) in all {
        let kind = if path.ends_with('/') { b'5' } else { b'0' };
        // A directory that was given has the mode that it was given with.
        let given = entries.iter().find(|e| e.path == path);
        let mode = given.map_or(entry.mode, |e| e.mode);
        out.extend(header(
            &format!("{prefix}{path}"),
            mode,
            entry.content.len(),
            kind,
        )?);
        out.extend(&entry.content);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    Ok(out)
}

fn header(path: &str, mode: u32, size: usize, kind: u8) -> io::Result<[u8; 512]> {
    if path.len() > 100 {
        return Err(io::Error::other(format!("{path}: longer than 100 bytes")));
    }
    let mut block = [0u8; 512];
    let mut put = |at: usize, text: &[u8]| block[at..at + text.len()].copy_from_slice(text);
    put(0, path.as_bytes());
    put(100, format!("{mode:07o}").as_bytes());
    put(108, b"0000000");
    put(116, b"0000000");
    put(124, format!("{size:011o}").as_bytes());
    put(136, b"00000000000");
    put(148, b"        ");
    put(156, &[kind]);
    put(257, b"ustar\x0000");
    put(265, b"root");
    put(297, b"root");
    let sum: u32 = block.iter().map(|b| u32::from(*b)).sum();
    block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    Ok(block)
}
