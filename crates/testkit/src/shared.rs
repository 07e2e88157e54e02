//! The collected upstream files beside the repository, where they are at hand.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A file of the collected data, `feeds/purl.tar.zst`: below `$LAZARET_SHARED`, else in
/// `shared` beside the repository. `None`, and said so, where it is not here.
pub fn path(relative: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let root = std::env::var_os("LAZARET_SHARED").map_or_else(beside, PathBuf::from);
    let path = root.join(relative);
    if path.exists() {
        return Some(path);
    }
    skipped(relative);
    None
}

/// The files of an archive of `shared/feeds` whose path holds `part`, by path, unpacked.
/// `None` where the archive is not here.
pub fn files(archive: &str, part: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let tar = decoded(&path(&format!("feeds/{archive}.tar.zst"))?);
    let mut found: Vec<(String, Vec<u8>)> = members(&tar)
        .into_iter()
        .filter(|(path, _)| path.contains(part))
        .map(|(path, bytes)| unpacked(path, bytes))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "{archive} has no {part}");
    Some(found)
}

/// The folder of an archive of `shared/feeds`, unpacked once below `into`, as it is. `None`
/// where the archive is not here.
pub fn folder(archive: &str, into: &Path) -> Option<PathBuf> {
    let source = path(&format!("feeds/{archive}.tar.zst"))?;
    let folder = into.join(archive);
    if folder.is_dir() {
        return Some(folder);
    }
    std::fs::create_dir_all(into).expect("a writable folder");
    let part = tempfile::tempdir_in(into).expect("a writable folder");
    for (path, bytes) in members(&decoded(&source)) {
        let path = part.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(part.path())).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    }
    // Another test may have been faster; its folder is as good.
    let _ = std::fs::rename(part.path(), &folder);
    folder.is_dir().then_some(folder)
}

fn decoded(archive: &Path) -> Vec<u8> {
    let file = File::open(archive).expect("a good archive");
    let mut tar = Vec::new();
    let mut decoder = zstd::Decoder::new(file).expect("a good archive");
    decoder.window_log_max(27).expect("a good archive");
    decoder.read_to_end(&mut tar).expect("a good archive");
    tar
}

fn unpacked(path: String, bytes: &[u8]) -> (String, Vec<u8>) {
    let mut out = Vec::new();
    let (inner, mut reader): (_, Box<dyn Read + '_>) = match path.rsplit_once('.') {
        Some((inner, "gz")) => (inner, Box::new(flate2::read::GzDecoder::new(bytes))),
        Some((inner, "bz2")) => (inner, Box::new(bzip2::read::MultiBzDecoder::new(bytes))),
        Some((inner, "zst")) => (
            inner,
            Box::new(zstd::Decoder::new(bytes).expect("a good archive")),
        ),
        Some((inner, "xz")) => (inner, Box::new(lzma_rust2::XzReader::new(bytes, true))),
        _ => return (path, bytes.to_vec()),
    };
    match reader.read_to_end(&mut out) {
        Ok(_) => (inner.to_owned(), out),
        // Some are broken on purpose.
        Err(_) => (path, Vec::new()),
    }
}

#[allow(
    clippy::print_stdout,
    reason = "a test that skips says so to who runs it"
)]
fn skipped(relative: &str) {
    println!("skipped: the shared {relative} is not here");
}

/// The regular files of a tar archive with ustar, GNU and pax names.
pub fn members(tar: &[u8]) -> Vec<(String, &[u8])> {
    let text = |bytes: &[u8]| {
        let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
        String::from_utf8_lossy(&bytes[..end]).into_owned()
    };
    let (mut found, mut at, mut long) = (Vec::new(), 0, None);
    while at + 512 <= tar.len() && tar[at] != 0 {
        let header = &tar[at..at + 512];
        let size = usize::from_str_radix(text(&header[124..136]).trim(), 8).unwrap_or(0);
        let body = &tar[at + 512..at + 512 + size];
        at += 512 + size.next_multiple_of(512);
        match header[156] {
            b'L' => long = Some(text(body)),
            b'x' => {
                let records = String::from_utf8_lossy(body).into_owned();
                let name = records.lines().find_map(|l| l.split_once(" path="));
                long = name.map(|(_, name)| name.to_owned()).or(long);
            }
            b'0' | 0 => {
                let short = match text(&header[345..500]).as_str() {
                    "" => text(&header[..100]),
                    prefix => format!("{prefix}/{}", text(&header[..100])),
                };
                found.push((long.take().unwrap_or(short), body));
            }
            _ => long = None,
        }
    }
    found
}
