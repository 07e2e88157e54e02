//! Conda packages: what an environment holds, and what its file asks for.
//!
//! `conda-meta/*.json` is one file for each installed package. `environment.yml` lists
//! match specifications: of `name=1.0=build`, `name==1.0` and `name 1.0 build` the version
//! counts; ranges and wildcards are only asked for. Packages for pip stand in the same
//! file. Format: conda's documentation, "Managing environments" and "MatchSpec".

use std::borrow::Cow;

use lazaret_model::Package;
use lazaret_version::Scheme;

use crate::document::{self, Value, add, file_name, string, unique};
use crate::recognise::{beginning, ends, first, mentions};
use crate::{Ecosystem, EvidenceKind, Found, Input, ReadError, Reader};

/// Conda packages.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "conda",
    title: "Conda package",
    osv: &[],
    scheme: Scheme::Pep440,
    normalise: |name| Cow::Owned(name.to_lowercase()),
    readers: &[
        Reader {
            id: "conda/installed",
            revision: 1,
            evidence: EvidenceKind::Installed,
            recognises: |i| {
                let text = beginning(i);
                let has = |key: &str| text.contains(key);
                first(i) == Some(b'{')
                    && has("\"depends\"")
                    && has("\"build_number\"")
                    && has("\"name\"")
            },
            wants: |path| {
                let folder = path.rsplit('/').nth(1);
                folder == Some("conda-meta") && path.ends_with(".json")
            },
            max_bytes: 64 << 20,
            read: installed,
        },
        Reader {
            id: "conda/environment",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: |i| {
                let is_yaml = ends(i, ".yml") || ends(i, ".yaml");
                let key = |key: &str| beginning(i).lines().any(|l| l.starts_with(key));
                let is_environment = key("channels:") && key("dependencies:");
                is_yaml && (is_environment || mentions(i, "conda") && mentions(i, "environment"))
            },
            wants: |path| matches!(file_name(path), "environment.yml" | "environment.yaml"),
            max_bytes: 4 << 20,
            read: environment,
        },
    ],
};

fn installed(input: Input<'_>) -> Result<Found, ReadError> {
    let record = document::json(input.bytes)?;
    let (name, version) = (string(&record, "name"), string(&record, "version"));
    if name.is_empty() || version.is_empty() {
        return Err(ReadError::new("a record without name or version"));
    }
    let mut package = Package::new("conda", name, version);
    let build = match string(&record, "build") {
        "" => string(&record, "build_string"),
        build => build,
    };
    let channel = string(&record, "channel").trim_end_matches('/');
    let subdir = string(&record, "subdir");
    package.purl.set("build", build);
    package.purl.set("subdir", subdir);
    package.purl.set(
        "type",
        match string(&record, "fn") {
            file if file.ends_with(".conda") => "conda",
            file if file.ends_with(".tar.bz2") => "tar.bz2",
            _ => "",
        },
    );
    let channel = channel.strip_suffix(subdir).unwrap_or(channel);
    let channel = channel
        .trim_end_matches('/')
        .rsplit("://")
        .next()
        .unwrap_or_default();
    package.purl.set("channel", channel);
    package.licenses = Some(string(&record, "license"))
        .filter(|l| !l.is_empty())
        .map(str::to_owned)
        .into_iter()
        .collect();
    let mut found = Found::default();
    add(&mut found, package);
    Ok(found)
}

fn environment(input: Input<'_>) -> Result<Found, ReadError> {
    let file = document::yaml(input.bytes)?;
    if !file.is_object() {
        return Err(ReadError::new("the file is not a mapping"));
    }
    let mut found = Found::default();
    match file.get("dependencies") {
        None | Some(Value::Null) => {}
        Some(Value::Array(entries)) => {
            for entry in entries {
                dependency(&mut found, entry)?;
            }
        }
        Some(_) => return Err(ReadError::new("`dependencies` is no list")),
    }
    Ok(unique(found))
}

fn dependency(found: &mut Found, entry: &Value) -> Result<(), ReadError> {
    match entry {
        Value::String(text) => {
            if let Some(package) = specification(text) {
                add(found, package);
            }
        }
        Value::Object(managers) => {
            for (manager, list) in managers {
                let Some(list) = list.as_array() else {
                    return Err(ReadError::new(format!("`{manager}` is no list")));
                };
                if manager == "pip" {
                    let lines = list.iter().filter_map(Value::as_str);
                    lines.for_each(|line| crate::pypi::requirement_line(found, line));
                }
            }
        }
        _ => return Err(ReadError::new("a dependency is neither text nor a mapping")),
    }
    Ok(())
}

/// `[channel::]name[version[build]]`, the parts apart by `=` or by space.
fn specification(text: &str) -> Option<Package> {
    let text = text.split('#').next()?.trim();
    let text = text.rsplit("::").next()?;
    let text = text.split('[').next()?.trim();
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let end = text.find(|c| !is_name(c)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if name.is_empty() {
        return None;
    }
    let rest = rest.trim();
    // `=` alone takes every version that begins so, unless a build follows it.
    let mut parts = rest
        .trim_start_matches('=')
        .split(['=', ' '])
        .filter(|p| !p.is_empty());
    let (version, build) = (parts.next().unwrap_or_default(), parts.next());
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.+!".contains(c);
    let is_version = !version.is_empty() && version.chars().all(plain);
    let is_range = rest.contains(['<', '>', '!', '~', '|', ',']) || !is_version;
    let is_prefix = rest.starts_with('=') && !rest.starts_with("==") && build.is_none();
    let mut package = Package::new("conda", name, if is_range { "" } else { version });
    if is_range || is_prefix {
        return Some(package.asked_for(rest));
    }
    package.purl.set("build", build.unwrap_or_default());
    Some(package)
}
