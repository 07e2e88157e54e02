//! Licences and signs of tampering in images made in code.

use lazaret_model::{Inventory, LicenseCategory, Severity, SignKind};
use lazaret_scan::{Cache, Forbidden, Look, Settings, add_licenses, inventory_report};

use crate::images::{self, Make, dpkg};

fn of(layers: &[Make<'_>]) -> Inventory {
    let settings = Settings {
        look: Look {
            licenses: true,
            signs: true,
            ..Look::default()
        },
        ..Settings::default()
    };
    let layout = images::layout(layers);
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

const MIT: &str = "Permission is hereby granted, free of charge, to any person, to deal in the \
    Software without restriction, including without limitation the rights to use. This notice \
    shall be included in all copies.";

fn forbidden(inventory: Inventory, names: &[&str]) -> Vec<(String, String, bool)> {
    let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
    let mut inventory = inventory;
    let texts = std::mem::take(&mut inventory.license_texts);
    let mut report = inventory_report(inventory);
    add_licenses(&mut report, texts, &Forbidden::read(&names));
    let of = |l: &lazaret_model::License| (l.subject().to_owned(), l.license.clone(), l.forbidden);
    report.licenses.iter().map(of).collect()
}

#[test]
fn licences_are_of_packages_and_texts_and_of_what_is_visible() {
    let package = r#"{"name":"x","version":"1.0.0","license":"(MIT OR GPL-3.0)"}"#;
    let other = r#"{"name":"y","version":"1.0.0","license":"AGPL-3.0"}"#;
    let inventory = of(&[
        &|l| {
            l.file("srv/node_modules/x/package.json", 0o644, package.as_bytes())?;
            l.file("srv/node_modules/y/package.json", 0o644, other.as_bytes())?;
            l.file("srv/LICENSE", 0o644, MIT.as_bytes())?;
            l.file("srv/old/LICENSE", 0o644, MIT.as_bytes())?;
            l.file("var/lib/dpkg/status", 0o644, dpkg("tool", "1").as_bytes())?;
            let copyright = b"Files: *\nLicense: GPL-2+\n";
            l.file("usr/share/doc/tool/copyright", 0o644, copyright)
        },
        &|l| l.file("srv/old/.wh.LICENSE", 0o644, b""),
    ]);
    let found = forbidden(inventory, &["strong-copyleft", "AGPL-3.0-only"]);
    let found: Vec<(&str, &str, bool)> = found
        .iter()
        .map(|(s, l, f)| (s.as_str(), l.as_str(), *f))
        .collect();
    assert_eq!(
        found,
        [
            ("pkg:deb/tool@1?arch=amd64", "GPL-2.0-or-later", true),
            // The other licence can be chosen.
            ("pkg:npm/x@1.0.0", "GPL-3.0-only", false),
            ("pkg:npm/x@1.0.0", "MIT", false),
            ("pkg:npm/y@1.0.0", "AGPL-3.0-only", true),
            ("srv/LICENSE", "MIT", false),
        ]
    );
}

#[test]
fn the_oldest_forms_of_npm_and_pypi_are_read() {
    let list = r#"{"name":"x","version":"1","licenses":[{"type":"MIT"},{"type":"GPL-3.0"}]}"#;
    let metadata = "Metadata-Version: 2.1\nName: p\nVersion: 1\nLicense: UNKNOWN\n\
        Classifier: License :: OSI Approved\n\
        Classifier: License :: OSI Approved :: Apache Software License\n\
        Classifier: Programming Language :: Python\n";
    let text = "Metadata-Version: 2.1\nName: q\nVersion: 1\nLicense: Copyright (c) somebody\n \
        \n        Permission is hereby granted\n\
        Classifier: License :: OSI Approved :: MIT License\n";
    let layer: Make<'_> = &|l| {
        l.file("srv/node_modules/x/package.json", 0o644, list.as_bytes())?;
        l.file("srv/p-1.dist-info/METADATA", 0o644, metadata.as_bytes())?;
        l.file("srv/q-1.dist-info/METADATA", 0o644, text.as_bytes())
    };
    let found = forbidden(of(&[layer]), &["GPL-3.0-only"]);
    let found: Vec<(&str, &str, bool)> = found
        .iter()
        .map(|(s, l, f)| (s.as_str(), l.as_str(), *f))
        .collect();
    assert_eq!(
        found,
        [
            ("pkg:npm/x@1", "GPL-3.0-only", false),
            ("pkg:npm/x@1", "MIT", false),
            ("pkg:pypi/p@1", "Apache-2.0", false),
            ("pkg:pypi/q@1", "MIT", false),
        ]
    );
}

#[test]
fn a_package_that_states_no_licence_is_listed_as_unknown() {
    let package = r#"{"name":"x","version":"1.0.0"}"#;
    let layer: Make<'_> = &|l| l.file("srv/node_modules/x/package.json", 0o644, package.as_bytes());
    let found = forbidden(of(&[layer]), &["unknown"]);
    assert_eq!(found.len(), 1);
    assert!(found[0].2, "{found:?}");
    let unknown = LicenseCategory::Unknown.name();
    assert_eq!(unknown, "unknown");
}

#[test]
fn signs_are_what_no_package_accounts_for() {
    let list = "/.\n/usr\n/usr/bin\n/usr/bin/su\n";
    let packed = b"\x7fELF\x02\x01\x01\0padding UPX! more";
    let inventory = of(&[
        &|l| {
            l.file("var/lib/dpkg/status", 0o644, dpkg("login", "1").as_bytes())?;
            l.file("var/lib/dpkg/info/login.list", 0o644, list.as_bytes())?;
            l.file("usr/bin/su", 0o4755, b"\x7fELF\x02\x01\x01\0")?;
            l.file("usr/bin/backdoor", 0o4755, b"\x7fELF\x02\x01\x01\0")?;
            l.file("usr/bin/gone", 0o4755, b"\x7fELF\x02\x01\x01\0")?;
            l.file("usr/bin/packed", 0o755, packed)?;
            l.file("tmp/x", 0o755, b"\x7fELF\x02\x01\x01\0")?;
            l.file("tmp/notes", 0o755, b"words")?;
            l.file("usr/lib/.hidden", 0o755, b"\x7fELF\x02\x01\x01\0")
        },
        &|l| l.file("usr/bin/.wh.gone", 0o644, b""),
    ]);
    let found: Vec<(&str, SignKind)> = inventory
        .signs
        .iter()
        .map(|s| (s.path.as_str(), s.kind))
        .collect();
    assert_eq!(
        found,
        [
            ("tmp/x", SignKind::OddPlace),
            ("usr/bin/backdoor", SignKind::UnownedSetuid),
            ("usr/bin/packed", SignKind::PackedExecutable),
            ("usr/lib/.hidden", SignKind::OddPlace),
        ]
    );
}

/// The beginning of a program for 64 bits, with or without a table of sections.
fn elf(sections: bool, body: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0".to_vec();
    bytes.resize(0x28, 0);
    bytes.extend([u8::from(sections), 0, 0, 0, 0, 0, 0, 0]);
    bytes.resize(4 << 10, 0);
    bytes.extend(body);
    bytes
}

#[test]
fn a_program_without_sections_is_packed_where_it_is_dense() {
    let mut state = 1_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let dense: Vec<u8> = (0..40_000).map(|_| noise()).collect();
    let plain: Vec<u8> = (0..40_000).map(|_| noise() & 0x3f).collect();
    let inventory = of(&[&|l| {
        l.file("usr/bin/dense", 0o755, &elf(false, &dense))?;
        l.file("usr/bin/with-sections", 0o755, &elf(true, &dense))?;
        l.file("usr/bin/plain", 0o755, &elf(false, &plain))?;
        l.file("tmp/plain", 0o755, &elf(false, &plain))?;
        l.file("tmp/with-sections", 0o755, &elf(true, &plain))
    }]);
    let signs = inventory.signs.iter();
    let found: Vec<_> = signs
        .map(|s| (s.path.as_str(), s.kind, s.severity))
        .collect();
    assert_eq!(
        found,
        [
            ("tmp/plain", SignKind::OddPlace, Severity::High),
            ("tmp/with-sections", SignKind::OddPlace, Severity::Medium),
            (
                "usr/bin/dense",
                SignKind::PackedExecutable,
                Severity::Medium
            ),
        ]
    );
}

#[test]
fn statements_are_found_among_the_files_that_are_left_and_in_the_cache() {
    let make: &[Make<'_>] = &[
        &|l| {
            l.file("usr/share/vex/a.json", 0o644, b"{\"a\":1}")?;
            l.file("app/gone.openvex.json", 0o644, b"{}")?;
            l.file("app/app.openvex.json", 0o644, b"{\"old\":1}")?;
            l.file("app/binary.vex.json", 0o644, b"\xff\xfe")
        },
        &|l| {
            l.file("app/.wh.gone.openvex.json", 0o644, b"")?;
            l.file("app/app.openvex.json", 0o644, b"{\"new\":1}")
        },
    ];
    let layout = images::layout(make);
    let cache = tempfile::tempdir().expect("a folder");
    let with = |statements: bool| Settings {
        look: Look {
            statements,
            ..Look::default()
        },
        cache: Some(Cache::open(cache.path()).expect("opens")),
        ..Settings::default()
    };
    let plain = images::inventory(layout.path(), &with(false));
    assert!(plain.vex.is_empty(), "nobody asked");
    for _ in 0..2 {
        let inventory = images::inventory(layout.path(), &with(true));
        let found: Vec<(&str, &str)> = inventory
            .vex
            .iter()
            .map(|v| (v.name.as_str(), v.text.as_str()))
            .collect();
        let expected = [
            ("/app/app.openvex.json", "{\"new\":1}"),
            ("/usr/share/vex/a.json", "{\"a\":1}"),
        ];
        assert_eq!(found, expected);
        let gaps: Vec<&str> = inventory.gaps.iter().map(|g| g.subject.as_str()).collect();
        assert_eq!(gaps, ["app/binary.vex.json"]);
        assert_eq!(inventory.packages, plain.packages);
    }
}
