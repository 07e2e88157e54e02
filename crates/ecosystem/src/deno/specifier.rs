//! Specifiers of modules: `npm:name@1.0.0/path`, `https://esm.sh/name@1.0.0`.

use lazaret_model::Package;

/// Hosts that serve npm packages by path: `name@version` and a path inside it follow.
const NPM_HOSTS: [&str; 6] = [
    "https://esm.sh/",
    "https://unpkg.com/",
    "https://cdn.jsdelivr.net/npm/",
    "https://cdn.skypack.dev/",
    "https://ga.jspm.io/npm:",
    "https://jspm.dev/",
];

/// The package that a specifier asks for; `None` where it names no version.
pub(super) fn package(specifier: &str) -> Option<Package> {
    if let Some(rest) = specifier.strip_prefix("npm:") {
        return named("npm", rest);
    }
    if let Some(rest) = specifier.strip_prefix("jsr:") {
        return named("jsr", rest);
    }
    if let Some(rest) = NPM_HOSTS.iter().find_map(|h| specifier.strip_prefix(h)) {
        return named("npm", rest);
    }
    if let Some(rest) = specifier.strip_prefix("https://jsr.io/") {
        // The host writes the version as a folder.
        let mut parts = rest.splitn(4, '/');
        let (scope, name, version) = (parts.next()?, parts.next()?, parts.next()?);
        return versioned("jsr", &format!("{scope}/{name}"), version);
    }
    let rest = specifier.strip_prefix("https://deno.land/")?;
    named("deno", rest.strip_prefix("x/").unwrap_or(rest))
}

/// A key of a lock file: `name@1.0.0`, with peers behind `_` where npm's have some.
pub(super) fn locked(registry: &str, key: &str) -> Option<Package> {
    let key = key.trim_start_matches("npm:").trim_start_matches("jsr:");
    let (name, version) = split(key)?;
    let version = version.split('_').next()?;
    versioned(registry, name, version)
}

fn named(registry: &str, text: &str) -> Option<Package> {
    let text = text.trim_start_matches('/');
    let (name, rest) = split(text)?;
    let version = rest.split(['/', '?', '#', '&']).next()?;
    versioned(registry, name, version)
}

fn split(text: &str) -> Option<(&str, &str)> {
    let scope = usize::from(text.starts_with('@'));
    let at = text.get(scope..)?.find('@')? + scope;
    let (name, rest) = (text.get(..at)?, text.get(at + 1..)?);
    // Anything but one part, or two below a scope, is a path and no name.
    (name.len() > scope && name.matches('/').count() == scope).then_some((name, rest))
}

fn versioned(registry: &str, name: &str, version: &str) -> Option<Package> {
    let name = match registry {
        "jsr" => name.trim_start_matches('@'),
        _ => name,
    };
    let exact = version.strip_prefix('v').unwrap_or(version);
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-.+".contains(&b);
    if exact.starts_with(|c: char| c.is_ascii_digit()) && exact.bytes().all(plain) {
        let package = Package::new(registry, name, exact);
        // Fewer than three parts take every version that begins so.
        return Some(match exact.matches('.').count() {
            0 | 1 => package.asked_for(version),
            _ => package,
        });
    }
    let lowest = version.trim_start_matches(['^', '~', '>', '=']);
    let is_range = lowest.starts_with(|c: char| c.is_ascii_digit()) && lowest.bytes().all(plain);
    is_range.then(|| Package::new(registry, name, lowest).asked_for(version))
}
