//! Java artifacts: archives, and the files of Maven, Gradle, sbt and Bazel.
//!
//! An archive tells its coordinates in `META-INF/maven/*/*/pom.properties`, one file for
//! each artifact that was merged into it.

mod archive;
mod bazel;
mod coordinates;
mod gradle;
mod groups;
mod manifest;
mod pom;
mod range;
mod sbt;

use std::borrow::Cow;

use lazaret_version::Scheme;

use crate::document::file_name;
use crate::recognise::{beginning, ends, never};
use crate::{Ecosystem, EvidenceKind, Reader};

/// Java artifacts.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "maven",
    title: "Java artifact",
    osv: &["Maven"],
    scheme: Scheme::Maven,
    normalise: |name| Cow::Borrowed(name),
    readers: &[
        Reader {
            id: "maven/archive",
            revision: 2,
            evidence: EvidenceKind::Installed,
            recognises: never,
            wants: archive::is_archive,
            max_bytes: 1 << 30,
            read: archive::read,
        },
        Reader {
            id: "maven/pom",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: |i| {
                let text = beginning(i);
                let words = ["maven.apache.org/POM", "<modelVersion>", "<artifactId>"];
                (ends(i, ".xml") || ends(i, ".pom"))
                    && text.contains("<project")
                    && words.iter().any(|word| text.contains(word))
            },
            wants: |path| file_name(path) == "pom.xml",
            max_bytes: 16 << 20,
            read: pom::read,
        },
        gradle::LOCKFILE,
        gradle::VERIFICATION,
        gradle::CATALOGUE,
        Reader {
            id: "maven/sbt-lock",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: |i| {
                let text = beginning(i);
                text.starts_with('{')
                    && text.contains("\"lockVersion\"")
                    && text.contains("\"configurations\"")
            },
            wants: |path| file_name(path).ends_with(".sbt.lock"),
            max_bytes: 64 << 20,
            read: sbt::read,
        },
        bazel::BUILD,
        bazel::LOCK,
    ],
};
