//! Which repository each rpm package came from: what dnf and yum remember.
//!
//! A package of a repository of somebody else's is not Red Hat's, and one of an update
//! stream tells that the system receives the stream. rpm's own database knows neither.
//! Sources: dnf 4 `libdnf/transaction/sql/create.sql`, dnf 5 `libdnf5/system/state.cpp`,
//! yum `yum/rpmsack.py` (yumdb).

use std::collections::HashMap;

use lazaret_model::Package;

use super::lines::{MAX_VALUE, hint};
use super::{DistroHint, PACKAGE_ORIGIN};
use crate::document::{self, file_name, members, string, text};
use crate::sqlite::Database;
use crate::{Found, Input, ReadError};

/// Most packages that one history tells of.
const MAX_PACKAGES: usize = 50_000;

/// The property of an rpm package that names the repository it came from.
const REPOSITORY: &str = "rpm.repository";

pub(super) fn is_dnf(path: &str) -> bool {
    matches!(
        path,
        "var/lib/dnf/history.sqlite" | "usr/lib/sysimage/dnf/history.sqlite"
    )
}

pub(super) fn is_dnf5(path: &str) -> bool {
    matches!(
        path,
        "usr/lib/sysimage/libdnf5/nevras.toml" | "var/lib/dnf/system/nevras.toml"
    )
}

/// The tables of dnf 4: the last transaction of a package tells its repository.
pub(super) fn dnf(input: Input<'_>) -> Result<Found, ReadError> {
    let mut found = Found::default();
    if input.bytes.is_empty() {
        return Ok(found);
    }
    let mut database = Database::open(input.bytes)?;
    let mut table = |name: &str| {
        let missing = || ReadError::new(format!("no table {name}"));
        database.table(name).ok_or_else(missing)
    };
    let (rpms, items, repositories) = (table("rpm")?, table("trans_item")?, table("repo")?);
    let names: HashMap<i64, String> = repositories
        .rows
        .iter()
        .filter_map(|row| {
            let id = repositories.integer(row, "id")?;
            Some((id, repositories.text(row, "repoid")?))
        })
        .collect();
    let mut last: HashMap<i64, &str> = HashMap::new();
    for row in &items.rows {
        let item = items.integer(row, "item_id");
        let repository = items.integer(row, "repo_id").and_then(|id| names.get(&id));
        if let (Some(item), Some(repository)) = (item, repository) {
            last.insert(item, repository);
        }
    }
    for row in rpms.rows.iter().take(MAX_PACKAGES) {
        let repository = rpms.integer(row, "item_id").and_then(|id| last.get(&id));
        let text = |column: &str| rpms.text(row, column).unwrap_or_default();
        if let Some(repository) = repository {
            let key = format!(
                "{}-{}-{}.{}",
                text("name"),
                text("version"),
                text("release"),
                text("arch")
            );
            tell(&mut found, &key, repository);
        }
    }
    found.gaps = database.gaps();
    Ok(found)
}

/// `[nevras]`, keyed by name, epoch, version, release and architecture.
pub(super) fn dnf5(input: Input<'_>) -> Result<Found, ReadError> {
    let state = document::toml(input.bytes)?;
    let mut found = Found::default();
    for (nevra, entry) in members(&state, "nevras").take(MAX_PACKAGES) {
        tell(
            &mut found,
            &without_epoch(nevra),
            string(entry, "from_repo"),
        );
    }
    Ok(found)
}

/// The package of `var/lib/yum/yumdb/<letter>/<id>-<name>-<version>-<release>-<arch>/from_repo`.
pub(super) fn yum_package(path: &str) -> Option<String> {
    let below = path.strip_prefix("var/lib/yum/yumdb/")?;
    let mut parts = below.split('/');
    let (_, folder) = (parts.next()?, parts.next()?);
    let (_, nevra) = folder.split_once('-')?;
    let (name, architecture) = nevra.rsplit_once('-')?;
    (file_name(path) == "from_repo").then(|| format!("{name}.{architecture}"))
}

pub(super) fn yum(input: Input<'_>) -> Result<Found, ReadError> {
    let package = yum_package(input.path).ok_or_else(|| ReadError::new("no record of yum"))?;
    let mut found = Found::default();
    tell(&mut found, &package, text(input.bytes)?.trim());
    Ok(found)
}

/// What begins with `@` is the system itself or the command line, no repository.
fn tell(found: &mut Found, package: &str, repository: &str) {
    let good = !repository.is_empty() && !repository.starts_with('@');
    if good && repository.len() <= MAX_VALUE && package.len() <= MAX_VALUE {
        let hint = hint(PACKAGE_ORIGIN, package, repository);
        found.distro.push(hint);
    }
}

fn without_epoch(nevra: &str) -> String {
    match nevra.split_once(':') {
        Some((left, right)) => match left.rsplit_once('-') {
            Some((name, _)) => format!("{name}-{right}"),
            None => right.to_owned(),
        },
        None => nevra.to_owned(),
    }
}

/// Notes on each rpm package the repository that the hints name for it, as the property
/// `rpm.repository`.
pub fn set_repositories(packages: &mut [Package], hints: &[DistroHint]) {
    let origins: HashMap<&str, &str> = hints
        .iter()
        .filter(|h| h.from == PACKAGE_ORIGIN)
        .map(|h| (h.key.as_str(), h.value.as_str()))
        .collect();
    if origins.is_empty() {
        return;
    }
    for package in packages.iter_mut().filter(|p| p.kind() == "rpm") {
        let architecture = package.architecture.as_deref().unwrap_or_default();
        let version = package
            .version
            .split_once(':')
            .map_or(&*package.version, |(_, v)| v);
        let key = format!("{}-{version}.{architecture}", package.name);
        if let Some(repository) = origins.get(key.as_str()) {
            package
                .properties
                .insert(REPOSITORY.to_owned(), (*repository).to_owned());
        }
    }
}
