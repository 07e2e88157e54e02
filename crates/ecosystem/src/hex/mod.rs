//! Erlang, Elixir and Gleam packages of Hex: `mix.lock`, `rebar.lock`, and Gleam's
//! `manifest.toml` and `gleam.toml`.
//!
//! Formats: Mix's `Mix.Dep.Lock`, Rebar3's `rebar_config`, and Gleam's documentation.

mod gleam;
mod terms;

use std::borrow::Cow;

use lazaret_version::Scheme;

use crate::document::file_name;
use crate::recognise::{beginning, ends, mentions};
use crate::{Ecosystem, EvidenceKind, Reader};

/// Hex packages.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "hex",
    title: "Hex package",
    osv: &["Hex"],
    scheme: Scheme::Hex,
    normalise: |name| Cow::Owned(name.to_lowercase()),
    readers: &[
        Reader {
            id: "hex/mix-lock",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: |i| beginning(i).trim_start().starts_with("%{"),
            wants: |path| file_name(path) == "mix.lock",
            max_bytes: 16 << 20,
            read: terms::mix,
        },
        Reader {
            id: "hex/rebar-lock",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: |i| {
                let text = beginning(i);
                text.contains(",{pkg,<<") || (text.starts_with("[]") && mentions(i, "rebarlock"))
            },
            wants: |path| file_name(path) == "rebar.lock",
            max_bytes: 16 << 20,
            read: terms::rebar,
        },
        Reader {
            id: "hex/gleam-manifest",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: |i| ends(i, ".toml") && beginning(i).contains("build_tools = ["),
            wants: |path| file_name(path) == "manifest.toml",
            max_bytes: 16 << 20,
            read: gleam::manifest,
        },
        Reader {
            id: "hex/gleam",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: |i| ends(i, ".toml") && (mentions(i, "gleam") || mentions(i, "gleamtoml")),
            wants: |path| file_name(path) == "gleam.toml",
            max_bytes: 4 << 20,
            read: gleam::project,
        },
    ],
};
