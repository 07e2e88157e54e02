//! .NET packages: `*.deps.json` of a built application, and the files of projects.
//!
//! Formats: the .NET host's "runtime configuration files", NuGet's and Paket's
//! documentation.

mod assembly;
mod deps;
mod lock;
mod packages_config;
mod paket;
mod project;

use std::borrow::Cow;

use lazaret_version::Scheme;

use crate::document::file_name;
use crate::recognise::{beginning, ends, mentions, never};
use crate::{Ecosystem, EvidenceKind, Reader};

/// .NET packages.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "nuget",
    title: ".NET package",
    osv: &["NuGet"],
    scheme: Scheme::Nuget,
    normalise: |name| Cow::Owned(name.to_lowercase()),
    readers: &[
        Reader {
            id: "nuget/deps",
            revision: 2,
            evidence: EvidenceKind::Installed,
            recognises: |i| {
                let text = beginning(i);
                text.contains("\"runtimeTarget\"") && text.contains("\"libraries\"")
            },
            wants: |path| path.ends_with(".deps.json"),
            max_bytes: 64 << 20,
            read: deps::read,
        },
        Reader {
            id: "nuget/lock",
            revision: 2,
            evidence: EvidenceKind::Locked,
            recognises: |i| {
                let text = beginning(i);
                ends(i, ".json")
                    && text.contains("\"resolved\"")
                    && text.contains("\"contentHash\"")
            },
            wants: |path| file_name(path) == "packages.lock.json",
            max_bytes: 64 << 20,
            read: lock::read,
        },
        Reader {
            id: "nuget/assets",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: |i| beginning(i).contains("\"projectFileDependencyGroups\""),
            wants: |path| file_name(path) == "project.assets.json",
            max_bytes: 128 << 20,
            read: lock::assets,
        },
        Reader {
            id: "nuget/tools",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: never,
            wants: |path| file_name(path) == "dotnet-tools.json",
            max_bytes: 4 << 20,
            read: lock::tools,
        },
        Reader {
            id: "nuget/packages-config",
            revision: 2,
            evidence: EvidenceKind::Locked,
            recognises: |i| {
                let text = beginning(i);
                text.contains("<packages") && (ends(i, ".config") || mentions(i, "packagesconfig"))
            },
            wants: |path| {
                let name = file_name(path).to_ascii_lowercase();
                name == "packages.config"
                    || (name.starts_with("packages.") && name.ends_with(".config"))
            },
            max_bytes: 16 << 20,
            read: packages_config::read,
        },
        Reader {
            id: "nuget/project",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: |i| {
                let text = beginning(i);
                text.contains("<Project")
                    && ["PackageReference", "PackageVersion"]
                        .iter()
                        .any(|w| text.contains(w))
            },
            wants: project::wants,
            max_bytes: 16 << 20,
            read: project::read,
        },
        Reader {
            id: "nuget/paket-lock",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: |i| ends(i, ".lock") && mentions(i, "paket"),
            wants: |path| file_name(path) == "paket.lock",
            max_bytes: 16 << 20,
            read: paket::lock,
        },
        Reader {
            id: "nuget/paket-dependencies",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: never,
            wants: |path| file_name(path) == "paket.dependencies",
            max_bytes: 4 << 20,
            read: paket::dependencies,
        },
        Reader {
            id: "nuget/assembly",
            revision: 1,
            evidence: EvidenceKind::Installed,
            recognises: |i| i.bytes.starts_with(b"MZ"),
            // An assembly's version is not its package's, and what it refers to may lie
            // elsewhere: in a tree, the manifest of the application tells better.
            wants: |_| false,
            max_bytes: 256 << 20,
            read: assembly::read,
        },
    ],
};
