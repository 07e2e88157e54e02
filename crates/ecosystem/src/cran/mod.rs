//! R packages: `DESCRIPTION` of an installed one, and `renv.lock`.
//!
//! A `DESCRIPTION` without `Built` is that of a source tree. In a lock file the packages
//! of repositories count; one from a forge may share its name with another package of
//! CRAN and is a gap. Format: "Writing R Extensions" 1.1.1 and renv's documentation.

use std::borrow::Cow;

use lazaret_model::{GapKind, Package};
use lazaret_version::Scheme;

use crate::document::{self, add, file_name, members, string, unique};
use crate::recognise::{beginning, first, never};
use crate::{Ecosystem, EvidenceKind, Found, Input, ReadError, Reader};

/// R packages.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "cran",
    title: "R package",
    osv: &["CRAN"],
    scheme: Scheme::Cran,
    normalise: |name| Cow::Borrowed(name),
    readers: &[
        Reader {
            id: "cran/installed",
            revision: 1,
            evidence: EvidenceKind::Installed,
            recognises: never,
            wants: |path| {
                let in_library = |folder| matches!(folder, "library" | "site-library");
                file_name(path) == "DESCRIPTION" && path.split('/').any(in_library)
            },
            max_bytes: 1 << 20,
            read: installed,
        },
        Reader {
            id: "cran/renv-lock",
            revision: 1,
            evidence: EvidenceKind::Locked,
            recognises: |i| {
                let text = beginning(i);
                first(i) == Some(b'{') && text.contains("\"R\"") && text.contains("\"Packages\"")
            },
            wants: |path| file_name(path) == "renv.lock",
            max_bytes: 64 << 20,
            read: lock,
        },
    ],
};

fn installed(input: Input<'_>) -> Result<Found, ReadError> {
    let text = String::from_utf8_lossy(input.bytes);
    let field = |key: &str| {
        text.lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))
            .map(str::trim)
            .unwrap_or_default()
    };
    let mut found = Found::default();
    let (name, version) = (field("Package"), field("Version"));
    if name.is_empty() || version.is_empty() || field("Built").is_empty() {
        return Ok(found);
    }
    let mut package = Package::new("cran", name, version);
    let license = field("License");
    if !license.is_empty() {
        package.licenses.push(license.to_owned());
    }
    add(&mut found, package);
    Ok(found)
}

fn lock(input: Input<'_>) -> Result<Found, ReadError> {
    let lock = document::json(input.bytes)?;
    if !lock.is_object() {
        return Err(ReadError::new("the lock file is not an object"));
    }
    let mut found = Found::default();
    for (key, entry) in members(&lock, "Packages") {
        let name = match string(entry, "Package") {
            "" => key.as_str(),
            name => name,
        };
        let version = string(entry, "Version");
        if version.is_empty() {
            let detail = format!("`{name}` is locked without a version");
            found.gaps.push((GapKind::MissingVersion, detail));
        } else if string(entry, "Repository").is_empty() {
            let detail = format!("`{name}` {version} is from no repository");
            found.gaps.push((GapKind::NoAdvisories, detail));
        } else {
            add(&mut found, Package::new("cran", name, version));
        }
    }
    Ok(unique(found))
}
