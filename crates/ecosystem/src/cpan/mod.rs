//! Perl distributions: what `cpanm` and `ExtUtils::MakeMaker` leave behind.
//!
//! `install.json` below `.meta` is written for each distribution that `cpanm` installs,
//! `perllocal.pod` has an entry for each module that `make install` put there. `META.json`
//! and `META.yml` describe a distribution that may not be installed, and count when a
//! person names them. A `.packlist` lists files and states no version. Names are those of
//! distributions: `Foo-Bar`, not `Foo::Bar`. Format: `CPAN::Meta::Spec`,
//! `ExtUtils::Command::MM`.

use std::borrow::Cow;

use lazaret_model::{GapKind, Package};
use lazaret_version::Scheme;

use crate::document::{self, Value, add, file_name, string, unique};
use crate::recognise::{beginning, ends, first, never};
use crate::{Ecosystem, EvidenceKind, Found, Input, ReadError, Reader};

/// Perl distributions.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "cpan",
    title: "Perl distribution",
    osv: &[],
    scheme: Scheme::Generic,
    normalise: |name| Cow::Borrowed(name),
    readers: &[
        Reader {
            id: "cpan/installed",
            revision: 1,
            evidence: EvidenceKind::Installed,
            recognises: |i| {
                let text = beginning(i);
                first(i) == Some(b'{') && text.contains("\"pathname\"") && text.contains("\"dist\"")
            },
            wants: |path| {
                let above = path.rsplit('/').nth(2);
                file_name(path) == "install.json" && above == Some(".meta")
            },
            max_bytes: 4 << 20,
            read: installed,
        },
        Reader {
            id: "cpan/local",
            revision: 1,
            evidence: EvidenceKind::Installed,
            recognises: never,
            wants: |path| file_name(path) == "perllocal.pod",
            max_bytes: 64 << 20,
            read: local,
        },
        Reader {
            id: "cpan/metadata",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: |i| {
                let text = beginning(i);
                let is_json = first(i) == Some(b'{') && text.contains("\"meta-spec\"");
                let is_yaml = (ends(i, ".yml") || ends(i, ".yaml"))
                    && text.lines().any(|l| l.starts_with("meta-spec:"));
                is_json || is_yaml
            },
            wants: |_| false,
            max_bytes: 4 << 20,
            read: metadata,
        },
    ],
};

fn installed(input: Input<'_>) -> Result<Found, ReadError> {
    let record = document::json(input.bytes)?;
    let version = string(&record, "version");
    let name = match string(&record, "dist") {
        "" => string(&record, "name").to_owned(),
        dist => dist
            .strip_suffix(version)
            .and_then(|name| name.strip_suffix(['-', 'v']))
            .unwrap_or(dist)
            .trim_end_matches('-')
            .to_owned(),
    };
    one(&name, version)
}

fn metadata(input: Input<'_>) -> Result<Found, ReadError> {
    let metadata = if first(input) == Some(b'{') {
        document::json(input.bytes)?
    } else {
        document::yaml(input.bytes)?
    };
    if !metadata.is_object() {
        return Err(ReadError::new("the metadata is not an object"));
    }
    // YAML reads a version without quotes as a number.
    let version = match metadata.get("version") {
        Some(Value::String(version)) => version.clone(),
        Some(Value::Number(version)) => version.to_string(),
        _ => String::new(),
    };
    one(string(&metadata, "name"), &version)
}

fn one(name: &str, version: &str) -> Result<Found, ReadError> {
    let mut found = Found::default();
    if !name.is_empty() && version.is_empty() {
        let detail = format!("`{name}` states no version");
        found.gaps.push((GapKind::MissingVersion, detail));
    } else {
        let name = name.replace("::", "-");
        add(&mut found, Package::new("cpan", name, version));
    }
    Ok(found)
}

/// `=head2 …: C<Module> L<Foo::Bar|Foo::Bar>` and the item `C<VERSION: 1.0>` below it.
fn local(input: Input<'_>) -> Result<Found, ReadError> {
    let mut found = Found::default();
    let mut module = "";
    let text = String::from_utf8_lossy(input.bytes);
    for line in text.lines() {
        if line.starts_with("=head2") {
            module = line
                .split_once("C<Module> L<")
                .and_then(|(_, rest)| rest.split(['|', '>']).next())
                .unwrap_or_default();
        } else if let Some((_, rest)) = line.split_once("C<VERSION:") {
            let version = rest.trim_end_matches('>').trim();
            if !module.is_empty() && !version.is_empty() {
                let name = module.replace("::", "-");
                add(&mut found, Package::new("cpan", name, version));
            }
        }
    }
    Ok(unique(found))
}
