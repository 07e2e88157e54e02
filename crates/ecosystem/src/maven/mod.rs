//! Java archives and the lock files of Gradle.
//!
//! An archive tells its coordinates in `META-INF/maven/*/*/pom.properties`, one file for
//! each artifact that was merged into it.

mod archive;
mod coordinates;
mod gradle;

use std::borrow::Cow;

use lazaret_version::Scheme;

use crate::document::file_name;
use crate::recognise::never;
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
            revision: 1,
            evidence: EvidenceKind::Installed,
            recognises: never,
            wants: archive::is_archive,
            max_bytes: 1 << 30,
            read: archive::read,
        },
        Reader {
            id: "maven/gradle-lockfile",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: never,
            wants: |path| file_name(path).ends_with("gradle.lockfile"),
            max_bytes: 16 << 20,
            read: gradle::read,
        },
    ],
};
