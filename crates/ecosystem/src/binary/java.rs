//! Java's runtimes by the file `release` in their home, as every JDK since 7 has it.
//!
//! Source: `make/ReleaseFile.gmk` of OpenJDK: `KEY="value"` lines. The version goes
//! without its build number, as the launcher's does (row `openjdk`), so that the two tell
//! one package.

use lazaret_model::Package;

use super::cpe;
use crate::document::file_name;
use crate::recognise::never;
use crate::{EvidenceKind, Found, Input, ReadError, Reader};

/// Reads the homes of Java.
pub(super) const READERS: &[Reader] = &[Reader {
    id: "generic/java-release",
    revision: 1,
    evidence: EvidenceKind::Installed,
    wants,
    recognises: never,
    max_bytes: 64 << 10,
    read,
}];

/// Words that the path of a home has; `release` alone is any file's name.
const HOMES: [&str; 10] = [
    "java", "jdk", "jre", "jvm", "graal", "zulu", "corretto", "temurin", "semeru", "mandrel",
];

fn wants(path: &str) -> bool {
    if file_name(path) != "release" {
        return false;
    }
    let path = path.to_ascii_lowercase();
    HOMES.iter().any(|word| path.contains(word))
}

fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let text = String::from_utf8_lossy(input.bytes);
    let value = |key: &str| {
        text.lines().find_map(|line| {
            let value = line.strip_prefix(key)?.strip_prefix('=')?;
            Some(value.trim().trim_matches('"'))
        })
    };
    let mut found = Found::default();
    let Some(version) = value("JAVA_VERSION") else {
        return Ok(found);
    };
    let implementor = value("IMPLEMENTOR").unwrap_or_default();
    let is_graal = value("GRAALVM_VERSION").is_some() || implementor.contains("GraalVM");
    let (name, cpes): (_, &[&str]) = match implementor {
        _ if is_graal => (
            "oracle/graalvm",
            &["oracle:graalvm", "oracle:graalvm_for_jdk"],
        ),
        "Oracle Corporation" if value("BUILD_TYPE") == Some("commercial") => {
            ("oracle/jdk", &["oracle:jdk", "oracle:jre"])
        }
        _ => ("oracle/openjdk", &["oracle:openjdk"]),
    };
    let mut package = Package::new("generic", name, version);
    package.cpes = cpes.iter().map(|pair| cpe::name(pair, version)).collect();
    if !implementor.is_empty() {
        package
            .properties
            .insert("java.implementor".to_owned(), implementor.to_owned());
    }
    found.packages.push(package);
    Ok(found)
}
