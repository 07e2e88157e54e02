//! PEAR and PECL: the registry of installed packages, `.registry/**/*.reg`.
//!
//! Each file is one package in PHP's own serialisation, in the two shapes that versions 1
//! and 2 of `package.xml` give it. Nothing is made from it but plain values. Format: PHP's
//! documentation of `serialize()`; `PEAR_Registry`.

mod serialised;

use std::borrow::Cow;

use lazaret_model::Package;
use lazaret_version::Scheme;

use crate::document::{Value, add, string};
use crate::recognise::ends;
use crate::{Ecosystem, EvidenceKind, Found, Input, ReadError, Reader};

/// PEAR packages and PECL extensions.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "pear",
    title: "PEAR package",
    osv: &[],
    scheme: Scheme::Composer,
    normalise: |name| Cow::Owned(name.to_lowercase()),
    readers: &[Reader {
        id: "pear/installed",
        revision: 1,
        evidence: EvidenceKind::Installed,
        recognises: |i| ends(i, ".reg") && i.bytes.starts_with(b"a:"),
        wants: |path| path.ends_with(".reg") && path.contains(".registry/"),
        max_bytes: 16 << 20,
        read,
    }],
};

fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let record = serialised::value(input.bytes)?;
    let name = match string(&record, "name") {
        "" => string(&record, "package"),
        name => name,
    };
    let version = match record.get("version") {
        Some(Value::String(version)) => version.as_str(),
        Some(parts) => string(parts, "release"),
        None => "",
    };
    if name.is_empty() || version.is_empty() {
        return Err(ReadError::new("a record without name or version"));
    }
    let mut package = Package::new("pear", name, version);
    package.purl.set("channel", string(&record, "channel"));
    package.licenses = match record.get("license") {
        Some(Value::String(license)) => vec![license.clone()],
        Some(parts) => vec![string(parts, "_content").to_owned()],
        None => Vec::new(),
    };
    package.licenses.retain(|l| !l.is_empty());
    let mut found = Found::default();
    add(&mut found, package);
    Ok(found)
}
