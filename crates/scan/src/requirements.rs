//! What manifests ask for, beside what lock files and installed packages tell.
//!
//! A manifest (`pyproject.toml`, `requirements.txt`) names packages that nothing may have
//! resolved. Where a lock file or an installed package of the same target tells which
//! version a requirement became, the requirement says nothing new; the others stay as
//! packages without a version, which matching reports as a gap.

use std::borrow::Cow;
use std::collections::HashSet;

use lazaret_ecosystem::by_kind;
use lazaret_model::Package;

/// Takes the version from a package that is only asked for: a bill of materials must not
/// state what nobody knows.
pub(crate) fn forget_version(package: &mut Package) {
    if package.requirement().is_some() {
        package.version.clear();
        package.purl.version = None;
    }
}

/// Leaves out the requirements that another package of the target answers.
pub(crate) fn leave_out_answered(packages: &mut Vec<Package>) {
    if packages.iter().all(|p| p.requirement().is_none()) {
        return;
    }
    let answers: HashSet<(String, String)> = packages
        .iter()
        .filter(|p| p.requirement().is_none())
        .map(key)
        .collect();
    packages.retain(|p| p.requirement().is_none() || !answers.contains(&key(p)));
}

fn key(package: &Package) -> (String, String) {
    let name = by_kind(package.kind()).map_or(Cow::Borrowed(package.name.as_str()), |e| {
        (e.normalise)(&package.name)
    });
    (package.kind().to_owned(), name.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_requirement_that_a_lock_file_answers_is_left_out() {
        let mut packages = vec![
            Package::new("pypi", "Flask", "2.0").asked_for(">=2.0"),
            Package::new("pypi", "flask", "2.3.1"),
            Package::new("pypi", "attrs", "").asked_for(""),
        ];
        packages.iter_mut().for_each(forget_version);
        leave_out_answered(&mut packages);
        let left: Vec<_> = packages
            .iter()
            .map(|p| (p.purl.to_string(), p.requirement()))
            .collect();
        assert_eq!(
            left,
            [
                ("pkg:pypi/flask@2.3.1".to_owned(), None),
                ("pkg:pypi/attrs".to_owned(), Some(""))
            ]
        );
    }
}
