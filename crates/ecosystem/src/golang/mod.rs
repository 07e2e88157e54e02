//! Go modules: `go.mod`. What is built into an executable is the probe's matter.

mod module;

use std::borrow::Cow;

use lazaret_version::Scheme;

use crate::document::file_name;
use crate::recognise::never;
use crate::{Ecosystem, EvidenceKind, Reader};

/// Go modules.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "golang",
    title: "Go module",
    osv: &["Go"],
    scheme: Scheme::Go,
    normalise: |name| Cow::Borrowed(name),
    readers: &[Reader {
        id: "golang/mod",
        revision: 1,
        evidence: EvidenceKind::Locked,
        recognises: never,
        wants: |path| file_name(path) == "go.mod",
        max_bytes: 16 << 20,
        read: module::read,
    }],
};
