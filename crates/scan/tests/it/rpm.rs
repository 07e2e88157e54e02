//! Databases that rpm itself has written.

use std::path::{Path, PathBuf};
use std::process::Command;

use lazaret_model::{Confidence, Inventory};

use crate::changed;
use crate::images::{Make, of, package};

/// A package of Python, one of its documentation and one with a program, which have one
/// source.
const SPEC: &str = "\
Name: tool
Version: 1
Release: 1
Summary: x
License: MIT
BuildArch: noarch
%description
x
%package -n python3-x
Summary: x
%description -n python3-x
x
%package doc
Summary: x
%description doc
x
%install
mkdir -p %{buildroot}/lib/python3/site-packages/x-1.dist-info
mkdir -p %{buildroot}/usr/share/doc/tool %{buildroot}/usr/bin
printf 'Name: x\\nVersion: 1\\n' > %{buildroot}/lib/python3/site-packages/x-1.dist-info/METADATA
echo x > %{buildroot}/usr/share/doc/tool/manual.html
printf '#!/bin/sh\\n' > %{buildroot}/usr/bin/tool
%files
/usr/bin/tool
%files -n python3-x
/lib/python3/site-packages/x-1.dist-info
%files doc
%doc /usr/share/doc/tool
";

/// The database that rpm makes of [`SPEC`]; `None` where rpm is not installed.
#[allow(clippy::print_stdout, reason = "a test that skips says so")]
fn database(work: &Path) -> Option<PathBuf> {
    std::fs::write(work.join("tool.spec"), SPEC).expect("room");
    let top = format!("_topdir {}", work.display());
    let built = Command::new("rpmbuild")
        .args(["-bb", "--quiet", "--define", &top, "tool.spec"])
        .current_dir(work)
        .output();
    if !built.is_ok_and(|o| o.status.success()) {
        println!("skipped: rpm is not installed (`make deps` does it)");
        return None;
    }
    let database = work.join("database");
    let packages = std::fs::read_dir(work.join("RPMS/noarch")).expect("it was built");
    let packages = packages.map(|p| p.expect("an entry").path());
    let installed = Command::new("rpm")
        .args(["--justdb", "--nodeps", "--noscripts", "--dbpath"])
        .arg(&database)
        .arg("-i")
        .args(packages)
        .output()
        .expect("rpm is there");
    assert!(installed.status.success(), "{installed:?}");
    Some(database.join("rpmdb.sqlite"))
}

fn inventory(database: &[u8], write_ahead: Option<&[u8]>) -> Inventory {
    let files: Make<'_> = &|layer| {
        layer.symlink("lib", "usr/lib")?;
        layer.file("var/lib/rpm/rpmdb.sqlite", 0o644, database)?;
        if let Some(log) = write_ahead {
            layer.file("var/lib/rpm/rpmdb.sqlite-wal", 0o644, log)?;
        }
        let metadata = b"Metadata-Version: 2.1\nName: x\nVersion: 1\n";
        for place in ["usr/lib/python3", "opt/venv/lib/python3"] {
            let path = format!("{place}/site-packages/x-1.dist-info/METADATA");
            layer.file(&path, 0o644, metadata)?;
        }
        Ok(())
    };
    of(&[files])
}

#[test]
fn files_and_contents_of_packages_are_as_rpm_records_them() {
    let work = tempfile::tempdir().expect("a folder");
    let Some(place) = database(work.path()) else {
        return;
    };
    let bytes = std::fs::read(&place).expect("rpm wrote it");
    let log = std::fs::read(place.with_extension("sqlite-wal")).ok();
    let inventory = inventory(&bytes, log.as_deref().filter(|log| !log.is_empty()));
    let purl = package(&inventory, "python3-x").purl.to_string();
    let copies: Vec<(&str, Option<&str>)> = inventory
        .packages
        .iter()
        .filter(|p| p.name == "x")
        .map(|p| (p.locations[0].path.as_str(), p.owner.as_deref()))
        .collect();
    let in_system = "usr/lib/python3/site-packages/x-1.dist-info/METADATA";
    let in_venv = "opt/venv/lib/python3/site-packages/x-1.dist-info/METADATA";
    assert_eq!(copies, [(in_venv, None), (in_system, Some(purl.as_str()))]);
    let holds = |name| package(&inventory, name).inert();
    assert_eq!(holds("tool-doc"), Some("documentation"));
    assert_eq!(holds("tool"), None);
    assert_eq!(holds("python3-x"), None);
}

#[test]
fn a_program_is_held_against_the_digest_that_rpm_records() {
    let work = tempfile::tempdir().expect("a folder");
    let Some(place) = database(work.path()) else {
        return;
    };
    let bytes = std::fs::read(&place).expect("rpm wrote it");
    let image = |program: &'static [u8]| {
        let files: Make<'_> = &|layer| {
            layer.file("var/lib/rpm/rpmdb.sqlite", 0o644, &bytes)?;
            layer.file("usr/bin/tool", 0o755, program)
        };
        changed::of(&[files])
    };
    assert_eq!(changed::changed(&image(b"#!/bin/sh\n")), []);
    let other = image(b"#!/bin/sh\nother\n");
    let purl = "pkg:rpm/tool@1-1?arch=noarch";
    let expected = [("usr/bin/tool", purl, Confidence::Medium)];
    assert_eq!(changed::changed(&other), expected);
    let message = &other.signs[0].message;
    assert!(message.contains("SHA-256"), "{message}");
}
