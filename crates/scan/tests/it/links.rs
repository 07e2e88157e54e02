//! Packages behind links: never missed in silence, never a gap where there is none.

use std::process::Command;

use lazaret_model::{Gap, Inventory};
use lazaret_scan::{NoProgress, Settings, Source, catalog_directory, catalog_stream};
use lazaret_testkit::image::Layer;

use crate::images::{Make, apk, choice, dpkg, layout, names, of, package};

#[track_caller]
fn check(layers: &[Make<'_>], packages: &[&str]) -> Inventory {
    let inventory = of(layers);
    assert_eq!(names(&inventory), packages);
    assert_eq!(inventory.gaps, []);
    inventory
}

#[track_caller]
fn check_gap(layers: &[Make<'_>], subject: &str, says: &str) {
    let inventory = of(layers);
    let [gap] = &inventory.gaps[..] else {
        panic!("not one gap: {:?}", inventory.gaps);
    };
    assert_eq!(gap.subject, subject);
    assert!(gap.detail.contains(says), "{gap}");
}

fn opt_dpkg(layer: &mut Layer) -> std::io::Result<()> {
    layer.directory("opt/dpkg")?;
    layer.directory("opt/dpkg/info")?;
    layer.file("opt/dpkg/info/tool.list", 0o644, TOOL_FILES)?;
    layer.file("opt/dpkg/status", 0o644, dpkg("tool", "1.0").as_bytes())
}

const TOOL_FILES: &[u8] = b"/.\n/usr/lib/python3/dist-packages/x-1.dist-info/METADATA\n";

const METADATA: &[u8] = b"Metadata-Version: 2.1\nName: x\nVersion: 1\n";

#[test]
fn a_package_database_whose_directory_is_a_link_is_read() {
    for target in ["../../opt/dpkg", "/opt/dpkg", "../.././opt//dpkg/"] {
        let link: Make<'_> = &|layer| {
            layer.symlink("var/lib/dpkg", target)?;
            let metadata = "usr/lib/python3/dist-packages/x-1.dist-info/METADATA";
            layer.file(metadata, 0o644, METADATA)
        };
        for layers in [[&opt_dpkg as Make<'_>, link], [link, &opt_dpkg]] {
            let inventory = check(&layers, &["tool", "x"]);
            let tool = package(&inventory, "tool");
            assert_eq!(tool.locations[0].path, "opt/dpkg/status");
            let owner = package(&inventory, "x").owner.as_deref();
            assert_eq!(owner, Some(tool.purl.to_string().as_str()));
        }
    }
}

#[test]
fn a_package_database_that_is_a_link_is_read() {
    let database = apk("busybox");
    for target in ["/srv/db", "../../../srv/db"] {
        check(
            &[
                &|layer| layer.file("srv/db", 0o600, database.as_bytes()),
                &|layer| layer.symlink("lib/apk/db/installed", target),
            ],
            &["busybox"],
        );
    }
}

#[test]
fn a_database_below_a_merged_directory_is_read_once() {
    let database = apk("busybox");
    check(
        &[&|layer| {
            layer.symlink("lib", "usr/lib")?;
            layer.file("usr/lib/apk/db/installed", 0o644, database.as_bytes())
        }],
        &["busybox"],
    );
}

#[test]
fn a_layer_that_writes_through_a_link_replaces_the_file_behind_it() {
    let (old, new) = (apk("old"), apk("new"));
    check(
        &[
            &|layer| {
                layer.directory("usr/lib")?;
                layer.symlink("lib", "usr/lib")?;
                layer.file("usr/lib/apk/db/installed", 0o644, old.as_bytes())
            },
            &|layer| layer.file("lib/apk/db/installed", 0o644, new.as_bytes()),
        ],
        &["new"],
    );
}

#[test]
fn chains_of_links_are_followed_to_their_end() {
    check(
        &[
            &|layer| {
                layer.symlink("var/lib/dpkg", "/a")?;
                layer.symlink("a", "b/c")
            },
            &|layer| layer.symlink("b", "data/b"),
            &|layer| {
                layer.symlink("data/b/c", "../d/e")?;
                layer.symlink("data/d", "../opt")?;
                layer.symlink("opt/e", "dpkg")
            },
            &opt_dpkg,
        ],
        &["tool"],
    );
}

#[test]
fn links_in_a_circle_end_and_hide_no_package_in_silence() {
    check_gap(
        &[&|layer| {
            layer.symlink("var/lib/dpkg", "../../a")?;
            layer.symlink("a", "/var/lib/dpkg")
        }],
        "var/lib/dpkg",
        "no package database",
    );
    check(&[&|layer| layer.symlink("srv/app.jar", "app.jar")], &[]);
}

#[test]
fn a_link_to_nothing_is_a_gap_only_for_a_package_database() {
    check_gap(
        &[&|layer| layer.symlink("var/lib/rpm", "../../usr/lib/sysimage/rpm")],
        "var/lib/rpm",
        "no package database",
    );
    check_gap(
        &[&|layer| layer.symlink("var/lib/dpkg/status", "/mnt/status")],
        "var/lib/dpkg/status",
        "no package database",
    );
    check(
        &[&|layer| {
            layer.symlink("srv/app.jar", "/mnt/app.jar")?;
            layer.symlink("lib", "usr/lib")?;
            layer.symlink("etc/os-release", "../usr/lib/os-release")?;
            layer.symlink("srv/node_modules/x", "/mnt/x")
        }],
        &[],
    );
}

#[test]
fn a_link_or_database_that_an_upper_layer_takes_away_is_no_gap() {
    check(
        &[
            &|layer| layer.symlink("var/lib/dpkg/status", "/mnt/status"),
            &|layer| layer.file("var/lib/dpkg/.wh.status", 0, b""),
        ],
        &[],
    );
}

#[test]
fn a_database_that_is_read_under_its_own_name_is_read_once() {
    let manifest = "var/lib/rpmmanifest/container-manifest-2";
    let line = b"bash\t5.1-2.el9\t1\t2\tvendor\t0\t3\tx86_64\t0\tbash-5.1-2.el9.src.rpm\n";
    check(
        &[
            &|layer| layer.file("opt/rpm/container-manifest-2", 0o644, line),
            &|layer| layer.symlink("var/lib/rpmmanifest", "/opt/rpm"),
        ],
        &["bash"],
    );
    check(&[&|layer| layer.file(manifest, 0o644, line)], &["bash"]);
    // What is wrong with a file is told once, about the file.
    check_gap(
        &[&|layer| {
            layer.symlink("var/lib/rpm", "../../usr/lib/sysimage/rpm")?;
            layer.directory("usr/lib/sysimage/rpm")?;
            layer.file("usr/lib/sysimage/rpm/rpmdb.sqlite", 0o644, b"no database")
        }],
        "usr/lib/sysimage/rpm/rpmdb.sqlite",
        "rpm/sqlite",
    );
}

#[test]
fn a_link_to_a_file_that_tells_nothing_is_no_gap() {
    let empty_archive = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    check(
        &[&|layer| {
            layer.file("usr/share/java/empty.jar", 0o644, empty_archive)?;
            layer.symlink("srv/a.jar", "../usr/share/java/empty.jar")?;
            layer.hard_link("srv/b.jar", "usr/share/java/empty.jar")?;
            layer.symlink("srv/c.jar", "b.jar")
        }],
        &[],
    );
}

#[test]
fn hard_links_are_read_wherever_their_file_is() {
    let status = dpkg("tool", "1.0");
    for name in ["var/lib/dpkg/.status.new", "var/lib/dpkg/status.d/tool"] {
        let file: Make<'_> = &|layer| layer.file(name, 0o644, status.as_bytes());
        let link: Make<'_> = &|layer| layer.hard_link("var/lib/dpkg/status", name);
        let both: Make<'_> = &|layer| {
            file(layer)?;
            link(layer)
        };
        let twice: Make<'_> = &|layer| {
            layer.hard_link("opt/second", name)?;
            layer.hard_link("var/lib/dpkg/status", "opt/second")
        };
        let taken: Make<'_> = &|layer| {
            let (above, last) = name.rsplit_once('/').expect("a folder");
            layer.file(&format!("{above}/.wh.{last}"), 0, b"")
        };
        check(&[both], &["tool"]);
        check(&[file, link], &["tool"]);
        check(&[file, twice], &["tool"]);
        check(&[both, taken], &["tool"]);
        check(&[file, link, taken], &["tool"]);
    }
}

#[test]
fn folders_of_packages_that_are_links_are_read() {
    let manifest = br#"{"name": "left-pad", "version": "1.0.0"}"#;
    let inventory = check(
        &[
            &|layer| layer.file("srv/packages/pad/package.json", 0o644, manifest),
            &|layer| layer.symlink("srv/node_modules/left-pad", "../packages/pad"),
        ],
        &["left-pad"],
    );
    let path = &inventory.packages[0].locations[0].path;
    assert_eq!(path, "srv/packages/pad/package.json");
}

#[test]
fn the_layer_of_a_package_is_the_first_whose_database_lists_it() {
    let both = dpkg("tool", "1.0") + &dpkg("new", "1.0");
    let inventory = check(
        &[
            &opt_dpkg,
            &|layer| layer.file("opt/dpkg/status", 0o644, both.as_bytes()),
            &|layer| layer.symlink("var/lib/dpkg", "/opt/dpkg"),
        ],
        &["new", "tool"],
    );
    let layer = |name| package(&inventory, name).locations[0].layer.clone();
    assert_eq!(
        layer("tool"),
        Some(inventory.target.layers[0].diff_id.clone())
    );
    assert_eq!(
        layer("new"),
        Some(inventory.target.layers[1].diff_id.clone())
    );
}

#[test]
fn links_in_a_directory_are_read_and_never_followed_out_of_it() {
    let outside = tempfile::tempdir().expect("a folder");
    let root = tempfile::tempdir().expect("a folder");
    let write = |path: std::path::PathBuf, text: &str| {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("room");
        std::fs::write(path, text).expect("room");
    };
    write(outside.path().join("status"), &dpkg("outside", "1"));
    write(root.path().join("opt/dpkg/status"), &dpkg("inside", "1"));
    let catalogued = |target: &str| {
        let link = root.path().join("var/lib/dpkg");
        std::fs::create_dir_all(root.path().join("var/lib")).expect("room");
        std::fs::remove_file(&link).ok();
        std::os::unix::fs::symlink(target, &link).expect("room");
        let settings = Settings::default();
        catalog_directory(root.path(), "a directory", &settings, &NoProgress).expect("a directory")
    };
    let inside = catalogued("/opt/dpkg");
    assert_eq!(names(&inside), ["inside"]);
    assert_eq!(inside.gaps, [] as [Gap; 0]);
    let outside = catalogued(&outside.path().display().to_string());
    assert_eq!(names(&outside), [] as [&str; 0]);
    assert_eq!(outside.gaps.len(), 1, "{:?}", outside.gaps);
}

#[test]
fn a_stream_says_what_it_could_not_read_again() {
    let layout = layout(&[&opt_dpkg, &|layer| {
        layer.symlink("var/lib/dpkg", "/opt/dpkg")
    }]);
    let archive = Command::new("tar")
        .args(["-C", &layout.path().display().to_string(), "-c", "."])
        .output()
        .expect("tar is there");
    let settings = Settings::default();
    let source = Source {
        name: "an archive",
        choice: &choice(),
    };
    let inventory = catalog_stream(&archive.stdout[..], source, "-", &settings, &NoProgress)
        .expect("a good archive")
        .remove(0);
    assert_eq!(names(&inventory), [] as [&str; 0]);
    let subjects: Vec<&str> = inventory.gaps.iter().map(|g| g.subject.as_str()).collect();
    assert_eq!(subjects, ["var/lib/dpkg/info", "var/lib/dpkg/status"]);
}
