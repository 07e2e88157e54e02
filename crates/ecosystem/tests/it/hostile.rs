//! No bytes make a reader panic, and no cut of a stream changes what is found.

use lazaret_ecosystem::executable::Probe;
use lazaret_ecosystem::{Input, readers, readers_for, sums};
use proptest::prelude::*;

const PATHS: &[&str] = &[
    "var/lib/dpkg/status",
    "var/lib/dpkg/info/a.list",
    "var/lib/dpkg/info/a.md5sums",
    "var/lib/dpkg/diversions",
    "usr/lib/python3/site-packages/a-1.dist-info/RECORD",
    "lib/apk/db/installed",
    "etc/apk/repositories",
    "etc/os-release",
    "var/lib/rpm/rpmdb.sqlite",
    "var/lib/rpm/Packages",
    "var/lib/rpm/Packages.db",
    "var/lib/rpmmanifest/container-manifest-2",
    "var/lib/ubuntu-advantage/status.json",
    "var/lib/pacman/local/a-1-1/desc",
    "var/lib/pacman/local/a-1-1/files",
    "var/db/pkg/a/b-1/CONTENTS",
    "var/lib/chisel/manifest.wall",
    "var/lib/containers/storage/db.sql",
    "var/lib/containers/storage/libpod/bolt_state.db",
    "var/lib/containerd/io.containerd.metadata.v1.bolt/meta.db",
    "opt/local/var/macports/registry/registry.db",
    "boot/vmlinuz",
    "lib/modules/1/extra/a.ko",
    "Dockerfile",
    ".github/workflows/a.yml",
];

fn probe(bytes: &[u8], chunk: usize) -> lazaret_ecosystem::Found {
    let mut probe = Probe::new("x", bytes).expect("an executable");
    bytes.chunks(chunk).for_each(|c| probe.feed(c));
    probe.finish().expect("readable")
}

fn program(filler: usize) -> Vec<u8> {
    let mut bytes = b"\x7fELF\x02\x01".to_vec();
    bytes.resize(filler, b'x');
    bytes.extend_from_slice(b"\xff Go buildinf:\x08\x02");
    bytes.extend_from_slice(&[0; 16]);
    bytes.extend_from_slice(b"\x08go1.22.3");
    bytes.extend_from_slice(b"\x30\x77\xaf\x0c\x92\x74\x08\x02\x41\xe1\xc1\x07\xe6\xd6\x18\xe6");
    bytes.extend_from_slice(
        b"path\tx\nmod\tx\t(devel)\t\ndep\ta.b/c\tv1.0.0\th1:\n=>\ta.b/d\tv1.0.1\t\n",
    );
    bytes.extend_from_slice(b"\xf9\x32\x43\x31\x86\x18\x20\x72\x00\x82\x42\x10\x41\x16\xd8\xf2");
    bytes.resize(bytes.len() + 5000, 0);
    bytes
}

#[test]
fn modules_and_the_toolchain_of_a_program_are_found() {
    let names: Vec<String> = probe(&program(300_000), 65_536)
        .packages
        .iter()
        .map(|p| format!("{} {}", p.name, p.version))
        .collect();
    assert_eq!(names, ["stdlib 1.22.3", "x (devel)", "a.b/d v1.0.1"]);
}

#[test]
fn every_reader_has_an_id_of_its_own() {
    let mut ids: Vec<&str> = readers().map(|r| r.id).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(
        start in prop::sample::select(vec![&b""[..], b"SQLite format 3\0\x10\0", b"RpmP\0\0\0\0\0\0\0\0\x01\0\0\0", b"Package: a\nVersion: 1\n", b"P:a\nF:usr/bin\nR:b\nZ:Q1", b"a,sha256=", b"\x7fELF\0name=", b"%NAME%\na\n", b"\0\0\0\0\0\0\0\0\x04\0\0\0\0\0\0\0\xed\xda\x0c\xed\x02\0\0\0\0\x10\0\0"]),
        tail in prop::collection::vec(any::<u8>(), 0..6000),
    ) {
        let bytes = [start, &tail].concat();
        for path in PATHS {
            for reader in readers_for(path, true) {
                let _ = (reader.read)(Input { path, bytes: &bytes });
            }
            for reader in sums::readers_for(path) {
                let _ = (reader.read)(Input { path, bytes: &bytes });
            }
        }
    }

    #[test]
    fn any_cut_of_a_stream_gives_the_same(filler in 10_usize..3000, chunk in 1_usize..4000) {
        let bytes = program(filler);
        prop_assert_eq!(probe(&bytes, chunk), probe(&bytes, bytes.len()));
    }
}
