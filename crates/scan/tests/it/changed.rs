//! Files that run and are not what their packages state.

use lazaret_model::{Confidence, GapKind, Inventory, Severity, SignKind};
use lazaret_scan::{Cache, Look, Settings};

use crate::images::{self, Make, dpkg};

/// A program, and its digests as package managers write them.
const TOOL: &[u8] = b"#!/bin/sh\necho tool\n";
const MD5: &str = "96ea3542c66f3a9889d2395ed319505b";
const SHA1: &str = "DV8kmDtr9N5N+CBuRdmATUlZ1mw=";
const SHA256: &str = "v2ZM-E8A9u12FkyEV_3q-OTe5Ucibp_8-CdOLSJG_tk";

const OTHER: &[u8] = b"#!/bin/sh\necho other\n";

pub(crate) fn of(layers: &[Make<'_>]) -> Inventory {
    let layout = images::layout(layers);
    let look = Look {
        signs: true,
        ..Look::default()
    };
    let settings = Settings {
        look,
        ..Settings::default()
    };
    let cold = images::inventory(layout.path(), &settings);
    let cache = tempfile::tempdir().expect("a folder");
    let cached = Settings {
        cache: Some(Cache::open(cache.path()).expect("opens")),
        ..settings
    };
    for _ in 0..2 {
        assert_eq!(images::inventory(layout.path(), &cached), cold);
    }
    cold
}

/// Path, package and how sure: of every changed file.
pub(crate) fn changed(inventory: &Inventory) -> Vec<(&str, &str, Confidence)> {
    let signs = inventory.signs.iter();
    signs
        .filter(|s| s.kind == SignKind::ChangedFile)
        .map(|s| {
            let package = s.package.as_deref().expect("its package is known");
            (s.path.as_str(), package, s.confidence)
        })
        .collect()
}

/// The database of dpkg, with a package `tool` that states the checksum of [`TOOL`] for
/// these paths.
fn database(paths: &[&str]) -> impl Fn(&mut images::Layer) -> std::io::Result<()> {
    let list: String = paths.iter().map(|p| format!("/{p}\n")).collect();
    let sums: String = paths.iter().map(|p| format!("{MD5}  {p}\n")).collect();
    move |layer| {
        layer.file("var/lib/dpkg/status", 0o644, dpkg("tool", "1").as_bytes())?;
        layer.file("var/lib/dpkg/info/tool.list", 0o644, list.as_bytes())?;
        layer.file("var/lib/dpkg/info/tool.md5sums", 0o644, sums.as_bytes())
    }
}

const PURL: &str = "pkg:deb/tool@1?arch=amd64";

#[test]
fn a_program_that_is_not_what_its_package_states_is_a_sign() {
    let inventory = of(&[
        &database(&[
            "usr/bin/good",
            "usr/bin/bad",
            "usr/lib/libx.so.1",
            "usr/share/doc/x",
        ]),
        &|l| {
            l.file("usr/bin/good", 0o755, TOOL)?;
            l.file("usr/share/doc/x", 0o644, OTHER)
        },
    ]);
    assert_eq!(changed(&inventory), []);
    let files: Make<'_> = &|l| {
        database(&["usr/bin/good", "usr/bin/bad", "usr/lib/libx.so.1"])(l)?;
        l.file("usr/bin/good", 0o755, TOOL)?;
        l.file("usr/bin/bad", 0o755, OTHER)?;
        l.file("usr/lib/libx.so.1", 0o644, OTHER)
    };
    let inventory = of(&[files]);
    let expected = [
        ("usr/bin/bad", PURL, Confidence::Medium),
        ("usr/lib/libx.so.1", PURL, Confidence::Medium),
    ];
    assert_eq!(changed(&inventory), expected);
    assert_eq!(inventory.signs[0].severity, Severity::High);
    assert_eq!(
        inventory.signs[0].message,
        "not the file that tool installed (MD5 differs from its list): no later layer put it there"
    );
}

#[test]
fn a_later_layer_that_replaces_a_file_is_told_apart_from_one_that_touches_it() {
    let below: Make<'_> = &|l| {
        database(&["usr/bin/a", "usr/bin/b", "usr/bin/c"])(l)?;
        l.file("usr/bin/a", 0o755, TOOL)?;
        l.file("usr/bin/b", 0o755, TOOL)?;
        l.file("usr/bin/c", 0o755, OTHER)
    };
    let inventory = of(&[below, &|l| {
        l.file("usr/bin/a", 0o4755, TOOL)?;
        l.file("usr/bin/b", 0o755, OTHER)?;
        l.file("usr/bin/.wh.c", 0o644, b"")
    }]);
    assert_eq!(changed(&inventory), [("usr/bin/b", PURL, Confidence::Low)]);
    let sign = &inventory.signs[0];
    assert_eq!(
        sign.layer.as_ref(),
        Some(&inventory.target.layers[1].diff_id)
    );
    assert!(sign.message.contains("a later layer"), "{}", sign.message);
}

#[test]
fn an_upgrade_brings_its_own_checksums() {
    let below: Make<'_> = &|l| {
        database(&["usr/bin/a"])(l)?;
        l.file("usr/bin/a", 0o755, OTHER)
    };
    let inventory = of(&[below, &|l| {
        database(&["usr/bin/a"])(l)?;
        l.file("usr/bin/a", 0o755, TOOL)
    }]);
    assert_eq!(changed(&inventory), []);
}

#[test]
fn a_diverted_file_is_looked_for_where_it_lies() {
    let diversions = "/usr/bin/tool\n/usr/bin/tool.real\nwrapper\n\
                      /usr/bin/x\n/usr/bin/x.distrib\n:\n";
    let make = |real: &'static [u8]| {
        of(&[&|l: &mut images::Layer| {
            database(&["usr/bin/tool", "usr/bin/x"])(l)?;
            l.file("var/lib/dpkg/diversions", 0o644, diversions.as_bytes())?;
            l.file("usr/bin/tool", 0o755, OTHER)?;
            l.file("usr/bin/tool.real", 0o755, real)?;
            l.file("usr/bin/x", 0o755, OTHER)
        }])
    };
    assert_eq!(changed(&make(TOOL)), []);
    let expected = [("usr/bin/tool.real", PURL, Confidence::Medium)];
    assert_eq!(changed(&make(OTHER)), expected);
}

#[test]
fn apk_states_checksums_in_its_database() {
    let entry = format!(
        "P:tool\nV:1.0-r0\nA:x86_64\no:tool\nF:usr/bin\nR:good\na:0:0:755\nZ:Q1{SHA1}\n\
         R:bad\na:0:0:755\nZ:Q1{SHA1}\nF:etc\nR:x.sh\na:0:0:755\nZ:Q1{SHA1}\n\n"
    );
    let database: Make<'_> = &|l| {
        l.file("lib/apk/db/installed", 0o644, entry.as_bytes())?;
        l.file("usr/bin/good", 0o755, TOOL)?;
        l.file("usr/bin/bad", 0o755, OTHER)?;
        l.file("etc/x.sh", 0o755, OTHER)
    };
    // Another package is installed, and the database written anew: the file is as old as ever.
    let more = format!("{entry}{}", images::apk("more"));
    let inventory = of(&[database, &|l| {
        l.file("lib/apk/db/installed", 0o644, more.as_bytes())?;
        l.file("usr/bin/good", 0o755, OTHER)
    }]);
    let purl = "pkg:apk/tool@1.0-r0?arch=x86_64";
    let expected = [
        ("usr/bin/bad", purl, Confidence::Medium),
        ("usr/bin/good", purl, Confidence::Low),
    ];
    assert_eq!(changed(&inventory), expected);
}

#[test]
fn a_wheel_states_checksums_in_its_record() {
    let at = "opt/venv/lib/python3.12/site-packages";
    let record = format!(
        "x/good.py,sha256={SHA256},20\nx/bad.py,sha256={SHA256},20\n\
         ../../../bin/x,sha256={SHA256},20\nx-1.dist-info/RECORD,,\n"
    );
    let metadata = b"Metadata-Version: 2.1\nName: X\nVersion: 1\n";
    let files: Make<'_> = &|l| {
        l.file(&format!("{at}/X-1.dist-info/METADATA"), 0o644, metadata)?;
        l.file(
            &format!("{at}/X-1.dist-info/RECORD"),
            0o644,
            record.as_bytes(),
        )?;
        l.file(&format!("{at}/x/good.py"), 0o644, TOOL)?;
        l.file(&format!("{at}/x/bad.py"), 0o644, OTHER)?;
        l.file("opt/venv/bin/x", 0o755, OTHER)
    };
    let bad = format!("{at}/x/bad.py");
    let expected = [
        ("opt/venv/bin/x", "pkg:pypi/x@1", Confidence::Low),
        (bad.as_str(), "pkg:pypi/x@1", Confidence::Low),
    ];
    assert_eq!(changed(&of(&[files])), expected);
    // conda writes its own paths into what it installs.
    let conda: Make<'_> = &|l| l.file("opt/venv/conda-meta/history", 0o644, b"");
    assert_eq!(changed(&of(&[files, conda])), []);
}

#[test]
fn thousands_of_changed_files_are_a_limit_and_said() {
    let paths: Vec<String> = (0..1_100).map(|n| format!("usr/bin/x{n}")).collect();
    let listed: Vec<&str> = paths.iter().map(String::as_str).collect();
    let files: Make<'_> = &|l| {
        database(&listed)(l)?;
        listed
            .iter()
            .try_for_each(|path| l.file(path, 0o755, OTHER))
    };
    let inventory = of(&[files]);
    assert_eq!(changed(&inventory).len(), 1_000);
    let limits = inventory.gaps.iter().filter(|g| g.kind == GapKind::Limit);
    let details: Vec<&str> = limits.map(|g| g.detail.as_str()).collect();
    assert_eq!(details, ["100 more differ from what their packages state"]);
}
