//! Which packages are files of a distribution package.

use lazaret_model::Inventory;

use crate::images::{Make, dpkg, of, package};

const METADATA: &[u8] = b"Metadata-Version: 2.1\nName: x\nVersion: 1\n";

const IN_SYSTEM: &str = "usr/lib/python3/dist-packages/x-1.dist-info/METADATA";

/// A distribution whose package `tool` owns `files`, one a line.
fn tool(files: &str) -> impl Fn(&mut lazaret_testkit::image::Layer) -> std::io::Result<()> {
    move |layer| {
        layer.directory("var/lib/dpkg")?;
        layer.directory("var/lib/dpkg/info")?;
        layer.file("var/lib/dpkg/status", 0o644, dpkg("tool", "1.0").as_bytes())?;
        layer.file("var/lib/dpkg/info/tool.list", 0o644, files.as_bytes())
    }
}

/// Owners of the packages named `name`, by their places, in the order of the inventory.
fn owners<'a>(inventory: &'a Inventory, name: &str) -> Vec<(&'a str, Option<&'a str>)> {
    let named = inventory.packages.iter().filter(|p| p.name == name);
    named
        .flat_map(|p| {
            let owner = p.owner.as_deref();
            p.locations.iter().map(move |l| (l.path.as_str(), owner))
        })
        .collect()
}

#[track_caller]
fn check(layers: &[Make<'_>], name: &str, expected: &[(&str, bool)]) {
    let inventory = of(layers);
    let purl = package(&inventory, "tool").purl.to_string();
    let expected: Vec<(&str, Option<&str>)> = expected
        .iter()
        .map(|(path, owned)| (*path, owned.then_some(purl.as_str())))
        .collect();
    assert_eq!(owners(&inventory, name), expected);
}

#[test]
fn a_copy_beside_the_distribution_s_own_is_nobody_s() {
    let in_venv = "opt/venv/lib/python3/site-packages/x-1.dist-info/METADATA";
    let list = format!("/.\n/{IN_SYSTEM}\n");
    let both: Make<'_> = &|layer| {
        layer.file(IN_SYSTEM, 0o644, METADATA)?;
        layer.file(in_venv, 0o644, METADATA)
    };
    let layers: [Make<'_>; 2] = [&tool(&list), both];
    check(&layers, "x", &[(in_venv, false), (IN_SYSTEM, true)]);
}

#[test]
fn a_file_is_owned_under_every_name_that_links_give_it() {
    let manifest = br#"{"name": "left-pad", "version": "1.0.0"}"#;
    for (link, target, recorded, real) in [
        ("lib", "usr/lib", "lib/node_modules", "usr/lib/node_modules"),
        (
            "lib",
            "usr/lib",
            "usr/lib/node_modules",
            "usr/lib/node_modules",
        ),
        (
            "usr/lib64",
            "lib",
            "usr/lib64/node_modules",
            "usr/lib/node_modules",
        ),
        (
            "usr/local",
            "../opt",
            "usr/local/node_modules",
            "opt/node_modules",
        ),
        (
            "srv",
            "/var/srv",
            "srv/node_modules",
            "var/srv/node_modules",
        ),
    ] {
        let path = format!("{real}/left-pad/package.json");
        let list =
            format!("/{recorded}\n/{recorded}/left-pad\n/{recorded}/left-pad/package.json\n");
        let files: Make<'_> = &|layer| {
            let mut above = 0;
            while let Some(end) = path[above..].find('/') {
                layer.directory(&path[..above + end])?;
                above += end + 1;
            }
            layer.symlink(link, target)?;
            layer.file(&path, 0o644, manifest)
        };
        let layers: [Make<'_>; 2] = [files, &tool(&list)];
        check(&layers, "left-pad", &[(&path, true)]);
    }
}

#[test]
fn directories_that_are_not_merged_are_two() {
    let list = "/lib\n/lib/node_modules/left-pad/package.json\n";
    let manifest = br#"{"name": "left-pad", "version": "1.0.0"}"#;
    let own = "lib/node_modules/left-pad/package.json";
    let other = "usr/lib/node_modules/left-pad/package.json";
    let files: Make<'_> = &|layer| {
        layer.directory("lib")?;
        layer.file(own, 0o644, manifest)?;
        layer.file(other, 0o644, manifest)
    };
    let layers: [Make<'_>; 2] = [&tool(list), files];
    check(&layers, "left-pad", &[(own, true), (other, false)]);
}

#[test]
fn an_image_that_lost_the_link_of_the_merge_has_its_owners() {
    let list = "/lib\n/lib/python3/dist-packages/x-1.dist-info/METADATA\n";
    let files: Make<'_> = &|layer| layer.file(IN_SYSTEM, 0o644, METADATA);
    let layers: [Make<'_>; 2] = [&tool(list), files];
    check(&layers, "x", &[(IN_SYSTEM, true)]);
}

#[test]
fn a_file_that_an_upper_layer_only_touched_keeps_its_owner() {
    let list = format!("/.\n/{IN_SYSTEM}\n");
    let installed: Make<'_> = &|layer| {
        tool(&list)(layer)?;
        layer.file(IN_SYSTEM, 0o644, METADATA)
    };
    let touched: Make<'_> = &|layer| layer.file(IN_SYSTEM, 0o600, METADATA);
    check(&[installed, touched], "x", &[(IN_SYSTEM, true)]);
}

#[test]
fn a_file_that_an_upper_layer_replaced_is_nobody_s_until_the_package_comes_again() {
    let path = "usr/share/nodejs/npm/node_modules/semver/package.json";
    let list = format!("/.\n/{path}\n");
    let manifest =
        |version: &str| format!(r#"{{"name": "semver", "version": "{version}"}}"#).into_bytes();
    let installed: Make<'_> = &|layer| {
        tool(&list)(layer)?;
        layer.file(path, 0o644, &manifest("5.0.0"))
    };
    let replaced: Make<'_> = &|layer| layer.file(path, 0o644, &manifest("7.0.0"));
    check(&[installed, replaced], "semver", &[(path, false)]);
    let again: Make<'_> = &|layer| {
        tool(&list)(layer)?;
        layer.file(path, 0o644, &manifest("5.1.0"))
    };
    check(&[installed, replaced, again], "semver", &[(path, true)]);
}

#[test]
fn what_debian_packages_of_node_is_listed_and_owned() {
    let manifest = br#"{"name": "semver", "version": "7.3.5"}"#;
    for path in [
        "usr/share/nodejs/semver/package.json",
        "usr/share/nodejs/@types/semver/package.json",
        "usr/lib/nodejs/semver/package.json",
        "usr/lib/x86_64-linux-gnu/nodejs/semver/package.json",
    ] {
        let list = format!("/.\n/{path}\n");
        let files: Make<'_> = &|layer| {
            tool(&list)(layer)?;
            layer.file(path, 0o644, manifest)?;
            layer.file("srv/nodejs/semver/package.json", 0o644, manifest)?;
            layer.file("usr/share/nodejs/semver/lib/package.json", 0o644, manifest)
        };
        check(&[files], "semver", &[(path, true)]);
    }
}

#[test]
fn a_diverted_file_belongs_to_the_package_that_lists_it() {
    let (listed, real) = (
        IN_SYSTEM,
        "usr/lib/python3/dist-packages/x-2.dist-info/METADATA",
    );
    let list = format!("/.\n/{listed}\n");
    let diversions = format!("/{listed}\n/{real}\n:\n");
    let files: Make<'_> = &|layer| {
        tool(&list)(layer)?;
        layer.file("var/lib/dpkg/diversions", 0o644, diversions.as_bytes())?;
        layer.file(real, 0o644, METADATA)?;
        layer.file(listed, 0o644, METADATA)
    };
    // What lies where the package's file would is somebody else's.
    check(&[files], "x", &[(listed, false), (real, true)]);
}

#[test]
fn files_of_a_package_that_others_built_are_not_the_distribution_s() {
    let status = "Package: node\nStatus: install ok installed\nVersion: 16.0-1nodesource1\n\
                  Maintainer: Ivan Iguaran <ivan@nodesource.com>\nArchitecture: amd64\n\n";
    let release = "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n";
    let path = "usr/lib/node_modules/npm/package.json";
    let files: Make<'_> = &|layer| {
        layer.file("etc/os-release", 0o644, release.as_bytes())?;
        layer.file("var/lib/dpkg/status", 0o644, status.as_bytes())?;
        let list = format!("/.\n/{path}\n");
        layer.file("var/lib/dpkg/info/node.list", 0o644, list.as_bytes())?;
        let manifest = br#"{"name": "npm", "version": "8.0.0"}"#;
        layer.file(path, 0o644, manifest)
    };
    let inventory = of(&[files]);
    assert!(package(&inventory, "node").third_party);
    assert_eq!(owners(&inventory, "npm"), [(path, None)]);
}

#[test]
fn files_of_alpine_s_packages_have_their_owner() {
    let database = "C:Q1=\nP:py3-x\nV:1-r0\nA:noarch\no:py3-x\n\
                    F:usr/lib/python3.11/site-packages/x-1.dist-info\nR:METADATA\nZ:Q1=\n\n";
    let path = "usr/lib/python3.11/site-packages/x-1.dist-info/METADATA";
    let files: Make<'_> = &|layer| {
        layer.file("lib/apk/db/installed", 0o644, database.as_bytes())?;
        layer.file(path, 0o644, METADATA)
    };
    let inventory = of(&[files]);
    let purl = package(&inventory, "py3-x").purl.to_string();
    assert_eq!(owners(&inventory, "x"), [(path, Some(purl.as_str()))]);
}

#[test]
fn what_a_package_holds_is_told_by_its_lists() {
    let headers = "/.\n/usr\n/usr/include\n/usr/include/x.h\n";
    for (lists, expected) in [
        (&[("tool.list", headers)][..], Some("headers")),
        (&[("tool.list", "/.\n/usr/bin/tool\n")], None),
        (
            &[("tool:amd64.list", headers), ("tool:i386.list", headers)],
            Some("headers"),
        ),
        (
            &[
                ("tool:amd64.list", headers),
                ("tool:i386.list", "/usr/lib/x.so\n"),
            ],
            None,
        ),
        (&[], None),
    ] {
        let files: Make<'_> = &|layer| {
            layer.file("var/lib/dpkg/status", 0o644, dpkg("tool", "1.0").as_bytes())?;
            lists.iter().try_for_each(|(name, files)| {
                let path = format!("var/lib/dpkg/info/{name}");
                layer.file(&path, 0o644, files.as_bytes())
            })
        };
        let inventory = of(&[files]);
        assert_eq!(package(&inventory, "tool").inert(), expected, "{lists:?}");
    }
}

#[test]
fn a_package_that_comes_again_with_more_holds_more() {
    let before = tool("/.\n/usr/include/x.h\n");
    let after = tool("/.\n/usr/include/x.h\n/usr/bin/x\n");
    let holds = |layers: &[Make<'_>]| package(&of(layers), "tool").inert().map(str::to_owned);
    assert_eq!(holds(&[&before, &after]), None);
    assert_eq!(holds(&[&after, &before]).as_deref(), Some("headers"));
}

#[test]
fn documentation_of_alpine_is_told_apart_from_what_it_documents() {
    let database = "P:tool\nV:1-r0\nA:x86_64\no:tool\nF:usr/bin\nR:tool\n\n\
                    P:tool-doc\nV:1-r0\nA:x86_64\no:tool\nF:usr/share/man/man1\nR:tool.1.gz\n\n\
                    P:.build-deps\nV:1-r0\nA:noarch\no:x\n\n";
    let files: Make<'_> = &|layer| layer.file("lib/apk/db/installed", 0o644, database.as_bytes());
    let inventory = of(&[files]);
    let holds = |name| package(&inventory, name).inert();
    assert_eq!(holds("tool"), None);
    assert_eq!(holds("tool-doc"), Some("documentation"));
    assert_eq!(holds(".build-deps"), None);
}
