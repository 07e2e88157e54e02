//! The version of the main module of a Go program, which the module list seldom has.
//!
//! In this order: a released version of the module list; what the linker was told to put
//! into a variable; what the program's content tells by the rows of [`binary`]; the list's
//! pseudo-version or `(devel)`, which is listed and matches nothing.

use lazaret_model::Package;

use crate::binary;

/// Whether the package is the main module of a program.
pub(super) fn is_main(package: &Package) -> bool {
    package.kind() == "golang" && package.properties.contains_key("go.main")
}

/// What the rows of [`binary`] know about a main module: its CPE names and, where the build
/// information has none, its version.
pub(super) fn complete(main: &mut Package, told: Option<Package>) {
    if let Some(told) = told.filter(|_| !is_release(&main.version)) {
        give(main, &told.version, "content");
    }
    binary::by_module(main);
}

/// Whether a version is one that a module proxy would serve for a tag. `(devel)` and
/// pseudo-versions of a main module say which commit, not which release.
fn is_release(version: &str) -> bool {
    version.starts_with('v') && !version.starts_with("v0.0.0-")
}

/// Gives the main module a version that does not stand in the module list.
fn give(main: &mut Package, version: &str, from: &str) {
    let mut new = Package::new("golang", main.name.clone(), version);
    new.properties.clone_from(&main.properties);
    new.properties
        .insert("go.version-from".to_owned(), from.to_owned());
    *main = new;
}

/// Takes the version from the build settings of a module list, where the list's own is of no
/// release.
pub(super) fn take_linked(main: &mut Package, list: &str) {
    if is_release(&main.version) {
        return;
    }
    if let Some(version) = linked(list, &main.name) {
        give(main, &version, "ldflags");
    }
}

/// The version that the linker was told to put into a variable: `-X module/cmd.version=1.2`.
///
/// Variables in the module's own commands come first, then those of packages that usually
/// hold a version, then any other; two different answers in one group are none. Source:
/// `cmd/link`, option `-X`; the build setting `-ldflags` of the build information.
fn linked(list: &str, module: &str) -> Option<String> {
    let flags = list
        .lines()
        .find_map(|line| line.strip_prefix("build\t-ldflags="))?;
    let mut groups: [Vec<String>; 3] = Default::default();
    let flags = flags.replace(['"', '\'', '\\'], " ");
    for assignment in flags.split_whitespace() {
        let assignment = assignment.strip_prefix("-X=").unwrap_or(assignment);
        let Some((variable, value)) = assignment.split_once('=') else {
            continue;
        };
        let Some((package, name)) = variable.rsplit_once('.') else {
            continue;
        };
        let value = value.strip_prefix('v').unwrap_or(value);
        if !is_version_variable(name) || !is_version(value) {
            continue;
        }
        let own = package.strip_prefix(module);
        let last = package.rsplit('/').next().unwrap_or_default();
        let group = match own {
            Some(rest) if rest.starts_with("/cmd/") || rest == "/cmd" => 0,
            _ if matches!(last, "main" | "common" | "version" | "cmd") => 1,
            _ => 2,
        };
        groups[group].push(format!("v{value}"));
    }
    let mut group = groups.into_iter().find(|g| !g.is_empty())?;
    group.sort_unstable();
    group.dedup();
    (group.len() == 1).then(|| group.remove(0))
}

/// `version`, `Version`, `buildVersion`, `gitVersion`, `AppVer`, `tag`, …
fn is_version_variable(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let other = ["go", "api", "min", "schema", "protocol"];
    (name.ends_with("version") || matches!(name.as_str(), "ver" | "appver" | "tag" | "release"))
        && !other.iter().any(|word| name.starts_with(word))
}

/// Whether text is a version of two numbers or more.
fn is_version(text: &str) -> bool {
    let mut numbers = text.split(['.', '-', '+']);
    let number = |n: Option<&str>| {
        n.is_some_and(|n| !n.is_empty() && n.len() < 10 && n.bytes().all(|b| b.is_ascii_digit()))
    };
    number(numbers.next()) && number(numbers.next()) && text.len() < 64
}
