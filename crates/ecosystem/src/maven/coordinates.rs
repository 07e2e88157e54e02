//! What a Java archive says of itself: `pom.properties`, its manifest, its file name.

use super::groups;
use super::manifest::Manifest;

/// Group, artifact and version.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Coordinates {
    pub group: String,
    pub artifact: String,
    pub version: String,
}

impl Coordinates {
    /// `group:artifact`.
    pub(super) fn name(&self) -> String {
        format!("{}:{}", self.group, self.artifact)
    }

    /// Whether all three are told, none of them a variable of a build.
    pub(super) fn complete(&self) -> bool {
        [&self.group, &self.artifact, &self.version]
            .iter()
            .all(|part| !part.is_empty() && !part.contains("${"))
    }

    /// Whether these can be the coordinates of the archive with that file name, which
    /// may have the group before the artifact.
    pub(super) fn is_called(&self, file: &FileName<'_>) -> bool {
        let stem = file.artifact;
        let with_group = stem
            .strip_suffix(self.artifact.as_str())
            .is_some_and(|group| group.is_empty() || group.ends_with('.'));
        with_group && file.version.is_none_or(|v| v.starts_with(&self.version))
    }
}

/// The coordinates of a `pom.properties` at `path`. Maven writes group and artifact into
/// the path, too.
pub(super) fn properties(bytes: &[u8], path: &str) -> Option<Coordinates> {
    let text = String::from_utf8_lossy(bytes);
    let mut c = Coordinates::default();
    for line in text.lines().filter(|l| !l.starts_with(['#', '!'])) {
        let Some((key, value)) = line.split_once(['=', ':']) else {
            continue;
        };
        let value = value.trim();
        match key.trim() {
            "groupId" => value.clone_into(&mut c.group),
            "artifactId" => value.clone_into(&mut c.artifact),
            "version" => value.clone_into(&mut c.version),
            _ => {}
        }
    }
    if let Some((group, artifact)) = descriptor(path) {
        if c.group.is_empty() {
            group.clone_into(&mut c.group);
        }
        if c.artifact.is_empty() {
            artifact.clone_into(&mut c.artifact);
        }
    }
    c.complete().then_some(c)
}

/// Group and artifact of a member of `META-INF/maven/<group>/<artifact>/`.
pub(super) fn descriptor(path: &str) -> Option<(&str, &str)> {
    let mut parts = path.strip_prefix("META-INF/maven/")?.split('/');
    let (group, artifact) = (parts.next()?, parts.next()?);
    (parts.next().is_some() && parts.next().is_none()).then_some((group, artifact))
}

/// The parts of an archive's file name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileName<'a> {
    /// The name up to the version.
    pub(super) artifact: &'a str,
    /// From the first part that starts like a version to the end.
    pub(super) version: Option<&'a str>,
}

impl<'a> FileName<'a> {
    /// `name-1.2.3.jar`, or as Eclipse writes it `name_1.2.3.jar`.
    pub(super) fn new(file: &'a str) -> Self {
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        for separator in ['-', '_'] {
            for (at, _) in stem.match_indices(separator) {
                let (artifact, version) = (&stem[..at], &stem[at + 1..]);
                let starts = version.starts_with(|c: char| c.is_ascii_digit());
                // A bundle's name and version both have dots; other names have `_` inside.
                let bundle = artifact.contains('.') && version.contains('.');
                if starts && !artifact.is_empty() && (separator == '-' || bundle) {
                    return Self {
                        artifact,
                        version: Some(version),
                    };
                }
            }
        }
        Self {
            artifact: stem,
            version: None,
        }
    }
}

/// What manifest and file name tell together; nothing without a version.
///
/// A file name with a version is an artifact's own and decides; otherwise the archive was
/// renamed, and only what the manifest says counts.
pub(super) fn guessed(manifest: &Manifest, file: &FileName<'_>) -> Option<Coordinates> {
    let told = manifest.first(&[
        "Implementation-Version",
        "Plugin-Version",
        "Bundle-Version",
        "Specification-Version",
    ]);
    let group = manifest_group(manifest);
    let Some(version) = file.version else {
        let version = told?;
        let artifact = manifest_artifact(manifest, group.is_some())?;
        return Some(completed(group, &artifact, version));
    };
    // `name-1.2.3-linux-x86_64`: what follows the version is a classifier.
    let version = told
        .filter(|t| {
            version
                .strip_prefix(t)
                .is_some_and(|rest| rest.starts_with('-'))
        })
        .unwrap_or(version);
    Some(completed(group, file.artifact, version))
}

fn completed(group: Option<String>, artifact: &str, version: &str) -> Coordinates {
    let known = groups::known(artifact, version).map(str::to_owned);
    // `org.eclipse.sisu.inject` names its group; the rest of the old artifacts that tell
    // none are their own group (`log4j:log4j`, `commons-io:commons-io`).
    let group = known.or(group).unwrap_or_else(|| {
        let own = artifact.rsplit_once('.').map(|(group, _)| group);
        own.filter(|g| !g.is_empty()).unwrap_or(artifact).to_owned()
    });
    Coordinates {
        group,
        artifact: artifact.to_owned(),
        version: version.to_owned(),
    }
}

/// A group is a reversed domain.
fn is_group(text: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    text.contains('.') && text.chars().all(word) && !text.ends_with('.')
}

fn manifest_group(manifest: &Manifest) -> Option<String> {
    let told = manifest.first(&["Group-Id", "Implementation-Vendor-Id"]);
    if let Some(group) = told.filter(|g| is_group(g)) {
        return Some(group.to_owned());
    }
    // `org.elasticsearch#server;8.14.3`
    let title = manifest.value("Implementation-Title");
    if let Some((group, _)) = title.and_then(|t| t.split_once('#'))
        && is_group(group)
    {
        return Some(group.to_owned());
    }
    let symbolic = manifest.symbolic_name().filter(|s| is_group(s))?;
    // A bundle is named group and last part of the artifact, unless that leaves no domain.
    let group = match symbolic.rsplit_once('.') {
        Some((group, _)) if group.contains('.') => group,
        _ => symbolic,
    };
    Some(group.to_owned())
}

/// The artifact that a manifest names. A title for people counts only where the group is
/// told, since alone it names nothing.
fn manifest_artifact(manifest: &Manifest, has_group: bool) -> Option<String> {
    let is_name = |t: &&str| !t.contains([' ', '/', '#', ';', ':']);
    let keys = [
        "Short-Name",
        "Implementation-Title",
        "Specification-Title",
        "Extension-Name",
    ];
    let name = keys
        .iter()
        .find_map(|key| manifest.value(key).filter(is_name));
    if let Some(name) = name {
        return Some(name.to_owned());
    }
    if !has_group {
        return None;
    }
    manifest
        .first(&["Implementation-Title", "Specification-Title", "Bundle-Name"])
        .map(str::to_owned)
}
