//! Sparse files of every format that GNU tar writes read as the files that they were.

use std::io::Read;
use std::process::Command;

use lazaret_image::{Entry, LayerSink, Limits, Oddity, SinkError, walk};

/// Keeps every file whole.
#[derive(Default)]
struct Keep(Vec<(String, u64, Vec<u8>)>);

impl LayerSink for Keep {
    fn entry(&mut self, entry: &Entry<'_>, body: &mut dyn Read) -> Result<(), SinkError> {
        let mut bytes = Vec::new();
        body.take(16 << 20).read_to_end(&mut bytes)?;
        let path = String::from_utf8_lossy(entry.path).into_owned();
        self.0.push((path, entry.size, bytes));
        Ok(())
    }
}

fn header(path: &str, kind: u8, size: usize) -> [u8; 512] {
    let mut block = [0u8; 512];
    let mut put = |at: usize, text: &[u8]| block[at..at + text.len()].copy_from_slice(text);
    put(0, path.as_bytes());
    put(100, b"0000644\0");
    put(124, format!("{size:011o}\0").as_bytes());
    put(148, b"        ");
    put(156, &[kind]);
    put(257, b"ustar  \0");
    block
}

fn sealed(mut block: [u8; 512]) -> [u8; 512] {
    let sum: u32 = block.iter().map(|b| u32::from(*b)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

/// An archive of one file of type `S` with these segments (12 octal digits) and content.
fn old_format(segments: &[(u64, u64)], size: u64, content: &[u8]) -> Vec<u8> {
    let mut block = header("data", b'S', content.len());
    for (index, (offset, length)) in segments.iter().enumerate() {
        let at = 386 + index * 24;
        block[at..at + 24].copy_from_slice(format!("{offset:011o}\0{length:011o}\0").as_bytes());
    }
    block[483..495].copy_from_slice(format!("{size:011o}\0").as_bytes());
    let mut archive = sealed(block).to_vec();
    archive.extend_from_slice(content);
    archive.resize(archive.len().next_multiple_of(512), 0);
    let after = sealed(header("after", b'0', 0));
    archive.extend_from_slice(&after);
    archive.resize(archive.len() + 1024, 0);
    archive
}

#[track_caller]
fn read(archive: &[u8]) -> (Keep, Vec<Oddity>) {
    let mut keep = Keep::default();
    let oddities = walk(archive, &Limits::default(), &mut keep).expect("a good archive");
    (keep, oddities)
}

#[test]
fn holes_read_as_zeros_and_the_next_entry_is_found() {
    let (keep, oddities) = read(&old_format(&[(3, 2), (8, 1), (10, 0)], 10, b"abc"));
    assert_eq!(oddities, []);
    let data = b"\0\0\0ab\0\0\0c\0".to_vec();
    let expected = [
        ("data".to_owned(), 10, data),
        ("after".to_owned(), 0, vec![]),
    ];
    assert_eq!(keep.0, expected);
}

#[test]
fn a_map_that_does_not_fit_ends_the_walk() {
    for (segments, size, why) in [
        (&[(0, 2), (1, 1)][..], 10, "overlap"),
        (&[(9, 3)], 10, "beyond the end"),
        (&[(0, 2)], 10, "fewer bytes than are stored"),
    ] {
        let archive = old_format(segments, size, b"abc");
        let walked = walk(&archive, &Limits::default(), &mut Keep::default());
        assert!(walked.is_err(), "{why}");
    }
}

#[test]
fn endless_holes_are_told_and_not_looked_through() {
    let (keep, oddities) = read(&old_format(&[(0, 3)], 0o77777777777, b"abc"));
    assert_eq!(keep.0[0], ("data".to_owned(), 0, vec![]));
    assert_eq!(keep.0[1].0, "after");
    assert_eq!(oddities.len(), 1);
    assert!(oddities[0].detail.contains("not examined"), "{oddities:?}");
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn what_gnu_tar_writes_reads_as_the_file_that_it_packed() {
    let probe = Command::new("tar").arg("--version").output();
    if !probe.is_ok_and(|o| String::from_utf8_lossy(&o.stdout).contains("GNU tar")) {
        eprintln!("skipped: GNU tar is not installed");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("holes.bin");
    // More segments than one header holds, so that every format has to continue its map.
    let mut content = vec![0u8; 3 << 20];
    for segment in 0..40 {
        let at = segment * 72 * 1024 + 4096;
        content[at..at + 4096].fill(b'a' + (segment % 26) as u8);
    }
    let file = std::fs::File::create(&path).expect("a file");
    std::os::unix::fs::FileExt::write_all_at(&file, b"", 0).expect("nothing to fail");
    file.set_len(content.len() as u64).expect("room");
    for segment in 0..40 {
        let at = segment * 72 * 1024 + 4096;
        std::os::unix::fs::FileExt::write_all_at(&file, &content[at..at + 4096], at as u64)
            .expect("room");
    }
    for format in [
        &["--format=gnu"][..],
        &["--format=pax", "--sparse-version=0.0"],
        &["--format=pax", "--sparse-version=0.1"],
        &["--format=pax", "--sparse-version=1.0"],
    ] {
        let packed = Command::new("tar")
            .args(["--create", "--sparse", "--hole-detection=raw", "--file=-"])
            .args(format)
            .arg("--directory")
            .arg(folder.path())
            .arg("holes.bin")
            .output()
            .expect("tar runs");
        assert!(packed.status.success(), "{format:?}");
        assert!(packed.stdout.len() < content.len(), "{format:?} is sparse");
        let (keep, oddities) = read(&packed.stdout);
        assert_eq!(oddities, [], "{format:?}");
        let [(name, size, bytes)] = &keep.0[..] else {
            panic!("{format:?}: {} entries", keep.0.len());
        };
        assert_eq!((name.as_str(), *size), ("holes.bin", content.len() as u64));
        assert!(*bytes == content, "{format:?}: the content differs");
    }
}
