//! The same files give the same database, however they are packed.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use lazaret_advisory::Db;
use lazaret_advisory::build::{BuildError, BuildOptions, SourceSpec, build, build_to};
use lazaret_advisory::feed::{self, Feed};

fn record(id: &str, package: &str) -> String {
    format!(
        r#"{{"id":"{id}","modified":"2024-01-01T00:00:00Z","summary":"About {package}","affected":[
        {{"package":{{"ecosystem":"npm","name":"{package}"}},
        "ranges":[{{"type":"SEMVER","events":[{{"introduced":"0"}},{{"fixed":"1.2.3"}}]}}]}}]}}"#
    )
}

fn files() -> Vec<(&'static str, String)> {
    vec![
        ("npm/GHSA-a.json", record("GHSA-a", "left")),
        ("npm/deep/er/GHSA-b.json", record("GHSA-b", "right")),
        ("README.md", "not a record".into()),
    ]
}

fn osv() -> &'static Feed {
    feed::by_name("osv").expect("the feed")
}

fn source(path: &Path) -> Vec<SourceSpec> {
    vec![SourceSpec {
        feed: osv(),
        path: path.to_owned(),
    }]
}

fn built(path: &Path) -> Vec<u8> {
    let options = BuildOptions::default();
    build(&source(path), &options, &mut |_| {})
        .expect("builds")
        .0
}

fn folder(root: &Path) -> PathBuf {
    let folder = root.join("folder");
    for (path, content) in files() {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

fn tar_bytes(files: &[(&str, String)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, content) in files {
        let mut header = [0u8; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[156] = b'0';
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        out.extend_from_slice(&header);
        out.extend_from_slice(content.as_bytes());
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

fn zip_bytes(files: &[(&str, String)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn packing_and_order_do_not_change_a_byte() {
    let root = tempfile::tempdir().unwrap();
    let expected = built(&folder(root.path()));
    let mut reversed = files();
    reversed.reverse();
    for (name, bytes) in [
        ("a.zip", zip_bytes(&files())),
        ("b.zip", zip_bytes(&reversed)),
        ("a.tar", tar_bytes(&files())),
        ("b.tar", tar_bytes(&reversed)),
        ("a.tar.gz", gzip(&tar_bytes(&files()))),
        ("a.tgz", gzip(&tar_bytes(&reversed))),
        (
            "a.tar.zst",
            zstd::encode_all(&tar_bytes(&files())[..], 3).unwrap(),
        ),
    ] {
        let path = root.path().join(name);
        fs::write(&path, bytes).unwrap();
        assert!(built(&path) == expected, "{name}");
    }
    // A folder that holds archives, as a download of several ecosystems is.
    let parts = root.path().join("parts");
    fs::create_dir(&parts).unwrap();
    fs::write(parts.join("one.zip"), zip_bytes(&files()[..1])).unwrap();
    fs::write(parts.join("two.tar.gz"), gzip(&tar_bytes(&files()[1..]))).unwrap();
    assert!(built(&parts) == expected, "parts");
}

#[test]
fn single_files_may_be_compressed_and_have_any_name() {
    let root = tempfile::tempdir().unwrap();
    let plain = record("GHSA-a", "left");
    let path = root.path().join("whatever");
    fs::write(&path, &plain).unwrap();
    let expected = built(&path);
    let path = root.path().join("record.json.gz");
    fs::write(&path, gzip(plain.as_bytes())).unwrap();
    assert!(built(&path) == expected);
}

/// `record("GHSA-a", "left")`, packed by xz 5.4 with `-0 --check=crc32`.
#[rustfmt::skip]
const XZ: &[u8] = &[
    0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00, 0x01, 0x69, 0x22, 0xde, 0x36, 0x02, 0x00, 0x21, 0x01,
    0x0c, 0x00, 0x00, 0x00, 0x8f, 0x98, 0x41, 0x9c, 0xe0, 0x00, 0xe1, 0x00, 0xae, 0x5d, 0x00, 0x3d,
    0x88, 0x89, 0x26, 0x81, 0x93, 0x53, 0x85, 0x88, 0xd4, 0xb7, 0x96, 0x00, 0x4a, 0x86, 0x05, 0xec,
    0x5e, 0xe3, 0xa6, 0x02, 0x50, 0x2f, 0x96, 0x06, 0x2e, 0x8e, 0x86, 0x4c, 0xaa, 0x62, 0xd1, 0x3f,
    0x15, 0x59, 0x14, 0x6f, 0x4e, 0xa7, 0xf7, 0xd7, 0xf8, 0x6a, 0xc0, 0x1e, 0x89, 0x73, 0xdf, 0x41,
    0x3c, 0xc1, 0x56, 0x47, 0x43, 0xa9, 0xad, 0x49, 0x5d, 0xf0, 0x10, 0xa2, 0x13, 0xc1, 0x60, 0xcc,
    0x57, 0x5c, 0x06, 0x46, 0xb2, 0x5e, 0xee, 0xa9, 0x3f, 0xd4, 0x4b, 0x31, 0xd0, 0xde, 0x72, 0x47,
    0x6a, 0x1f, 0x24, 0x52, 0x65, 0x72, 0xb9, 0xe1, 0x69, 0xf3, 0xc8, 0x91, 0xda, 0x1b, 0x3c, 0x29,
    0xd4, 0x0d, 0x17, 0xb5, 0x38, 0x09, 0x60, 0xd4, 0xef, 0xfd, 0x46, 0xb5, 0xa6, 0x31, 0x9d, 0xa3,
    0xca, 0xbd, 0x15, 0xca, 0x63, 0xc5, 0xf3, 0x08, 0xdc, 0xc6, 0xc5, 0x8b, 0x82, 0x8c, 0x8d, 0x1f,
    0x76, 0xa6, 0x23, 0x11, 0x76, 0x80, 0x61, 0x43, 0xe7, 0xee, 0x64, 0x53, 0x73, 0x66, 0x18, 0x86,
    0xee, 0x43, 0xd9, 0x40, 0x78, 0x56, 0x2d, 0x61, 0x89, 0xd5, 0x0d, 0xe0, 0x31, 0x7b, 0xe3, 0x23,
    0x6e, 0x99, 0x1b, 0x92, 0x82, 0x31, 0xaa, 0x09, 0xbf, 0xf2, 0x7b, 0x28, 0x80, 0x00, 0x00, 0x00,
    0xcf, 0x16, 0xf0, 0x28, 0x00, 0x01, 0xc6, 0x01, 0xe2, 0x01, 0x00, 0x00, 0x40, 0xe3, 0x30, 0x44,
    0x3e, 0x30, 0x0d, 0x8b, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x59, 0x5a,
];

#[test]
fn bzip2_and_xz_are_unpacked_and_damage_is_an_error() {
    let root = tempfile::tempdir().unwrap();
    let plain = record("GHSA-a", "left");
    let path = root.path().join("plain.json");
    fs::write(&path, &plain).unwrap();
    let expected = built(&path);
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(plain.as_bytes()).unwrap();
    let bzip2 = encoder.finish().unwrap();
    for (name, bytes) in [
        ("record.json.bz2", bzip2.as_slice()),
        ("record.json.xz", XZ),
    ] {
        let path = root.path().join(name);
        fs::write(&path, bytes).unwrap();
        assert!(built(&path) == expected, "{name}");
        fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        let outcome = build(&source(&path), &BuildOptions::default(), &mut |_| {});
        assert!(outcome.is_err(), "{name} cut in half");
    }
}

#[test]
fn a_bad_record_is_counted_named_and_skipped() {
    let root = tempfile::tempdir().unwrap();
    let folder = folder(root.path());
    fs::write(folder.join("npm/GHSA-bad.json"), "{\"id\": ").unwrap();
    let (_, report) = build(&source(&folder), &BuildOptions::default(), &mut |_| {}).unwrap();
    assert_eq!((report.sources[0].records, report.sources[0].bad), (2, 1));
    assert_eq!(report.sources[0].named[0].record, "npm/GHSA-bad.json");
    let strict = BuildOptions {
        strict: true,
        ..BuildOptions::default()
    };
    let error = build(&source(&folder), &strict, &mut |_| {}).unwrap_err();
    assert!(
        matches!(error, BuildError::Strict { bad: 1, .. }),
        "{error}"
    );
}

#[test]
fn a_packed_file_that_is_damaged_is_named_and_the_archive_around_it_is_not_blamed() {
    let root = tempfile::tempdir().unwrap();
    let folder = folder(root.path());
    let damaged = "no gzip at all".to_owned();
    fs::write(folder.join("npm/GHSA-z.json.gz"), &damaged).unwrap();
    let tar = root.path().join("a.tar");
    let mut members = files();
    members.insert(0, ("npm/GHSA-z.json.gz", damaged));
    fs::write(&tar, tar_bytes(&members)).unwrap();
    for path in [&folder, &tar] {
        let (_, report) = build(&source(path), &BuildOptions::default(), &mut |_| {}).unwrap();
        let report = &report.sources[0];
        assert_eq!((report.records, report.bad), (2, 1), "{}", path.display());
        assert_eq!(report.named[0].record, "npm/GHSA-z.json");
        // An update has an older copy of what it cannot unpack.
        let mut whole = BuildOptions::default();
        whole.limits.whole_files = true;
        let error = build(&source(path), &whole, &mut |_| {}).unwrap_err();
        assert!(matches!(error, BuildError::Source { .. }), "{error}");
    }
    // The archive breaks off inside of the packed file: half a feed.
    fs::write(&tar, &tar_bytes(&members)[..520]).unwrap();
    let error = build(&source(&tar), &BuildOptions::default(), &mut |_| {}).unwrap_err();
    assert!(matches!(error, BuildError::Source { .. }), "{error}");
}

#[test]
fn a_source_that_gives_nothing_fails_the_build_and_leaves_the_old_file() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("advisories.db");
    let options = BuildOptions::default();
    build_to(&out, &source(&folder(root.path())), &options, &mut |_| {}).unwrap();
    let before = fs::read(&out).unwrap();

    let empty = root.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let error = build_to(&out, &source(&empty), &options, &mut |_| {}).unwrap_err();
    assert!(
        matches!(error, BuildError::NothingReadable { .. }),
        "{error}"
    );

    let cut = root.path().join("cut.tar");
    let archive = tar_bytes(&files());
    fs::write(&cut, &archive[..700]).unwrap();
    let error = build_to(&out, &source(&cut), &options, &mut |_| {}).unwrap_err();
    assert!(matches!(error, BuildError::Source { .. }), "{error}");

    assert!(fs::read(&out).unwrap() == before);
    assert_eq!(Db::open(&out).unwrap().advisory_count(), 2);
    let left: Vec<_> = fs::read_dir(root.path())
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter(|name| name.ends_with(".tmp"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn files_above_the_limit_are_named_and_sources_above_it_refused() {
    let root = tempfile::tempdir().unwrap();
    let folder = folder(root.path());
    fs::write(folder.join("npm/large.json"), vec![b' '; 10_000]).unwrap();
    let mut options = BuildOptions::default();
    options.limits.max_file_bytes = 5_000;
    let (_, report) = build(&source(&folder), &options, &mut |_| {}).unwrap();
    assert_eq!(report.sources[0].named[0].reason, "larger than 5000 bytes");
    options.limits.max_total_bytes = 300;
    let error = build(&source(&folder), &options, &mut |_| {}).unwrap_err();
    assert!(matches!(error, BuildError::Source { .. }), "{error}");
}

#[test]
fn sources_are_written_as_feed_and_path() {
    let spec: SourceSpec = "osv=some/where=else.zip".parse().expect("a source");
    assert_eq!(spec.path, Path::new("some/where=else.zip"));
    let text = |text: &str| text.parse::<SourceSpec>().err().unwrap().to_string();
    assert!(text("nothing").contains("FEED=PATH"));
    assert!(text("nobody=x").contains("known are osv"));
}
