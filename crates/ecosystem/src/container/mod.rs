//! References to container images and to GitHub actions.
//!
//! A Dockerfile, a compose file, a Kubernetes manifest or a workflow names software that
//! lies elsewhere; it is listed so that people see it, and nothing here has advisories by
//! its name. The databases of containerd and podman name the images that containers on
//! this machine run. Not followed: variables without a value, templates, other files.

mod actions;
mod bolt;
mod compose;
mod containerd;
mod dockerfile;
mod kubernetes;
mod podman;
mod reference;

use std::borrow::Cow;

use lazaret_version::Scheme;

use crate::document::file_name;
use crate::recognise::{beginning, ends, mentions};
use crate::sqlite::Database;
use crate::{Ecosystem, EvidenceKind, Found, Input, ReadError, Reader};

/// Largest text that is read, in bytes.
const MAX_TEXT: u64 = 8 << 20;

/// Largest database that is read, in bytes.
const MAX_DATABASE: u64 = 256 << 20;

const fn reader(
    id: &'static str,
    evidence: EvidenceKind,
    wants: fn(&str) -> bool,
    recognises: fn(Input<'_>) -> bool,
    read: fn(Input<'_>) -> Result<Found, ReadError>,
) -> Reader {
    Reader {
        id,
        revision: 1,
        evidence,
        wants,
        recognises,
        max_bytes: match evidence {
            EvidenceKind::Installed => MAX_DATABASE,
            EvidenceKind::Locked => MAX_TEXT,
        },
        read,
    }
}

/// Container images, named by whoever runs or extends them.
pub static IMAGES: Ecosystem = Ecosystem {
    kind: "docker",
    title: "container image",
    osv: &[],
    scheme: Scheme::Generic,
    normalise: |name| Cow::Borrowed(name),
    readers: &[
        reader(
            "container/containerd",
            EvidenceKind::Installed,
            |path| path.ends_with("containerd/io.containerd.metadata.v1.bolt/meta.db"),
            |input| bolt::is_one(input.bytes) && !podman::is_state(input),
            containerd::read,
        ),
        reader(
            "container/podman-bolt",
            EvidenceKind::Installed,
            |path| path.ends_with("containers/storage/libpod/bolt_state.db"),
            podman::is_state,
            podman::bolt,
        ),
        reader(
            "container/podman-sqlite",
            EvidenceKind::Installed,
            |path| path.ends_with("containers/storage/db.sql"),
            |input| {
                let schema = input.bytes.get(..256 << 10).unwrap_or(input.bytes);
                Database::is_one(input.bytes)
                    && memchr::memmem::find(schema, b"ContainerConfig").is_some()
            },
            podman::sqlite,
        ),
        reader(
            "container/dockerfile",
            EvidenceKind::Locked,
            dockerfile::wants,
            |input| mentions(input, "dockerfile") || mentions(input, "containerfile"),
            dockerfile::read,
        ),
        reader(
            "container/compose",
            EvidenceKind::Locked,
            compose::wants,
            compose::is_one,
            compose::read,
        ),
        reader(
            "container/kubernetes",
            EvidenceKind::Locked,
            |path| {
                let input = Input { path, bytes: b"" };
                let named = ["k8s", "kubernetes", "kustomize"];
                is_yaml(input) && named.iter().any(|word| mentions(input, word))
            },
            |input| is_yaml(input) && (kubernetes::is_one(input) || kubernetes::named(input)),
            kubernetes::read,
        ),
    ],
};

/// GitHub actions and reusable workflows.
pub static ACTIONS: Ecosystem = Ecosystem {
    kind: "github",
    title: "GitHub action",
    // The name of a branch or tag is no version: `v4` moves, and nothing can be compared.
    osv: &[],
    scheme: Scheme::Generic,
    normalise: |name| Cow::Owned(name.to_lowercase()),
    readers: &[reader(
        "github/workflow",
        EvidenceKind::Locked,
        |path| {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let action = matches!(file_name(path), "action.yml" | "action.yaml");
            action || (folder.ends_with(".github/workflows") && is_yaml(Input { path, bytes: b"" }))
        },
        |input| {
            let text = beginning(input);
            let named = mentions(input, "githubactions") || mentions(input, "workflows");
            let shaped = text.lines().any(|l| l.trim_end() == "jobs:") && text.contains("uses:");
            is_yaml(input) && (named || shaped)
        },
        actions::read,
    )],
};

fn is_yaml(input: Input<'_>) -> bool {
    ends(input, ".yaml") || ends(input, ".yml")
}
