//! Which links matter, and where package databases stand.
//!
//! A layer has thousands of links and only a few can hide a package: those in place of a
//! file that a reader wants, those in place of a folder that it knows by name, and those
//! on the way to a package database or merging directories of the root.

use lazaret_ecosystem::readers_for;

use crate::paths;

/// Where a package manager keeps its database: a place that readers know by its path.
pub(crate) struct Database {
    /// The directory.
    pub(crate) directory: &'static str,
    /// Files in it that a reader wants.
    pub(crate) files: &'static [&'static str],
    /// Folders in it whose files a reader wants, each with the name of such a file.
    pub(crate) folders: &'static [(&'static str, &'static str)],
}

const RPM: &[&str] = &[
    "rpmdb.sqlite",
    "rpmdb.sqlite-wal",
    "Packages",
    "Packages.db",
];

/// The package databases that distributions have.
pub(crate) const DATABASES: &[Database] = &[
    Database {
        directory: "var/lib/dpkg",
        files: &["status"],
        folders: &[("status.d", "base"), ("info", "base.list")],
    },
    Database {
        directory: "lib/apk/db",
        files: &["installed"],
        folders: &[],
    },
    Database {
        directory: "usr/lib/apk/db",
        files: &["installed"],
        folders: &[],
    },
    Database {
        directory: "var/lib/rpm",
        files: RPM,
        folders: &[],
    },
    Database {
        directory: "usr/lib/sysimage/rpm",
        files: RPM,
        folders: &[],
    },
    Database {
        directory: "usr/share/rpm",
        files: RPM,
        folders: &[],
    },
    Database {
        directory: "var/lib/rpmmanifest",
        files: &["container-manifest-2"],
        folders: &[],
    },
];

/// Files that name the distribution, which may be reached through a directory's link.
pub(crate) const IDENTITY: &[&str] = &[
    "etc/os-release",
    "usr/lib/os-release",
    "etc/lsb-release",
    "etc/alpine-release",
    "etc/apk/repositories",
    "etc/debian_version",
    "etc/redhat-release",
];

/// Files by which readers know the folder of a package.
pub(crate) const FOLDER_FILES: &[&str] = &["package.json", "METADATA", "PKG-INFO"];

/// Whether a link at `path` stands in place of a package database or inside one.
pub(crate) fn is_database(path: &str) -> bool {
    DATABASES
        .iter()
        .any(|d| paths::at_or_below(d.directory, path))
}

/// Whether `path` is a directory of files that tell packages.
pub(crate) fn holds_database(path: &str) -> bool {
    DATABASES.iter().any(|d| {
        let inside = path.strip_prefix(d.directory);
        let folder = |rest: &str| d.folders.iter().any(|(name, _)| *name == rest);
        inside.is_some_and(|rest| rest.is_empty() || rest.strip_prefix('/').is_some_and(folder))
    })
}

/// Whether a link at `path` gives directories of the whole system a second name, as `/lib`
/// has after the merge of `/usr`.
pub(crate) fn merges(path: &str) -> bool {
    let below_usr = path.strip_prefix("usr/").unwrap_or(path);
    !below_usr.contains('/') || is_database(path) || leads_to_known(path)
}

fn leads_to_known(path: &str) -> bool {
    let databases = DATABASES.iter().map(|d| d.directory);
    databases
        .chain(IDENTITY.iter().copied())
        .any(|known| paths::at_or_below(path, known))
}

/// Whether a layer keeps the link at `path`.
pub(crate) fn matters(path: &str, locked: bool) -> bool {
    merges(path) || is_wanted(path, locked) || is_folder(path, locked)
}

/// Whether a reader wants a file at `path`.
pub(crate) fn is_wanted(path: &str, locked: bool) -> bool {
    readers_for(path, locked).next().is_some()
}

/// Whether a reader knows `path` as the folder of a package.
pub(crate) fn is_folder(path: &str, locked: bool) -> bool {
    FOLDER_FILES
        .iter()
        .any(|file| is_wanted(&format!("{path}/{file}"), locked))
}

/// Whether everyone who wants a file named `wanted` reads a file named `name`, too.
pub(crate) fn read_alike(name: &str, wanted: &str, locked: bool) -> bool {
    readers_for(wanted, locked).all(|r| readers_for(name, locked).any(|n| n.id == r.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_know_every_place_that_is_listed() {
        for database in DATABASES {
            let files = database.files.iter().map(|f| (*f).to_owned());
            let folders = database.folders.iter().map(|(d, f)| format!("{d}/{f}"));
            for file in files.chain(folders) {
                let path = format!("{}/{file}", database.directory);
                assert!(is_wanted(&path, false), "{path}");
            }
        }
        for path in IDENTITY {
            assert!(is_wanted(path, false), "{path}");
        }
    }

    #[test]
    fn links_on_the_way_to_packages_matter() {
        for path in [
            "lib",
            "usr/sbin",
            "var/lib",
            "var/lib/dpkg",
            "var/lib/dpkg/info",
            "etc/os-release",
            "srv/app.jar",
            "srv/node_modules/left-pad",
            "opt/venv/lib/python3/site-packages/x-1.dist-info",
        ] {
            assert!(matters(path, false), "{path}");
        }
        for path in ["usr/lib/libz.so.1", "etc/alternatives/vi", "var/lib/dpkgs"] {
            assert!(!matters(path, false), "{path}");
        }
    }
}
