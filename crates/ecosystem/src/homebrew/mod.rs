//! Homebrew: formulae in `Cellar/<name>/<version>`, casks in `Caskroom/<token>/<version>`.
//!
//! The folders are the database: Homebrew itself lists what they are called. A formula is
//! there when its receipt is, a cask when the record of its installation is in
//! `Caskroom/<token>/.metadata/<version>`. Source: Homebrew's "Formula Cookbook"
//! (terminology) and "Cask Cookbook".

use std::borrow::Cow;

use lazaret_model::Package;
use lazaret_version::Scheme;

use crate::document::file_name;
use crate::recognise::never;
use crate::{Ecosystem, EvidenceKind, Found, Input, ReadError, Reader};

/// Homebrew packages.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "brew",
    title: "Homebrew package",
    osv: &[],
    scheme: Scheme::Generic,
    normalise: |name| Cow::Borrowed(name),
    readers: &[
        Reader {
            id: "homebrew/formula",
            revision: 1,
            evidence: EvidenceKind::Installed,
            recognises: never,
            wants: |path| formula(path).is_some(),
            max_bytes: 4 << 20,
            read: |input| found(formula(input.path)),
        },
        Reader {
            id: "homebrew/cask",
            revision: 1,
            evidence: EvidenceKind::Installed,
            recognises: |input: Input<'_>| staged(input.path).is_some(),
            wants: |path| recorded(path).is_some(),
            max_bytes: 4 << 20,
            read: |input| found(recorded(input.path).or_else(|| staged(input.path))),
        },
    ],
};

/// The parts of the path below the folder `root`.
fn below<'a>(path: &'a str, root: &str) -> Option<Vec<&'a str>> {
    let parts: Vec<&str> = path.split('/').collect();
    let at = parts.iter().position(|part| *part == root)?;
    parts.get(at + 1..).map(<[&str]>::to_vec)
}

/// `Cellar/<name>/<version>/INSTALL_RECEIPT.json`.
fn formula(path: &str) -> Option<(&str, &str)> {
    match below(path, "Cellar")?.as_slice() {
        [name, version, "INSTALL_RECEIPT.json"] => Some((name, version)),
        _ => None,
    }
}

/// `Caskroom/<token>/.metadata/<version>/<time>/Casks/<token>.rb` or `.json`.
fn recorded(path: &str) -> Option<(&str, &str)> {
    match below(path, "Caskroom")?.as_slice() {
        [token, ".metadata", version, _, "Casks", file] => {
            let name = file_name(file).rsplit_once('.').map_or(*file, |(n, _)| n);
            (name == *token).then_some((*token, *version))
        }
        _ => None,
    }
}

/// Whatever a cask has staged: `Caskroom/<token>/<version>/…`.
fn staged(path: &str) -> Option<(&str, &str)> {
    match below(path, "Caskroom")?.as_slice() {
        [token, version, _, ..] if !version.starts_with('.') => Some((token, version)),
        _ => None,
    }
}

fn found(told: Option<(&str, &str)>) -> Result<Found, ReadError> {
    let (name, version) = told
        .filter(|(name, version)| !name.is_empty() && !version.is_empty())
        .ok_or_else(|| ReadError::new("the folders name no package and version"))?;
    Ok(Found {
        packages: vec![Package::new("brew", name, version)],
        ..Found::default()
    })
}
