//! Lua rocks: the `.rockspec` that LuaRocks keeps of each one that it installs.
//!
//! A rockspec is Lua; it is not run, and only assignments of literals at the margin count.
//! Format: LuaRocks' documentation, "Rockspec format".

use std::borrow::Cow;

use lazaret_model::Package;
use lazaret_version::Scheme;

use crate::document::add;
use crate::recognise::ends;
use crate::{Ecosystem, EvidenceKind, Found, Input, ReadError, Reader};

/// Lua rocks.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "luarocks",
    title: "Lua rock",
    osv: &[],
    scheme: Scheme::Generic,
    normalise: |name| Cow::Owned(name.to_lowercase()),
    readers: &[Reader {
        id: "luarocks/installed",
        revision: 1,
        evidence: EvidenceKind::Installed,
        recognises: |i| ends(i, ".rockspec"),
        wants: |path| path.ends_with(".rockspec") && path.contains("luarocks/rocks"),
        max_bytes: 1 << 20,
        read,
    }],
};

fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let text = String::from_utf8_lossy(input.bytes);
    let name = value(&text, "package");
    let version = value(&text, "version");
    if name.is_empty() || version.is_empty() {
        return Err(ReadError::new("no name or version that is a literal"));
    }
    let mut package = Package::new("luarocks", name, version);
    let license = text
        .lines()
        .find_map(|line| literal(line.trim_start(), "license"));
    package.licenses = license.map(str::to_owned).into_iter().collect();
    let mut found = Found::default();
    add(&mut found, package);
    Ok(found)
}

/// The literal that is assigned to a global, or to the local that it is assigned from.
fn value<'a>(text: &'a str, name: &str) -> &'a str {
    let direct = text.lines().find_map(|line| literal(line, name));
    direct.unwrap_or_else(|| {
        let other = text.lines().find_map(|line| assigned(line, name));
        let local = |line: &'a str| literal(line.strip_prefix("local ")?, other?);
        text.lines().find_map(local).unwrap_or_default()
    })
}

fn assigned<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let rest = line.strip_prefix(name)?.trim_start().strip_prefix('=')?;
    Some(rest.trim().trim_end_matches([';', ',']).trim())
}

fn literal<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let value = assigned(line, name)?;
    let quote = value.chars().next().filter(|q| matches!(q, '"' | '\''))?;
    let (body, rest) = value.get(1..)?.split_once(quote)?;
    // What is joined to a literal is computed.
    (!rest.trim_start().starts_with("..")).then_some(body)
}
