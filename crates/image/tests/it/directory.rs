//! What a walk over a directory shows and what it stays out of.

use std::fs;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use lazaret_image::{Entry, LayerSink, Limits, SinkError, read_directory, read_parts};

/// Keeps the paths, and stays out of one directory.
#[derive(Default)]
struct Paths {
    seen: Vec<String>,
    closed: Option<&'static str>,
}

impl LayerSink for Paths {
    fn entry(&mut self, entry: &Entry<'_>, _body: &mut dyn Read) -> Result<(), SinkError> {
        self.seen
            .push(String::from_utf8_lossy(entry.path).into_owned());
        Ok(())
    }

    fn descends(&mut self, directory: &[u8]) -> bool {
        self.closed
            .is_none_or(|closed| closed.as_bytes() != directory)
    }
}

#[test]
fn what_the_sink_does_not_want_is_not_walked() {
    let root = tempfile::tempdir().expect("a directory");
    for dir in ["a/closed/deep", "a/open"] {
        fs::create_dir_all(root.path().join(dir)).expect("made");
        fs::write(root.path().join(dir).join("file"), b"x").expect("written");
    }
    let mut sink = Paths {
        closed: Some("a/closed"),
        ..Paths::default()
    };
    let summary = read_directory(root.path(), &Limits::default(), &mut sink).expect("walked");
    assert_eq!(sink.seen, ["a", "a/closed", "a/open", "a/open/file"]);
    assert_eq!(summary.entries, 4);
}

#[test]
fn a_file_system_of_the_kernel_is_not_walked_wherever_it_is_mounted() {
    let (root, mounted) = (Path::new("/dev"), "pts");
    let device = |path: &Path| fs::metadata(path).map(|m| m.dev()).ok();
    if device(&root.join(mounted)) == device(root) || !root.join(mounted).is_dir() {
        eprintln!("skipped: nothing is mounted at /dev/pts");
        return;
    }
    let mut sink = Paths::default();
    read_parts(root, &[mounted], &Limits::default(), &mut sink).expect("walked");
    assert_eq!(sink.seen, [mounted]);
}
